// Transactions of provisioning: one per use case, repeated when PostgreSQL says that it collided with another.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { isDivisionByZero, isLocked, isRetryable, violatedConstraint } from '../platform/db/errors.ts';
import { type RowsOf, readAtOnce, readIn, type Scope, writeAtOnce, writeIn } from '../platform/db/scope.ts';
import type { Statement } from '../platform/db/statement.ts';
import { createTurns } from '../platform/turns.ts';
import { scimError } from '../scim/errors.ts';
import { ScimFailure } from './scim-failure.ts';

const attempts = 5;
// A member that was deleted between being looked up and being written: the second try doesn't find it any more.
const vanishedMember = new Set(['group_members_user_fkey', 'group_members_child_group_fkey']);

/** See write-guard-repository.ts: the same request, sent again, meets the directory as it has become. */
const directoryChanged = scimError(503, 'The directory is being changed; nothing was written. Send it again.');

export interface Transactions {
  /**
   * Runs `work` in a transaction for the directory; `work` may run again after a deadlock, so it has no other effects.
   * `resourceId` names the row that it locks first: works on one row take turns before they take a connection. Otherwise
   * a busy group's writers, all waiting for its lock, would leave no connection to anybody else.
   */
  write<T>(directoryId: string, work: (scope: Scope) => Promise<T>, resourceId?: string): Promise<T>;
  read<T>(directoryId: string, work: (scope: Scope) => Promise<T>): Promise<T>;
  /** Like write and read, for statements that need no answer of each other: one round trip. */
  writeAtOnce(directoryId: string, statements: readonly Statement[]): Promise<void>;
  readAtOnce<const S extends readonly Statement[]>(directoryId: string, statements: S): Promise<RowsOf<S>>;
}

function mayRetry(error: unknown): boolean {
  const constraint = violatedConstraint(error);
  return isRetryable(error) || (constraint !== undefined && vanishedMember.has(constraint));
}

export function createTransactions(pool: Pool): Transactions {
  const turns = createTurns();

  async function repeated<T>(write: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await write();
      } catch (error) {
        if (isDivisionByZero(error) || isLocked(error)) throw new ScimFailure(directoryChanged, { cause: error });
        if (attempt >= attempts || !mayRetry(error)) throw error;
        await sleep(Math.random() * 10 * 2 ** attempt);
      }
    }
  }

  return {
    read: (directoryId, work) => readIn(pool, [directoryId], work),
    readAtOnce: (directoryId, statements) => readAtOnce(pool, [directoryId], statements),
    write: (directoryId, work, resourceId) => {
      const write = () => repeated(() => writeIn(pool, directoryId, work));
      return resourceId === undefined ? write() : turns.take(`${directoryId}/${resourceId}`, write);
    },
    async writeAtOnce(directoryId, statements) {
      await repeated(() => writeAtOnce(pool, directoryId, statements));
    },
  };
}
