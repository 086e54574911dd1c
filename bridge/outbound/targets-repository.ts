// The SQL of targets: what they are, how they do, and which replica looks after each.
import { type Selectable, sql } from 'kysely';
import type { Pool } from 'pg';
import type { Directory } from '../directories/contracts.ts';
import type { DirectoryChange } from '../events/audit/repository.ts';
import { recordDirectoryChanges } from '../events/audit/repository.ts';
import type { OutboundStatesTable, OutboundTargetsTable } from '../platform/db/database.ts';
import { isLeasableBy, leaseOf } from '../platform/db/lease.ts';
import { readIn, type Scope, writeIn } from '../platform/db/scope.ts';
import { type ResourceKind, type RunReport, type Target, type TargetMode, targetSettings } from './contracts.ts';
import type { Hold } from './gate.ts';
import type { Probe } from './probe.ts';
import { writeAgain } from './write-again-repository.ts';

/** A full reconciliation that is under way. */
export interface Run {
  id: string;
  startedAt: string;
}

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
  settings: targetSettings.parse(row.settings),
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
const tasksPerInsert = 500;

export interface TargetChange {
  settings?: Target['settings'];
  sealedSecret?: Buffer;
  mode?: TargetMode;
}

/** What a task came to; see RunReport. */
export type TaskReport = Omit<RunReport, 'startedAt' | 'seconds'>;

export interface Task {
  runId: string;
  number: number;
  type: ResourceKind;
  sourceIds: string[];
}

export function createTargetsRepository(pool: Pool) {
  const own = (scope: Scope, { directoryId, id }: Pick<Target, 'directoryId' | 'id'>) =>
    scope.updateTable('outbound_states').where('directory_id', '=', directoryId).where('target_id', '=', id);

  return {
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
        await own(scope, target)
          .set({ held_until: null, held_reason: null, run_requested: true, ...(isOther && { probe: null }) })
          .execute();
        if (changes.length > 0) await recordDirectoryChanges(scope, directory, changes, now);
      });
    },

    /** All that was to be taken away there is. */
    async endPurge({ directoryId, id }: Target): Promise<void> {
      await writeIn(pool, directoryId, (scope) =>
        scope
          .updateTable('outbound_targets')
          .set({ mode: 'paused', revision: sql<number>`revision + 1` })
          .where('directory_id', '=', directoryId)
          .where('id', '=', id)
          .where('mode', '=', 'purging')
          .execute(),
      );
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
        own(scope, target).set(leaseOf(owner, seconds)).where(isLeasableBy(owner)).executeTakeFirst(),
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

    async updateHold(target: Target, hold: Hold | null): Promise<void> {
      await writeIn(pool, target.directoryId, (scope) =>
        own(scope, target)
          .set({ held_until: hold?.until ?? null, held_reason: hold?.reason ?? null })
          .execute(),
      );
    },

    async notePush(target: Target, at: Date): Promise<void> {
      await writeIn(pool, target.directoryId, (scope) => own(scope, target).set({ pushed_at: at }).execute());
    },

    async updateProbe(target: Target, probe: Probe): Promise<void> {
      await writeIn(pool, target.directoryId, (scope) =>
        own(scope, target)
          .set({ probe: JSON.stringify(probe) })
          .execute(),
      );
    },

    async requestRun(target: Target): Promise<void> {
      await writeIn(pool, target.directoryId, (scope) => own(scope, target).set({ run_requested: true }).execute());
    },

    /** Begins a reconciliation, unless another has. */
    async beginRun(target: Target, run: Run, tasks: readonly Omit<Task, 'runId' | 'number'>[]): Promise<boolean> {
      return writeIn(pool, target.directoryId, async (scope) => {
        const { numUpdatedRows } = await own(scope, target)
          .set({ run: JSON.stringify(run), run_requested: false })
          .where('run', 'is', null)
          .executeTakeFirst();
        if (numUpdatedRows === 0n) return false;
        const rows = tasks.map(({ type, sourceIds }, number) => ({
          directory_id: target.directoryId,
          target_id: target.id,
          run_id: run.id,
          number,
          resource_type: type,
          source_ids: sourceIds,
        }));
        for (let start = 0; start < rows.length; start += tasksPerInsert) {
          await scope
            .insertInto('outbound_tasks')
            .values(rows.slice(start, start + tasksPerInsert))
            .execute();
        }
        return true;
      });
    },

    /** A task that nobody does; one of groups only when all users are done, since groups name them. */
    async takeTask({ directoryId, id }: Target, owner: string, seconds: number): Promise<Task | undefined> {
      const { rows } = await writeIn(pool, directoryId, (scope) =>
        sql<{ run_id: string; number: number; resource_type: ResourceKind; source_ids: string[] }>`
          with open as (
            select run_id, number, resource_type, lease_until from outbound_tasks
            where directory_id = ${directoryId} and target_id = ${id} and report is null
          ), next as (
            select t.run_id, t.number from outbound_tasks t
            where t.directory_id = ${directoryId} and t.target_id = ${id} and t.report is null
              and (t.lease_until is null or t.lease_until < now())
              and (t.resource_type = 'User' or not exists (select from open o where o.resource_type = 'User'))
            order by t.number limit 1 for update skip locked
          )
          update outbound_tasks t set lease_owner = ${owner}, lease_until = now() + make_interval(secs => ${seconds})
          from next n where t.directory_id = ${directoryId} and t.target_id = ${id}
            and t.run_id = n.run_id and t.number = n.number
          returning t.run_id, t.number, t.resource_type, t.source_ids`.execute(scope),
      );
      const [row] = rows;
      return row && { runId: row.run_id, number: row.number, type: row.resource_type, sourceIds: row.source_ids };
    },

    async renewTask(
      { directoryId, id }: Target,
      { runId, number }: Task,
      owner: string,
      seconds: number,
    ): Promise<void> {
      await writeIn(pool, directoryId, (scope) =>
        scope
          .updateTable('outbound_tasks')
          .set({ lease_until: sql<Date>`now() + make_interval(secs => ${seconds})` })
          .where('directory_id', '=', directoryId)
          .where('target_id', '=', id)
          .where('run_id', '=', runId)
          .where('number', '=', number)
          .where('lease_owner', '=', owner)
          .execute(),
      );
    },

    async finishTask({ directoryId, id }: Target, { runId, number }: Task, report: TaskReport): Promise<void> {
      await writeIn(pool, directoryId, (scope) =>
        scope
          .updateTable('outbound_tasks')
          .set({ report: JSON.stringify(report), lease_owner: null, lease_until: null })
          .where('directory_id', '=', directoryId)
          .where('target_id', '=', id)
          .where('run_id', '=', runId)
          .where('number', '=', number)
          .execute(),
      );
    },

    async countTasks({ directoryId, id }: Target, runId: string): Promise<{ all: number; open: number }> {
      const { rows } = await readIn(pool, [directoryId], (scope) =>
        sql<{ all: number; open: number }>`
          select count(*)::int as "all", (count(*) filter (where report is null))::int as open from outbound_tasks
          where directory_id = ${directoryId} and target_id = ${id} and run_id = ${runId}`.execute(scope),
      );
      return rows[0] ?? { all: 0, open: 0 };
    },

    async listReports({ directoryId, id }: Target, runId: string): Promise<TaskReport[]> {
      const rows = await readIn(pool, [directoryId], (scope) =>
        scope
          .selectFrom('outbound_tasks')
          .select('report')
          .where('directory_id', '=', directoryId)
          .where('target_id', '=', id)
          .where('run_id', '=', runId)
          .orderBy('number')
          .execute(),
      );
      return rows.flatMap(({ report }) => (report === null ? [] : [report as unknown as TaskReport]));
    },

    async endRun(target: Target, runId: string, report: RunReport, now: Date): Promise<void> {
      await writeIn(pool, target.directoryId, async (scope) => {
        await own(scope, target)
          .set({ run: null, last_run_at: now, last_report: JSON.stringify(report) })
          .execute();
        await scope
          .deleteFrom('outbound_tasks')
          .where('directory_id', '=', target.directoryId)
          .where('target_id', '=', target.id)
          .where('run_id', '=', runId)
          .execute();
      });
    },
  };
}

export type TargetsRepository = ReturnType<typeof createTargetsRepository>;
