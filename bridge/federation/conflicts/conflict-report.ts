// Who is not served, because a directory with higher precedence has the same user name or e-mail, or the name is reserved.
import { ApiError } from '../../platform/http/api-error.ts';
import type { ConflictCounts, NamedRow, Shadower } from '../repositories/conflicts.ts';
import type { FederationRepository } from '../repository.ts';
import { type Reach, reachOf, type Topology } from '../topology.ts';
import { decodePlace, encodePlace } from './page-cursor.ts';

/** A user as reports name it. */
export interface NamedUser {
  directory: string;
  id: string;
  username: string;
  email: string | null;
}

export type ConflictKind = 'username' | 'email' | 'reserved-username';

export interface Conflict {
  kind: ConflictKind;
  /** Who is not served. */
  hidden: NamedUser;
  /** Who is the reason; null when the name is reserved. This one may be hidden itself. */
  by: NamedUser | null;
}

export interface ConflictReport {
  counts: ConflictCounts;
  conflicts: Conflict[];
  /** Where the next page begins; null: this is the last one. */
  next: string | null;
}

export interface ConflictsRequest {
  /** Slugs: as if these were its directories that are on, in this order; without it as it is. */
  directories?: readonly string[] | undefined;
  after?: string | undefined;
  limit: number;
}

export interface ConflictDeps {
  repository: FederationRepository;
  requireTopology: (slug: string) => Promise<Topology>;
  requireDirectory: (slug: string) => Promise<{ id: string; slug: string }>;
}

/** Names rows by the slugs of their directories. */
export function namer(slugs: ReadonlyMap<string, string>) {
  return ({ directoryId, id, username, email }: NamedRow): NamedUser => ({
    directory: slugs.get(directoryId) ?? '',
    id,
    username,
    email,
  });
}

const kindOf = (by: Shadower | null): ConflictKind => by?.match ?? 'reserved-username';

export function createConflictReport({ repository, requireTopology, requireDirectory }: ConflictDeps) {
  /** @throws ApiError invalid_request, directory_absent */
  async function reachAsIf(topology: Topology, wanted: readonly string[]) {
    if (new Set(wanted).size !== wanted.length) {
      throw new ApiError('invalid_request', 'directories: names one directory twice.');
    }
    const directories = [];
    for (const slug of wanted) directories.push(await requireDirectory(slug));
    const enabled = directories.map(({ id }) => id);
    const reach: Reach = { ...reachOf(topology), attached: enabled, enabled };
    return { reach, slugs: new Map(directories.map(({ id, slug }) => [id, slug])) };
  }

  return {
    /** @throws ApiError federation_absent, directory_absent, invalid_request */
    async listConflicts(slug: string, { directories, after, limit }: ConflictsRequest): Promise<ConflictReport> {
      const topology = await requireTopology(slug);
      const { reach, slugs } = directories
        ? await reachAsIf(topology, directories)
        : { reach: reachOf(topology), slugs: new Map(topology.directories.map((one) => [one.id, one.slug])) };
      const place = after === undefined ? undefined : decodePlace(after);
      // One more than wanted tells whether there is another page.
      const { counts, conflicts } = await repository.readConflicts(reach, place, limit + 1);
      const name = namer(slugs);
      const page = conflicts.slice(0, limit);
      const last = page.at(-1);
      return {
        counts,
        conflicts: page.map(({ hidden, by }) => ({ kind: kindOf(by), hidden: name(hidden), by: by && name(by) })),
        next: last && conflicts.length > limit ? encodePlace(last) : null,
      };
    },
  };
}
