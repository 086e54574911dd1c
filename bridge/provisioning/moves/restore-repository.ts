// The SQL of ending a move: what was not taken over, and the way back to how everything was.
import { sql } from 'kysely';
import type { Scope } from '../../platform/db/scope.ts';
import type { JsonObject } from '../../scim/json.ts';
import type { UndoPlan } from './contracts.ts';

/** Users of a state who are still there; `activeOnly` leaves out those who can't log in anyway. */
export async function listLeftUsers(
  scope: Scope,
  directoryId: string,
  limit: number,
  { activeOnly }: { activeOnly: boolean },
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select u.id from directory_move_users m
    join users u on u.directory_id = m.directory_id and u.id = m.user_id ${activeOnly ? sql`and u.active` : sql``}
    where m.directory_id = ${directoryId} and m.state = 'waiting' order by u.id limit ${limit}`.execute(scope);
  return rows.map(({ id }) => id);
}

export async function listLeftGroups(scope: Scope, directoryId: string, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select g.id from directory_move_groups m
    join groups g on g.directory_id = m.directory_id and g.id = m.group_id
    where m.directory_id = ${directoryId} and m.state = 'waiting' order by g.id limit ${limit}`.execute(scope);
  return rows.map(({ id }) => id);
}

/** A group that was taken over, and members whom the new identity provider has not named. */
export async function findUnconfirmed(
  scope: Scope,
  directoryId: string,
  limit: number,
): Promise<{ groupId: string; members: string[] } | undefined> {
  const { rows } = await sql<{ group_id: string; member_id: string }>`
    with one as (select m.group_id from directory_move_members m
      join directory_move_groups g on g.directory_id = m.directory_id and g.group_id = m.group_id and g.state = 'adopted'
      join group_members n on n.directory_id = m.directory_id and n.group_id = m.group_id and n.member_id = m.member_id
      where m.directory_id = ${directoryId} and not m.confirmed limit 1)
    select m.group_id, m.member_id from directory_move_members m join one on one.group_id = m.group_id
      join group_members n on n.directory_id = m.directory_id and n.group_id = m.group_id and n.member_id = m.member_id
      where m.directory_id = ${directoryId} and not m.confirmed limit ${limit}`.execute(scope);
  const [first] = rows;
  return first && { groupId: first.group_id, members: rows.map((row) => row.member_id) };
}

/** Users and groups that the new identity provider has made and that are still there. */
export async function listMade(
  scope: Scope,
  directoryId: string,
  kind: 'User' | 'Group',
  limit: number,
): Promise<string[]> {
  const query =
    kind === 'User'
      ? sql<{ id: string }>`select u.id from directory_move_users m
          join users u on u.directory_id = m.directory_id and u.id = m.user_id
          where m.directory_id = ${directoryId} and m.state = 'created' order by u.id limit ${limit}`
      : sql<{ id: string }>`select g.id from directory_move_groups m
          join groups g on g.directory_id = m.directory_id and g.id = m.group_id
          where m.directory_id = ${directoryId} and m.state = 'created' order by g.id limit ${limit}`;
  return (await query.execute(scope)).rows.map(({ id }) => id);
}

/** Takes their names from those who bear the former name of one of the `ids`, and answers who they are: restore them at once. */
export async function freeNames(
  scope: Scope,
  directoryId: string,
  kind: 'User' | 'Group',
  ids: readonly string[],
): Promise<string[]> {
  const query =
    kind === 'User'
      ? sql<{ id: string }>`update users u set user_name_key = ':' || u.id from directory_move_users m
          where u.directory_id = ${directoryId} and m.directory_id = u.directory_id and m.user_id = any(${[...ids]}::uuid[])
            and m.user_name_key = u.user_name_key and m.user_id <> u.id and m.resource is not null returning u.id`
      : sql<{ id: string }>`update groups g set display_name_key = ':' || g.id from directory_move_groups m
          where g.directory_id = ${directoryId} and m.directory_id = g.directory_id and m.group_id = any(${[...ids]}::uuid[])
            and m.display_name_key = g.display_name_key and m.group_id <> g.id and m.resource is not null returning g.id`;
  return (await query.execute(scope)).rows.map(({ id }) => id);
}

/** Counts whom the new identity provider has made since the move was finished to those that it made before. */
export async function noteAddedSince(scope: Scope, directoryId: string, now: Date): Promise<void> {
  await sql`insert into directory_move_users (directory_id, user_id, state, active, version, created_at, last_modified_at, moved_at)
    select u.directory_id, u.id, 'created', u.active, u.version, u.created_at, u.last_modified_at, ${now}::timestamptz
    from users u where u.directory_id = ${directoryId} and not exists (select from directory_move_users m
      where m.directory_id = u.directory_id and m.user_id = u.id)`.execute(scope);
  await sql`insert into directory_move_groups (directory_id, group_id, state, version, created_at, last_modified_at, moved_at)
    select g.directory_id, g.id, 'created', g.version, g.created_at, g.last_modified_at, ${now}::timestamptz
    from groups g where g.directory_id = ${directoryId} and not exists (select from directory_move_groups m
      where m.directory_id = g.directory_id and m.group_id = g.id)`.execute(scope);
}

/** Most are as they were: they are passed over, all at once. */
export async function passOverUnchanged(scope: Scope, directoryId: string): Promise<void> {
  await sql`update directory_move_users m set restored = true
    from users u left join user_credentials c on c.directory_id = u.directory_id and c.user_id = u.id
    where m.directory_id = ${directoryId} and not m.restored and u.directory_id = m.directory_id and u.id = m.user_id
      and u.resource = m.resource and u.active = m.active and c.password_hash is not distinct from m.password_hash`.execute(
    scope,
  );
  await sql`update directory_move_groups m set restored = true from groups g
    where m.directory_id = ${directoryId} and not m.restored and g.directory_id = m.directory_id and g.id = m.group_id
      and g.resource = m.resource`.execute(scope);
}

/** A user or group as the move found it. */
export interface FoundResource {
  id: string;
  resource: JsonObject;
  active: boolean;
  version: number;
  passwordHash: string | null;
  createdAt: Date;
  lastModifiedAt: Date;
}

interface FoundRow {
  id: string;
  resource: JsonObject;
  active: boolean;
  version: number;
  password_hash: string | null;
  created_at: Date;
  last_modified_at: Date;
}

/** The next ones that were not restored yet, or these. */
export async function listFound(
  scope: Scope,
  directoryId: string,
  kind: 'User' | 'Group',
  which: { limit: number } | { ids: readonly string[] },
): Promise<FoundResource[]> {
  const chosen = (id: 'user_id' | 'group_id') =>
    'ids' in which ? sql`and ${sql.ref(id)} = any(${[...which.ids]}::uuid[])` : sql``;
  const limit = 'limit' in which ? sql`limit ${which.limit}` : sql``;
  const query =
    kind === 'User'
      ? sql<FoundRow>`select user_id as id, resource, active, version, password_hash, created_at, last_modified_at
          from directory_move_users where directory_id = ${directoryId} and resource is not null and not restored
          ${chosen('user_id')} order by user_id ${limit}`
      : sql<FoundRow>`select group_id as id, resource, true as active, version, null as password_hash, created_at, last_modified_at
          from directory_move_groups where directory_id = ${directoryId} and resource is not null and not restored
          ${chosen('group_id')} order by group_id ${limit}`;
  const { rows } = await query.execute(scope);
  return rows.map((row) => ({
    id: row.id,
    resource: row.resource,
    active: row.active,
    version: row.version,
    passwordHash: row.password_hash,
    createdAt: row.created_at,
    lastModifiedAt: row.last_modified_at,
  }));
}

export async function markRestored(
  scope: Scope,
  directoryId: string,
  kind: 'User' | 'Group',
  ids: readonly string[],
): Promise<void> {
  const query =
    kind === 'User'
      ? sql`update directory_move_users set restored = true
          where directory_id = ${directoryId} and user_id = any(${[...ids]}::uuid[])`
      : sql`update directory_move_groups set restored = true
          where directory_id = ${directoryId} and group_id = any(${[...ids]}::uuid[])`;
  await query.execute(scope);
}

/** A group whose members are not as they were, and what is to be done about it. */
export async function findChangedMembers(
  scope: Scope,
  directoryId: string,
  limit: number,
): Promise<{ groupId: string; gone: { value: string; display: string | null }[]; come: string[] } | undefined> {
  const { rows } = await sql<{ group_id: string; member_id: string; display: string | null; is_gone: boolean }>`
    with differing as (
      select m.group_id, m.member_id, m.display, true as is_gone from directory_move_members m
        where m.directory_id = ${directoryId} and not exists (select from group_members n
          where n.directory_id = m.directory_id and n.group_id = m.group_id and n.member_id = m.member_id)
      union all
      select n.group_id, n.member_id, null, false from group_members n
        where n.directory_id = ${directoryId} and not exists (select from directory_move_members m
          where m.directory_id = n.directory_id and m.group_id = n.group_id and m.member_id = n.member_id)),
      one as (select group_id from differing limit 1)
    select differing.* from differing join one on one.group_id = differing.group_id limit ${limit}`.execute(scope);
  const [first] = rows;
  if (!first) return undefined;
  return {
    groupId: first.group_id,
    gone: rows.filter((row) => row.is_gone).map((row) => ({ value: row.member_id, display: row.display })),
    come: rows.filter((row) => !row.is_gone).map((row) => row.member_id),
  };
}

/** Members in the order in which they were. */
export async function restoreMemberOrder(scope: Scope, directoryId: string, groupId: string): Promise<void> {
  await sql`update group_members n set created_at = m.created_at, display = m.display from directory_move_members m
    where n.directory_id = ${directoryId} and n.group_id = ${groupId} and m.directory_id = n.directory_id
      and m.group_id = n.group_id and m.member_id = n.member_id
      and (n.created_at, n.display) is distinct from (m.created_at, m.display)`.execute(scope);
}

/** What an undo would do now. */
export async function countUndo(scope: Scope, directoryId: string): Promise<UndoPlan> {
  const { rows } = await sql<{
    restored: number;
    remade: number;
    removed: number;
    activated: number;
    groups_restored: number;
    groups_remade: number;
    groups_removed: number;
  }>`select
      count(*) filter (where m.state <> 'created' and u.resource is distinct from m.resource and u.id is not null) as restored,
      count(*) filter (where m.state <> 'created' and u.id is null) as remade,
      (select count(*) from users a where a.directory_id = ${directoryId} and not exists (select from directory_move_users x
        where x.directory_id = a.directory_id and x.user_id = a.id and x.state <> 'created')) as removed,
      count(*) filter (where m.state <> 'created' and m.active and not u.active) as activated,
      (select count(*) from directory_move_groups x join groups g on g.directory_id = x.directory_id and g.id = x.group_id
        where x.directory_id = ${directoryId} and x.state <> 'created' and g.resource <> x.resource) as groups_restored,
      (select count(*) from directory_move_groups x where x.directory_id = ${directoryId} and x.state <> 'created'
        and not exists (select from groups g where g.directory_id = x.directory_id and g.id = x.group_id)) as groups_remade,
      (select count(*) from groups g where g.directory_id = ${directoryId} and not exists (select from directory_move_groups x
        where x.directory_id = g.directory_id and x.group_id = g.id and x.state <> 'created')) as groups_removed
    from directory_move_users m left join users u on u.directory_id = m.directory_id and u.id = m.user_id
    where m.directory_id = ${directoryId}`.execute(scope);
  const [row] = rows;
  return {
    users: {
      restored: row?.restored ?? 0,
      remade: row?.remade ?? 0,
      removed: row?.removed ?? 0,
      activated: row?.activated ?? 0,
    },
    groups: {
      restored: row?.groups_restored ?? 0,
      remade: row?.groups_remade ?? 0,
      removed: row?.groups_removed ?? 0,
    },
  };
}
