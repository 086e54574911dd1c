// The operator's use cases of role mappings: what they are, and whom a change of them alters.
import { isDeepStrictEqual } from 'node:util';
import { isStorable } from '../../platform/db/storable.ts';
import { ApiError } from '../../platform/http/api-error.ts';
import { isUuid } from '../../platform/ids.ts';
import { type ChangeDeps, createFederationChanges, federationAbsent } from '../change.ts';
import { reachOf, type Topology } from '../topology.ts';
import { isAdminRole, maxRoleMappings, type RoleMapping, roleKey, roleText } from './role-mappings.ts';

/** A mapping as operators write it. */
export interface WishedRole {
  /** The directory's slug. */
  directory: string;
  group: { id: string } | { displayName: string };
  client?: string | null | undefined;
  role: string;
  allowAdmin?: boolean | undefined;
}

export interface ShownRole extends WishedRole {
  client: string | null;
  allowAdmin: boolean;
}

export interface AlteredUser {
  id: string;
  username: string;
  directory: string;
}

export interface Altered {
  count: number;
  /** The first of them, by username. */
  users: AlteredUser[];
}

export interface RolePreview {
  /** Of each role that somebody gains or loses. */
  roles: { client: string | null; role: string; gain: Altered; lose: Altered }[];
  /** Mappings whose group is not there: they take hold when it comes. */
  unmatched: ShownRole[];
}

type Wish = (current: readonly ShownRole[]) => readonly WishedRole[];

const maxName = 255;
const isName = (text: string): boolean =>
  text !== '' && text.trim() === text && text.length <= maxName && isStorable(text);

const shown = ({ directories }: Topology, mapping: RoleMapping): ShownRole => ({
  directory: directories.find(({ id }) => id === mapping.directoryId)?.slug ?? mapping.directoryId,
  group: mapping.groupId === null ? { displayName: mapping.groupName ?? '' } : { id: mapping.groupId },
  client: mapping.client,
  role: mapping.role,
  allowAdmin: mapping.allowAdmin,
});

function checkOne({ federation, directories }: Topology, wished: WishedRole): RoleMapping | string {
  const { group, role, client = null, allowAdmin = false } = wished;
  const directory = directories.find(({ slug }) => slug === wished.directory);
  if (!directory) return `federation "${federation.slug}" has no directory "${wished.directory}"`;
  const groupId = 'id' in group ? group.id.toLowerCase() : null;
  const groupName = 'id' in group ? null : group.displayName;
  if (groupId !== null && !isUuid(groupId)) return 'the id of a group is a UUID';
  if (groupName !== null && !(groupName.trim() !== '' && groupName.length <= 1_000 && isStorable(groupName))) {
    return 'the displayName of a group has 1 to 1000 characters';
  }
  if (!isName(role)) return `a role has 1 to ${maxName} characters, no blanks at the ends`;
  if (client !== null && !isName(client)) return `a client has 1 to ${maxName} characters, no blanks at the ends`;
  if (isAdminRole({ client, role }) && !allowAdmin) {
    return `the role "${roleText({ client, role })}" administers Keycloak; whoever fills the group at the identity provider would too. Set allowAdmin if that is meant`;
  }
  return { directoryId: directory.id, groupId, groupName, client, role, allowAdmin };
}

/** @throws ApiError invalid_request with the place of the first problem. */
function checked(topology: Topology, wished: readonly WishedRole[]): RoleMapping[] {
  if (wished.length > maxRoleMappings) {
    throw new ApiError('invalid_request', `A federation maps at most ${maxRoleMappings} groups to roles.`);
  }
  const keys = new Set<string>();
  return wished.map((one, index) => {
    const mapping = checkOne(topology, one);
    if (typeof mapping === 'string') throw new ApiError('invalid_request', `mappings.${index}: ${mapping}.`);
    const { directoryId, groupId, groupName } = mapping;
    const key = JSON.stringify([directoryId, groupId, groupName?.toLowerCase(), roleKey(mapping)]);
    if (keys.has(key)) {
      throw new ApiError('invalid_request', `mappings.${index}: the group is mapped to "${roleText(mapping)}" twice.`);
    }
    keys.add(key);
    return mapping;
  });
}

export interface RoleService {
  listRoleMappings(slug: string): Promise<ShownRole[]>;
  /** Replaces the mappings by what `wish` makes of the present ones; when nothing would change, nothing is written. */
  changeRoleMappings(slug: string, wish: Wish): Promise<ShownRole[]>;
  /** Whom {@link RoleService.changeRoleMappings} with the same wish would alter, at most `max` of them by name for each role. */
  previewRoleMappings(slug: string, wish: Wish, max: number): Promise<RolePreview>;
}

/** Each method throws ApiError: `federation_absent` or `invalid_request`. */
export function createRoleService(deps: ChangeDeps): RoleService {
  const { repository } = deps;
  const { requireFederation, change } = createFederationChanges(deps);

  async function read(slug: string): Promise<{ topology: Topology; current: RoleMapping[] }> {
    const { id } = await requireFederation(slug);
    const topology = await repository.findTopology(id);
    if (!topology) throw federationAbsent(slug);
    return { topology, current: await repository.listRoleMappings(id) };
  }

  /** Of each role the groups whose members have it, groups in groups included; and the mappings without a group. */
  async function spread(mappings: readonly RoleMapping[]) {
    const groups = new Map<string, Set<string>>();
    const unmatched: RoleMapping[] = [];
    for (const mapping of mappings) {
      const { directoryId, groupId, groupName } = mapping;
      const root = groupId ?? (await repository.findGroup(directoryId, groupName ?? ''))?.id;
      const nested = root === undefined ? [] : await repository.listNestedIds(directoryId, [root]);
      if (nested.length === 0) unmatched.push(mapping);
      const known = groups.get(roleKey(mapping)) ?? new Set();
      groups.set(roleKey(mapping), new Set([...known, ...nested.map(({ id }) => id)]));
    }
    return { groups, unmatched };
  }

  async function listRoleMappings(slug: string): Promise<ShownRole[]> {
    const { topology, current } = await read(slug);
    return current.map((mapping) => shown(topology, mapping));
  }

  return {
    listRoleMappings,

    async changeRoleMappings(slug, wish) {
      const { topology, current } = await read(slug);
      const wanted = (present: readonly RoleMapping[]) =>
        checked(topology, wish(present.map((mapping) => shown(topology, mapping))));
      if (!isDeepStrictEqual(wanted(current), current)) {
        await change(slug, async (federation) =>
          federation.writeRoleMappings(wanted(await federation.listRoleMappings())),
        );
      }
      return listRoleMappings(slug);
    },

    async previewRoleMappings(slug, wish, max) {
      const { topology, current } = await read(slug);
      const wanted = checked(topology, wish(current.map((mapping) => shown(topology, mapping))));
      const [before, after] = [await spread(current), await spread(wanted)];
      const reach = reachOf(topology);
      const altered = async (here: ReadonlySet<string>, notHere: ReadonlySet<string>): Promise<Altered> => {
        const { count, users } = await repository.compareMembers(reach, [...here], [...notHere], max);
        return {
          count,
          users: users.map(({ id, username, directoryId }) => ({
            id,
            username,
            directory: topology.directories.find((one) => one.id === directoryId)?.slug ?? '',
          })),
        };
      };
      const named = new Map([...current, ...wanted].map((mapping) => [roleKey(mapping), mapping]));
      const roles: RolePreview['roles'] = [];
      for (const [key, { client, role }] of named) {
        const [had, has] = [before.groups.get(key) ?? new Set<string>(), after.groups.get(key) ?? new Set<string>()];
        const [gain, lose] = [await altered(has, had), await altered(had, has)];
        if (gain.count + lose.count > 0) roles.push({ client, role, gain, lose });
      }
      return { roles, unmatched: after.unmatched.map((mapping) => shown(topology, mapping)) };
    },
  };
}
