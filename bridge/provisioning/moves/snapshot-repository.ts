// The SQL of what a move found: taking it down, and looking users and groups up in it.
import { sql } from 'kysely';
import type { Scope } from '../../platform/db/scope.ts';
import { ENTERPRISE_USER_SCHEMA } from '../../scim/schema/enterprise-user-schema.ts';
import type { MoveCounts, MovedState } from './contracts.ts';
import { type Candidate, keysOf, type MatchAttribute, type MatchKeys } from './matching.ts';

/** More users than this with one value are as ambiguous as these. */
const maxCandidates = 20;

interface ValuesRow {
  id: string;
  user_name: string;
  email: string | null;
  external_id: string | null;
  employee_number: string | null;
}

export interface KeyedUser {
  id: string;
  keys: MatchKeys;
}

/** The next users by id, with what they can be matched by. */
export async function listKeyedUsers(
  scope: Scope,
  directoryId: string,
  after: string,
  limit: number,
): Promise<KeyedUser[]> {
  const { rows } = await sql<ValuesRow>`
    select id, user_name, email, external_id, resource #>> array[${ENTERPRISE_USER_SCHEMA}, 'employeeNumber'] as employee_number
    from users where directory_id = ${directoryId} and id > ${after}::uuid order by id limit ${limit}`.execute(scope);
  return rows.map(({ id, user_name: userName, email, external_id: externalId, employee_number: employeeNumber }) => ({
    id,
    keys: keysOf({ userName, email, externalId, employeeNumber }),
  }));
}

/** The last user that was taken down, to go on after an interruption. */
export async function lastTakenDown(scope: Scope, directoryId: string): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`select user_id as id from directory_move_users
    where directory_id = ${directoryId} order by user_id desc limit 1`.execute(scope);
  return rows[0]?.id;
}

/** Takes users down as they are, with their keys. */
export async function takeDownUsers(scope: Scope, directoryId: string, users: readonly KeyedUser[]): Promise<void> {
  await sql`insert into directory_move_users (directory_id, user_id, state, user_name_key, active, resource, version,
      password_hash, created_at, last_modified_at)
    select u.directory_id, u.id, 'waiting', u.user_name_key, u.active, u.resource, u.version, c.password_hash,
      u.created_at, u.last_modified_at
    from users u left join user_credentials c on c.directory_id = u.directory_id and c.user_id = u.id
    where u.directory_id = ${directoryId} and u.id = any(${users.map(({ id }) => id)}::uuid[])`.execute(scope);
  const keys = users.flatMap(({ id, keys: own }) =>
    Object.entries(own).map(([attribute, key]) => ({ user_id: id, attribute, key })),
  );
  await sql`insert into directory_move_keys (directory_id, user_id, attribute, key)
    select ${directoryId}::uuid, user_id, attribute, key
    from json_to_recordset(${JSON.stringify(keys)}::json) as taken (user_id uuid, attribute text, key text)`.execute(
    scope,
  );
}

/** Takes all groups down, with their members. */
export async function takeDownGroups(scope: Scope, directoryId: string): Promise<void> {
  await sql`insert into directory_move_groups (directory_id, group_id, state, display_name_key, resource, version,
      created_at, last_modified_at)
    select directory_id, id, 'waiting', display_name_key, resource, version, created_at, last_modified_at
    from groups where directory_id = ${directoryId}`.execute(scope);
  await sql`insert into directory_move_members (directory_id, group_id, member_id, display, created_at)
    select directory_id, group_id, member_id, display, created_at
    from group_members where directory_id = ${directoryId}`.execute(scope);
}

/** All users who have one of the keys, locked in the order of their ids; those who have left since are not asked about. */
export async function lockCandidates(
  scope: Scope,
  directoryId: string,
  rule: readonly MatchAttribute[],
  keys: MatchKeys,
): Promise<Candidate[]> {
  const wanted = rule.flatMap((attribute) =>
    keys[attribute] === undefined ? [] : [{ attribute, key: keys[attribute] }],
  );
  const { rows } = await sql<{ id: string; state: MovedState; keys: MatchKeys }>`
    select m.user_id as id, m.state, (select json_object_agg(k.attribute, k.key) from directory_move_keys k
        where k.directory_id = m.directory_id and k.user_id = m.user_id) as keys
    from directory_move_users m
    where m.directory_id = ${directoryId} and m.user_id = any(array(
        select found.user_id from unnest(${wanted.map(({ attribute }) => attribute)}::text[],
            ${wanted.map(({ key }) => key)}::text[]) as wanted (attribute, key)
          cross join lateral (select k.user_id from directory_move_keys k where k.directory_id = ${directoryId}
            and k.attribute = wanted.attribute and k.key = wanted.key limit ${maxCandidates}) as found))
      and exists (select from users u where u.directory_id = m.directory_id and u.id = m.user_id)
    order by m.user_id for update of m`.execute(scope);
  return rows.map(({ id, state, keys: own }) => ({ id, isTaken: state !== 'waiting', keys: own ?? {} }));
}

/** Where the user stands in the move, locked; undefined when the move doesn't know it. */
export async function lockMovedUser(
  scope: Scope,
  directoryId: string,
  userId: string,
): Promise<{ state: MovedState; keys: MatchKeys } | undefined> {
  const { rows } = await sql<{ state: MovedState; keys: MatchKeys | null }>`
    select m.state, (select json_object_agg(k.attribute, k.key) from directory_move_keys k
      where k.directory_id = m.directory_id and k.user_id = m.user_id) as keys
    from directory_move_users m where m.directory_id = ${directoryId} and m.user_id = ${userId} for update of m`.execute(
    scope,
  );
  return rows[0] && { state: rows[0].state, keys: rows[0].keys ?? {} };
}

/** Who has the user name now. */
export async function findNameHolder(
  scope: Scope,
  directoryId: string,
  userNameKey: string,
): Promise<{ id: string; state: MovedState | null } | undefined> {
  const { rows } = await sql<{ id: string; state: MovedState | null }>`select u.id, m.state from users u
    left join directory_move_users m on m.directory_id = u.directory_id and m.user_id = u.id
    where u.directory_id = ${directoryId} and u.user_name_key = ${userNameKey}`.execute(scope);
  return rows[0];
}

export async function markUserAdopted(
  scope: Scope,
  directoryId: string,
  userId: string,
  matchedBy: string,
  now: Date,
): Promise<void> {
  await scope
    .updateTable('directory_move_users')
    .set({ state: 'adopted', matched_by: matchedBy, moved_at: now })
    .where('directory_id', '=', directoryId)
    .where('user_id', '=', userId)
    .execute();
}

export async function noteNewUser(scope: Scope, directoryId: string, userId: string, now: Date): Promise<void> {
  await scope
    .insertInto('directory_move_users')
    .values({
      directory_id: directoryId,
      user_id: userId,
      state: 'created',
      user_name_key: null,
      active: true,
      resource: null,
      version: 1,
      password_hash: null,
      created_at: now,
      last_modified_at: now,
      matched_by: null,
      moved_at: now,
    })
    .execute();
}

/** The group of this name that nobody has taken over yet, if it is still there; locked. */
export async function lockWaitingGroup(
  scope: Scope,
  directoryId: string,
  displayNameKey: string,
): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`select m.group_id as id from groups g
    join directory_move_groups m on m.directory_id = g.directory_id and m.group_id = g.id
    where g.directory_id = ${directoryId} and g.display_name_key = ${displayNameKey} and m.state = 'waiting'
    for update of m`.execute(scope);
  return rows[0]?.id;
}

/** Notes that a group is the new identity provider's; answers whether it was not yet. */
export async function markGroupAdopted(
  scope: Scope,
  directoryId: string,
  groupId: string,
  now: Date,
): Promise<boolean> {
  const result = await scope
    .updateTable('directory_move_groups')
    .set({ state: 'adopted', moved_at: now })
    .where('directory_id', '=', directoryId)
    .where('group_id', '=', groupId)
    .where('state', '=', 'waiting')
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export async function noteNewGroup(scope: Scope, directoryId: string, groupId: string, now: Date): Promise<void> {
  await scope
    .insertInto('directory_move_groups')
    .values({
      directory_id: directoryId,
      group_id: groupId,
      state: 'created',
      display_name_key: null,
      resource: null,
      version: 1,
      created_at: now,
      last_modified_at: now,
      moved_at: now,
    })
    .execute();
}

export async function isGroupWaiting(scope: Scope, directoryId: string, groupId: string): Promise<boolean> {
  const row = await scope
    .selectFrom('directory_move_groups')
    .select('state')
    .where('directory_id', '=', directoryId)
    .where('group_id', '=', groupId)
    .executeTakeFirst();
  return row?.state === 'waiting';
}

/** Notes members that the new identity provider has named; without ids, all who are in the group now. */
export async function confirmMembers(
  scope: Scope,
  directoryId: string,
  groupId: string,
  memberIds?: readonly string[],
): Promise<void> {
  const named =
    memberIds === undefined
      ? sql`exists (select from group_members g where g.directory_id = directory_move_members.directory_id
          and g.group_id = directory_move_members.group_id and g.member_id = directory_move_members.member_id)`
      : sql`member_id = any(${[...memberIds]}::text[])`;
  await sql`update directory_move_members set confirmed = true
    where directory_id = ${directoryId} and group_id = ${groupId} and not confirmed and ${named}`.execute(scope);
}

export async function countMoved(scope: Scope, directoryId: string): Promise<MoveCounts> {
  const { rows } = await sql<{ kind: string; state: string; count: number }>`
    select 'users' as kind, state, count(*) as count from directory_move_users
      where directory_id = ${directoryId} group by state
    union all select 'groups', state, count(*) from directory_move_groups where directory_id = ${directoryId} group by state
    union all select 'members', '', count(*) from directory_move_members m
      join directory_move_groups g on g.directory_id = m.directory_id and g.group_id = m.group_id and g.state = 'adopted'
      join group_members now on now.directory_id = m.directory_id and now.group_id = m.group_id and now.member_id = m.member_id
      where m.directory_id = ${directoryId} and not m.confirmed
    union all select 'claims', case when decision is null then 'open' else 'decided' end, count(*)
      from directory_move_claims where directory_id = ${directoryId} group by 2`.execute(scope);
  const count = (kind: string, state: string): number =>
    rows.find((row) => row.kind === kind && row.state === state)?.count ?? 0;
  const states = (kind: string) => ({
    waiting: count(kind, 'waiting'),
    adopted: count(kind, 'adopted'),
    created: count(kind, 'created'),
  });
  return {
    users: states('users'),
    groups: states('groups'),
    unconfirmedMembers: count('members', ''),
    claims: { open: count('claims', 'open'), decided: count('claims', 'decided') },
  };
}
