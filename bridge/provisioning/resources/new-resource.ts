// What a resource of a declared type to be created comes to, before anything is written.
import type { NewEvent } from '../../events/contracts.ts';
import type { Clock } from '../../platform/clock.ts';
import { newId } from '../../platform/ids.ts';
import { validate } from '../../scim/resource/validate.ts';
import type { ResourceTypeDefinition } from '../../scim/schema/model.ts';
import { changesBetween } from '../changes.ts';
import type { ScimRequest } from '../contracts.ts';
import { externalIdOf } from '../resource-columns.ts';
import { attributeKeys } from '../schemas/attribute-keys.ts';
import { valueOrThrow } from '../scim-failure.ts';
import type { NewResource } from './resources-repository.ts';

export interface PreparedResource extends NewResource {
  resourceType: ResourceTypeDefinition;
  created: NewEvent;
}

/** @throws ScimFailure 400 for what validate() refuses. */
export function prepareResource(
  request: ScimRequest,
  resourceType: ResourceTypeDefinition,
  body: unknown,
  clock: Clock,
): PreparedResource {
  const { resource } = valueOrThrow(validate(resourceType, body, 'create', request.tolerances));
  const now = clock.now();
  const id = newId();
  return {
    resourceType,
    type: resourceType.name,
    stored: { id, resource, version: 1, createdAt: now, lastModifiedAt: now },
    externalId: externalIdOf(resource),
    keys: attributeKeys(resourceType, resource),
    created: {
      type: 'resource.created',
      resourceType: resourceType.name,
      resourceId: id,
      resourceVersion: 1,
      data: { changes: changesBetween(resourceType, {}, resource) },
    },
  };
}
