// From stored rows to the users and groups of the user-storage API.
import { hash } from 'node:crypto';
import type { ApiGroup, ApiUser } from '../contracts.ts';
import type { GroupPlace } from '../groups/nesting.ts';
import type { CompiledAttributes } from '../mappings/attribute-mappings.ts';
import { type Binding, identityOf, unbound } from '../mappings/binding.ts';
import type { MappedRole } from '../mappings/role-mappings.ts';
import type { StoredGroup, StoredUser } from '../stored.ts';

/** Raised when the mapping changes, so that readers see another version and take the new form. */
const mapping = 1;

const versionOf = (...parts: unknown[]): string =>
  hash('sha256', JSON.stringify([mapping, ...parts]), 'base64url').slice(0, 16);

/** Keycloak's columns for names take 255 characters; a longer name must not keep the rest of the user away. */
const cut = (name: string | null): string | null => (name === null ? null : [...name].slice(0, 255).join(''));

/** `directory` is the slug of the user's directory, and `binding` what it is bound to in the realm. */
export function toApiUser(
  user: StoredUser,
  directory: string,
  attributes: CompiledAttributes,
  binding: Binding = unbound,
  readOnly: ApiUser['readOnly'] = null,
): ApiUser {
  const { organization } = binding;
  const identityLink = identityOf(binding.identityLink, user);
  const bound = organization === null && identityLink === null ? [] : [organization, identityLink];
  return {
    id: user.id,
    username: user.userName,
    email: user.email,
    firstName: cut(user.givenName),
    lastName: cut(user.familyName),
    enabled: user.active,
    directory,
    externalId: user.externalId,
    // The resource's version doesn't rise when the user joins a group or one of its groups is renamed.
    version: versionOf(
      user.version,
      directory,
      user.groups,
      ...(attributes.fingerprint ? [attributes.fingerprint] : []),
      ...bound,
    ),
    createdAt: user.createdAt.getTime(),
    attributes: attributes.read(user.resource),
    groups: user.groups.map(({ id, name }) => ({ id, name, path: [directory, name] })),
    organization,
    identityLink,
    readOnly,
  };
}

/** `directory` is the slug of the group's directory. */
export function toApiGroup(
  group: StoredGroup,
  directory: string,
  above: readonly GroupPlace[] = [],
  roles: readonly MappedRole[] = [],
): ApiGroup {
  return {
    id: group.id,
    name: group.name,
    path: [directory, ...above.map(({ name }) => name), group.name],
    parents: above.map(({ id }) => id),
    directory,
    roles: [...roles],
    // Not the resource's version: that rises with every membership, and none of them is in this object.
    version: versionOf(group.name, directory, ...(above.length + roles.length > 0 ? [above, roles] : [])),
  };
}
