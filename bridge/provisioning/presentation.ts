// From the store to what a client sees: id, meta, and the attributes that are computed from memberships.
import type { JsonObject } from '../scim/json.ts';
import { locationOf, toResponse } from '../scim/messages.ts';
import { type Projection, project, wantsWhole } from '../scim/projection.ts';
import type { ResourceTypeDefinition } from '../scim/schema/model.ts';
import type { ScimRequest, ShownResource } from './contracts.ts';
import type { StoredMember } from './groups/groups-repository.ts';
import type { ListedResource } from './member-texts.ts';
import type { StoredResource } from './stored-resource.ts';
import type { DirectGroup } from './users/users-repository.ts';

/** Shows nothing but `id` and `schemas`, so nothing beside the row is read: for answers without a body. */
export const noProjection: Projection = { mode: 'only', names: new Set() };

/** `computed` are attributes that live outside the resource: `groups` of a user, `members` of a group. */
export function show(
  resourceType: ResourceTypeDefinition,
  stored: StoredResource,
  computed: JsonObject,
  request: Pick<ScimRequest, 'baseUrl' | 'projection'>,
): ShownResource {
  const { id, version, resource, createdAt: created, lastModifiedAt: lastModified } = stored;
  const whole = toResponse(
    resourceType,
    { id, resource, version, created, lastModified, extra: computed },
    request.baseUrl,
  );
  return {
    id,
    version,
    body: project(resourceType, whole, request.projection),
    location: locationOf(resourceType, id, request.baseUrl),
  };
}

/** A group of a list whose members are yet to be read. */
export function listedGroup(
  resourceType: ResourceTypeDefinition,
  stored: StoredResource,
  request: Pick<ScimRequest, 'baseUrl' | 'projection'>,
): ListedResource {
  const shown = (members: JsonObject[]) => show(resourceType, stored, { members }, request).body['members'];
  const { body } = show(resourceType, stored, {}, request);
  return { id: stored.id, body, isWhole: wantsWhole(request.projection, 'members'), showMembers: shown };
}

/** A user's `groups` (RFC 7643 §4.1.2, readOnly): left out when there are none. */
export function groupsAttribute(groups: readonly DirectGroup[], baseUrl: string): JsonObject {
  if (groups.length === 0) return {};
  return {
    groups: groups.map(({ groupId, displayName }) => ({
      value: groupId,
      $ref: `${baseUrl}/Groups/${groupId}`,
      display: displayName,
      type: 'direct',
    })),
  };
}

/** A group's `members`; a member that the directory doesn't know has no type and no $ref. */
export function membersAttribute(members: readonly StoredMember[], baseUrl: string): JsonObject {
  if (members.length === 0) return {};
  return {
    members: members.map(({ value, type, display }) => ({
      value,
      ...(type !== undefined && { $ref: `${baseUrl}/${type}s/${value}`, type }),
      ...(display !== undefined && { display }),
    })),
  };
}
