// Keeps the directories' logs from growing without end: what is too old, or too much, goes in small batches while the
// bridge runs (docs/decisions/0021-event-retention.md). Every replica runs this; a lock says which of them prunes.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../platform/clock.ts';
import type { EventReader } from './repository.ts';
import type { RetentionRepository } from './retention-repository.ts';

const dayMs = 24 * 3_600_000;
const batchSize = 2_000;

/** What stays of each directory's log; undefined: all of it. */
export interface RetentionRule {
  days?: number;
  events?: number;
}

export interface RetentionDeps {
  repository: RetentionRepository;
  reader: Pick<EventReader, 'placeEvents'>;
  listDirectories: () => Promise<{ id: string; slug: string }[]>;
  clock: Clock;
  rule: RetentionRule;
  log: { info(details: object, message: string): void };
  onError: (error: unknown) => void;
}

const everyMs = 3_600_000;
const firstMs = 60_000;

export function createRetention({ repository, reader, listDirectories, clock, rule, log, onError }: RetentionDeps) {
  const closing = new AbortController();
  let main: Promise<void> | undefined;

  const pause = (ms: number): Promise<void> =>
    sleep(ms, undefined, { signal: closing.signal }).then(
      () => undefined,
      () => undefined,
    );

  /** Answers how many events went; undefined when another replica is pruning. */
  async function pruneDirectory(directoryId: string): Promise<number | undefined> {
    // Events that nobody has read have no position yet, and what has none is never old.
    await reader.placeEvents(directoryId);
    const limits = {
      before: rule.days === undefined ? undefined : new Date(clock.now().getTime() - rule.days * dayMs),
      keep: rule.events,
    };
    for (let total = 0; ; ) {
      const started = performance.now();
      const batch = await repository.pruneBatch(directoryId, limits, batchSize);
      if (batch === 'elsewhere') return undefined;
      total += batch.pruned;
      if (batch.pruned < batchSize || closing.signal.aborted) return total;
      // Whoever serves requests has at least half of the database's time.
      await pause(performance.now() - started);
    }
  }

  /** Prunes every directory's log once; answers how many events went. */
  async function prune(): Promise<number> {
    let total = 0;
    if (rule.days === undefined && rule.events === undefined) return total;
    for (const { id, slug } of await listDirectories()) {
      if (closing.signal.aborted) break;
      const pruned = await pruneDirectory(id);
      if (pruned === undefined) break;
      if (pruned > 0) log.info({ directory: slug, events: pruned }, 'removed old events');
      total += pruned;
    }
    return total;
  }

  async function run(): Promise<void> {
    await pause(firstMs);
    while (!closing.signal.aborted) {
      await prune().catch(onError);
      await pause(everyMs);
    }
  }

  return {
    prune,

    start(): void {
      main ??= run();
    },

    /** Resolves when the batch that is being removed is. */
    async close(): Promise<void> {
      closing.abort();
      await main;
    },
  };
}

export type Retention = ReturnType<typeof createRetention>;
