// The answer to a bulk request (RFC 7644 §3.7): one entry for each operation that was run, in the order of the request.

import { errorBody, type ScimError } from '../errors.ts';
import type { JsonObject } from '../json.ts';

export const BULK_RESPONSE_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse';

export interface BulkResult {
  readonly index: number;
  readonly method: string | undefined;
  readonly bulkId: string | undefined;
  /** Absent where no resource is known, such as after a failed creation. */
  readonly location?: string;
  readonly outcome:
    | { readonly status: number; readonly version?: string; readonly response?: JsonObject }
    | { readonly error: ScimError };
}

/** The BulkResponse message. `status` is a string (RFC 7644 §3.7.3). */
export function bulkResponse(results: readonly BulkResult[]): JsonObject {
  const inOrder = [...results].sort((a, b) => a.index - b.index);
  return { schemas: [BULK_RESPONSE_SCHEMA], Operations: inOrder.map(resultBody) };
}

function resultBody({ method, bulkId, location, outcome }: BulkResult): JsonObject {
  const about: JsonObject = {
    ...(method !== undefined && { method }),
    ...(bulkId !== undefined && { bulkId }),
    ...(location !== undefined && { location }),
  };
  if ('error' in outcome) {
    return { ...about, status: String(outcome.error.status), response: errorBody(outcome.error) };
  }
  return {
    ...about,
    ...(outcome.version !== undefined && { version: outcome.version }),
    status: String(outcome.status),
    ...(outcome.response !== undefined && { response: outcome.response }),
  };
}
