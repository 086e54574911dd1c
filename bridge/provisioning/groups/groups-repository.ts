// The SQL of SCIM groups, and the reading of their members; members-repository.ts changes them.
import { CompiledQuery, type SqlBool, sql } from 'kysely';
import type { Scope } from '../../platform/db/scope.ts';
import type { IndexedKey } from '../../scim/resource/indexed-keys.ts';
import type { Resource } from '../../scim/schema/model.ts';
import { groupStorage } from '../filters/filter-columns.ts';
import { filterToSql } from '../filters/filter-to-sql.ts';
import { sortKey } from '../filters/sort-key.ts';
import type { HeldOperation } from '../guard/contracts.ts';
import type { GroupColumns } from '../resource-columns.ts';
import { insertKeys, replaceKeys } from '../schemas/attribute-keys-repository.ts';
import type { ListPage, RowLock, StoredGroup, StoredResource } from '../stored-resource.ts';
import { toStored } from '../users/users-repository.ts';
import { type MembersRow, membersText, notHeld, type ShownMembers } from './group-reads.ts';

const columns = ['id', 'resource', 'version', 'created_at', 'last_modified_at'] as const;

export async function insertGroup(
  scope: Scope,
  directoryId: string,
  group: { id: string; resource: Resource; columns: GroupColumns; keys: readonly IndexedKey[]; now: Date },
): Promise<void> {
  await scope
    .insertInto('groups')
    .values({
      directory_id: directoryId,
      id: group.id,
      ...group.columns,
      resource: JSON.stringify(group.resource),
      version: 1,
      created_at: group.now,
      last_modified_at: group.now,
    })
    .execute();
  await insertKeys(scope, 'group_attribute_keys', directoryId, [group]);
}

/** Without `keys` it keeps those that it has. */
export async function updateGroup(
  scope: Scope,
  directoryId: string,
  group: {
    id: string;
    resource: Resource;
    columns: GroupColumns;
    version: number;
    now: Date;
    keys: readonly IndexedKey[] | undefined;
  },
): Promise<void> {
  await scope
    .updateTable('groups')
    .set({
      ...group.columns,
      resource: JSON.stringify(group.resource),
      version: group.version,
      last_modified_at: group.now,
    })
    .where('directory_id', '=', directoryId)
    .where('id', '=', group.id)
    .execute();
  if (group.keys) await replaceKeys(scope, 'group_attribute_keys', directoryId, group.id, group.keys);
}

/** Marks groups as changed because their members did. Answers the new versions. */
export async function touchGroups(
  scope: Scope,
  directoryId: string,
  groupIds: readonly string[],
  now: Date,
): Promise<Map<string, number>> {
  if (groupIds.length === 0) return new Map();
  const rows = await scope
    .updateTable('groups')
    .set((eb) => ({ version: eb('version', '+', 1), last_modified_at: now }))
    .where('directory_id', '=', directoryId)
    // One parameter, however many there are.
    .where('id', '=', sql<string>`any(${[...groupIds]}::uuid[])`)
    .returning(['id', 'version'])
    .execute();
  return new Map(rows.map((row) => [row.id, row.version]));
}

/** What the guard holds, beside the row that is locked: so nobody asks for it who has nothing held. */
const heldOperations = sql<HeldOperation[]>`array_remove(array[
  ${sql.join(
    (['delete_group', 'remove_member'] as const).map(
      (operation) => sql`case when exists (select from guard_held h
    where h.directory_id = groups.directory_id and h.group_id = groups.id and h.operation = ${sql.lit(operation)})
    then ${sql.lit(operation)} end`,
    ),
  )}], null)`;

export async function findGroup(
  scope: Scope,
  directoryId: string,
  id: string,
  options: { lock?: RowLock } = {},
): Promise<StoredGroup | undefined> {
  const row = await scope
    .selectFrom('groups')
    .select(columns)
    .select((options.lock ? heldOperations : sql<HeldOperation[]>`'{}'::text[]`).as('held'))
    .where('directory_id', '=', directoryId)
    .where('id', '=', id)
    .$if(options.lock === 'change', (query) => query.forNoKeyUpdate())
    .$if(options.lock === 'delete', (query) => query.forUpdate())
    .executeTakeFirst();
  return row && { ...toStored(row), held: row.held };
}

/**
 * Locks the groups that hold `memberId`, and the group of that id itself, lowest id first, and answers their ids. Whoever
 * changes members locks groups before users, so that a deleted user and a patched group don't wait for each other.
 */
export async function lockGroupsOfMember(scope: Scope, directoryId: string, memberId: string): Promise<string[]> {
  const rows = await scope
    .selectFrom('groups')
    .select('id')
    .where('directory_id', '=', directoryId)
    // Not a join: without statistics, as after a first import, PostgreSQL compared every group with each of them.
    .where(
      'id',
      '=',
      sql<string>`any(array(select group_id from group_members where directory_id = ${directoryId}
        and member_id = ${memberId} union all select ${memberId}::uuid))`,
    )
    .orderBy('id')
    .forUpdate()
    .execute();
  return rows.map((row) => row.id);
}

export async function deleteGroup(scope: Scope, directoryId: string, id: string): Promise<void> {
  await scope.deleteFrom('groups').where('directory_id', '=', directoryId).where('id', '=', id).execute();
}

export async function listGroups(
  scope: Scope,
  directoryId: string,
  page: ListPage,
): Promise<{ total: number; groups: StoredResource[] }> {
  const condition = page.filter ? filterToSql(groupStorage, page.filter) : undefined;
  const matching = scope
    .selectFrom('groups')
    .where('directory_id', '=', directoryId)
    .$if(condition !== undefined, (query) => query.where(condition ?? sql<SqlBool>`true`));
  const order = page.sort && sortKey(groupStorage, page.sort.path);
  const [count, rows] = await Promise.all([
    matching.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
    page.count === 0
      ? []
      : matching
          .select(columns)
          .$if(order !== undefined, (query) =>
            query.orderBy(
              order ?? sql`id`,
              page.sort?.descending ? (by) => by.desc().nullsLast() : (by) => by.asc().nullsLast(),
            ),
          )
          .orderBy('created_at')
          .orderBy('id')
          .offset(page.startIndex - 1)
          .limit(page.count)
          .execute(),
  ]);
  return { total: count.total, groups: rows.map(toStored) };
}

export interface StoredMember {
  groupId: string;
  value: string;
  type?: 'User' | 'Group';
  display?: string;
}

/** The members of the groups, in a stable order. A user's display is its current name, else what was sent. */
export async function listMembers(
  scope: Scope,
  directoryId: string,
  groupIds: readonly string[],
  { withoutHeld = false }: Pick<ShownMembers, 'withoutHeld'> = {},
): Promise<StoredMember[]> {
  if (groupIds.length === 0) return [];
  const rows = await scope
    .selectFrom('group_members as m')
    .leftJoin('users as u', (join) =>
      join.onRef('u.directory_id', '=', 'm.directory_id').onRef('u.id', '=', 'm.user_id'),
    )
    .select([
      'm.group_id',
      'm.member_id',
      'm.user_id',
      'm.child_group_id',
      'm.display',
      'u.display_name as user_display',
    ])
    // No join: without statistics, as after a first import, PostgreSQL read every group anew for each member.
    .select((eb) =>
      eb
        .selectFrom('groups as g')
        .select('g.display_name')
        .whereRef('g.directory_id', '=', 'm.directory_id')
        .whereRef('g.id', '=', 'm.child_group_id')
        .as('group_display'),
    )
    .where('m.directory_id', '=', directoryId)
    .where('m.group_id', 'in', groupIds)
    .$if(withoutHeld, (query) => query.where(sql.raw<SqlBool>(notHeld('m'))))
    .orderBy('m.created_at')
    .orderBy('m.member_id')
    .execute();
  return rows.map((row) => {
    const display = row.user_display ?? row.group_display ?? row.display;
    return {
      groupId: row.group_id,
      value: row.member_id,
      ...(row.user_id !== null
        ? { type: 'User' as const }
        : row.child_group_id !== null
          ? { type: 'Group' as const }
          : {}),
      ...(display !== null && { display }),
    };
  });
}

/** Whether the groups have more members together. Looks at no more of them than it takes to know. */
export async function haveMoreMembersThan(
  scope: Scope,
  directoryId: string,
  groupIds: readonly string[],
  count: number,
): Promise<boolean> {
  if (groupIds.length === 0) return false;
  const { rows } = await sql`
    select 1 from unnest(${[...groupIds]}::uuid[]) as wanted (id)
      cross join lateral (select 1 from group_members where directory_id = ${directoryId} and group_id = wanted.id
        limit ${count + 1}) as m
    offset ${count} limit 1`.execute(scope);
  return rows.length > 0;
}

/** The first members of a group as text, read in the scope of the change after which they are shown. */
export async function readMembersText(
  scope: Scope,
  directoryId: string,
  groupId: string,
  baseUrl: string,
  which?: ShownMembers,
): Promise<MembersRow[]> {
  const { text, values } = membersText(directoryId, groupId, baseUrl, which);
  const { rows } = await scope.executeQuery<MembersRow>(CompiledQuery.raw(text, [...values]));
  return rows;
}
