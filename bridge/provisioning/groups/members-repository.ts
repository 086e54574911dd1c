// The SQL that changes a group's members. Members are rows: adding one touches one row, whatever the group's size.
import { type SqlBool, sql } from 'kysely';
import type { Scope } from '../../platform/db/scope.ts';
import { isUuid } from '../../platform/ids.ts';
import type { TypedFilter } from '../../scim/filter/typed.ts';
import type { MemberRef } from '../../scim/resource/members.ts';
import { memberFilterToSql } from '../filters/filter-to-sql.ts';

async function knownIds(
  scope: Scope,
  table: 'users' | 'groups',
  directoryId: string,
  ids: string[],
): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await scope
    .selectFrom(table)
    .select('id')
    .where('directory_id', '=', directoryId)
    .where('id', '=', sql<string>`any(${ids}::uuid[])`)
    .execute();
  return new Set(rows.map((row) => row.id));
}

/**
 * Adds members; those that are there already stay as they are. A value that is neither a user's nor a group's id is kept
 * as it was sent: it shows in the group and grants nobody anything. Answers the values that are new.
 */
export async function addMembers(
  scope: Scope,
  directoryId: string,
  groupId: string,
  members: readonly MemberRef[],
  now: Date,
): Promise<string[]> {
  if (members.length === 0) return [];
  const ids = members.map((member) => member.value).filter((value) => isUuid(value) && value === value.toLowerCase());
  const [users, groups] = await Promise.all([
    knownIds(scope, 'users', directoryId, ids),
    knownIds(scope, 'groups', directoryId, ids),
  ]);
  const columnsOf = {
    member: members.map((member) => member.value),
    user: members.map((member) => (users.has(member.value) ? member.value : null)),
    group: members.map((member) => (groups.has(member.value) ? member.value : null)),
    display: members.map((member) => member.display ?? null),
  };
  const { rows } = await sql<{ member_id: string }>`
    insert into group_members (directory_id, group_id, member_id, user_id, child_group_id, display, created_at)
    select ${directoryId}::uuid, ${groupId}::uuid, added.member_id, added.user_id, added.child_group_id, added.display, ${now}::timestamptz
    from unnest(${columnsOf.member}::text[], ${columnsOf.user}::uuid[], ${columnsOf.group}::uuid[], ${columnsOf.display}::text[])
      as added (member_id, user_id, child_group_id, display)
    order by added.member_id
    on conflict (directory_id, group_id, member_id) do nothing
    returning member_id`.execute(scope);
  return rows.map((row) => row.member_id);
}

/** Which members to take out of a group. */
export type MemberSelection =
  | { kind: 'all' }
  | { kind: 'values'; values: readonly string[] }
  | { kind: 'allBut'; values: readonly string[] }
  | { kind: 'where'; filter: TypedFilter };

function selectionToSql(selection: MemberSelection) {
  switch (selection.kind) {
    case 'all':
      return sql<SqlBool>`true`;
    case 'values':
      return sql<SqlBool>`member_id = any(${[...selection.values]}::text[])`;
    case 'allBut':
      return sql<SqlBool>`member_id <> all(${[...selection.values]}::text[])`;
    case 'where':
      return memberFilterToSql(selection.filter);
  }
}

/** A member as it was before it left. */
export interface RemovedMember {
  value: string;
  userId: string | null;
  groupId: string | null;
  display: string | null;
  createdAt: Date;
}

/** Removes the selected members and answers what they were. */
export async function removeMembers(
  scope: Scope,
  directoryId: string,
  groupId: string,
  selection: MemberSelection,
): Promise<RemovedMember[]> {
  return scope
    .deleteFrom('group_members')
    .where('directory_id', '=', directoryId)
    .where('group_id', '=', groupId)
    .where(selectionToSql(selection))
    .returning([
      'member_id as value',
      'user_id as userId',
      'child_group_id as groupId',
      'display',
      'created_at as createdAt',
    ])
    .execute();
}

/** Puts members back that the same transaction has removed. */
export async function restoreMembers(
  scope: Scope,
  directoryId: string,
  groupId: string,
  members: readonly RemovedMember[],
): Promise<void> {
  const columnsOf = {
    value: members.map(({ value }) => value),
    user: members.map(({ userId }) => userId),
    group: members.map((member) => member.groupId),
    display: members.map(({ display }) => display),
    createdAt: members.map(({ createdAt }) => createdAt),
  };
  await sql`
    insert into group_members (directory_id, group_id, member_id, user_id, child_group_id, display, created_at)
    select ${directoryId}::uuid, ${groupId}::uuid, kept.member_id, kept.user_id, kept.child_group_id, kept.display, kept.created_at
    from unnest(${columnsOf.value}::text[], ${columnsOf.user}::uuid[], ${columnsOf.group}::uuid[], ${columnsOf.display}::text[],
      ${columnsOf.createdAt}::timestamptz[]) as kept (member_id, user_id, child_group_id, display, created_at)
    order by kept.member_id`.execute(scope);
}

/** The users among the group's own members. */
export async function listUserMembers(scope: Scope, directoryId: string, groupId: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select user_id as id from group_members
    where directory_id = ${directoryId} and group_id = ${groupId} and user_id is not null`.execute(scope);
  return rows.map(({ id }) => id);
}

/** Takes `memberId` out of every group; answers the groups it was in. */
export async function removeMemberEverywhere(scope: Scope, directoryId: string, memberId: string): Promise<string[]> {
  const rows = await scope
    .deleteFrom('group_members')
    .where('directory_id', '=', directoryId)
    .where('member_id', '=', memberId)
    .returning('group_id')
    .execute();
  return rows.map((row) => row.group_id);
}
