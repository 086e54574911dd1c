// What PostgreSQL's errors mean to us.
import { DatabaseError } from 'pg';

/** The violated constraint's name without Citus's shard suffix, or undefined when `error` is something else. */
export function violatedConstraint(error: unknown): string | undefined {
  if (!(error instanceof DatabaseError) || !error.code?.startsWith('23')) return undefined;
  return error.constraint?.replace(/_\d+$/, '');
}

/** True for errors after which the same transaction may succeed: serialization failure and deadlock. */
export function isRetryable(error: unknown): boolean {
  return error instanceof DatabaseError && (error.code === '40001' || error.code === '40P01');
}

/** True for a statement that was refused because one before it in the transaction failed. */
export function isAborted(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === '25P02';
}

/** True for a statement that asked for a row by dividing by their number, and there was none. */
export function isDivisionByZero(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === '22012';
}

/** True for a statement that was not to wait for a lock that somebody else holds. */
export function isLocked(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === '55P03';
}

/** True when PostgreSQL cancelled a statement that took longer than it may. */
export function isTimeout(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === '57014';
}

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
/** Connection lost, resources short, server stopping or starting, statement cancelled, standby that takes no writes. */
const outageStates = /^(08|53|57P|57014|25006)/;
/** The driver gives these no code. */
const outageMessages =
  /^(timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error)/;

/** True when the database can't answer now, so that the same request may succeed later: a 503, not a 500. */
export function isOutage(error: Error): boolean {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (error instanceof DatabaseError) return outageStates.test(code);
  return networkCodes.has(code) || outageMessages.test(error.message);
}
