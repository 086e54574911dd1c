// Full reconciliations of one target: everything that it should have, and everything that it once got, is compared with
// what it really has. In tasks of a hundred resources that all replicas share.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../platform/clock.ts';
import { newId } from '../platform/ids.ts';
import { createLimiter } from '../platform/limiter.ts';
import { createBulkCreates } from './bulk-creates.ts';
import type { RunReport, Target } from './contracts.ts';
import type { Gate } from './gate.ts';
import { type Done, inParallel, type Pusher } from './pusher.ts';
import type { ResourcesRepository } from './resources-repository.ts';
import type { SourceRepository } from './source-repository.ts';
import { modeChange } from './target-changes.ts';
import type { TargetState, TargetsRepository } from './targets-repository.ts';
import type { Run, Task, TaskReport } from './tasks-repository.ts';
import type { Tools } from './tools.ts';

const taskSize = 100;
const maxDrift = 200;

export interface ReconcilerDeps {
  target: Target;
  /** The slug of the target's directory. */
  directory: string;
  owner: string;
  targets: TargetsRepository;
  resources: ResourcesRepository;
  source: SourceRepository;
  pusher: Pusher;
  gate: Gate;
  clock: Clock;
  timing: { pollMs: number; leaseSeconds: number };
  rowSeconds: number;
  stop: AbortSignal;
  tools: () => Promise<Tools | undefined>;
}

const nothing = (): TaskReport => ({
  ...{ resources: 0, created: 0, adopted: 0, updated: 0, retired: 0, same: 0, refused: 0, failed: 0 },
  drift: [],
});

function add(report: TaskReport, { outcome, drift }: Done): void {
  report.resources += 1;
  report[outcome] += 1;
  if (drift && report.drift.length < maxDrift) report.drift.push(drift);
}

function sum(reports: readonly TaskReport[]): TaskReport {
  const total = nothing();
  for (const report of reports) {
    for (const key of ['resources', 'created', 'adopted', 'updated', 'retired', 'same', 'refused', 'failed'] as const) {
      total[key] += report[key];
    }
    total.drift.push(...report.drift.slice(0, maxDrift - total.drift.length));
  }
  return total;
}

export function createReconciler(deps: ReconcilerDeps) {
  const { target, directory, owner, targets, resources, source, pusher, gate, clock, timing } = deps;
  const { rowSeconds, stop, tools } = deps;
  const { settings } = target;
  const lanes = createLimiter(settings.concurrency);
  const createInBulk = createBulkCreates({ target, owner, resources, source, pusher, clock, rowSeconds });
  const taskSeconds = timing.leaseSeconds + rowSeconds;

  const pause = (ms: number): Promise<void> =>
    sleep(ms, undefined, { signal: stop }).then(
      () => undefined,
      () => undefined,
    );

  function isDue({ runRequested, lastRunAt }: TargetState): boolean {
    if (runRequested || lastRunAt === null) return true;
    return clock.now().getTime() - lastRunAt.getTime() >= settings.reconcileSeconds * 1_000;
  }

  async function begin(): Promise<void> {
    const tasks: Pick<Task, 'type' | 'sourceIds'>[] = [];
    for (const type of ['User', 'Group'] as const) {
      const ids = await source.listIds(target, type);
      for (let start = 0; start < ids.length; start += taskSize) {
        tasks.push({ type, sourceIds: ids.slice(start, start + taskSize) });
      }
    }
    await targets.beginRun(target, { id: newId(), startedAt: clock.now().toISOString() }, tasks);
  }

  /** By whichever replica has done the last task, or looks after the target. */
  async function endIfDone({ id, startedAt }: Run): Promise<boolean> {
    const { open } = await targets.countTasks(target, id);
    if (open > 0) return false;
    const now = clock.now();
    const seconds = (now.getTime() - Date.parse(startedAt)) / 1_000;
    const report: RunReport = { startedAt, seconds, ...sum(await targets.listReports(target, id)) };
    await targets.endRun(target, id, report, now);
    return true;
  }

  /** Undefined once the bridge is to stop. */
  async function whenOpen(task: Task): Promise<Tools | undefined> {
    while (!stop.aborted) {
      const made = gate.waitMs() > 0 ? undefined : await tools();
      if (made) return made;
      // No shorter than it is taken for: the comparison that follows renews it only once in a while.
      await targets.renewTask(target, task, owner, taskSeconds);
      await pause(Math.min(Math.max(gate.waitMs(), timing.pollMs), (timing.leaseSeconds * 1_000) / 3));
    }
    return undefined;
  }

  /** Says before each push whether the leases that were taken with many others still hold. */
  function createLeaseCheck(task: Task): (sourceId: string) => Promise<boolean> {
    const leasedAt = performance.now();
    let taskRenewedAt = leasedAt;
    return async (sourceId) => {
      const now = performance.now();
      if (stop.aborted) return false;
      if (now - taskRenewedAt > (taskSeconds * 1_000) / 3) {
        taskRenewedAt = now;
        await targets.renewTask(target, task, owner, taskSeconds);
      }
      if (now - leasedAt < (rowSeconds * 1_000) / 3) return true;
      return resources.renew(target, owner, sourceId, rowSeconds);
    };
  }

  /** Answers those that somebody else was pushing. */
  async function reconcile(task: Task, ids: readonly string[], report: TaskReport): Promise<string[] | undefined> {
    const made = await whenOpen(task);
    if (!made) return undefined;
    const { type } = task;
    const claimed = await resources.claim(target, owner, { type, ids, seconds: rowSeconds, now: clock.now() });
    const isOurs = createLeaseCheck(task);
    const claimedIds = claimed.map(({ sourceId }) => sourceId);
    const sources = await source.readSources(target, type, claimedIds, made.abilities.features);
    const done = new Set<string>();
    await inParallel(claimed, claimed.length, async (row) => {
      const work = { push: made.push, row, source: sources.get(row.sourceId), verifying: true };
      const outcome = await pusher.push(work, { lanes, isOurs });
      if (!outcome) return;
      done.add(row.sourceId);
      add(report, outcome);
    });
    return ids.filter((id) => !done.has(id));
  }

  /** Also those that were just being pushed: a push of a change trusts what the bridge remembers. */
  async function reconcileAll(task: Task, ids: readonly string[], report: TaskReport): Promise<boolean> {
    let left: readonly string[] = ids;
    for (let wait = 20; left.length > 0; wait = Math.min(wait * 2, timing.pollMs)) {
      const rest = await reconcile(task, left, report);
      if (!rest || stop.aborted) return false;
      left = rest;
      if (left.length === 0) return true;
      await targets.renewTask(target, task, owner, taskSeconds);
      await pause(wait);
    }
    return true;
  }

  /** What is left of the task to be compared one by one. */
  async function createMany(task: Task, report: TaskReport): Promise<string[] | undefined> {
    const made = await whenOpen(task);
    if (!made) return undefined;
    const goOn = async () => {
      await targets.renewTask(target, task, owner, taskSeconds);
      return !stop.aborted;
    };
    const created = new Set(await createInBulk(task.type, task.sourceIds, made, goOn));
    for (let n = 0; n < created.size; n += 1) add(report, { outcome: 'created' });
    return task.sourceIds.filter((id) => !created.has(id));
  }

  return {
    /** Begins what is due and ends what is done; answers whether there are tasks. Only for who has the target's lease. */
    async tend(state: TargetState): Promise<boolean> {
      if (state.run) return !(await endIfDone(state.run));
      if (target.mode === 'purging' && state.lastRunAt && !state.runRequested) {
        const { pending } = await resources.countAll(target);
        if (pending === 0) {
          const named = { id: target.directoryId, slug: directory };
          await targets.endPurge(target, named, modeChange(target, 'paused'), clock.now());
          return false;
        }
      }
      const isBegun = isDue(state);
      if (isBegun) await begin();
      return isBegun;
    },

    /** Does a task that nobody else does; false when there is none. */
    async workOnTask(): Promise<boolean> {
      const task = await targets.takeTask(target, owner, taskSeconds);
      if (!task) return false;
      const report = nothing();
      const left = await createMany(task, report);
      if (!left || !(await reconcileAll(task, left, report))) return false;
      await targets.finishTask(target, task, owner, report);
      const run = (await targets.findState(target))?.run;
      if (run?.id === task.runId) await endIfDone(run);
      return true;
    },
  };
}
