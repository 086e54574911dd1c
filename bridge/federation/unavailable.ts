// Tells "can't answer now" from "failed": the first is a 503, after which the client keeps what it has and comes back.
import { isOutage } from '../platform/db/errors.ts';
import { ApiError } from '../platform/http/api-error.ts';

/** The 503 for an error that says the database can't be reached now; any other error as it is. */
export function asUnavailable(error: Error): Error {
  if (!isOutage(error)) return error;
  return new ApiError('unavailable', 'The bridge can not reach its database now.', {
    cause: error,
    headers: { 'Retry-After': '5' },
  });
}
