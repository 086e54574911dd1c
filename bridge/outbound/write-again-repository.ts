// Transactions that may wait for each other: PostgreSQL ends one of two, which is then done once more.
import type { Pool } from 'pg';
import { isRetryable } from '../platform/db/errors.ts';
import { type Scope, writeIn } from '../platform/db/scope.ts';

const attempts = 5;

/** Like {@link writeIn}; `work` may run several times. */
export async function writeAgain<T>(pool: Pool, directoryId: string, work: (scope: Scope) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await writeIn(pool, directoryId, work);
    } catch (error) {
      if (attempt >= attempts || !isRetryable(error)) throw error;
    }
  }
}
