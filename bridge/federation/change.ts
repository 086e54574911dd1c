// A change of a federation as a use case: under its lock, with a new revision, told to its readers after the commit.
import type { Clock } from '../platform/clock.ts';
import { ApiError } from '../platform/http/api-error.ts';
import type { FederationChange } from './repositories/federations.ts';
import type { FederationRepository } from './repository.ts';
import type { Federation, Topology } from './topology.ts';

export interface ChangeDeps {
  repository: FederationRepository;
  clock: Clock;
  /** Told the federation's id after a commit that its readers must see. */
  onChange: (federationId: string) => void;
}

export const federationAbsent = (slug: string) =>
  new ApiError('federation_absent', `There is no federation "${slug}".`);

/** The federation with its directories, for the operator. @throws ApiError federation_absent */
export async function requireTopologyOf(
  repository: Pick<FederationRepository, 'findFederation' | 'findTopology'>,
  slug: string,
): Promise<Topology> {
  const federation = await repository.findFederation(slug);
  const topology = federation && (await repository.findTopology(federation.id));
  if (!topology) throw federationAbsent(slug);
  return topology;
}

export function createFederationChanges({ repository, clock, onChange }: ChangeDeps) {
  async function requireFederation(slug: string): Promise<Federation> {
    const federation = await repository.findFederation(slug);
    if (!federation) throw federationAbsent(slug);
    return federation;
  }

  return {
    requireFederation,

    /** Runs one change under the federation's lock, with a new revision, and tells the readers when it is committed. */
    async change<T>(slug: string, work: (change: FederationChange) => Promise<T>): Promise<T> {
      const { id } = await requireFederation(slug);
      const done = await repository.changeFederation(id, work, clock.now());
      if (!done) throw federationAbsent(slug);
      onChange(id);
      return done.result;
    },
  };
}
