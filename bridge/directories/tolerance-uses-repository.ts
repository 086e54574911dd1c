// The SQL of the tolerances that directories have used.
import { type Kysely, sql } from 'kysely';
import type { Pool } from 'pg';
import type { Database } from '../platform/db/database.ts';
import { readIn, writeIn } from '../platform/db/scope.ts';
import { isToleranceName, type ToleranceName } from '../scim/interop/tolerances.ts';

export interface ToleranceUse {
  tolerance: ToleranceName;
  /** Requests that succeeded because of it. */
  uses: number;
  firstUsedAt: Date;
  lastUsedAt: Date;
}

export function createToleranceUsesRepository(pool: Pool) {
  return {
    /** Adds to what is there. */
    async addUses(directoryId: string, uses: readonly ToleranceUse[]): Promise<void> {
      // Always in the same order: two replicas that write at once wait for each other instead of locking up.
      const rows = uses
        .map(({ tolerance, uses: count, firstUsedAt, lastUsedAt }) => ({
          directory_id: directoryId,
          tolerance,
          first_used_at: firstUsedAt,
          last_used_at: lastUsedAt,
          uses: count,
        }))
        .sort((a, b) => (a.tolerance < b.tolerance ? -1 : 1));
      await writeIn(pool, directoryId, (scope: Kysely<Database>) =>
        scope
          .insertInto('directory_tolerance_uses')
          .values(rows)
          .onConflict((conflict) =>
            conflict.columns(['directory_id', 'tolerance']).doUpdateSet({
              first_used_at: sql`least(directory_tolerance_uses.first_used_at, excluded.first_used_at)`,
              last_used_at: sql`greatest(directory_tolerance_uses.last_used_at, excluded.last_used_at)`,
              uses: sql`directory_tolerance_uses.uses + excluded.uses`,
            }),
          )
          .execute(),
      );
    },

    async listUses(directoryId: string): Promise<ToleranceUse[]> {
      const rows = await readIn(pool, [directoryId], (scope) =>
        scope
          .selectFrom('directory_tolerance_uses')
          .selectAll()
          .where('directory_id', '=', directoryId)
          .orderBy('tolerance')
          .execute(),
      );
      return rows.flatMap(({ tolerance, uses, first_used_at: firstUsedAt, last_used_at: lastUsedAt }) =>
        isToleranceName(tolerance) ? [{ tolerance, uses, firstUsedAt, lastUsedAt }] : [],
      );
    },
  };
}

export type ToleranceUsesRepository = ReturnType<typeof createToleranceUsesRepository>;
