// The SQL of full reconciliations: tasks that replicas share, each leased to one of them by the database's clock.
import { sql } from 'kysely';
import type { Pool } from 'pg';
import { readIn, type Scope, writeIn } from '../platform/db/scope.ts';
import type { ResourceKind, RunReport, Target } from './contracts.ts';

/** A full reconciliation that is under way. */
export interface Run {
  id: string;
  startedAt: string;
}

/** What a task came to; see RunReport. */
export type TaskReport = Omit<RunReport, 'startedAt' | 'seconds'>;

export interface Task {
  runId: string;
  number: number;
  type: ResourceKind;
  sourceIds: string[];
}

const tasksPerInsert = 500;

export const ownState = (scope: Scope, { directoryId, id }: Pick<Target, 'directoryId' | 'id'>) =>
  scope.updateTable('outbound_states').where('directory_id', '=', directoryId).where('target_id', '=', id);

/** A task, as long as its lease is the owner's. */
const ownTask = (scope: Scope, { directoryId, id }: Target, { runId, number }: Task, owner: string) =>
  scope
    .updateTable('outbound_tasks')
    .where('directory_id', '=', directoryId)
    .where('target_id', '=', id)
    .where('run_id', '=', runId)
    .where('number', '=', number)
    .where('lease_owner', '=', owner);

export function createTasks(pool: Pool) {
  return {
    /** Begins a reconciliation, unless another has. */
    async beginRun(target: Target, run: Run, tasks: readonly Omit<Task, 'runId' | 'number'>[]): Promise<boolean> {
      return writeIn(pool, target.directoryId, async (scope) => {
        const { numUpdatedRows } = await ownState(scope, target)
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

    async renewTask(target: Target, task: Task, owner: string, seconds: number): Promise<void> {
      await writeIn(pool, target.directoryId, (scope) =>
        ownTask(scope, target, task, owner)
          .set({ lease_until: sql<Date>`now() + make_interval(secs => ${seconds})` })
          .execute(),
      );
    },

    /** Unless somebody else has it by now, or has done it. */
    async finishTask(target: Target, task: Task, owner: string, report: TaskReport): Promise<void> {
      await writeIn(pool, target.directoryId, (scope) =>
        ownTask(scope, target, task, owner)
          .set({ report: JSON.stringify(report), lease_owner: null, lease_until: null })
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

    /** Unless another replica has. */
    async endRun(target: Target, runId: string, report: RunReport, now: Date): Promise<void> {
      await writeIn(pool, target.directoryId, async (scope) => {
        const { numUpdatedRows } = await ownState(scope, target)
          .set({ run: null, last_run_at: now, last_report: JSON.stringify(report) })
          .where(sql<boolean>`run ->> 'id' = ${runId}`)
          .executeTakeFirst();
        if (numUpdatedRows === 0n) return;
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
