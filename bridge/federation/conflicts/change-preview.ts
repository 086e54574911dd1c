// What a change of a federation's directories would do to its users, without doing it.
import type { Directory } from '../../directories/contracts.ts';
import { ApiError } from '../../platform/http/api-error.ts';
import { checkPriority, type Place, placeOfNew, placesAfterSet, requirePlace } from '../places.ts';
import type { ConflictCounts, ShiftCounts, StoredShift } from '../repositories/conflicts.ts';
import type { FederationRepository } from '../repository.ts';
import { type Reach, reachOf, type Topology } from '../topology.ts';
import { type NamedUser, namer } from './conflict-report.ts';
import { decodePlace, encodePlace } from './page-cursor.ts';

/** What would be done with one directory. */
export interface DirectoryChange {
  directory: string;
  /** `put` adds the directory, or sets it when the federation has it. */
  action: 'add' | 'set' | 'put' | 'remove';
  priority?: number | undefined;
  enabled?: boolean | undefined;
}

/** What would be done with a directory itself, in every federation that has it. */
export type WholeDirectoryChange = { enabled: boolean } | { delete: true };

export interface PageRequest {
  after?: string | undefined;
  limit: number;
}

/** Why somebody is served who was not, or the other way round. */
export type ShiftReason =
  | 'directory-added'
  | 'directory-enabled'
  | 'directory-removed'
  | 'directory-disabled'
  | 'federation-deleted'
  | 'shadowed'
  | 'no-longer-shadowed';

export interface Shift {
  /** Of a user name: somebody is served under it from then on, nobody any more, or somebody else. */
  kind: 'appear' | 'vanish' | 'change-owner';
  before: NamedUser | null;
  after: NamedUser | null;
  /** Why the one before is not served any more; of somebody who appears, why now. */
  reason: ShiftReason;
  /** With the reason `shadowed`: who hides the one before. */
  hiddenBy: NamedUser | null;
}

export interface ChangePreview {
  counts: ShiftCounts;
  conflicts: { before: ConflictCounts; after: ConflictCounts };
  shifts: Shift[];
  /** Where the next page begins; null: this is the last one. */
  next: string | null;
}

export interface FederationPreview extends ChangePreview {
  federation: string;
}

export interface PreviewDeps {
  repository: FederationRepository;
  requireTopology: (slug: string) => Promise<Topology>;
  requireDirectory: (slug: string) => Promise<Directory>;
  listFederations: () => Promise<{ slug: string }[]>;
}

/** What a change leaves of a federation. */
interface Outcome {
  after: Reach;
  /** The directories whose place changes. */
  moved: readonly string[];
  /** Directories that the federation doesn't have now. */
  further?: readonly Directory[];
}

const placesOf = ({ directories }: Topology): Place[] =>
  directories.map(({ id, priority, attachmentEnabled }) => ({ directoryId: id, priority, enabled: attachmentEnabled }));

/** The places after the change, and those that it alters. @throws ApiError as the change itself does. */
function placesAfter(places: Place[], slug: string, directoryId: string, change: DirectoryChange) {
  const named = { federation: slug, directory: change.directory };
  const isNew = !places.some((place) => place.directoryId === directoryId);
  if (change.action === 'add' || (change.action === 'put' && isNew)) {
    const added = placeOfNew(places, { directoryId, priority: change.priority }, named);
    const place = { ...added, enabled: change.enabled ?? true };
    return { after: [...places, place], altered: [place] };
  }
  const own = requirePlace(places, directoryId, named);
  const altered = change.action === 'remove' ? [] : placesAfterSet(places, own, change);
  const gone = new Set([directoryId, ...altered.map((place) => place.directoryId)]);
  return { after: [...places.filter((place) => !gone.has(place.directoryId)), ...altered], altered: [own, ...altered] };
}

function reasonOf({ before, after, hiddenBy }: StoredShift, was: Reach, will: Reach): ShiftReason {
  if (before) {
    if (!will.attached.includes(before.directoryId)) return 'directory-removed';
    if (!will.enabled.includes(before.directoryId)) return 'directory-disabled';
    if (hiddenBy) return 'shadowed';
  }
  if (after && !was.attached.includes(after.directoryId)) return 'directory-added';
  return after && !was.enabled.includes(after.directoryId) ? 'directory-enabled' : 'no-longer-shadowed';
}

/** As if the directory had this toggle, or were nowhere any more. */
function reachWith(topology: Topology, directoryId: string, change: WholeDirectoryChange): Reach {
  const isGone = 'delete' in change;
  const left = topology.directories
    .filter(({ id }) => !(isGone && id === directoryId))
    .map((one) => (one.id === directoryId && !isGone ? { ...one, directoryEnabled: change.enabled } : one));
  return reachOf({ ...topology, directories: left });
}

async function compare(
  repository: FederationRepository,
  topology: Topology,
  { after, moved, further = [] }: Outcome,
  { after: cursor, limit }: PageRequest,
): Promise<ChangePreview> {
  const before = reachOf(topology);
  const place = cursor === undefined ? undefined : decodePlace(cursor);
  const { counts, shifts } = await repository.readShifts({ before, after, moved }, place?.usernameKey, limit + 1);
  const name = namer(new Map([...topology.directories, ...further].map((one) => [one.id, one.slug])));
  const page = shifts.slice(0, limit);
  const last = page.at(-1);
  return {
    counts,
    conflicts: { before: await repository.countConflicts(before), after: await repository.countConflicts(after) },
    shifts: page.map((shift) => ({
      kind: shift.before && shift.after ? 'change-owner' : shift.after ? 'appear' : 'vanish',
      before: shift.before && name(shift.before),
      after: shift.after && name(shift.after),
      reason: reasonOf(shift, before, after),
      hiddenBy: shift.hiddenBy && name(shift.hiddenBy),
    })),
    next: last && shifts.length > limit ? encodePlace({ usernameKey: last.usernameKey, rank: 0 }) : null,
  };
}

export interface ChangePreviews {
  /** Refuses what the change itself would refuse. @throws ApiError */
  previewChange(slug: string, change: DirectoryChange, page: PageRequest): Promise<ChangePreview>;
  /** Who would lose the federation with it. Keycloak can't ask any more, and keeps all its copies. @throws ApiError */
  previewDeletion(slug: string, page: PageRequest): Promise<ChangePreview>;
  /** By federation, by slug; a page is of one federation, which has to be named to go on. @throws ApiError */
  previewDirectory(
    slug: string,
    change: WholeDirectoryChange,
    page: PageRequest & { federation?: string | undefined },
  ): Promise<FederationPreview[]>;
}

export function createChangePreview({
  repository,
  requireTopology,
  requireDirectory,
  listFederations,
}: PreviewDeps): ChangePreviews {
  return {
    async previewChange(slug, change, page) {
      checkPriority(change.priority);
      const topology = await requireTopology(slug);
      const directory = await requireDirectory(change.directory);
      const { after: places, altered } = placesAfter(placesOf(topology), slug, directory.id, change);
      const off = new Set(topology.directories.filter((one) => !one.directoryEnabled).map(({ id }) => id));
      if (!directory.enabled) off.add(directory.id);
      const ordered = places.toSorted((a, b) => a.priority - b.priority);
      const after: Reach = {
        attached: ordered.map(({ directoryId }) => directoryId),
        enabled: ordered.filter((place) => place.enabled && !off.has(place.directoryId)).map((one) => one.directoryId),
        reserved: reachOf(topology).reserved,
      };
      const moved = [...new Set(altered.map(({ directoryId }) => directoryId))];
      return compare(repository, topology, { after, moved, further: [directory] }, page);
    },

    async previewDeletion(slug, page) {
      const topology = await requireTopology(slug);
      const { attached, reserved } = reachOf(topology);
      const after: Reach = { attached: [], enabled: [], reserved };
      const { counts, shifts, ...rest } = await compare(repository, topology, { after, moved: attached }, page);
      return {
        ...rest,
        counts: { ...counts, keepCopy: counts.vanish },
        shifts: shifts.map((shift) => ({ ...shift, reason: 'federation-deleted' })),
      };
    },

    async previewDirectory(slug, change, { federation, ...page }) {
      const directory = await requireDirectory(slug);
      if (page.after !== undefined && federation === undefined)
        throw new ApiError('invalid_request', 'after: goes with the federation whose page it is.');
      const slugs = federation === undefined ? (await listFederations()).map((one) => one.slug) : [federation];
      const previews: FederationPreview[] = [];
      for (const one of slugs) {
        const topology = await requireTopology(one);
        if (topology.directories.some(({ id }) => id === directory.id)) {
          const outcome = { after: reachWith(topology, directory.id, change), moved: [directory.id] };
          const preview = await compare(repository, topology, outcome, page);
          previews.push({ ...preview, federation: one });
        } else if (federation !== undefined) {
          throw new ApiError('directory_absent', `Federation "${federation}" has no directory "${slug}".`);
        }
      }
      return previews;
    },
  };
}
