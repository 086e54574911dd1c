// What every function of this folder that can fail returns: expected failures are values, never exceptions.

import type { ScimError } from './errors.ts';

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ScimError };

/** Wraps a success. */
export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

/** Wraps a failure; fits every `Result<T>`. */
export function fail(error: ScimError): { readonly ok: false; readonly error: ScimError } {
  return { ok: false, error };
}
