// Writing a user that the transaction has locked: its rows and, in the same transaction, its events.
import type { Actor, EventType, NewEvent } from '../../events/contracts.ts';
import { appendEvents } from '../../events/repository.ts';
import type { Scope } from '../../platform/db/scope.ts';
import { deepEqual, own } from '../../scim/json.ts';
import type { Resource, ResourceTypeDefinition } from '../../scim/schema/model.ts';
import { changesBetween } from '../changes.ts';
import * as groups from '../groups/groups-repository.ts';
import { removeMemberEverywhere } from '../groups/members-repository.ts';
import { type UserColumns, userColumns } from '../resource-columns.ts';
import { type Former, giveAge } from '../resources/former-repository.ts';
import { attributeKeys, changedKeys } from '../schemas/attribute-keys.ts';
import type { StoredResource, StoredUser } from '../stored-resource.ts';
import { touchedKeys, withActive } from './new-user.ts';
import * as users from './users-repository.ts';

/** Who writes, where and when. */
export interface Writer {
  directoryId: string;
  resourceType: ResourceTypeDefinition;
  actor: Actor;
  now: Date;
}

/** To write it, nobody has to know what is held of it. */
type WritableUser = Omit<StoredUser, 'held'>;

export interface NextState {
  resource: Resource;
  /** Absent: keep it. null: remove it. */
  passwordHash?: string | null | undefined;
  /** Counts where the resource has no `active`; the state of before without it. */
  active?: boolean;
}

/** Activation and deactivation are events of their own, beside `user.updated` for whatever else changed with them. */
function updateEvents(
  { resourceType }: Writer,
  version: number,
  before: WritableUser,
  after: Resource,
  columns: UserColumns,
): NewEvent[] {
  const { id } = before;
  const keys = touchedKeys(userColumns(before.resource), columns);
  const all = changesBetween(resourceType, before.resource, after);
  const isSwitched = columns.active !== before.active;
  const { active, ...withoutActive } = all;
  const others = isSwitched ? withoutActive : all;
  const event = (type: EventType, changes: typeof all): NewEvent => ({
    type,
    resourceType: 'User',
    resourceId: id,
    resourceVersion: version,
    data: { changes, keys },
  });
  const switched = isSwitched
    ? [
        event(columns.active ? 'user.activated' : 'user.deactivated', {
          // Where neither resource says it.
          active: active ?? { before: before.active, after: columns.active },
        }),
      ]
    : [];
  // What changed may be something that is told to nobody.
  const isUpdated = Object.keys(others).length > 0 || switched.length === 0;
  return [...(isUpdated ? [event('user.updated', others)] : []), ...switched];
}

function passwordEvent(id: string, version: number): NewEvent {
  return { type: 'user.password_changed', resourceType: 'User', resourceId: id, resourceVersion: version, data: {} };
}

/** Writes what differs; an unchanged user keeps its version and lastModified (RFC 7644 §3.5.2). */
export async function saveUser(
  scope: Scope,
  writer: Writer,
  before: WritableUser,
  // Whoever takes `active` away neither lets a user in nor locks one out.
  { resource, active = before.active, ...next }: NextState,
): Promise<{ stored: StoredResource; changed: boolean }> {
  const { directoryId, resourceType, actor, now } = writer;
  const passwordChanged =
    next.passwordHash === undefined
      ? false
      : next.passwordHash === null
        ? await users.removePassword(scope, directoryId, before.id)
        : true;
  const columns = userColumns(resource, active);
  const isSame = columns.active === before.active && deepEqual(resource, before.resource);
  if (isSame && !passwordChanged) return { stored: before, changed: false };

  const version = before.version + 1;
  await users.updateUser(scope, directoryId, {
    id: before.id,
    resource,
    columns,
    version,
    now,
    emailsChanged: !deepEqual(own(resource, 'emails'), own(before.resource, 'emails')),
    keys: changedKeys(resourceType, before.resource, resource),
  });
  if (typeof next.passwordHash === 'string')
    await users.setPassword(scope, directoryId, before.id, next.passwordHash, now);
  const events = [
    ...(isSame ? [] : updateEvents(writer, version, before, resource, columns)),
    ...(passwordChanged ? [passwordEvent(before.id, version)] : []),
  ];
  await appendEvents(scope, directoryId, events, actor, now);
  return { stored: { ...before, resource, version, lastModifiedAt: now }, changed: true };
}

/** Deletes the user and its memberships. Its groups were locked before the user: see lockGroupsOfMember. */
export async function removeUser(
  scope: Scope,
  { directoryId, resourceType, actor, now }: Writer,
  before: WritableUser,
): Promise<void> {
  const { id } = before;
  const left = await removeMemberEverywhere(scope, directoryId, id);
  const versions = await groups.touchGroups(scope, directoryId, left, now);
  await users.deleteUser(scope, directoryId, id);
  const events: NewEvent[] = [...versions].map(([groupId, version]) => ({
    type: 'group.member_removed',
    resourceType: 'Group',
    resourceId: groupId,
    resourceVersion: version,
    data: { members: [id] },
  }));
  events.push({
    type: 'user.deleted',
    resourceType: 'User',
    resourceId: id,
    resourceVersion: before.version,
    data: {
      changes: changesBetween(resourceType, before.resource, {}),
      keys: touchedKeys(userColumns(before.resource)),
      ...(typeof own(before.resource, 'active') !== 'boolean' && { wasActive: before.active }),
    },
  });
  await appendEvents(scope, directoryId, events, actor, now);
}

/** A user that was deleted, as it was. */
export interface FormerUser extends Former {
  /** Counts where the resource has no `active`. */
  active: boolean;
  passwordHash?: string | undefined;
}

/** Makes a user again that was deleted, with its id. Memberships are added apart. */
export async function bringBackUser(
  scope: Scope,
  { directoryId, resourceType, actor, now }: Writer,
  former: FormerUser,
): Promise<void> {
  const { id, resource, active, passwordHash } = former;
  const columns = userColumns(resource, active);
  const keys = attributeKeys(resourceType, resource);
  await users.insertUser(scope, directoryId, { id, resource, columns, passwordHash, keys, now });
  const version = await giveAge(scope, directoryId, 'users', former);
  const data = { changes: changesBetween(resourceType, {}, withActive(resource, active)), keys: touchedKeys(columns) };
  const event = { type: 'user.created' as const, resourceType: 'User', resourceId: id, resourceVersion: version, data };
  await appendEvents(scope, directoryId, [event], actor, now);
}
