// One replica at a time removes old rows.
import { sql } from 'kysely';
import type { Scope } from './scope.ts';

/** Any number that no other lock of the product has. */
const pruningLock = 7_042_002;

/**
 * Whether this transaction is the one that prunes. The lock lives with it, so that a replica that dies while it prunes holds
 * up nobody.
 */
export async function takePruningLock(scope: Scope): Promise<boolean> {
  const { rows } = await sql<{ taken: boolean }>`
    select pg_try_advisory_xact_lock(${pruningLock}) as taken`.execute(scope);
  return rows[0]?.taken === true;
}
