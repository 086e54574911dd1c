// The SQL that takes old events out of a directory's log, from its beginning and without gaps.
import { sql } from 'kysely';
import type { Pool } from 'pg';
import { takePruningLock } from '../platform/db/pruning-lock.ts';
import { writeIn } from '../platform/db/scope.ts';
import type { PrunedBatch } from '../platform/retention.ts';

export interface PruningLimits {
  /** Events from before this time go. */
  before: Date | undefined;
  /** Only so many of the latest events stay. */
  keep: number | undefined;
}

interface Oldest {
  head: number;
  pruned: number;
  /** The last position of the batch. */
  last: number | null;
  /** The first position of the batch that isn't old. */
  recent: number | null;
}

export function createRetentionRepository(pool: Pool) {
  return {
    /**
     * Removes at most `size` of the oldest events. A batch is short, so that no vacuum waits for it.
     */
    async pruneBatch(directoryId: string, { before, keep }: PruningLimits, size: number): Promise<PrunedBatch> {
      return writeIn(pool, directoryId, async (scope) => {
        if (!(await takePruningLock(scope))) return 'elsewhere';
        const { rows } = await sql<Oldest>`
          select h.position as head, h.pruned_position as pruned, max(o.position) as last,
            min(o.position) filter (where o.created_at >= ${before ?? null}::timestamptz) as recent
          from event_heads h left join lateral (
            select e.position, e.created_at from events e
            where e.directory_id = ${directoryId} and e.position > h.pruned_position order by e.position limit ${size}
          ) as o on true
          where h.directory_id = ${directoryId} group by h.position, h.pruned_position`.execute(scope);
        const [oldest] = rows;
        if (!oldest || oldest.last === null) return { pruned: 0 };
        const byAge = before === undefined ? 0 : oldest.recent === null ? oldest.last : oldest.recent - 1;
        const byCount = keep === undefined ? 0 : oldest.head - keep;
        const through = Math.min(oldest.last, Math.max(byAge, byCount));
        if (through <= oldest.pruned) return { pruned: 0 };
        const { numDeletedRows } = await scope
          .deleteFrom('events')
          .where('directory_id', '=', directoryId)
          .where('position', '>', oldest.pruned)
          .where('position', '<=', through)
          .executeTakeFirst();
        await scope
          .updateTable('event_heads')
          .set({ pruned_position: through })
          .where('directory_id', '=', directoryId)
          .execute();
        return { pruned: Number(numDeletedRows) };
      });
    },
  };
}

export type RetentionRepository = ReturnType<typeof createRetentionRepository>;
