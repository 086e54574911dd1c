// The SQL that compares who is in groups.
import { sql } from 'kysely';
import type { Pool } from 'pg';
import { readIn } from '../../platform/db/scope.ts';
import type { Reach } from '../topology.ts';
import { isVisible } from './visibility.ts';

export interface ComparedMembers {
  count: number;
  /** The first ones by username. */
  users: { directoryId: string; id: string; username: string }[];
}

export function createMemberQueries(pool: Pool) {
  return {
    /** The visible users of enabled directories who are members of one of the groups `here`, and of none of `notHere`. */
    async compareMembers(
      reach: Reach,
      here: readonly string[],
      notHere: readonly string[],
      limit: number,
    ): Promise<ComparedMembers> {
      const added = here.filter((id) => !notHere.includes(id));
      if (added.length === 0) return { count: 0, users: [] };
      const { rows } = await readIn(pool, reach.enabled, (scope) =>
        sql<{ total: number; directory_id: string; id: string; user_name: string }>`
          with altered as materialized (
            select distinct u.directory_id, u.id, u.user_name, u.user_name_key
            from unnest(${reach.enabled}::uuid[]) with ordinality as d (directory_id, rank)
            join group_members m on m.directory_id = d.directory_id and m.group_id = any(${added}::uuid[])
            join users u on u.directory_id = m.directory_id and u.id = m.user_id
            where ${isVisible(reach, sql<number>`d.rank`)} and not exists (
              select from group_members o
              where o.directory_id = u.directory_id and o.user_id = u.id and o.group_id = any(${notHere}::uuid[]))
          )
          select (select count(*) from altered) as total, directory_id, id, user_name
          from altered order by user_name_key, id limit ${limit}`.execute(scope),
      );
      return {
        count: rows[0]?.total ?? 0,
        users: rows.map((row) => ({ directoryId: row.directory_id, id: row.id, username: row.user_name })),
      };
    },
  };
}
