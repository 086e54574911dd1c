// Looks after one target in one replica. All replicas share the tasks of a reconciliation; who has the target's lease also
// notes what changes, pushes that, and begins and ends reconciliations.
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventReader } from '../events/repository.ts';
import { type ChangeSignal, createLocalSignal } from '../events/signal.ts';
import { createWaker } from '../events/waker.ts';
import type { Clock } from '../platform/clock.ts';
import type { Outgoing } from '../platform/http/outgoing.ts';
import { newId } from '../platform/ids.ts';
import type { Sealer } from '../platform/secrets/sealed.ts';
import type { Outcome, Target } from './contracts.ts';
import { createGate, type GateTiming, type Hold } from './gate.ts';
import type { MembersRepository } from './members-repository.ts';
import { concernedBy } from './noting.ts';
import { createPusher, idsOf, type RetryTiming } from './pusher.ts';
import { createReconciler } from './reconciler.ts';
import type { ResourcesRepository } from './resources-repository.ts';
import type { SourceRepository } from './source-repository.ts';
import type { TargetsRepository } from './targets-repository.ts';
import { createTools } from './tools.ts';

export interface OutboundTiming extends RetryTiming, GateTiming {
  pollMs: number;
  leaseSeconds: number;
  /** Of a resource that is being pushed, beside what its calls may take. */
  rowLeaseSeconds: number;
  probeMs: number;
  /** How often it is told how a target does. */
  tellMs: number;
}

export interface OutboundLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

interface NamedTarget {
  directory: string;
  target: string;
}

export interface OutboundWorkerMetrics {
  pushed(push: NamedTarget & { outcome: Outcome; seconds?: number }): void;
  resources(counts: NamedTarget & { pending: number; quarantined: number }): void;
  state(target: NamedTarget & { state: 'active' | 'held' | 'paused' | 'purging' }): void;
  /** The target is gone, or another replica looks after it. */
  forget(target: NamedTarget): void;
}

export interface RunnerDeps {
  targets: TargetsRepository;
  resources: ResourcesRepository;
  members: MembersRepository;
  source: SourceRepository;
  reader: Pick<EventReader, 'placeEvents' | 'listEvents'>;
  signal: Pick<ChangeSignal, 'subscribe'>;
  sealer: Sealer;
  outgoing: Outgoing;
  clock: Clock;
  log: OutboundLog;
  metrics?: OutboundWorkerMetrics | undefined;
  timing: OutboundTiming;
}

const eventsAtOnce = 500;
/** Calls that one resource may need, each as long as a call may take. */
const callsOfOne = 6;
/** So long calls may go on that run when the bridge is to end. */
const graceMs = 2_000;
/** One is prepared and written down while the other's calls are under way; they share what may go on at a time. */
const mostTasksAtOnce = 2;
const dueTopic = 'due';
const tasksTopic = 'tasks';
const pushNotedMs = 5_000;

export interface RunnerPlace {
  /** The slug of the target's directory. */
  directory: string;
  /** Signalled when targets have changed. */
  wake: string;
}

export function createRunner(deps: RunnerDeps, target: Target, { directory, wake }: RunnerPlace) {
  const { targets, resources, members, source, reader, sealer, outgoing, clock, log, metrics, timing } = deps;
  const { settings } = target;
  // Of this runner alone: its successor, after a change of the settings, waits for its leases.
  const owner = newId();
  const stop = new AbortController();
  /** Wakes whoever pushes, of this process alone. */
  const noted = createLocalSignal();
  const tending = createWaker(deps.signal, stop.signal);
  const pushing = createWaker(noted, stop.signal);
  const about = { directoryId: target.directoryId, target: target.slug };
  const named: NamedTarget = { directory, target: target.slug };
  const rowSeconds = timing.rowLeaseSeconds + settings.timeoutSeconds * callsOfOne;
  const gate = createGate({ clock, timing });
  let pushNotedAt = Number.NEGATIVE_INFINITY;
  let holdsLease = false;
  let leasedAt = Number.NEGATIVE_INFINITY;
  let toldAt = Number.NEGATIVE_INFINITY;

  const failed = (message: string) => (error: unknown) => {
    if (!stop.signal.aborted) log.warn({ ...about, err: error }, message);
  };

  async function onHold(hold: Hold | null): Promise<void> {
    if (stop.signal.aborted) return;
    await (hold ? targets.hold(target, hold) : targets.endHold(target, clock.now()));
    if (hold) log.warn({ ...about, ...hold }, 'an outbound target is left alone for a while');
    else log.info(about, 'an outbound target is well again');
  }

  const tools = createTools({
    ...{ target, owner, targets, resources, members, sealer, outgoing, clock, gate, probeMs: timing.probeMs },
    async goOn(sourceId) {
      stop.signal.throwIfAborted();
      if (await resources.renew(target, owner, sourceId, rowSeconds)) return;
      throw new Error('another replica pushes this resource');
    },
    onHold,
    onLearned: (told) => log.info({ ...about, ...told }, 'an outbound target can not do what it says'),
    onError: failed('what a target can do could not be noted'),
  });

  const pusher = createPusher({
    ...{ target, owner, resources, gate, clock, timing },
    onHold,
    async onPushed() {
      // Often enough for whoever looks, and no row that all pushes wait for.
      if (performance.now() - pushNotedAt < pushNotedMs) return;
      pushNotedAt = performance.now();
      await targets.notePush(target, clock.now());
    },
    onDone: (done) => metrics?.pushed({ ...named, ...done }),
    onError: (error, { sourceId }) => log.warn({ ...about, sourceId, err: error }, 'a resource could not be pushed'),
  });

  const reconciler = createReconciler({
    ...{ target, directory, owner, targets, resources, source, pusher, gate, clock, timing, rowSeconds },
    ...{ stop: stop.signal, tools: tools.open },
  });

  async function holdLease(): Promise<boolean> {
    const now = performance.now();
    if (holdsLease && now - leasedAt < (timing.leaseSeconds * 1_000) / 3) return true;
    holdsLease = await targets.takeLease(target, owner, timing.leaseSeconds).catch(() => false);
    leasedAt = now;
    return holdsLease;
  }

  /** Notes what the log has to tell. Answers whether there was anything. */
  async function note(from: number): Promise<boolean> {
    if (target.mode === 'purging') return false;
    await reader.placeEvents(target.directoryId);
    let position = from;
    for (;;) {
      const events = await reader.listEvents(target.directoryId, position, eventsAtOnce);
      const to = events.at(-1)?.position;
      if (to === undefined || stop.signal.aborted) return position > from;
      const concerned = { ...concernedBy(events, settings), now: clock.now() };
      if (!(await resources.noteChanges(target, owner, { from: position, to }, concerned))) return false;
      position = to;
      noted.changed(dueTopic);
    }
  }

  /** Only who has the target's lease tells how it does. */
  async function tell(leased: boolean): Promise<void> {
    if (!metrics) return;
    if (!leased) {
      if (toldAt > Number.NEGATIVE_INFINITY) metrics.forget(named);
      toldAt = Number.NEGATIVE_INFINITY;
      return;
    }
    const state = gate.waitMs() > 0 ? 'held' : target.mode;
    metrics.state({ ...named, state });
    if (performance.now() - toldAt < timing.tellMs) return;
    toldAt = performance.now();
    metrics.resources({ ...named, ...(await resources.countOpen(target)) });
  }

  async function tend(): Promise<void> {
    tending.watch([target.directoryId, wake]);
    while (!stop.signal.aborted) {
      tending.rearm();
      try {
        const leased = await holdLease();
        const state = await targets.findState(target);
        if (state?.hold) gate.hold(state.hold.until);
        if (leased && state) {
          await note(state.position);
          if (await reconciler.tend(state)) noted.changed(tasksTopic);
        } else if (state?.run) noted.changed(tasksTopic);
        await tell(leased);
      } catch (error) {
        failed('an outbound target could not be looked after')(error);
      }
      await tending.wait(timing.pollMs);
    }
  }

  async function pushDue(): Promise<void> {
    const running = new Set<Promise<unknown>>();
    // Whatever else is due is found by looking.
    pushing.watch([dueTopic]);
    while (!stop.signal.aborted) {
      pushing.rearm();
      const started = await startDue(running).catch((error: unknown) => {
        failed('changes could not be pushed')(error);
        return 0;
      });
      if (running.size >= settings.concurrency) await Promise.race(running);
      else if (started === 0) await Promise.race([pushing.wait(dueMs()), ...running]);
    }
    await Promise.allSettled(running);
  }

  const dueMs = () => Math.min(timing.pollMs, Math.max(gate.waitMs(), 20));

  async function startDue(running: Set<Promise<unknown>>): Promise<number> {
    const free = settings.concurrency - running.size;
    if (free <= 0 || !holdsLease || gate.waitMs() > 0) return 0;
    const claimed = await resources.claimDue(target, owner, free, rowSeconds);
    if (claimed.length === 0) return 0;
    const made = await tools.open();
    if (!made) {
      for (const row of claimed) {
        const retryAt = new Date(clock.now().getTime() + Math.max(gate.waitMs(), timing.retryMs));
        await pusher.letGo(row, retryAt);
      }
      return 0;
    }
    const { features } = made.abilities;
    const users = await source.readSources(target, 'User', idsOf(claimed, 'User'), features);
    const groups = await source.readSources(target, 'Group', idsOf(claimed, 'Group'), features);
    for (const row of claimed) {
      const one = (row.type === 'User' ? users : groups).get(row.sourceId);
      const done = pusher
        .push({ push: made.push, row, source: one, verifying: false })
        .catch(failed('a resource could not be pushed'))
        .finally(() => running.delete(done));
      running.add(done);
    }
    return claimed.length;
  }

  /** With nothing to do, whether the target can be reached is known all the same. */
  async function workOrLook(): Promise<boolean> {
    if (await reconciler.workOnTask()) return true;
    if (holdsLease) await tools.open();
    return false;
  }

  async function workOnTasks(): Promise<void> {
    using tasking = createWaker(noted, stop.signal);
    tasking.watch([tasksTopic]);
    while (!stop.signal.aborted) {
      tasking.rearm();
      const worked = await workOrLook().catch((error: unknown) => {
        failed('a task of a reconciliation failed')(error);
        return false;
      });
      if (!worked) await tasking.wait(timing.pollMs);
    }
  }

  const tasksAtOnce = Math.min(mostTasksAtOnce, settings.concurrency);
  const loops = Promise.all([tend(), pushDue(), ...Array.from({ length: tasksAtOnce }, workOnTasks)]);

  return {
    target,
    /** Ends what runs as soon as its calls do, and gives the leases back. */
    async close(): Promise<void> {
      stop.abort();
      await Promise.race([loops, sleep(graceMs, undefined, { ref: false })]);
      tools.close();
      await loops;
      await tell(false);
      for (const waker of [tending, pushing]) waker[Symbol.dispose]();
      await targets.release(target, owner).catch(() => undefined);
    },
  };
}

export type Runner = ReturnType<typeof createRunner>;
