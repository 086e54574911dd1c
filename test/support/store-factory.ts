// Rows and events written straight into the store, for tests that need what SCIM can't be asked for: many rows at once,
// transactions that commit late, chosen ids.

import type { EventData, EventType } from '../../bridge/events/contracts.ts';
import { appendEvents } from '../../bridge/events/repository.ts';
import { type Scope, writeIn } from '../../bridge/platform/db/scope.ts';
import { newId } from '../../bridge/platform/ids.ts';
import { ENTERPRISE_USER_SCHEMA } from '../../bridge/scim/schema/enterprise-user-schema.ts';
import { USER_SCHEMA } from '../../bridge/scim/schema/user-schema.ts';
import type { TestDatabase } from './database.ts';

export interface StoreUser {
  id: string;
  userName: string;
  email: string | null;
}

export interface NewStoreUser {
  id?: string;
  userName?: string;
  email?: string | null;
  givenName?: string | null;
  familyName?: string | null;
  active?: boolean;
  externalId?: string | null;
  passwordHash?: string;
  /** Further members of the SCIM resource. */
  resource?: Record<string, unknown>;
}

let made = 0;

/** Writes one user's row; in the caller's transaction. */
export async function insertUser(scope: Scope, directoryId: string, over: NewStoreUser = {}): Promise<StoreUser> {
  made += 1;
  const id = over.id ?? newId();
  const userName = over.userName ?? `user-${made}`;
  const email = over.email === undefined ? `${userName.toLowerCase()}@example.com` : over.email;
  const now = new Date();
  await scope
    .insertInto('users')
    .values({
      directory_id: directoryId,
      id,
      user_name: userName,
      user_name_key: userName.toLowerCase(),
      external_id: over.externalId ?? null,
      email,
      email_key: email?.toLowerCase() ?? null,
      given_name: over.givenName ?? null,
      family_name: over.familyName ?? null,
      display_name: null,
      display_name_key: null,
      active: over.active ?? true,
      resource: JSON.stringify({ schemas: [USER_SCHEMA, ENTERPRISE_USER_SCHEMA], id, userName, ...over.resource }),
      version: 1,
      created_at: now,
      last_modified_at: now,
    })
    .execute();
  if (over.passwordHash !== undefined) {
    await scope
      .insertInto('user_credentials')
      .values({ directory_id: directoryId, user_id: id, password_hash: over.passwordHash, changed_at: now })
      .execute();
  }
  return { id, userName, email };
}

export async function insertGroup(
  scope: Scope,
  directoryId: string,
  name: string,
  memberIds: readonly string[] = [],
): Promise<{ id: string; name: string }> {
  const id = newId();
  const now = new Date();
  await scope
    .insertInto('groups')
    .values({
      directory_id: directoryId,
      id,
      display_name: name,
      display_name_key: name.toLowerCase(),
      external_id: null,
      resource: JSON.stringify({ id, displayName: name }),
      version: 1,
      created_at: now,
      last_modified_at: now,
    })
    .execute();
  await insertMembers(scope, directoryId, id, memberIds);
  return { id, name };
}

export async function insertMembers(
  scope: Scope,
  directoryId: string,
  groupId: string,
  userIds: readonly string[],
): Promise<void> {
  for (let start = 0; start < userIds.length; start += 1_000) {
    await scope
      .insertInto('group_members')
      .values(
        userIds.slice(start, start + 1_000).map((userId) => ({
          directory_id: directoryId,
          group_id: groupId,
          member_id: userId,
          user_id: userId,
          child_group_id: null,
          display: null,
          created_at: new Date(),
        })),
      )
      .execute();
  }
}

/** Appends one event in the caller's transaction. */
export function insertEvent(
  scope: Scope,
  directoryId: string,
  type: EventType,
  resourceId: string,
  data: EventData = {},
): Promise<void> {
  const resourceType = type.startsWith('group.') ? 'Group' : 'User';
  return appendEvents(scope, directoryId, [{ type, resourceType, resourceId, data }], { name: 'test' }, new Date());
}

/** The store of one test's database, with each call a transaction of its own. */
export function createStoreFactory(database: Pick<TestDatabase, 'pool'>) {
  const write = <T>(directoryId: string, work: (scope: Scope) => Promise<T>): Promise<T> =>
    writeIn(database.pool, directoryId, work);
  return {
    write,
    newUser: (directoryId: string, over: NewStoreUser = {}): Promise<StoreUser> =>
      write(directoryId, (scope) => insertUser(scope, directoryId, over)),
    newGroup: (directoryId: string, name: string, memberIds: readonly string[] = []) =>
      write(directoryId, (scope) => insertGroup(scope, directoryId, name, memberIds)),
    newEvent: (directoryId: string, type: EventType, resourceId: string, data: EventData = {}) =>
      write(directoryId, (scope) => insertEvent(scope, directoryId, type, resourceId, data)),
    /** Many users in a few statements: `prefix000001` and so on. */
    newUsers: (directoryId: string, prefix: string, count: number): Promise<string[]> =>
      write(directoryId, async (scope) => {
        const ids: string[] = [];
        for (let start = 0; start < count; start += 1_000) {
          const rows = Array.from({ length: Math.min(1_000, count - start) }, (_, offset) => {
            const userName = `${prefix}${String(start + offset + 1).padStart(6, '0')}`;
            const id = newId();
            ids.push(id);
            return {
              directory_id: directoryId,
              id,
              user_name: userName,
              user_name_key: userName.toLowerCase(),
              external_id: null,
              email: `${userName}@example.com`,
              email_key: `${userName.toLowerCase()}@example.com`,
              given_name: 'Given',
              family_name: 'Family',
              display_name: null,
              display_name_key: null,
              active: true,
              resource: JSON.stringify({ schemas: [USER_SCHEMA], id, userName }),
              version: 1,
              created_at: new Date(),
              last_modified_at: new Date(),
            };
          });
          await scope.insertInto('users').values(rows).execute();
        }
        return ids;
      }),
  };
}

export type StoreFactory = ReturnType<typeof createStoreFactory>;
