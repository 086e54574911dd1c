// The one error that provisioning throws for what the client did wrong; routes.ts renders it as a SCIM error body.
import { badRequest, type ScimError, scimError } from '../scim/errors.ts';
import type { Result } from '../scim/result.ts';

export class ScimFailure extends Error {
  override readonly name = 'ScimFailure';
  readonly error: ScimError;

  constructor(error: ScimError, options?: ErrorOptions) {
    super(error.detail, options);
    this.error = error;
  }
}

/** The value of a result, or its error thrown. */
export function valueOrThrow<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new ScimFailure(result.error);
}

/** 404 for an id that isn't in the directory. Its text is the same for another directory's id. */
export const notFound = (resourceType: string, id: string): ScimFailure =>
  new ScimFailure(scimError(404, `There is no ${resourceType} with the id ${JSON.stringify(id.slice(0, 80))}.`));

/** For whoever has found it a moment ago: then somebody has deleted it since. */
export function undefinedIfGone(error: unknown): undefined {
  if (!(error instanceof ScimFailure) || error.error.status !== 404) throw error;
}

export const notUnique = (detail: string, cause: unknown): ScimFailure =>
  new ScimFailure(scimError(409, detail, 'uniqueness'), { cause });

export const preconditionFailed = (): ScimFailure =>
  new ScimFailure(scimError(412, 'The resource has changed: its version is not the one in If-Match.'));

export const invalidValue = (detail: string): ScimFailure => new ScimFailure(badRequest('invalidValue', detail));
