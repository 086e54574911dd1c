// SCIM errors as values: status, scimType and a detail that may be shown to the client (RFC 7644 §3.12).

import type { JsonObject } from './json.ts';

export type ScimStatus =
  | 400
  | 401
  | 403
  | 404
  | 405
  | 406
  | 409
  | 412
  | 413
  | 415
  | 422
  | 429
  | 500
  | 501
  | 502
  | 503
  | 504;

/** RFC 7644 table 9 and, for cursors, RFC 9865 §2.2. */
export type ScimType =
  | 'invalidFilter'
  | 'tooMany'
  | 'uniqueness'
  | 'mutability'
  | 'invalidSyntax'
  | 'invalidPath'
  | 'noTarget'
  | 'invalidValue'
  | 'invalidVers'
  | 'sensitive'
  | 'invalidCursor'
  | 'expiredCursor'
  | 'invalidCount';

export interface ScimError {
  readonly status: ScimStatus;
  readonly scimType?: ScimType;
  readonly detail: string;
}

export const ERROR_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:Error';

/** Makes an error; without `scimType` when the RFC names none for the case. */
export function scimError(status: ScimStatus, detail: string, scimType?: ScimType): ScimError {
  return scimType === undefined ? { status, detail } : { status, scimType, detail };
}

/** A 400 with its scimType, the only status that most scimTypes may travel with. */
export function badRequest(scimType: ScimType, detail: string): ScimError {
  return { status: 400, scimType, detail };
}

/** The body of an error response. `status` is a string there (RFC 7644 §3.12). */
export function errorBody(error: ScimError): JsonObject {
  const body: JsonObject = { schemas: [ERROR_SCHEMA], status: String(error.status) };
  if (error.scimType !== undefined) body.scimType = error.scimType;
  body.detail = error.detail;
  return body;
}

const QUOTE_LENGTH = 80;

/** Client text for use in a detail: quoted, escaped and cut, so that an error never echoes a whole payload. */
export function quote(text: string): string {
  return JSON.stringify(text.length > QUOTE_LENGTH ? `${text.slice(0, QUOTE_LENGTH)}…` : text);
}
