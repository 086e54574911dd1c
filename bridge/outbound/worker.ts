// Pushes to all targets. Every replica runs this; leases in the database say who does what.
import type { Directory } from '../directories/contracts.ts';
import { createWaker } from '../events/waker.ts';
import type { Target } from './contracts.ts';
import { createRunner, type OutboundTiming, type Runner, type RunnerDeps } from './runner.ts';

/** What is signalled when targets were made, changed or deleted. */
export const outboundTopic = 'outbound-targets';

export interface OutboundWorkerDeps extends Omit<RunnerDeps, 'timing'> {
  listDirectories: () => Promise<Directory[]>;
  timing?: Partial<OutboundTiming> | undefined;
}

const usualTiming: OutboundTiming = {
  pollMs: 2_000,
  leaseSeconds: 30,
  rowLeaseSeconds: 30,
  probeMs: 3_600_000,
  retryMs: 1_000,
  maxRetryMs: 3_600_000,
  failures: 5,
  firstMs: 5_000,
  maxMs: 300_000,
  tellMs: 15_000,
};

export function createOutboundWorker({ listDirectories, timing: given, ...deps }: OutboundWorkerDeps) {
  const { targets, log, metrics } = deps;
  const timing = { ...usualTiming, ...given };
  const closing = new AbortController();
  const runners = new Map<string, Runner>();
  const ending = new Set<Promise<void>>();
  /** Told as paused, which no runner does. */
  const toldPaused = new Map<string, { directory: string; target: string }>();
  let main: Promise<void> | undefined;

  function end(key: string, runner: Runner): Promise<void> {
    runners.delete(key);
    const ended = runner
      .close()
      .catch((error: unknown) => log.warn({ err: error, target: runner.target.slug }, 'an outbound target did not end'))
      .finally(() => ending.delete(ended));
    ending.add(ended);
    return ended;
  }

  function tellPaused(all: readonly Target[], slugOf: (target: Target) => string): void {
    const paused = new Map(
      all
        .filter(({ mode }) => mode === 'paused')
        .map((target) => [target.id, { directory: slugOf(target), target: target.slug }]),
    );
    for (const [id, target] of toldPaused) if (!paused.has(id)) metrics?.forget(target);
    toldPaused.clear();
    for (const [id, target] of paused) {
      toldPaused.set(id, target);
      metrics?.state({ ...target, state: 'paused' });
    }
  }

  function adopt(wanted: readonly Target[], slugOf: (target: Target) => string): void {
    const byId = new Map(wanted.map((target) => [target.id, target]));
    for (const [id, runner] of runners) {
      if (byId.get(id)?.revision === runner.target.revision) continue;
      // Its successor waits for it; the other targets wait for neither.
      void end(id, runner);
    }
    for (const [id, target] of byId) {
      if (runners.has(id)) continue;
      runners.set(id, createRunner({ ...deps, timing }, target, { directory: slugOf(target), wake: outboundTopic }));
    }
  }

  async function watch(): Promise<void> {
    using waker = createWaker(deps.signal, closing.signal);
    waker.watch([outboundTopic]);
    while (!closing.signal.aborted) {
      waker.rearm();
      try {
        const directories = (await listDirectories()).filter(({ enabled }) => enabled);
        const all = await targets.listTargets(directories.map(({ id }) => id));
        const slugs = new Map(directories.map(({ id, slug }) => [id, slug]));
        const slugOf = ({ directoryId }: Target) => slugs.get(directoryId) ?? directoryId;
        tellPaused(all, slugOf);
        adopt(
          all.filter(({ mode }) => mode !== 'paused'),
          slugOf,
        );
      } catch (error) {
        log.warn({ err: error }, 'the outbound targets could not be listed');
      }
      await waker.wait(timing.pollMs);
    }
  }

  return {
    start(): void {
      main ??= watch();
    },
    /** Ends what runs and gives the leases back. */
    async close(): Promise<void> {
      closing.abort();
      await main;
      for (const [id, runner] of runners) void end(id, runner);
      await Promise.all(ending);
    },
  };
}
