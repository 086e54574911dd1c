// A user's manager (RFC 7643 §4.3) is kept as the id that the client sent; the name is that of the user behind it now.
import { isUuid } from '../../platform/ids.ts';
import { isJsonObject, own } from '../../scim/json.ts';
import { type Projection, wantsAttribute } from '../../scim/projection.ts';
import { ENTERPRISE_USER_SCHEMA } from '../../scim/schema/enterprise-user-schema.ts';
import type { Resource } from '../../scim/schema/model.ts';

const managerPath = `${ENTERPRISE_USER_SCHEMA}:manager`;

export const wantsManager = (projection: Projection): boolean => wantsAttribute(projection, managerPath);

/** The manager's id, unless it is somebody's that this directory can't have. */
export function managerIdOf(resource: Resource): string | undefined {
  const enterprise = own(resource, ENTERPRISE_USER_SCHEMA);
  const manager = isJsonObject(enterprise) ? own(enterprise, 'manager') : undefined;
  const value = isJsonObject(manager) ? own(manager, 'value') : undefined;
  return typeof value === 'string' && isUuid(value) ? value.toLowerCase() : undefined;
}

/** The resource with `manager.displayName`; without a name it stays as it is. */
export function withManagerName(resource: Resource, displayName: string | null | undefined): Resource {
  const enterprise = own(resource, ENTERPRISE_USER_SCHEMA);
  const manager = isJsonObject(enterprise) ? own(enterprise, 'manager') : undefined;
  if (typeof displayName !== 'string' || !isJsonObject(enterprise) || !isJsonObject(manager)) return resource;
  return { ...resource, [ENTERPRISE_USER_SCHEMA]: { ...enterprise, manager: { ...manager, displayName } } };
}
