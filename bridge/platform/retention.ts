// Keeps tables from growing without end: what is too old, or too much, goes in small batches while the bridge runs
// (docs/decisions/0021-event-retention.md). Every replica runs this; a lock says which of them prunes (db/pruning-lock.ts).
import { setTimeout as sleep } from 'node:timers/promises';

const batchSize = 2_000;
const everyMs = 3_600_000;
const firstMs = 60_000;

/** `elsewhere`: another replica is pruning. */
export type PrunedBatch = { pruned: number } | 'elsewhere';

/** Rows of directories that are kept for a while. */
export interface Kept {
  /** What they are, such as `events`. */
  name: string;
  /** Looks at a directory, and answers what removes at most so many of the oldest rows that are to go. */
  open(directoryId: string): Promise<(size: number) => Promise<PrunedBatch>>;
}

export interface RetentionMetrics {
  removed(rows: string, count: number): void;
  /** This replica has looked at every directory. */
  pruned(rows: string): void;
  pruningFailed(rows: string): void;
}

export interface RetentionDeps {
  kept: readonly Kept[];
  listDirectories: () => Promise<{ id: string; slug: string }[]>;
  log: { info(details: object, message: string): void };
  metrics?: RetentionMetrics | undefined;
  onError: (error: unknown) => void;
}

export function createRetention({ kept, listDirectories, log, metrics, onError }: RetentionDeps) {
  const closing = new AbortController();
  let main: Promise<void> | undefined;

  const pause = (ms: number): Promise<void> =>
    sleep(ms, undefined, { signal: closing.signal }).then(
      () => undefined,
      () => undefined,
    );

  /** Answers how many rows went; undefined when another replica is pruning. */
  async function pruneDirectory({ name, open }: Kept, directoryId: string): Promise<number | undefined> {
    const removeSome = await open(directoryId);
    for (let total = 0; ; ) {
      const started = performance.now();
      const batch = await removeSome(batchSize);
      if (batch === 'elsewhere') return undefined;
      total += batch.pruned;
      metrics?.removed(name, batch.pruned);
      if (batch.pruned < batchSize || closing.signal.aborted) return total;
      // Whoever serves requests has at least half of the database's time.
      await pause(performance.now() - started);
    }
  }

  async function pruneKept(rows: Kept): Promise<number> {
    let total = 0;
    for (const { id, slug } of await listDirectories()) {
      if (closing.signal.aborted) return total;
      const pruned = await pruneDirectory(rows, id);
      if (pruned === undefined) return total;
      if (pruned > 0) log.info({ directory: slug, [rows.name]: pruned }, `removed old ${rows.name}`);
      total += pruned;
    }
    metrics?.pruned(rows.name);
    return total;
  }

  /** Prunes every directory once; answers how many rows went. What fails for one kind of rows doesn't keep the others. */
  async function prune(): Promise<number> {
    let total = 0;
    for (const rows of kept) {
      try {
        total += await pruneKept(rows);
      } catch (error) {
        metrics?.pruningFailed(rows.name);
        onError(error);
      }
    }
    return total;
  }

  async function run(): Promise<void> {
    await pause(firstMs);
    while (!closing.signal.aborted) {
      await prune();
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
