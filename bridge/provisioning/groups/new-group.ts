// What a group to be created comes to, before anything is written.
import type { NewEvent } from '../../events/contracts.ts';
import { appendEvents } from '../../events/repository.ts';
import type { Clock } from '../../platform/clock.ts';
import { violatedConstraint } from '../../platform/db/errors.ts';
import type { Scope } from '../../platform/db/scope.ts';
import { newId } from '../../platform/ids.ts';
import type { IndexedKey } from '../../scim/resource/indexed-keys.ts';
import type { MemberRef } from '../../scim/resource/members.ts';
import { validate } from '../../scim/resource/validate.ts';
import { changesBetween } from '../changes.ts';
import type { ScimRequest } from '../contracts.ts';
import { type GroupColumns, groupColumns } from '../resource-columns.ts';
import { attributeKeys } from '../schemas/attribute-keys.ts';
import { notUnique, valueOrThrow } from '../scim-failure.ts';
import type { StoredResource } from '../stored-resource.ts';
import { applyMembers, memberEvents } from './group-members.ts';
import * as groups from './groups-repository.ts';

export interface PreparedGroup {
  stored: StoredResource;
  columns: GroupColumns;
  members: readonly MemberRef[];
  keys: readonly IndexedKey[];
  created: NewEvent;
}

/** The 409 for a displayName that is taken; any other error as it is. */
export function mapGroupConflict(error: unknown, displayName: unknown): unknown {
  if (violatedConstraint(error) !== 'groups_display_name_key') return error;
  return notUnique(`There is already a group with the displayName ${JSON.stringify(displayName)}.`, error);
}

/** @throws ScimFailure 400 for what validate() refuses. */
export function prepareGroup(request: ScimRequest, body: unknown, clock: Clock, id = newId()): PreparedGroup {
  const { resource, members = [] } = valueOrThrow(validate(request.types.group, body, 'create', request.tolerances));
  const now = clock.now();
  const stored: StoredResource = { id, resource, version: 1, createdAt: now, lastModifiedAt: now };
  const created: NewEvent = {
    type: 'group.created',
    resourceType: 'Group',
    resourceId: stored.id,
    resourceVersion: 1,
    data: { changes: changesBetween(request.types.group, {}, resource) },
  };
  const keys = attributeKeys(request.types.group, resource);
  return { stored, columns: groupColumns(resource), members, keys, created };
}

/** Writes a prepared group with its members and events, in the caller's transaction. */
export async function insertPreparedGroup(scope: Scope, request: ScimRequest, group: PreparedGroup): Promise<void> {
  const { stored, columns, members, keys, created } = group;
  const directoryId = request.directory.id;
  const now = stored.createdAt;
  await groups.insertGroup(scope, directoryId, { id: stored.id, resource: stored.resource, columns, keys, now });
  const delta = await applyMembers(scope, directoryId, stored.id, [{ kind: 'add', members }], now);
  await appendEvents(scope, directoryId, [created, ...memberEvents(stored.id, 1, delta)], request.actor, now);
}
