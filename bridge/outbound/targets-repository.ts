// The SQL of targets: what they are, how they do, and which replica looks after each.
import { type Selectable, sql } from 'kysely';
import type { Pool } from 'pg';
import type { Directory } from '../directories/contracts.ts';
import type { Named } from '../events/audit/contracts.ts';
import type { DirectoryChange } from '../events/audit/repository.ts';
import { recordDirectoryChanges, recordIfChanged } from '../events/audit/repository.ts';
import type { OutboundStatesTable, OutboundTargetsTable } from '../platform/db/database.ts';
import { isLeasableBy, leaseOf } from '../platform/db/lease.ts';
import { readIn, writeIn } from '../platform/db/scope.ts';
import type { Replacement } from '../sealed-secrets/contracts.ts';
import { type RunReport, storedTargetSettings, type Target, type TargetMode } from './contracts.ts';
import type { Hold } from './gate.ts';
import type { Probe } from './probe.ts';
import { createTasks, ownState, type Run } from './tasks-repository.ts';
import { writeAgain } from './write-again-repository.ts';

export interface TargetState {
  position: number;
  hold: Hold | null;
  probe: Probe | null;
  runRequested: boolean;
  run: Run | null;
  lastRunAt: Date | null;
  lastReport: RunReport | null;
  pushedAt: Date | null;
}

const toTarget = (row: Omit<Selectable<OutboundTargetsTable>, 'updated_at'>): Target => ({
  directoryId: row.directory_id,
  id: row.id,
  slug: row.slug,
  settings: storedTargetSettings(row.settings),
  sealedSecret: row.secret,
  mode: row.mode,
  revision: row.revision,
  createdAt: row.created_at,
});

// The JSON columns hold what this file wrote.
const toState = (row: Selectable<OutboundStatesTable>): TargetState => ({
  position: row.position,
  hold: row.held_until && { until: row.held_until, reason: row.held_reason ?? '' },
  probe: row.probe as unknown as Probe | null,
  runRequested: row.run_requested,
  run: row.run as unknown as Run | null,
  lastRunAt: row.last_run_at,
  lastReport: row.last_report as unknown as RunReport | null,
  pushedAt: row.pushed_at,
});

const columns = ['directory_id', 'id', 'slug', 'settings', 'secret', 'mode', 'revision', 'created_at'] as const;

export interface TargetChange {
  settings?: Target['settings'];
  sealedSecret?: Buffer;
  mode?: TargetMode;
}

export function createTargetsRepository(pool: Pool) {
  return {
    ...createTasks(pool),

    async insertTarget(target: Target, directory: Directory, position: number, change: DirectoryChange): Promise<void> {
      await writeIn(pool, directory.id, async (scope) => {
        await scope
          .insertInto('outbound_targets')
          .values({
            directory_id: directory.id,
            id: target.id,
            slug: target.slug,
            settings: JSON.stringify(target.settings),
            secret: target.sealedSecret,
            mode: target.mode,
            created_at: target.createdAt,
            updated_at: target.createdAt,
          })
          .execute();
        await scope
          .insertInto('outbound_states')
          .values({ directory_id: directory.id, target_id: target.id, position })
          .execute();
        await recordDirectoryChanges(scope, directory, [change], target.createdAt);
      });
    },

    /** Whoever pushes by the settings of before reads them anew. Everything is reconciled. */
    async updateTarget(
      target: Target,
      directory: Directory,
      change: TargetChange,
      { changes, now }: { changes: readonly DirectoryChange[]; now: Date },
    ): Promise<void> {
      await writeAgain(pool, directory.id, async (scope) => {
        await scope
          .updateTable('outbound_targets')
          .set({
            ...(change.settings && { settings: JSON.stringify(change.settings) }),
            ...(change.sealedSecret && { secret: change.sealedSecret }),
            ...(change.mode && { mode: change.mode }),
            revision: sql<number>`revision + 1`,
            updated_at: now,
          })
          .where('directory_id', '=', directory.id)
          .where('id', '=', target.id)
          .execute();
        const isOther = change.settings !== undefined || change.sealedSecret !== undefined;
        await ownState(scope, target)
          .set({ held_until: null, held_reason: null, run_requested: true, ...(isOther && { probe: null }) })
          .execute();
        if (changes.length > 0) await recordDirectoryChanges(scope, directory, changes, now);
      });
    },

    /** The same secret, sealed otherwise, if it is still sealed as `before`; tells whether it was. Runners go on. */
    async replaceSealedSecret(
      directoryId: string,
      id: string,
      before: Buffer,
      { sealed, entry, now }: Replacement,
    ): Promise<boolean> {
      return writeIn(pool, directoryId, async (scope) => {
        const replaced = await scope
          .updateTable('outbound_targets')
          .set({ secret: sealed })
          .where('directory_id', '=', directoryId)
          .where('id', '=', id)
          .where('secret', '=', before)
          .executeTakeFirst();
        return recordIfChanged(scope, replaced, entry, now);
      });
    },

    /** All that was to be taken away there is. */
    async endPurge(target: Target, directory: Named, change: DirectoryChange, now: Date): Promise<void> {
      await writeAgain(pool, directory.id, async (scope) => {
        const { numUpdatedRows } = await scope
          .updateTable('outbound_targets')
          .set({ mode: 'paused', revision: sql<number>`revision + 1`, updated_at: now })
          .where('directory_id', '=', directory.id)
          .where('id', '=', target.id)
          .where('mode', '=', 'purging')
          .executeTakeFirst();
        if (numUpdatedRows > 0n) await recordDirectoryChanges(scope, directory, [change], now);
      });
    },

    async deleteTarget(target: Target, directory: Directory, change: DirectoryChange, now: Date): Promise<void> {
      await writeAgain(pool, directory.id, async (scope) => {
        await scope
          .deleteFrom('outbound_targets')
          .where('directory_id', '=', directory.id)
          .where('id', '=', target.id)
          .execute();
        await recordDirectoryChanges(scope, directory, [change], now);
      });
    },

    async listTargets(directoryIds: readonly string[]): Promise<Target[]> {
      if (directoryIds.length === 0) return [];
      const rows = await readIn(pool, directoryIds, (scope) =>
        scope
          .selectFrom('outbound_targets')
          .select(columns)
          .where('directory_id', '=', sql<string>`any(${[...directoryIds]}::uuid[])`)
          .orderBy('slug')
          .execute(),
      );
      return rows.map(toTarget);
    },

    async findTarget(directoryId: string, slug: string): Promise<Target | undefined> {
      const row = await readIn(pool, [directoryId], (scope) =>
        scope
          .selectFrom('outbound_targets')
          .select(columns)
          .where('directory_id', '=', directoryId)
          .where('slug', '=', slug)
          .executeTakeFirst(),
      );
      return row && toTarget(row);
    },

    async findState({ directoryId, id }: Target): Promise<TargetState | undefined> {
      const row = await readIn(pool, [directoryId], (scope) =>
        scope
          .selectFrom('outbound_states')
          .selectAll()
          .where('directory_id', '=', directoryId)
          .where('target_id', '=', id)
          .executeTakeFirst(),
      );
      return row && toState(row);
    },

    /** Takes or renews the lease, by the database's clock; false while another has it. */
    async takeLease(target: Target, owner: string, seconds: number): Promise<boolean> {
      const result = await writeIn(pool, target.directoryId, (scope) =>
        ownState(scope, target).set(leaseOf(owner, seconds)).where(isLeasableBy(owner)).executeTakeFirst(),
      );
      return result.numUpdatedRows > 0n;
    },

    /** Gives back the target's lease and those of its resources and tasks. */
    async release({ directoryId, id }: Target, owner: string): Promise<void> {
      await writeIn(pool, directoryId, async (scope) => {
        const free = { lease_owner: null, lease_until: null };
        for (const table of ['outbound_states', 'outbound_resources', 'outbound_tasks'] as const) {
          await scope
            .updateTable(table)
            .set(free)
            .where('directory_id', '=', directoryId)
            .where('target_id', '=', id)
            .where('lease_owner', '=', owner)
            .execute();
        }
      });
    },

    /** Replicas are told different things: the longer of both holds, with its reason. */
    async hold(target: Target, { until, reason }: Hold): Promise<void> {
      await writeIn(pool, target.directoryId, (scope) =>
        ownState(scope, target)
          .set({
            held_until: sql<Date>`greatest(held_until, ${until})`,
            held_reason: sql<string>`case when held_until > ${until} then held_reason else ${reason} end`,
          })
          .execute(),
      );
    },

    /** Unless another replica was told meanwhile to stay away for longer. */
    async endHold(target: Target, now: Date): Promise<void> {
      await writeIn(pool, target.directoryId, (scope) =>
        ownState(scope, target).set({ held_until: null, held_reason: null }).where('held_until', '<=', now).execute(),
      );
    },

    async notePush(target: Target, at: Date): Promise<void> {
      await writeIn(pool, target.directoryId, (scope) => ownState(scope, target).set({ pushed_at: at }).execute());
    },

    async updateProbe(target: Target, probe: Probe): Promise<void> {
      await writeIn(pool, target.directoryId, (scope) =>
        ownState(scope, target)
          .set({ probe: JSON.stringify(probe) })
          .execute(),
      );
    },

    async requestRun(target: Target): Promise<void> {
      await writeIn(pool, target.directoryId, (scope) =>
        ownState(scope, target).set({ run_requested: true }).execute(),
      );
    },
  };
}

export type TargetsRepository = ReturnType<typeof createTargetsRepository>;
