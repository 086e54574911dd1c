// The statements that read users as they are shown, their groups with them: one round trip for what IdPs ask most.
import type { SqlBool } from 'kysely';
import { type SqlCondition, sql, statementOf } from '../../platform/db/sql-fragment.ts';
import type { Statement } from '../../platform/db/statement.ts';
import { type Projection, wantsAttribute } from '../../scim/projection.ts';
import { ofManager, userStorage } from '../filters/filter-columns.ts';
import { filterToSql } from '../filters/filter-to-sql.ts';
import { sortKey } from '../filters/sort-key.ts';
import type { ListPage, StoredResource } from '../stored-resource.ts';
import { wantsManager, withManagerName } from './managers.ts';
import { type DirectGroup, toStored, type UserRow } from './users-repository.ts';

export interface ShownUserRow extends UserRow {
  /** Null when there are none, or none are wanted. */
  groups: DirectGroup[] | null;
  /** The manager's displayName; null when there is none, or it isn't wanted. */
  manager_name: string | null;
}

export interface ShownUser {
  stored: StoredResource;
  groups: DirectGroup[];
}

export function toShownUser(row: ShownUserRow): ShownUser {
  const stored = toStored(row);
  return {
    stored: { ...stored, resource: withManagerName(stored.resource, row.manager_name) },
    groups: row.groups ?? [],
  };
}

const groupsOfUser = `(select json_agg(json_build_object('groupId', g.id, 'displayName', g.display_name) order by g.display_name_key)
    from group_members as m join groups as g on g.directory_id = m.directory_id and g.id = m.group_id
    where m.directory_id = users.directory_id and m.user_id = users.id)`;

/** What lies beside the row is read only for who wants to see it. */
const selection = (projection: Projection): string =>
  `users.id, users.resource, users.version, users.created_at, users.last_modified_at,
    ${wantsAttribute(projection, 'groups') ? groupsOfUser : 'null'} as groups,
    ${wantsManager(projection) ? ofManager('display_name') : 'null'} as manager_name`;

export function userById(directoryId: string, id: string, projection: Projection): Statement<ShownUserRow> {
  return {
    text: `select ${selection(projection)} from users where users.directory_id = $1 and users.id = $2`,
    values: [directoryId, id],
  };
}

function matching(directoryId: string, { filter }: ListPage): SqlCondition {
  const ofDirectory = sql<SqlBool>`users.directory_id = ${directoryId}`;
  return filter ? sql<SqlBool>`${ofDirectory} and ${filterToSql(userStorage, filter)}` : ofDirectory;
}

/** One page in a stable order, and one user more if there is one: then the page is not the last. */
export function pageOfUsers(directoryId: string, page: ListPage, projection: Projection): Statement<ShownUserRow> {
  const key = page.sort && sortKey(userStorage, page.sort.path);
  const sorted = key ? sql`${key} ${sql.raw(page.sort?.descending ? 'desc' : 'asc')} nulls last, ` : sql``;
  // Numbers that PostgreSQL sees: for a limit it doesn't know, it never keeps a plan.
  const offset = page.startIndex === 1 ? sql`` : sql` offset ${sql.lit(page.startIndex - 1)}`;
  return statementOf(sql<ShownUserRow>`
    select ${sql.raw(selection(projection))} from users where ${matching(directoryId, page)}
    order by ${sorted}users.created_at, users.id limit ${sql.lit(page.count + 1)}${offset}`);
}

/** How many match, whatever the page. */
export const countOfUsers = (directoryId: string, page: ListPage): Statement<{ total: number }> =>
  statementOf(sql<{ total: number }>`select count(*) as total from users where ${matching(directoryId, page)}`);
