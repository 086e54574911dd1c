// Writing a resource of a declared type that the transaction has locked: its row and, in the same transaction, its event.
import type { EventType, NewEvent } from '../../events/contracts.ts';
import { appendEvents } from '../../events/repository.ts';
import type { Scope } from '../../platform/db/scope.ts';
import { deepEqual } from '../../scim/json.ts';
import type { Resource, ResourceTypeDefinition } from '../../scim/schema/model.ts';
import { changesBetween } from '../changes.ts';
import { externalIdOf } from '../resource-columns.ts';
import { attributeKeys, changedKeys } from '../schemas/attribute-keys.ts';
import type { StoredResource } from '../stored-resource.ts';
import type { Writer } from '../users/user-changes.ts';
import { type Former, giveAge } from './former-repository.ts';
import * as resources from './resources-repository.ts';

const eventOf = (
  type: EventType,
  resourceType: ResourceTypeDefinition,
  { id, version }: Pick<StoredResource, 'id' | 'version'>,
  [before, after]: [Resource, Resource],
): NewEvent => ({
  type,
  resourceType: resourceType.name,
  resourceId: id,
  resourceVersion: version,
  data: { changes: changesBetween(resourceType, before, after) },
});

/** Writes what differs; an unchanged resource keeps its version and lastModified (RFC 7644 §3.5.2). */
export async function saveResource(
  scope: Scope,
  { directoryId, resourceType, actor, now }: Writer,
  before: StoredResource,
  resource: Resource,
): Promise<StoredResource> {
  if (deepEqual(resource, before.resource)) return before;
  const after = { ...before, resource, version: before.version + 1, lastModifiedAt: now };
  await resources.updateResource(scope, directoryId, {
    id: before.id,
    resource,
    externalId: externalIdOf(resource),
    version: after.version,
    now,
    keys: changedKeys(resourceType, before.resource, resource),
  });
  const event = eventOf('resource.updated', resourceType, after, [before.resource, resource]);
  await appendEvents(scope, directoryId, [event], actor, now);
  return after;
}

export async function removeResource(
  scope: Scope,
  { directoryId, resourceType, actor, now }: Writer,
  before: StoredResource,
): Promise<void> {
  await resources.deleteResource(scope, directoryId, before.id);
  const event = eventOf('resource.deleted', resourceType, before, [before.resource, {}]);
  await appendEvents(scope, directoryId, [event], actor, now);
}

/** Makes a resource again that was deleted, with its id. */
export async function bringBackResource(
  scope: Scope,
  { directoryId, resourceType, actor, now }: Writer,
  former: Former,
): Promise<void> {
  const { id, resource } = former;
  const keys = attributeKeys(resourceType, resource);
  const stored = { id, resource, version: 1, createdAt: now, lastModifiedAt: now };
  const externalId = externalIdOf(resource);
  await resources.insertResource(scope, directoryId, { type: resourceType.name, stored, externalId, keys });
  const version = await giveAge(scope, directoryId, 'resources', former);
  const event = eventOf('resource.created', resourceType, { id, version }, [{}, resource]);
  await appendEvents(scope, directoryId, [event], actor, now);
}
