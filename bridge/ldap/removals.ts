// Which users and groups are removed after a reading: those that enough complete listings lacked, and those that the server
// itself says were deleted. Each is asked for once more before it goes, and many at once wait for somebody to look.
import type { HeldRemovals } from './contracts.ts';
import type { EntriesRepository } from './entries-repository.ts';
import type { ImportRun } from './entry-writer.ts';
import type { Importer } from './importer.ts';
import type { EntryKind, Reader } from './reader.ts';
import { isSuspicious, type RemovalLimits } from './removal-guard.ts';

/** The ids of the entries that a complete listing had. */
export type Listed = Readonly<Record<EntryKind, ReadonlySet<string>>>;

export interface ListingOutcome {
  held: HeldRemovals | null;
  /** Entries that are missing and not removed yet. */
  missing: number;
  /** Entries that the listing had and nobody has read yet. */
  unread: number;
}

interface ListingOptions {
  /** How many listings in a row must lack an entry. */
  listings: number;
  limits: RemovalLimits;
  /** Somebody has looked at what is held. */
  accept: boolean;
  now: Date;
}

const kinds: readonly EntryKind[] = ['User', 'Group'];

export function createRemovals({ entries, importer }: { entries: EntriesRepository; importer: Importer }) {
  async function removeConfirmed(
    run: ImportRun,
    reader: Reader,
    kind: EntryKind,
    gone: readonly { entryId: string; resourceId: string }[],
  ): Promise<void> {
    for (const entry of gone) {
      run.signal.throwIfAborted();
      if ((await reader.findDn(kind, entry.entryId)) === undefined) await importer.remove(run, kind, entry);
    }
  }

  return {
    async afterListing(
      run: ImportRun,
      reader: Reader,
      listed: Listed,
      { listings, limits, accept, now }: ListingOptions,
    ): Promise<ListingOutcome> {
      const { id: directoryId } = run.request.directory;
      const [users, groups] = [
        await entries.countMissing(directoryId, 'User', listed.User),
        await entries.countMissing(directoryId, 'Group', listed.Group),
      ];
      const missing = users.missing + groups.missing;
      const unread = users.unknown + groups.unknown;
      if (!accept && [users, groups].some((count) => isSuspicious(count, limits))) {
        const counted = ({ known, missing: absent }: typeof users) => ({ known, missing: absent });
        const held = { since: now.toISOString(), users: counted(users), groups: counted(groups) };
        return { held, missing, unread };
      }
      const before = run.counts.removed;
      for (const kind of kinds) {
        const gone = await entries.noteListing(directoryId, kind, listed[kind], accept ? 1 : listings);
        await removeConfirmed(run, reader, kind, gone);
      }
      return { held: null, missing: missing - (run.counts.removed - before), unread };
    },

    /** Suspiciously many are left to the next listings, which hold them. */
    async afterDeletions(
      run: ImportRun,
      reader: Reader,
      deleted: readonly string[],
      limits: RemovalLimits,
    ): Promise<void> {
      for (const kind of kinds) {
        const { known, gone } = await entries.findDeleted(run.request.directory.id, kind, deleted);
        if (isSuspicious({ known, missing: gone.length }, limits)) continue;
        await removeConfirmed(run, reader, kind, gone);
      }
    },
  };
}
