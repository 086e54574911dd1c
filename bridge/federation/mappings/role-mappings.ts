// Which groups bring which roles of the realm: data of the federation. Keycloak's groups carry the roles, so nothing is
// written for a single user.
import type { Nesting } from '../groups/nesting.ts';

/** A role of the realm, or of one of its clients. */
export interface MappedRole {
  /** The client's id in the protocol, such as `shop`; null for a role of the realm. */
  client: string | null;
  role: string;
  /** Whether it may be one that administers Keycloak. */
  allowAdmin: boolean;
}

export interface RoleMapping extends MappedRole {
  directoryId: string;
  /** One of the two is given. */
  groupId: string | null;
  /** In any case of letters. */
  groupName: string | null;
}

export const maxRoleMappings = 500;

/** Clients whose roles administer a realm. A role may contain one of these all the same: that Keycloak's side finds out. */
const isAdminClient = (client: string): boolean => client === 'realm-management' || client.endsWith('-realm');
const adminRealmRoles = new Set(['admin', 'create-realm', 'realm-admin']);

export const isAdminRole = ({ client, role }: Pick<MappedRole, 'client' | 'role'>): boolean =>
  client === null ? adminRealmRoles.has(role) : isAdminClient(client);

export const roleKey = ({ client, role }: Pick<MappedRole, 'client' | 'role'>): string =>
  JSON.stringify([client, role]);

/** `shop/editor` or `editor`: a role as people write it. */
export const roleText = ({ client, role }: Pick<MappedRole, 'client' | 'role'>): string =>
  client === null ? role : `${client}/${role}`;

const isMappedBy = (group: { directoryId: string; id: string; name: string }, mapping: RoleMapping): boolean =>
  mapping.directoryId === group.directoryId &&
  (mapping.groupId === null
    ? mapping.groupName?.toLowerCase() === group.name.toLowerCase()
    : mapping.groupId === group.id);

export interface NamedGroup {
  directoryId: string;
  id: string;
  name: string;
}

/**
 * The roles that the Keycloak group itself must carry: the group's own, and those of groups that contain it beside the way
 * on which it is shown. What the groups above carry reaches it in Keycloak anyway.
 */
export function rolesOf(group: NamedGroup, nesting: Nesting, mappings: readonly RoleMapping[]): MappedRole[] {
  const { directoryId } = group;
  if (!mappings.some((mapping) => mapping.directoryId === directoryId)) return [];
  const giving = [
    group,
    ...[...nesting.besides(group.id)].map((id) => ({ directoryId, id, name: nesting.nameOf(id) ?? '' })),
  ];
  const roles = new Map<string, MappedRole>();
  for (const mapping of mappings) {
    if (!giving.some((one) => isMappedBy(one, mapping))) continue;
    const { client, role, allowAdmin } = mapping;
    const known = roles.get(roleKey(mapping));
    roles.set(roleKey(mapping), { client, role, allowAdmin: allowAdmin || known?.allowAdmin === true });
  }
  return [...roles.values()].sort((a, b) => (roleKey(a) < roleKey(b) ? -1 : 1));
}
