// One reading of a directory: everything, what has changed, or only which entries there are. Everything is read before
// anything is written, so that a directory which can't be read to the end is never imported by half.
import type { Directory } from '../directories/contracts.ts';
import type { Clock } from '../platform/clock.ts';
import type { ScimRequest } from '../provisioning/contracts.ts';
import { noProjection } from '../provisioning/presentation.ts';
import type { TypeCatalogue } from '../provisioning/schemas/catalogue.ts';
import { tolerancesOf } from '../scim/interop/profiles.ts';
import type { HeldRemovals, SyncKind, SyncReport } from './contracts.ts';
import type { EntriesRepository } from './entries-repository.ts';
import type { ImportRun } from './entry-writer.ts';
import { LdapFailure } from './failure.ts';
import type { Importer } from './importer.ts';
import type { EntryKind, Reader, ReadGroup, ReadUser } from './reader.ts';
import { isSuspicious } from './removal-guard.ts';
import type { LdapRepository, LdapState, Watermark } from './repository.ts';
import { createShelf, type Shelf } from './shelf.ts';
import { openSource, probe, probingDeadlines, readingDeadlines, type SourceDeps } from './source.ts';
import { laterMark, nextSince } from './watermark.ts';

export interface SyncDeps extends SourceDeps {
  repository: LdapRepository;
  entries: EntriesRepository;
  importer: Importer;
  catalogue: TypeCatalogue;
  clock: Clock;
}

export interface SyncOutcome {
  report: SyncReport;
  held: HeldRemovals | null;
  /** Entries that are missing and not removed yet. */
  missing: number;
  /** Entries that a listing had and nobody has read yet. */
  unread: number;
}

interface Listed {
  users: Set<string>;
  groups: Set<string>;
}

const kinds: readonly EntryKind[] = ['User', 'Group'];

const listedOf = ({ users, groups }: Listed, kind: EntryKind): Set<string> => (kind === 'User' ? users : groups);

export function createSync(deps: SyncDeps) {
  const { repository, entries, importer, catalogue, clock } = deps;

  async function requireConnection({ id, slug }: Directory) {
    const connection = await repository.findConnection(id);
    if (!connection) throw new LdapFailure('address', `directory "${slug}" has no LDAP server`);
    return connection;
  }

  async function readAll<T extends { entryId: string; mark: string | undefined }>(
    pages: AsyncGenerator<T[]>,
    onMark: (mark: string | undefined) => void,
    signal: AbortSignal,
  ): Promise<{ shelf: Shelf<T>; ids: Set<string> }> {
    const shelf = createShelf<T>();
    const ids = new Set<string>();
    for await (const page of pages) {
      signal.throwIfAborted();
      // A server that moves entries while it pages may send one twice.
      const fresh = page.filter(({ entryId }) => !ids.has(entryId));
      for (const { entryId, mark } of fresh) {
        ids.add(entryId);
        onMark(mark);
      }
      await shelf.add(fresh);
    }
    return { shelf, ids };
  }

  /** Removes what enough complete listings lacked, after asking for each entry once more. */
  async function removals(
    run: ImportRun,
    reader: Reader,
    listed: Listed,
    options: { listings: number; count: number; percent: number; accept: boolean },
  ): Promise<Pick<SyncOutcome, 'held' | 'missing' | 'unread'>> {
    const { id: directoryId } = run.request.directory;
    const [users, groups] = [
      await entries.countMissing(directoryId, 'User', listed.users),
      await entries.countMissing(directoryId, 'Group', listed.groups),
    ];
    const missing = users.missing + groups.missing;
    const unread = users.unknown + groups.unknown;
    if (!options.accept && [users, groups].some((count) => isSuspicious(count, options))) {
      const counted = ({ known, missing: absent }: typeof users) => ({ known, missing: absent });
      const held = { since: clock.now().toISOString(), users: counted(users), groups: counted(groups) };
      return { held, missing, unread };
    }
    const before = run.counts.removed;
    for (const kind of kinds) {
      const atLeast = options.accept ? 1 : options.listings;
      for (const gone of await entries.noteListing(directoryId, kind, listedOf(listed, kind), atLeast)) {
        run.signal.throwIfAborted();
        if ((await reader.findDn(kind, gone.entryId)) === undefined) await importer.remove(run, kind, gone);
      }
    }
    return { held: null, missing: missing - (run.counts.removed - before), unread };
  }

  async function requestOf(directory: Directory): Promise<ScimRequest> {
    return {
      directory,
      types: await catalogue.typesOf(directory),
      actor: { name: `ldap:${directory.slug}` },
      tolerances: tolerancesOf('rfc'),
      baseUrl: '',
      projection: noProjection,
    };
  }

  return {
    /** Whether the directory can be read now. @throws LdapFailure */
    async probe(directory: Directory): Promise<void> {
      const types = await catalogue.typesOf(directory);
      const connection = await requireConnection(directory);
      const source = await openSource(deps, directory.id, connection, types, probingDeadlines);
      try {
        await probe(source);
      } finally {
        source.connection.close();
      }
    },

    /**
     * Reads and writes, and notes in the directory's state how far that went. Changes can't be read from a server that
     * counts them otherwise than the one before: then everything is.
     * @throws LdapFailure of the server; nothing was written then, or only what had been read to the end
     */
    async run(
      directory: Directory,
      wanted: SyncKind,
      { accept = false, signal }: { accept?: boolean; signal: AbortSignal },
    ): Promise<SyncOutcome> {
      const startedAt = clock.now();
      const request = await requestOf(directory);
      const stored = await requireConnection(directory);
      const { watermark } = await repository.readState(directory.id);
      const source = await openSource(deps, directory.id, stored, request.types, readingDeadlines);
      const { connection, reader, resolved } = source;
      const stop = () => connection.close();
      signal.addEventListener('abort', stop);
      try {
        const { changes } = resolved.preset;
        const origin = await reader.markOrigin();
        const kind = wanted === 'changes' && watermark?.origin !== origin ? 'full' : wanted;
        const run: ImportRun = { request, signal, counts: { created: 0, updated: 0, removed: 0, refused: 0 } };
        let mark = watermark?.origin === origin ? watermark.mark : undefined;
        const onMark = (one: string | undefined) => {
          mark = laterMark(changes, mark, one);
        };
        const listed: Listed = { users: new Set(), groups: new Set() };
        if (kind === 'listing') {
          listed.users = await reader.ids('User');
          listed.groups = await reader.ids('Group');
        } else {
          const since = kind === 'changes' && watermark ? nextSince(changes, watermark.mark, startedAt) : undefined;
          const users = await readAll<ReadUser>(reader.users(since), onMark, signal);
          const groups = await readAll<ReadGroup>(reader.groups(since), onMark, signal);
          [listed.users, listed.groups] = [users.ids, groups.ids];
          await importer.users(run, users.shelf);
          await importer.groups(run, groups.shelf);
        }
        const { listings, heldAboveCount: count, heldAbovePercent: percent } = resolved.settings.removals;
        const gone =
          kind === 'changes' ? undefined : await removals(run, reader, listed, { listings, count, percent, accept });
        const report: SyncReport = {
          kind,
          startedAt: startedAt.toISOString(),
          seconds: (clock.now().getTime() - startedAt.getTime()) / 1_000,
          read: { users: listed.users.size, groups: listed.groups.size },
          ...run.counts,
        };
        const next: Watermark | undefined = mark === undefined ? undefined : { mark, origin };
        const change: Partial<LdapState> = {
          lastReport: report,
          failure: null,
          ...(kind !== 'listing' && { watermark: next, lastChangesAt: startedAt }),
          ...(kind === 'full' && { lastFullAt: startedAt }),
          ...(gone && { held: gone.held, lastListingAt: startedAt }),
        };
        await repository.updateState(directory.id, change);
        return { report, held: gone?.held ?? null, missing: gone?.missing ?? 0, unread: gone?.unread ?? 0 };
      } finally {
        signal.removeEventListener('abort', stop);
        connection.close();
      }
    },
  };
}

export type Sync = ReturnType<typeof createSync>;
