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
