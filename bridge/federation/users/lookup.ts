// What Keycloak asks about single users and groups, and about lists of them.
import type { Clock } from '../../platform/clock.ts';
import { ApiError } from '../../platform/http/api-error.ts';
import { isUuid } from '../../platform/ids.ts';
import type { PasswordHasher } from '../../platform/secrets/passwords.ts';
import type { ApiFederation, ApiGroup, ApiUser, PasswordVerdict } from '../contracts.ts';
import { presentGroups } from '../groups/groups.ts';
import type { GroupFilter } from '../repositories/groups.ts';
import type { Page, UserFilter } from '../repositories/users.ts';
import type { FederationRepository } from '../repository.ts';
import type { StoredGroup, StoredUser } from '../stored.ts';
import {
  type FederationDirectory,
  healthOf,
  isEnabled,
  reachOf,
  readOnlyOf,
  revisionOf,
  type Topology,
} from '../topology.ts';
import type { PasswordSource } from './password-source.ts';
import { toApiUser } from './user-mapper.ts';

const overloadedRetrySeconds = 1;
const disabledRetrySeconds = 60;

const userAbsent = () => new ApiError('user_absent', 'There is no such user.');
const groupAbsent = () => new ApiError('group_absent', 'There is no such group.');
const directoryDisabled = () =>
  new ApiError('directory_disabled', 'The directory is switched off. Keep the copy of what it had.');

export interface LookupDeps {
  repository: FederationRepository;
  clock: Clock;
  passwords: PasswordHasher;
  /** Of users whose directory is pulled. */
  source: PasswordSource;
}

/** Reads a federation that a token was just accepted for. Its absence says nothing about its users. */
export async function requireTopology(
  repository: Pick<FederationRepository, 'findTopology'>,
  federationId: string,
): Promise<Topology> {
  const topology = await repository.findTopology(federationId);
  if (!topology) {
    throw new ApiError('unavailable', 'The federation is being removed.', { headers: { 'Retry-After': '5' } });
  }
  return topology;
}

/** A filter as Keycloak asks it: attributes by Keycloak's names. */
export type AskedFilter = Omit<UserFilter, 'attributes'> & {
  attributes?: readonly { name: string; value: string }[] | undefined;
};

/** Undefined when it asks for an attribute that no user of the federation has. */
function filterFor(
  { attributes }: Topology,
  { attributes: asked = [], ...filter }: AskedFilter,
): UserFilter | undefined {
  const wanted: NonNullable<UserFilter['attributes']>[number][] = [];
  for (const { name, value } of asked) {
    const source = attributes.sourceOf(name);
    if (!source) return undefined;
    wanted.push({ source, value });
  }
  return { ...filter, attributes: wanted };
}

export function createLookup({ repository, clock, passwords, source }: LookupDeps) {
  let unusedHash: Promise<string> | undefined;

  const topologyOf = (federationId: string) => requireTopology(repository, federationId);

  /** Computes as long as a check of a password would, so that the time doesn't tell who has none. */
  async function pretendToVerify(password: string): Promise<void> {
    unusedHash ??= passwords.hash('nobody has this password');
    await passwords.verify(await unusedHash, password);
  }

  function directoryOf(topology: Topology, row: { directoryId: string }): FederationDirectory {
    const directory = topology.directories.find(({ id }) => id === row.directoryId);
    if (!directory) throw new Error('a row came from a directory that was not asked');
    return directory;
  }

  function userOf(topology: Topology, row: StoredUser): ApiUser {
    const directory = directoryOf(topology, row);
    return toApiUser(row, directory.slug, topology.attributes, directory, readOnlyOf(directory));
  }
  async function groupOf(topology: Topology, row: StoredGroup): Promise<ApiGroup> {
    const [group] = await presentGroups(repository, topology, [row]);
    if (!group) throw new Error('a group came from a directory that was not asked');
    return group;
  }

  /** @throws ApiError group_absent, or directory_disabled when the group is known but its directory is switched off. */
  async function requireGroup(topology: Topology, id: string): Promise<StoredGroup> {
    const [group] = isUuid(id) ? await repository.readGroups(reachOf(topology).attached, [id]) : [];
    if (!group) throw groupAbsent();
    if (!isEnabled(directoryOf(topology, group))) throw directoryDisabled();
    return group;
  }

  return {
    async describe(federationId: string): Promise<ApiFederation> {
      const topology = await topologyOf(federationId);
      return {
        federation: topology.federation.slug,
        apiVersion: 1,
        revision: revisionOf(topology),
        time: clock.now().getTime(),
        directories: topology.directories.map((directory) => ({
          slug: directory.slug,
          name: directory.name,
          kind: directory.kind,
          priority: directory.priority,
          enabled: isEnabled(directory),
          health: healthOf(directory),
          organization: directory.organization,
          identityLink: directory.identityLink,
        })),
        reservedUsernames: topology.reserved.map(({ usernameKey }) => usernameKey),
        attributes: topology.attributes.mappings.map(({ attribute }) => attribute),
      };
    },

    async getUser(federationId: string, id: string): Promise<ApiUser> {
      if (!isUuid(id)) throw userAbsent();
      const topology = await topologyOf(federationId);
      const reach = reachOf(topology);
      const [user] = await repository.readUsers(
        reach,
        reach.attached.map((directoryId) => ({ directoryId, id })),
      );
      if (!user) throw userAbsent();
      if (!isEnabled(directoryOf(topology, user))) throw directoryDisabled();
      if (!user.visible) throw userAbsent();
      return userOf(topology, user);
    },

    async lookUpUser(federationId: string, by: { username: string } | { email: string }): Promise<ApiUser> {
      const topology = await topologyOf(federationId);
      const user = await repository.findUser(reachOf(topology), by);
      if (!user) throw userAbsent();
      return userOf(topology, user);
    },

    async listUsers(federationId: string, asked: AskedFilter, page: Page): Promise<ApiUser[]> {
      const topology = await topologyOf(federationId);
      const filter = filterFor(topology, asked);
      const users = filter ? await repository.listUsers(reachOf(topology), filter, page) : [];
      return users.map((user) => userOf(topology, user));
    },

    async countUsers(federationId: string, asked: AskedFilter): Promise<number> {
      const topology = await topologyOf(federationId);
      const filter = filterFor(topology, asked);
      return filter ? repository.countUsers(reachOf(topology), filter) : 0;
    },

    /** An inactive user's password is checked like any other: `enabled` says whether it may log in. */
    async verifyPassword(federationId: string, id: string, password: string): Promise<PasswordVerdict> {
      if (!isUuid(id)) throw userAbsent();
      const topology = await topologyOf(federationId);
      const found = await repository.readUserWithPassword(reachOf(topology), id);
      if (!found) throw userAbsent();
      const directory = directoryOf(topology, found.user);
      if (!isEnabled(directory)) {
        return { result: 'unavailable', reason: 'directory_disabled', retryAfterSeconds: disabledRetrySeconds };
      }
      if (!found.user.visible) throw userAbsent();
      const { version, enabled } = toApiUser(found.user, directory.slug, topology.attributes, directory);
      if (directory.kind === 'ldap') {
        const verdict = await source.checkPassword(directory.id, id, password);
        return verdict.result === 'unavailable' ? verdict : { ...verdict, version, enabled };
      }
      if (found.passwordHash === null) {
        await pretendToVerify(password);
        return { result: 'no-password', version, enabled };
      }
      const verdict = await passwords.verify(found.passwordHash, password);
      if (verdict === 'overloaded') {
        return { result: 'unavailable', reason: 'overloaded', retryAfterSeconds: overloadedRetrySeconds };
      }
      return { result: verdict ? 'valid' : 'invalid', version, enabled };
    },

    async getGroup(federationId: string, id: string): Promise<ApiGroup> {
      const topology = await topologyOf(federationId);
      return groupOf(topology, await requireGroup(topology, id));
    },

    async lookUpGroup(federationId: string, directorySlug: string, name: string): Promise<ApiGroup> {
      const topology = await topologyOf(federationId);
      const directory = topology.directories.find(({ slug }) => slug === directorySlug);
      if (!directory) throw groupAbsent();
      if (!isEnabled(directory)) throw directoryDisabled();
      const group = await repository.findGroup(directory.id, name);
      if (!group) throw groupAbsent();
      return groupOf(topology, group);
    },

    async listGroups(federationId: string, filter: GroupFilter, page: Page): Promise<ApiGroup[]> {
      const topology = await topologyOf(federationId);
      const groups = await repository.listGroups(reachOf(topology).enabled, filter, page);
      return presentGroups(repository, topology, groups);
    },

    async countGroups(federationId: string, filter: GroupFilter): Promise<number> {
      return repository.countGroups(reachOf(await topologyOf(federationId)).enabled, filter);
    },

    async listMembers(federationId: string, groupId: string, page: Page): Promise<ApiUser[]> {
      const topology = await topologyOf(federationId);
      const group = await requireGroup(topology, groupId);
      const users = await repository.listMembers(reachOf(topology), group, page);
      return users.map((user) => userOf(topology, user));
    },
  };
}
