// Tells "can't answer now" from "failed": the first is a 503, after which the client keeps what it has and comes back.
import { DatabaseError } from 'pg';
import { ApiError } from '../platform/http/api-error.ts';

const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
/** Connection lost, resources short, server stopping or starting, statement cancelled for its time. */
const sqlStates = /^(08|53|57P|57014|25006)/;
/** The driver gives these no code. */
const driverMessages =
  /^(timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error)/;

const codeOf = (error: Error): string => ('code' in error && typeof error.code === 'string' ? error.code : '');

/** The 503 for an error that says the database can't be reached now; any other error as it is. */
export function asUnavailable(error: Error): Error {
  const code = codeOf(error);
  const isOutage =
    error instanceof DatabaseError
      ? sqlStates.test(code)
      : networkCodes.has(code) || driverMessages.test(error.message);
  if (!isOutage) return error;
  return new ApiError('unavailable', 'The bridge can not reach its database now.', {
    cause: error,
    headers: { 'Retry-After': '5' },
  });
}
