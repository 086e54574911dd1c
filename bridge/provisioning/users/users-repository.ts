// The SQL of SCIM users. Every function works in the caller's transaction and on one directory.
import { CompiledQuery, sql } from 'kysely';
import type { Scope } from '../../platform/db/scope.ts';
import { insertion, type Statement } from '../../platform/db/statement.ts';
import type { JsonObject } from '../../scim/json.ts';
import type { IndexedKey } from '../../scim/resource/indexed-keys.ts';
import type { Resource } from '../../scim/schema/model.ts';
import type { HeldOperation } from '../guard/contracts.ts';
import { type EmailColumns, emailColumns, searchColumns, type UserColumns } from '../resource-columns.ts';
import { keyInsertions, replaceKeys } from '../schemas/attribute-keys-repository.ts';
import type { RowLock, StoredResource, StoredUser } from '../stored-resource.ts';

const columns = ['id', 'resource', 'version', 'created_at', 'last_modified_at'] as const;

export interface UserRow {
  id: string;
  resource: Record<string, unknown>;
  version: number;
  created_at: Date;
  last_modified_at: Date;
}

/** The column holds what provisioning wrote: a canonical SCIM resource. */
export const toStored = (row: UserRow): StoredResource => ({
  id: row.id,
  resource: row.resource as JsonObject,
  version: row.version,
  createdAt: row.created_at,
  lastModifiedAt: row.last_modified_at,
});

export interface NewUser {
  id: string;
  resource: Resource;
  columns: UserColumns;
  passwordHash?: string | undefined;
  /** By declared attributes. */
  keys: readonly IndexedKey[];
  now: Date;
}

function emailRows(directoryId: string, userId: string, emails: EmailColumns[]) {
  return emails.map((email) => ({ directory_id: directoryId, user_id: userId, ...email }));
}

/** Statements of one transaction go out together; PostgreSQL runs them in this order, and none after one that failed. */
async function together(statements: Promise<unknown>[]): Promise<void> {
  await Promise.all(statements);
}

/** The statements that insert a user with e-mails and password. */
export function insertions(directoryId: string, user: NewUser): Statement[] {
  const emails = emailColumns(user.resource);
  const [firstEmail, ...otherEmails] = emailRows(directoryId, user.id, emails);
  const searched = { directory_id: directoryId, user_id: user.id, ...searchColumns(user.columns, emails) };
  const password = {
    directory_id: directoryId,
    user_id: user.id,
    password_hash: user.passwordHash ?? '',
    changed_at: user.now,
  };
  return [
    insertion('users', [
      {
        directory_id: directoryId,
        id: user.id,
        ...user.columns,
        resource: JSON.stringify(user.resource),
        version: 1,
        created_at: user.now,
        last_modified_at: user.now,
      },
    ]),
    insertion('user_search', [searched]),
    ...(firstEmail ? [insertion('user_emails', [firstEmail, ...otherEmails])] : []),
    ...(user.passwordHash === undefined ? [] : [insertion('user_credentials', [password])]),
    ...keyInsertions('user_attribute_keys', directoryId, user.id, user.keys),
  ];
}

/** Inserts a user in the caller's transaction. */
export async function insertUser(scope: Scope, directoryId: string, user: NewUser): Promise<void> {
  for (const { text, values } of insertions(directoryId, user)) {
    await scope.executeQuery(CompiledQuery.raw(text, [...values]));
  }
}

/** Writes the new state of a user that the transaction has locked. Without `keys` it keeps those that it has. */
export async function updateUser(
  scope: Scope,
  directoryId: string,
  user: {
    id: string;
    resource: Resource;
    columns: UserColumns;
    version: number;
    now: Date;
    emailsChanged: boolean;
    keys: readonly IndexedKey[] | undefined;
  },
): Promise<void> {
  const emails = emailColumns(user.resource);
  const rows = emailRows(directoryId, user.id, emails);
  const { user_name_key, display_name_key, email_keys } = searchColumns(user.columns, emails);
  await together([
    scope
      .updateTable('users')
      .set({
        ...user.columns,
        resource: JSON.stringify(user.resource),
        version: user.version,
        last_modified_at: user.now,
      })
      .where('directory_id', '=', directoryId)
      .where('id', '=', user.id)
      .execute(),
    ...(user.emailsChanged
      ? [
          scope
            .deleteFrom('user_emails')
            .where('directory_id', '=', directoryId)
            .where('user_id', '=', user.id)
            .execute(),
          ...(rows.length > 0 ? [scope.insertInto('user_emails').values(rows).execute()] : []),
        ]
      : []),
    ...(user.keys ? [replaceKeys(scope, 'user_attribute_keys', directoryId, user.id, user.keys)] : []),
    sql`update user_search set user_name_key = ${user_name_key}, display_name_key = ${display_name_key}, email_keys = ${email_keys}
      where directory_id = ${directoryId} and user_id = ${user.id}
        and (user_name_key, display_name_key, email_keys) is distinct from (${user_name_key}, ${display_name_key}, ${email_keys})`.execute(
      scope,
    ),
  ]);
}

export async function setPassword(
  scope: Scope,
  directoryId: string,
  userId: string,
  passwordHash: string,
  now: Date,
): Promise<void> {
  await scope
    .insertInto('user_credentials')
    .values({ directory_id: directoryId, user_id: userId, password_hash: passwordHash, changed_at: now })
    .onConflict((conflict) =>
      conflict.columns(['directory_id', 'user_id']).doUpdateSet({ password_hash: passwordHash, changed_at: now }),
    )
    .execute();
}

export async function findPasswordHash(scope: Scope, directoryId: string, userId: string): Promise<string | undefined> {
  const row = await scope
    .selectFrom('user_credentials')
    .select('password_hash')
    .where('directory_id', '=', directoryId)
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return row?.password_hash;
}

/** Answers whether there was a password. */
export async function removePassword(scope: Scope, directoryId: string, userId: string): Promise<boolean> {
  const result = await scope
    .deleteFrom('user_credentials')
    .where('directory_id', '=', directoryId)
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** What the guard holds, beside the row that is locked: so nobody asks for it who has nothing held. */
const heldOperations = sql<HeldOperation[]>`array(select h.operation from guard_held h
  where h.directory_id = users.directory_id and h.user_id = users.id and h.group_id is null)`;

export async function findUser(
  scope: Scope,
  directoryId: string,
  id: string,
  options: { lock?: RowLock } = {},
): Promise<StoredUser | undefined> {
  const row = await scope
    .selectFrom('users')
    .select([...columns, 'active'])
    .select((options.lock ? heldOperations : sql<HeldOperation[]>`'{}'::text[]`).as('held'))
    .where('directory_id', '=', directoryId)
    .where('id', '=', id)
    .$if(options.lock === 'change', (query) => query.forNoKeyUpdate())
    .$if(options.lock === 'delete', (query) => query.forUpdate())
    .executeTakeFirst();
  return row && { ...toStored(row), active: row.active, held: row.held };
}

export async function deleteUser(scope: Scope, directoryId: string, id: string): Promise<void> {
  await scope.deleteFrom('users').where('directory_id', '=', directoryId).where('id', '=', id).execute();
}

export interface DirectGroup {
  groupId: string;
  displayName: string;
}

/** The groups that each of the users is a direct member of, by name. */
export async function listGroupsOfUsers(
  scope: Scope,
  directoryId: string,
  userIds: readonly string[],
): Promise<(DirectGroup & { userId: string })[]> {
  if (userIds.length === 0) return [];
  const rows = await scope
    .selectFrom('group_members as m')
    .innerJoin('groups as g', (join) =>
      join.onRef('g.directory_id', '=', 'm.directory_id').onRef('g.id', '=', 'm.group_id'),
    )
    .select(['m.user_id', 'g.id', 'g.display_name'])
    .where('m.directory_id', '=', directoryId)
    .where('m.user_id', '=', sql<string>`any(${[...userIds]}::uuid[])`)
    .orderBy('g.display_name_key')
    .execute();
  return rows.flatMap((row) =>
    row.user_id === null ? [] : [{ userId: row.user_id, groupId: row.id, displayName: row.display_name }],
  );
}

/** The display names of those of the users who have one, by id. */
export async function listDisplayNames(
  scope: Scope,
  directoryId: string,
  userIds: readonly string[],
): Promise<Map<string, string>> {
  if (userIds.length === 0) return new Map();
  const rows = await scope
    .selectFrom('users')
    .select(['id', 'display_name'])
    .where('directory_id', '=', directoryId)
    .where('id', '=', sql<string>`any(${[...userIds]}::uuid[])`)
    .execute();
  return new Map(rows.flatMap((row) => (row.display_name === null ? [] : [[row.id, row.display_name]])));
}
