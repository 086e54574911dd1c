// One reading of a directory: everything, what has changed, or only which entries there are. Everything is read before
// anything is written, so that a directory which can't be read to the end is never imported by half.
import type { Directory } from '../directories/contracts.ts';
import type { Clock } from '../platform/clock.ts';
import type { ScimRequest } from '../provisioning/contracts.ts';
import { noProjection } from '../provisioning/presentation.ts';
import type { TypeCatalogue } from '../provisioning/schemas/catalogue.ts';
import { tolerancesOf } from '../scim/interop/profiles.ts';
import type { SyncKind, SyncReport } from './contracts.ts';
import type { EntriesRepository } from './entries-repository.ts';
import { firstAnalysis, type ImportRun } from './entry-writer.ts';
import { LdapFailure } from './failure.ts';
import type { Importer } from './importer.ts';
import type { ReadGroup, ReadUser } from './reader.ts';
import { createRemovals, type Listed, type ListingOutcome } from './removals.ts';
import type { LdapRepository, LdapState, Watermark } from './repository.ts';
import { createShelf, type Shelf } from './shelf.ts';
import { type OpenSource, openSource, probe, probingDeadlines, readingDeadlines, type SourceDeps } from './source.ts';
import { laterMark, nextSince } from './watermark.ts';

export interface SyncDeps extends SourceDeps {
  repository: LdapRepository;
  entries: EntriesRepository;
  importer: Importer;
  catalogue: TypeCatalogue;
  clock: Clock;
}

export interface SyncOutcome extends ListingOutcome {
  report: SyncReport;
}

export function createSync(deps: SyncDeps) {
  const { repository, importer, catalogue, clock } = deps;
  const removals = createRemovals(deps);

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

  /** Reads from this server and writes. */
  async function runOn(
    { reader, resolved }: OpenSource,
    request: ScimRequest,
    wanted: SyncKind,
    { accept, signal, startedAt }: { accept: boolean; signal: AbortSignal; startedAt: Date },
  ): Promise<SyncOutcome> {
    const { directory } = request;
    const { watermark } = await repository.readState(directory.id);
    const { changes } = resolved.preset;
    const origin = await reader.markOrigin();
    const kind = wanted === 'changes' && watermark?.origin !== origin ? 'full' : wanted;
    const counts = { created: 0, updated: 0, removed: 0, refused: 0 };
    const run: ImportRun = { request, signal, counts, analyseAt: firstAnalysis };
    let mark = watermark?.origin === origin ? watermark.mark : undefined;
    const onMark = (one: string | undefined) => {
      mark = laterMark(changes, mark, one);
    };
    const { listings, heldAboveCount: count, heldAbovePercent: percent } = resolved.settings.removals;
    const limits = { count, percent };
    let listed: Listed;
    if (kind === 'listing') {
      listed = { User: await reader.ids('User'), Group: await reader.ids('Group') };
    } else {
      const since = kind === 'changes' && watermark ? nextSince(changes, watermark.mark, startedAt) : undefined;
      const users = await readAll<ReadUser>(reader.users(since), onMark, signal);
      const groups = await readAll<ReadGroup>(reader.groups(since), onMark, signal);
      const deleted = since === undefined ? undefined : await readAll(reader.deleted(since), onMark, signal);
      listed = { User: users.ids, Group: groups.ids };
      // First, because a new entry may have the name of a deleted one.
      if (deleted) await removals.afterDeletions(run, reader, [...deleted.ids], limits);
      await importer.users(run, users.shelf);
      await importer.groups(run, groups.shelf);
    }
    const gone =
      kind === 'changes'
        ? undefined
        : await removals.afterListing(run, reader, listed, { listings, limits, accept, now: clock.now() });
    const report: SyncReport = {
      kind,
      startedAt: startedAt.toISOString(),
      seconds: (clock.now().getTime() - startedAt.getTime()) / 1_000,
      read: { users: listed.User.size, groups: listed.Group.size },
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
      let { urls } = stored.settings;
      for (;;) {
        const connection = { ...stored, settings: { ...stored.settings, urls } };
        const source = await openSource(deps, directory.id, connection, request.types, { ...readingDeadlines, signal });
        try {
          return await runOn(source, request, wanted, { accept, signal, startedAt });
        } catch (error) {
          // A server that takes connections and then fails keeps nobody from the others.
          urls = urls.filter((url) => url !== source.connection.url);
          const isWorthAnother = error instanceof LdapFailure && error.isOutage && !signal.aborted;
          if (!isWorthAnother || urls.length === 0) throw error;
        } finally {
          source.connection.close();
        }
      }
    },
  };
}

export type Sync = ReturnType<typeof createSync>;
