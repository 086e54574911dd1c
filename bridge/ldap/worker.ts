// Reads the LDAP directories as often as their settings say. Every replica runs this; for each directory a lease in the
// database says which of them reads it, and another goes on when that one is gone.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Directory } from '../directories/contracts.ts';
import type { Clock } from '../platform/clock.ts';
import { newId } from '../platform/ids.ts';
import type { LdapSettings, SyncKind } from './contracts.ts';
import { LdapFailure } from './failure.ts';
import { newHealth, nextHealth, type Outcome, type SourceHealth } from './health.ts';
import type { LdapRepository, LdapState } from './repository.ts';
import type { Sync, SyncOutcome } from './sync.ts';

export interface LdapWorkerLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

export interface LdapWorkerMetrics {
  sourceHealth(source: { directory: string; state: SourceHealth['state']; seenAt: Date | null }): void;
  synced(sync: { directory: string; kind: SyncKind; outcome: 'done' | 'held' | 'failed'; seconds: number }): void;
  /** The directory is gone, or another replica reads it. */
  forget(directory: string): void;
}

export interface LdapWorkerDeps {
  listDirectories: () => Promise<Directory[]>;
  repository: LdapRepository;
  sync: Sync;
  clock: Clock;
  log: LdapWorkerLog;
  metrics?: LdapWorkerMetrics | undefined;
  timing?: Partial<WorkerTiming>;
}

export interface WorkerTiming {
  /** How often each directory is looked after. */
  pollMs: number;
  leaseSeconds: number;
  probeMs: number;
  /** While something is wrong. */
  troubledProbeMs: number;
  /** Between listings while entries are missing and not yet removed. */
  confirmMs: number;
  /** After a failed sync; doubled with each further one. */
  retryMs: number;
  maxRetryMs: number;
}

const usualTiming: WorkerTiming = {
  pollMs: 1_000,
  leaseSeconds: 30,
  probeMs: 10_000,
  troubledProbeMs: 2_000,
  confirmMs: 10_000,
  retryMs: 5_000,
  maxRetryMs: 300_000,
};

interface Due {
  kind: SyncKind;
  accept: boolean;
}

/** What one directory's reader remembers between its looks. */
interface Memory {
  probedAt: number;
  leasedAt: number;
  running: { done: Promise<void>; stop: AbortController } | undefined;
  failures: number;
  retryAt: number;
  missing: number;
  /** Listings in a row with entries that nobody has read. */
  unread: number;
}

export function createLdapWorker(deps: LdapWorkerDeps) {
  const { listDirectories, repository, sync, clock, log, metrics } = deps;
  const timing: WorkerTiming = { ...usualTiming, ...deps.timing };
  const owner = newId();
  const closing = new AbortController();
  /** `directory` as it was listed last. */
  const readers = new Map<string, { directory: Directory; stop: AbortController; done: Promise<void> }>();
  let main: Promise<void> | undefined;

  const pause = (ms: number, signal: AbortSignal): Promise<void> =>
    sleep(ms, undefined, { signal }).then(
      () => undefined,
      () => undefined,
    );

  function dueSync(state: LdapState, { schedule }: LdapSettings, memory: Memory): Due | undefined {
    const now = clock.now().getTime();
    const isOver = (last: Date | null, ms: number) => last === null || now - last.getTime() >= ms;
    if (state.requested) return { kind: 'full', accept: state.requested === 'accept-removals' };
    if (now < memory.retryAt) return undefined;
    if (memory.unread > 1 || isOver(state.lastFullAt, schedule.fullSeconds * 1_000))
      return { kind: 'full', accept: false };
    const between =
      memory.missing > 0
        ? Math.min(timing.confirmMs, schedule.listingSeconds * 1_000)
        : schedule.listingSeconds * 1_000;
    if (isOver(state.lastListingAt, between)) return { kind: 'listing', accept: false };
    // A server that shows no marks can't be asked for changes: then the full readings have to do.
    if (state.watermark && isOver(state.lastChangesAt, schedule.changesSeconds * 1_000))
      return { kind: 'changes', accept: false };
    return undefined;
  }

  function noteOutcome(directory: Directory, memory: Memory, { report, held, missing, unread }: SyncOutcome): void {
    memory.failures = 0;
    memory.retryAt = 0;
    if (report.kind !== 'changes') {
      memory.missing = held ? 0 : missing;
      memory.unread = report.kind === 'listing' && unread > 0 ? memory.unread + 1 : 0;
    }
    const changed = report.created + report.updated + report.removed + report.refused > 0;
    const details = { directory: directory.slug, ...report };
    if (held) log.warn({ ...details, held }, 'an LDAP directory lacks too many entries; their removal is held');
    else if (changed) log.info(details, 'an LDAP directory was read');
    metrics?.synced({
      directory: directory.slug,
      kind: report.kind,
      outcome: held ? 'held' : 'done',
      seconds: report.seconds,
    });
  }

  async function runSync(directory: Directory, memory: Memory, due: Due, signal: AbortSignal): Promise<void> {
    const started = performance.now();
    try {
      if (due.accept || due.kind === 'full') await repository.updateState(directory.id, { requested: null });
      noteOutcome(directory, memory, await sync.run(directory, due.kind, { accept: due.accept, signal }));
    } catch (error) {
      if (signal.aborted) return;
      memory.failures += 1;
      const wait = Math.min(timing.maxRetryMs, timing.retryMs * 2 ** (memory.failures - 1));
      memory.retryAt = clock.now().getTime() + wait;
      const isOurs = !(error instanceof LdapFailure);
      const problem = isOurs ? 'internal' : error.problem;
      const message = isOurs ? "The bridge could not write what it read; see the bridge's log." : error.message;
      log.warn(
        { err: error, directory: directory.slug, kind: due.kind, problem },
        'an LDAP directory could not be read',
      );
      metrics?.synced({
        directory: directory.slug,
        kind: due.kind,
        outcome: 'failed',
        seconds: (performance.now() - started) / 1_000,
      });
      const failure = { kind: due.kind, at: clock.now().toISOString(), problem, message };
      await repository.updateState(directory.id, { failure }).catch((cause: unknown) => {
        log.warn({ err: cause, directory: directory.slug }, 'the failure of an LDAP directory could not be noted');
      });
    }
  }

  async function probe(directory: Directory, state: LdapState): Promise<void> {
    let outcome: Outcome = state.failure || state.held ? 'troubled' : 'reached';
    let failure: unknown;
    try {
      await sync.probe(directory);
    } catch (error) {
      failure = error;
      outcome = 'failed';
    }
    const now = clock.now();
    const before = state.health ?? newHealth(now);
    const health = nextHealth(before, outcome, now);
    await repository.updateHealth(directory.id, health, outcome === 'failed' ? undefined : now);
    const seenAt = outcome === 'failed' ? (directory.source?.seenAt ?? null) : now;
    metrics?.sourceHealth({ directory: directory.slug, state: health.state, seenAt });
    if (health.state === before.state) return;
    const details = { directory: directory.slug, from: before.state, to: health.state };
    if (health.state === 'ok') log.info(details, 'an LDAP directory is well again');
    else log.warn({ ...details, ...(failure !== undefined && { err: failure }) }, 'an LDAP directory is not well');
  }

  function start(directory: Directory, memory: Memory, due: Due): void {
    const stop = new AbortController();
    const done = runSync(directory, memory, due, stop.signal).finally(() => {
      memory.running = undefined;
    });
    memory.running = { done, stop };
  }

  /** One look at a directory that this replica reads. */
  async function look(directory: Directory, memory: Memory): Promise<void> {
    const [connection, state] = [
      await repository.findConnection(directory.id),
      await repository.readState(directory.id),
    ];
    if (!connection) return;
    const now = performance.now();
    const isWell = state.health?.state === 'ok' || state.health === undefined;
    if (now - memory.probedAt >= (isWell ? timing.probeMs : timing.troubledProbeMs)) {
      memory.probedAt = now;
      await probe(directory, state);
    }
    const due = memory.running ? undefined : dueSync(state, connection.settings, memory);
    if (due) start(directory, memory, due);
  }

  async function holdLease({ id }: Directory, memory: Memory): Promise<boolean> {
    const now = performance.now();
    if (now - memory.leasedAt < (timing.leaseSeconds * 1_000) / 3) return true;
    const held = await repository.takeLease(id, owner, timing.leaseSeconds).catch(() => false);
    memory.leasedAt = held ? now : Number.NEGATIVE_INFINITY;
    return held;
  }

  async function stopRunning({ running }: Memory): Promise<void> {
    running?.stop.abort();
    await running?.done;
  }

  async function read(adopted: Directory, signal: AbortSignal): Promise<void> {
    const never = Number.NEGATIVE_INFINITY;
    const memory: Memory = {
      probedAt: never,
      leasedAt: never,
      running: undefined,
      failures: 0,
      retryAt: 0,
      missing: 0,
      unread: 0,
    };
    while (!signal.aborted) {
      const directory = readers.get(adopted.id)?.directory ?? adopted;
      try {
        if (await holdLease(directory, memory)) await look(directory, memory);
        else {
          await stopRunning(memory);
          metrics?.forget(directory.slug);
        }
      } catch (error) {
        log.warn({ err: error, directory: directory.slug }, 'an LDAP directory could not be looked after');
      }
      await pause(timing.pollMs, signal);
    }
    await stopRunning(memory);
    metrics?.forget(adopted.slug);
    await repository.releaseLease(adopted.id, owner).catch(() => undefined);
  }

  async function watch(): Promise<void> {
    while (!closing.signal.aborted) {
      const directories = await listDirectories().catch((error: unknown) => {
        log.warn({ err: error }, 'the LDAP directories could not be listed');
        return undefined;
      });
      if (directories) await adopt(directories.filter(({ kind, enabled }) => kind === 'ldap' && enabled));
      await pause(timing.pollMs, closing.signal);
    }
  }

  async function adopt(wanted: readonly Directory[]): Promise<void> {
    for (const directory of wanted) {
      const reader = readers.get(directory.id);
      if (reader) {
        reader.directory = directory;
        continue;
      }
      const stop = new AbortController();
      readers.set(directory.id, { directory, stop, done: read(directory, stop.signal) });
    }
    const gone = [...readers.keys()].filter((id) => !wanted.some((directory) => directory.id === id));
    for (const id of gone) {
      const reader = readers.get(id);
      reader?.stop.abort();
      await reader?.done;
      readers.delete(id);
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
      await adopt([]);
    },
  };
}
