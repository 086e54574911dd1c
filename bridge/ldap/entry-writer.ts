// Writes entries into the store, many at once: what is new or differs, and what can't be taken over with the reason.
import { hash } from 'node:crypto';
import { newId } from '../platform/ids.ts';
import type { BulkCreates, PreparedCreate } from '../provisioning/bulk/bulk-creates.ts';
import type { ScimRequest } from '../provisioning/contracts.ts';
import type { GroupsService } from '../provisioning/groups/groups-service.ts';
import { ScimFailure } from '../provisioning/scim-failure.ts';
import type { UsersService } from '../provisioning/users/users-service.ts';
import type { JsonObject } from '../scim/json.ts';
import { schemasOf } from '../scim/resource/schemas.ts';
import type { ResourceTypeDefinition } from '../scim/schema/model.ts';
import type { EntriesRepository, EntryRow, KnownEntry } from './entries-repository.ts';
import type { EntryKind, ReadEntry } from './reader.ts';

export interface EntryWriterDeps {
  entries: EntriesRepository;
  users: Pick<UsersService, 'replaceUser'>;
  groups: Pick<GroupsService, 'replaceGroup'>;
  creates: BulkCreates;
}

export interface ImportCounts {
  created: number;
  updated: number;
  removed: number;
  refused: number;
}

/** One run over one directory. */
export interface ImportRun {
  request: ScimRequest;
  signal: AbortSignal;
  counts: ImportCounts;
  /** The planner's statistics are renewed when so many were created. */
  analyseAt: number;
}

/** Where {@link ImportRun.analyseAt} begins, and by what it grows. */
export const firstAnalysis = 1_000;
const laterAnalyses = 8;

/** An entry with its place in the store and the body that is to be there. */
export interface Work {
  entryId: string;
  dn: string;
  id: string;
  body: JsonObject;
  fingerprint: string;
  known: KnownEntry | undefined;
  /** Whether the user or group is there already. */
  exists: boolean;
}

/** A work that the store did not take. */
export interface Refused {
  work: Work;
  problem: string;
  isConflict: boolean;
}

/** Where the entries of a page are in the store, or will be. */
export interface Places {
  find(entryId: string): { id: string; known: KnownEntry | undefined; exists: boolean };
}

/** In one transaction. */
const createsAtOnce = 250;
/** One after the other, before it is noted that they are written. */
const updatesAtOnce = 20;
/** Batches under way: while the database writes one, the next is prepared. */
const lanes = 3;

const fingerprintOf = (body: JsonObject): string => hash('sha256', JSON.stringify(body), 'base64url').slice(0, 22);

function* batches<T>(all: readonly T[], size: number): Generator<T[]> {
  for (let start = 0; start < all.length; start += size) yield all.slice(start, start + size);
}

/** A few at a time. All that were begun have ended when it answers or fails. */
async function sideBySide<T>(all: Iterable<T>, work: (one: T) => Promise<void>): Promise<void> {
  const rest = all[Symbol.iterator]();
  const lane = async (): Promise<void> => {
    for (let next = rest.next(); !next.done; next = rest.next()) await work(next.value);
  };
  const ends = await Promise.allSettled(Array.from({ length: lanes }, lane));
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
}

/**
 * Whether it is this one change that can't be made, by the rules or by a hook of the operator. Otherwise it is the store's
 * fault, or a matter of time (412, 503), and the whole reading is tried again.
 */
export const isRefusal = (error: unknown): error is ScimFailure =>
  error instanceof ScimFailure && error.error.status < 500 && error.error.status !== 412;

/** What is wrong with the entry itself; anything else is thrown on. */
function refusalOf(work: Work, error: unknown): Refused {
  if (isRefusal(error)) return { work, problem: error.message, isConflict: error.error.status === 409 };
  throw error;
}

const typeOf = ({ types }: ScimRequest, kind: EntryKind): ResourceTypeDefinition =>
  kind === 'User' ? types.user : types.group;

const rowOf = ({ entryId, id, dn, fingerprint }: Work): EntryRow => ({
  entryId,
  resourceId: id,
  dn,
  fingerprint,
  problem: null,
});

/** An entry that is there but can't be taken over: who was imported before stays as it was. */
const refusedRow = ({ work: { entryId, id, dn, exists }, problem }: Refused): EntryRow => ({
  entryId,
  resourceId: exists ? id : null,
  dn,
  fingerprint: null,
  problem,
});

/** What is to be written of an entry. `sign` false: it will be written once more, so that it counts as different then. */
export function workOf(
  { request }: ImportRun,
  kind: EntryKind,
  { entryId, dn }: ReadEntry,
  { place, resource, sign = true }: { place: Places; resource: JsonObject; sign?: boolean },
): Work {
  const body = { schemas: schemasOf(typeOf(request, kind), resource), ...resource };
  return { entryId, dn, body, fingerprint: sign ? fingerprintOf(body) : '', ...place.find(entryId) };
}

export function createEntryWriter({ entries, users, groups, creates }: EntryWriterDeps) {
  async function replace({ request }: ImportRun, kind: EntryKind, { id, body }: Work): Promise<void> {
    if (kind === 'User') await users.replaceUser(request, id, body);
    else await groups.replaceGroup(request, id, body);
  }

  /** One after the other; answers those that were written. */
  async function eachOf(
    works: readonly Work[],
    refused: Refused[],
    write: (work: Work) => Promise<unknown>,
  ): Promise<Work[]> {
    const done: Work[] = [];
    for (const work of works) {
      try {
        await write(work);
        done.push(work);
      } catch (error) {
        refused.push(refusalOf(work, error));
      }
    }
    return done;
  }

  /** Creates all in one transaction or, when one of them is refused, each on its own. */
  async function createAll(
    { request }: ImportRun,
    kind: EntryKind,
    works: readonly Work[],
    refused: Refused[],
  ): Promise<Work[]> {
    const { id } = request.directory;
    const prepared = new Map<Work, PreparedCreate>();
    const sound = await eachOf(works, refused, async (work) => {
      prepared.set(work, await creates.prepare(request, typeOf(request, kind), work.body, work.id));
    });
    const create = (some: readonly Work[]) =>
      creates.create(
        id,
        some.flatMap((work) => prepared.get(work) ?? []),
      );
    try {
      await create(sound);
      return sound;
    } catch (error) {
      const [first] = sound;
      if (!first) throw error;
      refusalOf(first, error);
    }
    return eachOf(sound, refused, (work) => create([work]));
  }

  /** Writes what is new or differs. Answers what was refused. */
  async function write(run: ImportRun, kind: EntryKind, works: readonly Work[]): Promise<Refused[]> {
    const { request, signal, counts } = run;
    const refused: Refused[] = [];
    const note = (done: readonly Work[]) => entries.saveEntries(request.directory.id, kind, done.map(rowOf));
    const isSame = ({ known, fingerprint }: Work) => known?.fingerprint === fingerprint;
    const isNoted = ({ known, dn }: Work) => known?.dn === dn && known.missing === 0 && known.problem === null;
    await note(works.filter((work) => isSame(work) && !isNoted(work)));
    const differing = works.filter((work) => work.exists && !isSame(work));
    await sideBySide(batches(differing, updatesAtOnce), async (batch) => {
      const done = await eachOf(batch, refused, (work) => {
        signal.throwIfAborted();
        return replace(run, kind, work);
      });
      await note(done);
      // A group that this run has just made counts as created.
      counts.updated += done.filter(({ known }) => known?.fingerprint !== '').length;
    });
    const absent = works.filter(({ exists }) => !exists);
    await sideBySide(batches(absent, createsAtOnce), async (batch) => {
      signal.throwIfAborted();
      const done = await createAll(run, kind, batch, refused);
      await note(done);
      counts.created += done.length;
    });
    if (counts.created >= run.analyseAt) {
      run.analyseAt = counts.created * laterAnalyses;
      await entries.analyse(request.directory.id);
    }
    return refused;
  }

  return {
    /** Finds or makes the ids of a page's entries. `fresh` keeps the new ones until their rows are written. */
    async places(
      { request: { directory } }: ImportRun,
      kind: EntryKind,
      page: readonly ReadEntry[],
      fresh: Map<string, string>,
    ): Promise<Places> {
      const entryIds = page.map(({ entryId }) => entryId);
      const known = await entries.findEntries(directory.id, kind, entryIds);
      const unplaced = entryIds.filter((id) => !known.get(id)?.resourceId);
      const found =
        unplaced.length === 0 ? new Map<string, string>() : await entries.findResources(directory.id, kind, unplaced);
      return {
        find(entryId) {
          const entry = known.get(entryId);
          const there = entry?.resourceId ?? found.get(entryId);
          const id = there ?? fresh.get(entryId) ?? newId();
          fresh.set(entryId, id);
          return { id, known: entry, exists: there !== undefined };
        },
      };
    },

    write,

    /** What another entry stood in the way of may go through once all others are written: names are swapped, too. */
    async writeRefused(run: ImportRun, kind: EntryKind, refused: readonly Refused[]): Promise<void> {
      const again = refused.filter(({ isConflict }) => isConflict).map(({ work }) => work);
      const final = [...refused.filter(({ isConflict }) => !isConflict), ...(await write(run, kind, again))];
      run.counts.refused += final.length;
      await entries.saveEntries(run.request.directory.id, kind, final.map(refusedRow));
    },
  };
}
