// Writing a group that the transaction has locked: its rows and, in the same transaction, its events.
import { appendEvents } from '../../events/repository.ts';
import type { Scope } from '../../platform/db/scope.ts';
import { deepEqual } from '../../scim/json.ts';
import type { MemberChange } from '../../scim/patch/types.ts';
import type { Resource } from '../../scim/schema/model.ts';
import { changesBetween } from '../changes.ts';
import { groupColumns } from '../resource-columns.ts';
import { type Former, giveAge } from '../resources/former-repository.ts';
import { attributeKeys, changedKeys } from '../schemas/attribute-keys.ts';
import type { StoredResource } from '../stored-resource.ts';
import type { Writer } from '../users/user-changes.ts';
import { applyMembers, type KeepMembers, memberEvents } from './group-members.ts';
import * as groups from './groups-repository.ts';
import { removeMemberEverywhere, removeMembers } from './members-repository.ts';

/** Writes what differs; an unchanged group keeps its version and lastModified (RFC 7644 §3.5.2). */
export async function saveGroup(
  scope: Scope,
  { directoryId, resourceType, actor, now }: Writer,
  before: StoredResource,
  resource: Resource,
  changes: readonly MemberChange[],
  keep?: KeepMembers,
): Promise<{ stored: StoredResource; changed: boolean }> {
  const delta = await applyMembers(scope, directoryId, before.id, changes, now, keep);
  const resourceChanged = !deepEqual(resource, before.resource);
  if (!resourceChanged && delta.added.length === 0 && delta.removed.length === 0)
    return { stored: before, changed: false };

  const version = before.version + 1;
  await groups.updateGroup(scope, directoryId, {
    id: before.id,
    resource,
    columns: groupColumns(resource),
    version,
    now,
    keys: changedKeys(resourceType, before.resource, resource),
  });
  const events = memberEvents(before.id, version, delta);
  if (resourceChanged) {
    events.unshift({
      type: 'group.updated',
      resourceType: 'Group',
      resourceId: before.id,
      resourceVersion: version,
      data: { changes: changesBetween(resourceType, before.resource, resource) },
    });
  }
  await appendEvents(scope, directoryId, events, actor, now);
  return { stored: { ...before, resource, version, lastModifiedAt: now }, changed: true };
}

/** Makes a group again that was deleted, with its id. Members are added apart. */
export async function bringBackGroup(
  scope: Scope,
  { directoryId, resourceType, actor, now }: Writer,
  former: Former,
): Promise<void> {
  const { id, resource } = former;
  const keys = attributeKeys(resourceType, resource);
  await groups.insertGroup(scope, directoryId, { id, resource, columns: groupColumns(resource), keys, now });
  const resourceVersion = await giveAge(scope, directoryId, 'groups', former);
  const event = { type: 'group.created' as const, resourceType: 'Group', resourceId: id, resourceVersion };
  const data = { changes: changesBetween(resourceType, {}, resource) };
  await appendEvents(scope, directoryId, [{ ...event, data }], actor, now);
}

/** Deletes the group with its memberships. The groups it is in were locked before it: see lockGroupsOfMember. */
export async function removeGroup(
  scope: Scope,
  { directoryId, resourceType, actor, now }: Writer,
  before: StoredResource,
): Promise<void> {
  const { id } = before;
  const removed = (await removeMembers(scope, directoryId, id, { kind: 'all' })).map(({ value }) => value);
  const parents = await removeMemberEverywhere(scope, directoryId, id);
  const others = parents.filter((parent) => parent !== id);
  const versions = await groups.touchGroups(scope, directoryId, others, now);
  await groups.deleteGroup(scope, directoryId, id);
  const events = [
    ...memberEvents(id, before.version, { added: [], removed }),
    ...[...versions].flatMap(([parent, version]) => memberEvents(parent, version, { added: [], removed: [id] })),
  ];
  events.push({
    type: 'group.deleted',
    resourceType: 'Group',
    resourceId: id,
    resourceVersion: before.version,
    data: { changes: changesBetween(resourceType, before.resource, {}) },
  });
  await appendEvents(scope, directoryId, events, actor, now);
}
