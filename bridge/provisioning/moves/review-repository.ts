// The SQL of the lists that an operator looks through: what was taken over by whom, and what wasn't; and the plan before.
import { sql } from 'kysely';
import type { Scope } from '../../platform/db/scope.ts';
import { ENTERPRISE_USER_SCHEMA } from '../../scim/schema/enterprise-user-schema.ts';
import type { MovedEntry, MovedState } from './contracts.ts';
import type { MatchAttribute } from './matching.ts';

interface EntryRow {
  id: string;
  state: MovedState;
  matched_by: string | null;
  moved_at: Date | null;
  name_before: string | null;
  external_id_before: string | null;
  active_before: boolean | null;
  name_now: string | null;
  external_id_now: string | null;
  active_now: boolean | null;
}

function toEntry(row: EntryRow): MovedEntry {
  const side = (name: string | null, externalId: string | null, active: boolean | null) =>
    name === null ? null : { name, externalId, active };
  return {
    id: row.id,
    state: row.state,
    matchedBy: row.matched_by,
    movedAt: row.moved_at,
    before: side(row.name_before, row.external_id_before, row.active_before),
    now: side(row.name_now, row.external_id_now, row.active_now),
  };
}

export interface EntryPage {
  state: MovedState;
  after: string;
  limit: number;
}

/** The next users of a state by id, as they were and as they are. */
export async function listMovedUsers(
  scope: Scope,
  directoryId: string,
  { state, after, limit }: EntryPage,
): Promise<MovedEntry[]> {
  const { rows } = await sql<EntryRow>`
    select m.user_id as id, m.state, m.matched_by, m.moved_at, m.resource ->> 'userName' as name_before,
      m.resource ->> 'externalId' as external_id_before, case when m.resource is not null then m.active end as active_before,
      u.user_name as name_now, u.external_id as external_id_now, u.active as active_now
    from (
      select * from directory_move_users
      where directory_id = ${directoryId} and state = ${state} and user_id > ${after}::uuid order by user_id limit ${limit}
    ) m left join users u on u.directory_id = m.directory_id and u.id = m.user_id
    order by m.user_id`.execute(scope);
  return rows.map(toEntry);
}

/** The next groups of a state by id. */
export async function listMovedGroups(
  scope: Scope,
  directoryId: string,
  { state, after, limit }: EntryPage,
): Promise<MovedEntry[]> {
  const { rows } = await sql<EntryRow>`
    select m.group_id as id, m.state, null as matched_by, m.moved_at, m.resource ->> 'displayName' as name_before,
      m.resource ->> 'externalId' as external_id_before, null as active_before,
      g.display_name as name_now, g.external_id as external_id_now, null as active_now
    from (
      select * from directory_move_groups
      where directory_id = ${directoryId} and state = ${state} and group_id > ${after}::uuid order by group_id limit ${limit}
    ) m left join groups g on g.directory_id = m.directory_id and g.id = m.group_id
    order by m.group_id`.execute(scope);
  return rows.map(toEntry);
}

export interface MatchCounts {
  users: number;
  groups: number;
  unmatchable: number;
  attributes: { attribute: MatchAttribute; users: number; ambiguous: number }[];
}

/** How well users can be told apart by each attribute. Blanks and capitals count as in {@link matchKey}, but for rare ones. */
export async function countMatchable(
  scope: Scope,
  directoryId: string,
  rule: readonly MatchAttribute[],
): Promise<MatchCounts> {
  const columns = {
    userName: sql`user_name_key`,
    email: sql`email_key`,
    externalId: sql`external_id`,
    employeeNumber: sql`resource #>> array[${ENTERPRISE_USER_SCHEMA}, 'employeeNumber']`,
  };
  const keyed = (attribute: MatchAttribute) =>
    sql`nullif(lower(btrim(regexp_replace(${columns[attribute]}, '\\s+', ' ', 'g')) collate "und-x-icu"), '')`;
  const ofDirectory = sql`from users where directory_id = ${directoryId}`;
  const attributes: MatchCounts['attributes'] = [];
  for (const attribute of rule) {
    const { rows } = await sql<{ users: number; ambiguous: number }>`
      select coalesce(sum(n), 0)::bigint as users, coalesce(sum(n) filter (where n > 1), 0)::bigint as ambiguous
      from (select count(*) as n from (select ${keyed(attribute)} as key ${ofDirectory}) as keys
        where key is not null group by key) as counted`.execute(scope);
    attributes.push({ attribute, users: rows[0]?.users ?? 0, ambiguous: rows[0]?.ambiguous ?? 0 });
  }
  const none = sql.join(
    rule.map((attribute) => sql`${keyed(attribute)} is null`),
    sql` and `,
  );
  const { rows } = await sql<{ users: number; groups: number; unmatchable: number }>`
    select (select count(*) ${ofDirectory}) as users, (select count(*) ${ofDirectory} and ${none}) as unmatchable,
      (select count(*) from groups where directory_id = ${directoryId}) as groups`.execute(scope);
  return { ...(rows[0] ?? { users: 0, groups: 0, unmatchable: 0 }), attributes };
}
