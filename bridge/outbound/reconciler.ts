// Full reconciliations of one target: everything that it should have, and everything that it once got, is compared with
// what it really has. In tasks of a hundred resources that all replicas share.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../platform/clock.ts';
import { newId } from '../platform/ids.ts';
import type { RunReport, Target } from './contracts.ts';
import type { Gate } from './gate.ts';
import type { Abilities } from './probe.ts';
import type { Push } from './push.ts';
import { type Done, inParallel, type Pusher } from './pusher.ts';
import type { ResourcesRepository } from './resources-repository.ts';
import type { SourceRepository } from './source-repository.ts';
import type { Run, TargetState, TargetsRepository, Task, TaskReport } from './targets-repository.ts';

const taskSize = 100;
/** Resources that are leased at once, for each that is pushed at a time. */
const claimedAhead = 5;
const maxDrift = 200;

export interface ReconcilerDeps {
  target: Target;
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
  tools: () => Promise<{ push: Push; abilities: Abilities } | undefined>;
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
  const { target, owner, targets, resources, source, pusher, gate, clock, timing, rowSeconds, stop, tools } = deps;
  const { settings } = target;

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

  async function end({ id, startedAt }: Run): Promise<void> {
    const now = clock.now();
    const seconds = (now.getTime() - Date.parse(startedAt)) / 1_000;
    const report: RunReport = { startedAt, seconds, ...sum(await targets.listReports(target, id)) };
    await targets.endRun(target, id, report, now);
  }

  /** Undefined once the bridge is to stop. */
  async function whenOpen(task: Task): ReturnType<typeof tools> {
    while (!stop.aborted) {
      const made = gate.waitMs() > 0 ? undefined : await tools();
      if (made) return made;
      await targets.renewTask(target, task, owner, timing.leaseSeconds);
      await pause(Math.min(Math.max(gate.waitMs(), timing.pollMs), (timing.leaseSeconds * 1_000) / 3));
    }
    return undefined;
  }

  /** Answers those that somebody else was pushing. */
  async function reconcile(task: Task, ids: readonly string[], report: TaskReport): Promise<string[] | undefined> {
    const made = await whenOpen(task);
    if (!made) return undefined;
    const { type } = task;
    const claimed = await resources.claim(target, owner, { type, ids, seconds: rowSeconds, now: clock.now() });
    const claimedIds = claimed.map(({ sourceId }) => sourceId);
    const sources = await source.readSources(target, type, claimedIds, made.abilities.features);
    await inParallel(claimed, settings.concurrency, async (row) => {
      add(report, await pusher.push(made.push, row, sources.get(row.sourceId), true));
    });
    const done = new Set(claimedIds);
    return ids.filter((id) => !done.has(id));
  }

  /** Also those that were just being pushed: a push of a change trusts what the bridge remembers. */
  async function reconcileAll(task: Task, ids: readonly string[], report: TaskReport): Promise<boolean> {
    const seconds = timing.leaseSeconds + rowSeconds;
    let left: readonly string[] = ids;
    for (let wait = 20; left.length > 0; wait = Math.min(wait * 2, timing.pollMs)) {
      const rest = await reconcile(task, left, report);
      if (!rest || stop.aborted) return false;
      left = rest;
      if (left.length === 0) return true;
      await targets.renewTask(target, task, owner, seconds);
      await pause(wait);
    }
    return true;
  }

  return {
    /** Begins what is due and ends what is done. Only for who has the target's lease. */
    async tend(state: TargetState): Promise<void> {
      if (state.run) {
        const { open } = await targets.countTasks(target, state.run.id);
        if (open === 0) await end(state.run);
        return;
      }
      if (target.mode === 'purging' && state.lastRunAt && !state.runRequested) {
        const { pending } = await resources.countAll(target);
        if (pending === 0) return targets.endPurge(target);
      }
      if (isDue(state)) await begin();
    },

    /** Does a task that nobody else does; false when there is none. */
    async workOnTask(): Promise<boolean> {
      const seconds = timing.leaseSeconds + rowSeconds;
      const task = await targets.takeTask(target, owner, seconds);
      if (!task) return false;
      const report = nothing();
      const width = settings.concurrency * claimedAhead;
      for (let start = 0; start < task.sourceIds.length; start += width) {
        if (start > 0) await targets.renewTask(target, task, owner, seconds);
        if (!(await reconcileAll(task, task.sourceIds.slice(start, start + width), report))) return false;
      }
      await targets.finishTask(target, task, report);
      return true;
    },
  };
}
