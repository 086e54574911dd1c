// Groups as Keycloak sees them: where each stands in the tree, and which roles it brings.
import type { ApiGroup } from '../contracts.ts';
import { rolesOf } from '../mappings/role-mappings.ts';
import type { FederationRepository } from '../repository.ts';
import type { StoredGroup } from '../stored.ts';
import type { Topology } from '../topology.ts';
import { toApiGroup } from '../users/user-mapper.ts';
import { createNesting, flat, type Nesting } from './nesting.ts';

/** The same groups in the same order; those of a directory that is not the federation's are left out. */
export async function presentGroups(
  repository: Pick<FederationRepository, 'readNesting' | 'listRoleMappings'>,
  { federation, directories }: Topology,
  groups: readonly StoredGroup[],
): Promise<ApiGroup[]> {
  if (groups.length === 0) return [];
  const mappings = await repository.listRoleMappings(federation.id);
  const nestings = new Map<string, Nesting>();
  for (const [directoryId, own] of Map.groupBy(groups, (group) => group.directoryId)) {
    const ids = own.map(({ id }) => id);
    nestings.set(directoryId, createNesting(await repository.readNesting(directoryId, ids)));
  }
  return groups.flatMap((group) => {
    const directory = directories.find(({ id }) => id === group.directoryId);
    if (!directory) return [];
    const nesting = nestings.get(group.directoryId) ?? flat;
    return [toApiGroup(group, directory.slug, nesting.placeOf(group.id), rolesOf(group, nesting, mappings))];
  });
}
