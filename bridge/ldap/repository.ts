// The SQL of LDAP directories: how to reach them, and how they do. Entries are in entries-repository.ts.
import { type Selectable, sql } from 'kysely';
import type { Pool } from 'pg';
import type { Directory } from '../directories/contracts.ts';
import { insertDirectory } from '../directories/repository.ts';
import { changesBetween, isEmpty } from '../events/audit/changes.ts';
import { recordDirectoryChanges, recordIfChanged } from '../events/audit/repository.ts';
import type { LdapStatesTable } from '../platform/db/database.ts';
import { isLeasableBy, leaseOf } from '../platform/db/lease.ts';
import { readIn, writeIn } from '../platform/db/scope.ts';
import type { Replacement } from '../sealed-secrets/contracts.ts';
import { type HeldRemovals, type LdapSettings, ldapSettings, type SyncFailure, type SyncReport } from './contracts.ts';
import type { SourceHealth } from './health.ts';

export interface StoredConnection {
  settings: LdapSettings;
  sealedPassword: Buffer;
  updatedAt: Date;
}

/** Where reading changes goes on, and for which server that holds. */
export interface Watermark {
  mark: string;
  origin: string;
}

export type Requested = 'full' | 'accept-removals';

export interface LdapState {
  requested: Requested | null;
  health: SourceHealth | undefined;
  watermark: Watermark | undefined;
  lastFullAt: Date | null;
  lastChangesAt: Date | null;
  lastListingAt: Date | null;
  lastReport: SyncReport | null;
  failure: SyncFailure | null;
  held: HeldRemovals | null;
}

const nobodysState: LdapState = {
  requested: null,
  health: undefined,
  watermark: undefined,
  lastFullAt: null,
  lastChangesAt: null,
  lastListingAt: null,
  lastReport: null,
  failure: null,
  held: null,
};

// The JSON columns hold what this file wrote.
function toState(row: Selectable<LdapStatesTable>): LdapState {
  const health = row.health as (Omit<SourceHealth, 'since'> & { since: string }) | null;
  return {
    requested: row.requested,
    health: health ? { ...health, since: new Date(health.since) } : undefined,
    watermark: (row.watermark as unknown as Watermark | null) ?? undefined,
    lastFullAt: row.last_full_at,
    lastChangesAt: row.last_changes_at,
    lastListingAt: row.last_listing_at,
    lastReport: row.last_report as unknown as SyncReport | null,
    failure: row.failure as unknown as SyncFailure | null,
    held: row.held as unknown as HeldRemovals | null,
  };
}

const json = (value: unknown): string | null => (value === null || value === undefined ? null : JSON.stringify(value));

const columnsOf = {
  requested: (value: LdapState['requested']) => ({ requested: value }),
  health: (value: LdapState['health']) => ({ health: json(value) }),
  watermark: (value: LdapState['watermark']) => ({ watermark: json(value) }),
  lastFullAt: (value: Date | null) => ({ last_full_at: value }),
  lastChangesAt: (value: Date | null) => ({ last_changes_at: value }),
  lastListingAt: (value: Date | null) => ({ last_listing_at: value }),
  lastReport: (value: SyncReport | null) => ({ last_report: json(value) }),
  failure: (value: SyncFailure | null) => ({ failure: json(value) }),
  held: (value: HeldRemovals | null) => ({ held: json(value) }),
};

function stateColumns(change: Partial<LdapState>) {
  return {
    ...(change.requested !== undefined && columnsOf.requested(change.requested)),
    ...('health' in change && columnsOf.health(change.health)),
    ...('watermark' in change && columnsOf.watermark(change.watermark)),
    ...(change.lastFullAt !== undefined && columnsOf.lastFullAt(change.lastFullAt)),
    ...(change.lastChangesAt !== undefined && columnsOf.lastChangesAt(change.lastChangesAt)),
    ...(change.lastListingAt !== undefined && columnsOf.lastListingAt(change.lastListingAt)),
    ...(change.lastReport !== undefined && columnsOf.lastReport(change.lastReport)),
    ...(change.failure !== undefined && columnsOf.failure(change.failure)),
    ...(change.held !== undefined && columnsOf.held(change.held)),
  };
}

interface NewConnection {
  settings: LdapSettings;
  sealedPassword: Buffer;
}

export function createLdapRepository(pool: Pool) {
  return {
    async insertDirectory(directory: Directory, { settings, sealedPassword }: NewConnection): Promise<void> {
      await writeIn(pool, directory.id, async (scope) => {
        await insertDirectory(scope, directory, async () => {
          await scope
            .insertInto('ldap_connections')
            .values({
              directory_id: directory.id,
              settings: JSON.stringify(settings),
              bind_password: sealedPassword,
              created_at: directory.createdAt,
              updated_at: directory.createdAt,
            })
            .execute();
          await scope.insertInto('ldap_states').values({ directory_id: directory.id }).execute();
          return { ldap: settings };
        });
      });
    },

    async findConnection(directoryId: string): Promise<StoredConnection | undefined> {
      const row = await readIn(pool, [directoryId], (scope) =>
        scope
          .selectFrom('ldap_connections')
          .select(['settings', 'bind_password', 'updated_at'])
          .where('directory_id', '=', directoryId)
          .executeTakeFirst(),
      );
      return (
        row && {
          settings: ldapSettings.parse(row.settings),
          sealedPassword: row.bind_password,
          updatedAt: row.updated_at,
        }
      );
    },

    /** Other settings may mean other entries: what was known of marks holds no longer, and everything is read anew. */
    async updateConnection(
      directory: Directory,
      { settings, sealedPassword }: { settings: LdapSettings; sealedPassword: Buffer | undefined },
      now: Date,
    ): Promise<void> {
      await writeIn(pool, directory.id, async (scope) => {
        const before = await scope
          .selectFrom('ldap_connections')
          .select('settings')
          .where('directory_id', '=', directory.id)
          .forUpdate()
          .executeTakeFirst();
        await scope
          .updateTable('ldap_connections')
          .set({
            settings: JSON.stringify(settings),
            updated_at: now,
            ...(sealedPassword && { bind_password: sealedPassword }),
          })
          .where('directory_id', '=', directory.id)
          .execute();
        await scope
          .updateTable('ldap_states')
          .set({ watermark: null, requested: 'full', failure: null })
          .where('directory_id', '=', directory.id)
          .execute();
        const changes = changesBetween(ldapSettings.parse(before?.settings), settings);
        const recorded = [
          ...(isEmpty(changes) ? [] : [{ type: 'ldap.updated' as const, changes }]),
          ...(sealedPassword ? [{ type: 'ldap.password_changed' as const, changes: {} }] : []),
        ];
        await recordDirectoryChanges(scope, directory, recorded, now);
      });
    },

    async listSealedPasswords(
      directoryIds: readonly string[],
    ): Promise<{ directoryId: string; sealedPassword: Buffer }[]> {
      if (directoryIds.length === 0) return [];
      const rows = await readIn(pool, directoryIds, (scope) =>
        scope
          .selectFrom('ldap_connections')
          .select(['directory_id', 'bind_password'])
          .where('directory_id', '=', sql<string>`any(${[...directoryIds]}::uuid[])`)
          .orderBy('directory_id')
          .execute(),
      );
      return rows.map((row) => ({ directoryId: row.directory_id, sealedPassword: row.bind_password }));
    },

    /**
     * The same password, sealed otherwise, if it is still sealed as `before`; tells whether it was. The connection is as old
     * as before, so that nobody connects anew for it.
     */
    async replaceSealedPassword(
      directoryId: string,
      before: Buffer,
      { sealed, entry, now }: Replacement,
    ): Promise<boolean> {
      return writeIn(pool, directoryId, async (scope) => {
        const replaced = await scope
          .updateTable('ldap_connections')
          .set({ bind_password: sealed })
          .where('directory_id', '=', directoryId)
          .where('bind_password', '=', before)
          .executeTakeFirst();
        return recordIfChanged(scope, replaced, entry, now);
      });
    },

    /** Has the directory read as a whole by whoever reads it. */
    async requestSync(directory: Directory, requested: Requested, now: Date): Promise<void> {
      await writeIn(pool, directory.id, async (scope) => {
        await scope.updateTable('ldap_states').set({ requested }).where('directory_id', '=', directory.id).execute();
        const changes = changesBetween(undefined, { requested });
        await recordDirectoryChanges(scope, directory, [{ type: 'ldap.sync_requested', changes }], now);
      });
    },

    async readState(directoryId: string): Promise<LdapState> {
      const row = await readIn(pool, [directoryId], (scope) =>
        scope.selectFrom('ldap_states').selectAll().where('directory_id', '=', directoryId).executeTakeFirst(),
      );
      return row ? toState(row) : nobodysState;
    },

    async updateState(directoryId: string, change: Partial<LdapState>): Promise<void> {
      const columns = stateColumns(change);
      await writeIn(pool, directoryId, (scope) =>
        scope.updateTable('ldap_states').set(columns).where('directory_id', '=', directoryId).execute(),
      );
    },

    /** What is told of the directory wherever it is listed. */
    async updateHealth(directoryId: string, health: SourceHealth, seenAt: Date | undefined): Promise<void> {
      await writeIn(pool, directoryId, async (scope) => {
        await scope
          .updateTable('ldap_states')
          .set({ health: JSON.stringify(health) })
          .where('directory_id', '=', directoryId)
          .execute();
        await scope
          .updateTable('directories')
          .set({ source_health: health.state, ...(seenAt && { source_seen_at: seenAt }) })
          .where('id', '=', directoryId)
          .execute();
      });
    },

    /**
     * Takes or renews the lease, by the database's clock; false while another has it. One who finds that it has lost the
     * lease must stop: see worker.ts.
     */
    async takeLease(directoryId: string, owner: string, seconds: number): Promise<boolean> {
      const result = await writeIn(pool, directoryId, (scope) =>
        scope
          .updateTable('ldap_states')
          .set(leaseOf(owner, seconds))
          .where('directory_id', '=', directoryId)
          .where(isLeasableBy(owner))
          .executeTakeFirst(),
      );
      return result.numUpdatedRows > 0n;
    },

    async releaseLease(directoryId: string, owner: string): Promise<void> {
      await writeIn(pool, directoryId, (scope) =>
        scope
          .updateTable('ldap_states')
          .set({ lease_owner: null, lease_until: null })
          .where('directory_id', '=', directoryId)
          .where('lease_owner', '=', owner)
          .execute(),
      );
    },
  };
}

export type LdapRepository = ReturnType<typeof createLdapRepository>;
