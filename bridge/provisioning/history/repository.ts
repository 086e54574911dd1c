// The SQL of the past: the events of one resource, and of one user's memberships, the latest first.
import { type RawBuilder, sql } from 'kysely';
import type { Pool } from 'pg';
import type { LoggedEvent } from '../../events/contracts.ts';
import { type LoggedRow, loggedColumns, toLoggedEvent } from '../../events/repository.ts';
import { readIn } from '../../platform/db/scope.ts';

/** Of the latest events, so many are searched for somebody who is gone. */
const searchedEvents = 200_000;

const columns = sql.join(loggedColumns.map((column) => sql.ref(column)));

export interface FoundResource {
  type: string;
  id: string;
}

export function createHistoryRepository(pool: Pool) {
  const listed = async (directoryId: string, query: RawBuilder<LoggedRow>): Promise<LoggedEvent[]> =>
    readIn(pool, [directoryId], async (scope) => {
      const { rows } = await query.execute(scope);
      return rows.map((row) => toLoggedEvent(directoryId, row));
    });

  return {
    /** Users by id, userName or e-mail, groups by id or displayName; who is gone, if the log still knows them. */
    async findResources(directoryId: string, text: string, id: string | undefined): Promise<FoundResource[]> {
      const key = text.toLowerCase();
      const wanted = id ?? null;
      return readIn(pool, [directoryId], async (scope) => {
        const { rows } = await sql<FoundResource>`
          select 'User' as type, id from users
            where directory_id = ${directoryId} and (user_name_key = ${key} or id = ${wanted}::uuid)
          union select 'User', user_id from user_emails where directory_id = ${directoryId} and value_key = ${key}
          union select 'Group', id from groups
            where directory_id = ${directoryId} and (display_name_key = ${key} or id = ${wanted}::uuid)
          limit 20`.execute(scope);
        if (rows.length > 0) return rows;
        const gone =
          id === undefined
            ? sql`e.type like 'user.%' and e.data->'keys'->'usernames' ? ${key}
                and e.position > (select position from event_heads where directory_id = ${directoryId}) - ${searchedEvents}`
            : sql`e.resource_id = ${id}::uuid`;
        const { rows: known } = await sql<FoundResource & { last: number }>`
          select e.resource_type as type, e.resource_id as id, max(e.id) as last from events e
          where e.directory_id = ${directoryId} and ${gone} group by 1, 2 order by 3 desc limit 20`.execute(scope);
        return known.map(({ type, id: resourceId }) => ({ type, id: resourceId }));
      });
    },

    listEvents: (directoryId: string, resourceId: string, limit: number) =>
      listed(
        directoryId,
        sql<LoggedRow>`
          select ${columns} from events
          where directory_id = ${directoryId} and resource_id = ${resourceId} and position is not null
          order by id desc limit ${limit}`,
      ),

    /** Those after `since`. */
    listLater: (directoryId: string, resourceId: string, since: Date, limit: number) =>
      listed(
        directoryId,
        sql<LoggedRow>`
          select ${columns} from events
          where directory_id = ${directoryId} and resource_id = ${resourceId} and position is not null
            and created_at > ${since}
          order by id desc limit ${limit}`,
      ),

    /** Groups that the user came into or left after `since`, of the events after `position`. */
    listLaterMemberships: (directoryId: string, userId: string, since: Date, position: number, limit: number) =>
      listed(
        directoryId,
        sql<LoggedRow>`
          select ${columns} from events
          where directory_id = ${directoryId} and type in ('group.member_added', 'group.member_removed')
            and position > ${position}
            and created_at > ${since} and data->'members' ? ${userId}
          order by position desc limit ${limit}`,
      ),

    async listMembers(directoryId: string, groupId: string): Promise<string[]> {
      return readIn(pool, [directoryId], async (scope) => {
        const { rows } = await sql<{ value: string }>`
          select member_id as value from group_members where directory_id = ${directoryId} and group_id = ${groupId}`.execute(
          scope,
        );
        return rows.map(({ value }) => value);
      });
    },

    async listGroups(directoryId: string, userId: string): Promise<string[]> {
      return readIn(pool, [directoryId], async (scope) => {
        const { rows } = await sql<{ id: string }>`
          select group_id as id from group_members where directory_id = ${directoryId} and member_id = ${userId}`.execute(
          scope,
        );
        return rows.map(({ id }) => id);
      });
    },

    async listGroupNames(directoryId: string, ids: readonly string[]): Promise<Map<string, string>> {
      return readIn(pool, [directoryId], async (scope) => {
        const { rows } = await sql<{ id: string; name: string }>`
          select id, display_name as name from groups
          where directory_id = ${directoryId} and id = any(${ids}::uuid[])`.execute(scope);
        return new Map(rows.map(({ id, name }) => [id, name]));
      });
    },

    /** When the first event that is left was written, of a log whose beginning is gone. */
    async findBeginning(directoryId: string): Promise<Date | undefined> {
      return readIn(pool, [directoryId], async (scope) => {
        const { rows } = await sql<{ at: Date }>`
          select created_at as at from events
          where directory_id = ${directoryId} and position = (
            select pruned_position + 1 from event_heads
            where directory_id = ${directoryId} and pruned_position > 0)`.execute(scope);
        return rows[0]?.at;
      });
    },
  };
}
