// Takes users and groups over into the store, by the same use cases as SCIM: the same checks, transactions and events.
import { hash } from 'node:crypto';
import { newId } from '../platform/ids.ts';
import type { BulkCreates, PreparedCreate } from '../provisioning/bulk/bulk-creates.ts';
import type { ScimRequest } from '../provisioning/contracts.ts';
import type { GroupsService } from '../provisioning/groups/groups-service.ts';
import { ScimFailure } from '../provisioning/scim-failure.ts';
import type { UsersService } from '../provisioning/users/users-service.ts';
import { isJsonObject, type JsonObject, own } from '../scim/json.ts';
import { schemasOf } from '../scim/resource/schemas.ts';
import { ENTERPRISE_USER_SCHEMA } from '../scim/schema/enterprise-user-schema.ts';
import type { ResourceTypeDefinition } from '../scim/schema/model.ts';
import { dnKey, type EntriesRepository, type EntryRow, type KnownEntry } from './entries-repository.ts';
import type { EntryKind, ReadGroup, ReadUser } from './reader.ts';
import type { Shelf } from './shelf.ts';

export interface ImporterDeps {
  entries: EntriesRepository;
  users: Pick<UsersService, 'replaceUser' | 'deleteUser'>;
  groups: Pick<GroupsService, 'replaceGroup' | 'deleteGroup'>;
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
}

/** An entry with its place in the store and the body that is to be there. */
interface Work {
  entryId: string;
  dn: string;
  id: string;
  body: JsonObject;
  fingerprint: string;
  known: KnownEntry | undefined;
  /** Whether the user or group is there already. */
  exists: boolean;
}

interface Places {
  known: Map<string, KnownEntry>;
  idOf(entryId: string): string;
  exists(entryId: string): boolean;
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

/** What is wrong with the entry itself, as opposed to the store; anything else is thrown on. */
function refusalOf(error: unknown): { problem: string; isConflict: boolean } {
  if (error instanceof ScimFailure && [400, 409].includes(error.error.status)) {
    return { problem: error.message, isConflict: error.error.status === 409 };
  }
  throw error;
}

export function createImporter({ entries, users, groups, creates }: ImporterDeps) {
  const typeOf = ({ types }: ScimRequest, kind: EntryKind): ResourceTypeDefinition =>
    kind === 'User' ? types.user : types.group;

  function bodyOf(request: ScimRequest, kind: EntryKind, resource: JsonObject): JsonObject {
    return { schemas: schemasOf(typeOf(request, kind), resource), ...resource };
  }

  /** Finds or makes the ids of a page's entries. `fresh` keeps the new ones until their rows are written. */
  async function places(
    { request: { directory } }: ImportRun,
    kind: EntryKind,
    entryIds: readonly string[],
    fresh: Map<string, string>,
  ): Promise<Places> {
    const known = await entries.findEntries(directory.id, kind, entryIds);
    const unplaced = entryIds.filter((id) => !known.get(id)?.resourceId);
    const found =
      unplaced.length === 0 ? new Map<string, string>() : await entries.findResources(directory.id, kind, unplaced);
    const placeOf = (entryId: string) => known.get(entryId)?.resourceId ?? found.get(entryId);
    return {
      known,
      exists: (entryId) => placeOf(entryId) !== undefined,
      idOf(entryId) {
        const id = placeOf(entryId) ?? fresh.get(entryId) ?? newId();
        fresh.set(entryId, id);
        return id;
      },
    };
  }

  const rowOf = ({ entryId, id, dn, fingerprint }: Work): EntryRow => ({
    entryId,
    resourceId: id,
    dn,
    fingerprint,
    problem: null,
  });

  /** An entry that is there but can't be taken over: who was imported before stays as it was. */
  const refusedRow = ({ entryId, id, dn, exists }: Work, problem: string): EntryRow => ({
    entryId,
    resourceId: exists ? id : null,
    dn,
    fingerprint: null,
    problem,
  });

  async function replace(run: ImportRun, kind: EntryKind, { id, body }: Work): Promise<void> {
    if (kind === 'User') await users.replaceUser(run.request, id, body);
    else await groups.replaceGroup(run.request, id, body);
  }

  /** Creates all in one transaction or, when one of them is refused, each on its own. */
  async function createAll(
    run: ImportRun,
    kind: EntryKind,
    works: readonly Work[],
    refused: Refused[],
  ): Promise<Work[]> {
    const prepared: { work: Work; create: PreparedCreate }[] = [];
    for (const work of works) {
      try {
        const create = await creates.prepare(run.request, typeOf(run.request, kind), work.body, work.id);
        prepared.push({ work, create });
      } catch (error) {
        refused.push({ work, ...refusalOf(error) });
      }
    }
    const { id } = run.request.directory;
    try {
      await creates.create(
        id,
        prepared.map(({ create }) => create),
      );
      return prepared.map(({ work }) => work);
    } catch (error) {
      refusalOf(error);
    }
    const done: Work[] = [];
    for (const { work, create } of prepared) {
      try {
        await creates.create(id, [create]);
        done.push(work);
      } catch (error) {
        refused.push({ work, ...refusalOf(error) });
      }
    }
    return done;
  }

  interface Refused {
    work: Work;
    problem: string;
    isConflict: boolean;
  }

  /** Writes what is new or differs. Answers what was refused. */
  async function write(run: ImportRun, kind: EntryKind, works: readonly Work[]): Promise<Refused[]> {
    const directoryId = run.request.directory.id;
    const refused: Refused[] = [];
    const isSame = ({ known, fingerprint }: Work) => known?.fingerprint === fingerprint;
    const same = works.filter(isSame);
    const moved = same.filter(
      ({ known, dn }) => known && (known.dn !== dn || known.missing > 0 || known.problem !== null),
    );
    await entries.saveEntries(directoryId, kind, moved.map(rowOf));
    await sideBySide(
      batches(
        works.filter((one) => one.exists && !isSame(one)),
        updatesAtOnce,
      ),
      async (batch) => {
        const done: Work[] = [];
        for (const work of batch) {
          run.signal.throwIfAborted();
          try {
            await replace(run, kind, work);
            done.push(work);
          } catch (error) {
            refused.push({ work, ...refusalOf(error) });
          }
        }
        await entries.saveEntries(directoryId, kind, done.map(rowOf));
        // A group that this run has just made counts as created.
        run.counts.updated += done.filter(({ known }) => known?.fingerprint !== '').length;
      },
    );
    await sideBySide(
      batches(
        works.filter(({ exists }) => !exists),
        createsAtOnce,
      ),
      async (batch) => {
        run.signal.throwIfAborted();
        const done = await createAll(run, kind, batch, refused);
        await entries.saveEntries(directoryId, kind, done.map(rowOf));
        run.counts.created += done.length;
      },
    );
    return refused;
  }

  /** What another entry stood in the way of may go through once all others are written: names are swapped, too. */
  async function writeRefused(run: ImportRun, kind: EntryKind, refused: readonly Refused[]): Promise<void> {
    const again = refused.filter(({ isConflict }) => isConflict).map(({ work }) => work);
    const final = [...refused.filter(({ isConflict }) => !isConflict), ...(await write(run, kind, again))];
    run.counts.refused += final.length;
    await entries.saveEntries(
      run.request.directory.id,
      kind,
      final.map(({ work, problem }) => refusedRow(work, problem)),
    );
  }

  /** Ids by the names of entries, of those that this run is about to write, too. */
  async function idsByDn(run: ImportRun, fresh: ReadonlyMap<string, string>, dns: readonly string[]) {
    const keys = dns.map(dnKey);
    const known = await entries.findByDn(
      run.request.directory.id,
      keys.filter((key) => !fresh.has(key)),
    );
    return (dn: string): string | undefined => {
      const key = dnKey(dn);
      return fresh.get(key) ?? known.get(key);
    };
  }

  async function userWorks(
    run: ImportRun,
    page: readonly ReadUser[],
    fresh: Map<string, string>,
    freshByDn: ReadonlyMap<string, string>,
  ): Promise<Work[]> {
    const place = await places(
      run,
      'User',
      page.map(({ entryId }) => entryId),
      fresh,
    );
    const idByDn = await idsByDn(
      run,
      freshByDn,
      page.flatMap(({ managerDn }) => managerDn ?? []),
    );
    return page.map(({ entryId, dn, resource, managerDn }) => {
      const manager = managerDn === undefined ? undefined : idByDn(managerDn);
      const enterprise = own(resource, ENTERPRISE_USER_SCHEMA);
      const whole: JsonObject =
        manager === undefined
          ? resource
          : {
              ...resource,
              [ENTERPRISE_USER_SCHEMA]: { ...(isJsonObject(enterprise) && enterprise), manager: { value: manager } },
            };
      const body = bodyOf(run.request, 'User', whole);
      const exists = place.exists(entryId);
      return {
        entryId,
        dn,
        id: place.idOf(entryId),
        body,
        fingerprint: fingerprintOf(body),
        known: place.known.get(entryId),
        exists,
      };
    });
  }

  async function memberIds(run: ImportRun, fresh: ReadonlyMap<string, string>, group: ReadGroup): Promise<string[]> {
    const idByDn = await idsByDn(run, fresh, group.memberDns);
    const named = await entries.findByUserName(
      run.request.directory.id,
      group.memberUids.map((uid) => uid.toLowerCase()),
    );
    const ids = [...group.memberDns.flatMap((dn) => idByDn(dn) ?? []), ...named];
    return [...new Set(ids)].toSorted();
  }

  return {
    async users(run: ImportRun, shelf: Shelf<ReadUser>): Promise<void> {
      const fresh = new Map<string, string>();
      const freshByDn = new Map<string, string>();
      // All ids first: managers are named by those that come before them.
      for await (const page of shelf.pages()) {
        const place = await places(
          run,
          'User',
          page.map(({ entryId }) => entryId),
          fresh,
        );
        for (const { entryId, dn } of page) {
          const id = place.idOf(entryId);
          if (!place.known.get(entryId)?.resourceId) freshByDn.set(dnKey(dn), id);
          else fresh.delete(entryId);
        }
      }
      const refused: Refused[] = [];
      for await (const page of shelf.pages()) {
        refused.push(...(await write(run, 'User', await userWorks(run, page, fresh, freshByDn))));
      }
      await writeRefused(run, 'User', refused);
    },

    /** Groups are made without members first, because they may be members of each other. */
    async groups(run: ImportRun, shelf: Shelf<ReadGroup>): Promise<void> {
      const fresh = new Map<string, string>();
      const freshByDn = new Map<string, string>();
      const refused: Refused[] = [];
      for await (const page of shelf.pages()) {
        const place = await places(
          run,
          'Group',
          page.map(({ entryId }) => entryId),
          fresh,
        );
        const works = page
          .filter(({ entryId }) => !place.exists(entryId))
          .map(({ entryId, dn, resource }): Work => {
            const body = bodyOf(run.request, 'Group', resource);
            const known = place.known.get(entryId);
            return { entryId, dn, id: place.idOf(entryId), body, fingerprint: '', known, exists: false };
          });
        refused.push(...(await write(run, 'Group', works)));
        for (const { entryId, dn } of page) freshByDn.set(dnKey(dn), place.idOf(entryId));
      }
      await writeRefused(run, 'Group', refused);
      const late: Refused[] = [];
      for await (const page of shelf.pages()) {
        const place = await places(
          run,
          'Group',
          page.map(({ entryId }) => entryId),
          fresh,
        );
        const works: Work[] = [];
        for (const group of page) {
          const { entryId, dn, resource } = group;
          if (!place.exists(entryId)) continue;
          const members = await memberIds(run, freshByDn, group);
          const body = bodyOf(run.request, 'Group', {
            ...resource,
            members: members.map((value) => ({ value })),
          });
          const known = place.known.get(entryId);
          works.push({
            entryId,
            dn,
            id: place.idOf(entryId),
            body,
            fingerprint: fingerprintOf(body),
            known,
            exists: true,
          });
        }
        late.push(...(await write(run, 'Group', works)));
      }
      await writeRefused(run, 'Group', late);
    },

    /** Removes a user or group whose entry is gone. */
    async remove(run: ImportRun, kind: EntryKind, { entryId, resourceId }: { entryId: string; resourceId: string }) {
      const { request } = run;
      try {
        if (kind === 'User') await users.deleteUser(request, resourceId);
        else await groups.deleteGroup(request, resourceId);
        run.counts.removed += 1;
      } catch (error) {
        // It was removed before a failure kept that from being noted.
        if (!(error instanceof ScimFailure && error.error.status === 404)) throw error;
      }
      await entries.deleteEntry(request.directory.id, kind, entryId);
    },
  };
}

export type Importer = ReturnType<typeof createImporter>;
