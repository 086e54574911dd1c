// The SQL behind the change feed: where each directory's log ends, and whom an event touches besides its resource.
import { sql } from 'kysely';
import type { Pool } from 'pg';
import { readIn } from '../../platform/db/scope.ts';
import type { UserRef } from './users.ts';

export interface LogHead {
  directoryId: string;
  /** The last position given. */
  head: number;
  /** Whether committed events still wait for a position. */
  unplaced: boolean;
}

export interface NamedUser extends UserRef {
  userNameKey: string;
  emailKey: string | null;
}

export interface MembersQuery {
  directoryId: string;
  groupId: string;
  /** Only members whose user id is greater. */
  afterUserId: string;
}

export function createFeedQueries(pool: Pool) {
  return {
    async readHeads(directoryIds: readonly string[]): Promise<LogHead[]> {
      const { rows } = await readIn(pool, directoryIds, (scope) =>
        sql<{ directory_id: string; head: number; unplaced: boolean }>`
          select d.directory_id,
            coalesce((select h.position from event_heads h where h.directory_id = d.directory_id), 0) as head,
            exists (select from events e where e.directory_id = d.directory_id and e.position is null) as unplaced
          from unnest(${directoryIds}::uuid[]) as d (directory_id)`.execute(scope),
      );
      return rows.map((row) => ({ directoryId: row.directory_id, head: row.head, unplaced: row.unplaced }));
    },

    /** Users of `directoryIds` that have one of these user names or e-mails (keys in lower case). */
    async findNamed(
      directoryIds: readonly string[],
      usernames: readonly string[],
      emails: readonly string[],
    ): Promise<NamedUser[]> {
      if (directoryIds.length === 0 || usernames.length + emails.length === 0) return [];
      const { rows } = await readIn(pool, directoryIds, (scope) =>
        sql<{ directory_id: string; id: string; user_name_key: string; email_key: string | null }>`
          select u.directory_id, u.id, u.user_name_key, u.email_key from users u
          where u.directory_id = any(${directoryIds}::uuid[])
            and (u.user_name_key = any(${usernames}::text[]) or u.email_key = any(${emails}::text[]))`.execute(scope),
      );
      return rows.map((row) => ({
        directoryId: row.directory_id,
        id: row.id,
        userNameKey: row.user_name_key,
        emailKey: row.email_key,
      }));
    },

    /** For each query the first `limit` users of the group, by id. */
    async listMemberIds(queries: readonly MembersQuery[], limit: number): Promise<string[][]> {
      if (queries.length === 0) return [];
      const directoryIds = [...new Set(queries.map((query) => query.directoryId))];
      const { rows } = await readIn(pool, directoryIds, (scope) =>
        sql<{ number: number; user_id: string }>`
          select g.number, member.user_id
          from unnest(
            ${queries.map((query) => query.directoryId)}::uuid[],
            ${queries.map((query) => query.groupId)}::uuid[],
            ${queries.map((query) => query.afterUserId)}::uuid[]
          ) with ordinality as g (directory_id, group_id, after_user_id, number)
          cross join lateral (
            select m.user_id from group_members m
            where m.directory_id = g.directory_id and m.group_id = g.group_id and m.user_id > g.after_user_id
            order by m.user_id limit ${limit}
          ) as member`.execute(scope),
      );
      const members = queries.map((): string[] => []);
      for (const row of rows) members[row.number - 1]?.push(row.user_id);
      return members;
    },
  };
}
