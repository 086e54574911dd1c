// Watches the logs of directories for all webhooks of this process: places what is new once, and says how far each goes.
import type { EventReader } from '../events/repository.ts';
import type { ChangeSignal } from '../events/signal.ts';
import type { Limiter } from '../platform/limiter.ts';

/** A wake-up may be lost with the connection that brings it. */
const recheckMs = 2_000;
const directoriesAtOnce = 200;

export interface TailDeps {
  reader: Pick<EventReader, 'placeAll'>;
  signal: Pick<ChangeSignal, 'subscribe'>;
  limiter: Limiter;
  /** The log of the directory goes up to `head`. */
  onHead: (directoryId: string, head: number) => void;
  onError: (error: unknown) => void;
}

export function createTail({ reader, signal, limiter, onHead, onError }: TailDeps) {
  const watched = new Map<string, () => void>();
  /** Directories that are being looked at, and whether something came in the meantime. */
  const looking = new Map<string, boolean>();
  const works = new Set<Promise<void>>();
  let timer: NodeJS.Timeout | undefined;

  async function tell(ids: readonly string[]): Promise<void> {
    const heads = await limiter.run(() => reader.placeAll(ids));
    for (const [id, { head }] of heads) if (watched.has(id)) onHead(id, head);
  }

  function track(work: Promise<void>): void {
    const tracked = work.catch(onError).finally(() => works.delete(tracked));
    works.add(tracked);
  }

  async function look(id: string): Promise<void> {
    try {
      do {
        looking.set(id, false);
        await tell([id]);
      } while (looking.get(id) && watched.has(id));
    } finally {
      looking.delete(id);
    }
  }

  function changed(id: string): void {
    if (looking.has(id)) looking.set(id, true);
    else {
      looking.set(id, false);
      track(look(id));
    }
  }

  async function recheck(): Promise<void> {
    const ids = [...watched.keys()];
    for (let start = 0; start < ids.length; start += directoriesAtOnce) {
      await tell(ids.slice(start, start + directoriesAtOnce));
    }
  }

  function schedule(): void {
    if (!closed) timer = setTimeout(() => track(recheck().finally(schedule)), recheckMs);
  }
  let closed = false;

  return {
    /** Watches these directories from now on, instead of those before. */
    watch(ids: ReadonlySet<string>): void {
      if (closed) return;
      for (const [id, unsubscribe] of watched) {
        if (ids.has(id)) continue;
        unsubscribe();
        watched.delete(id);
      }
      if (ids.size > 0 && timer === undefined) schedule();
      const added = [...ids].filter((id) => !watched.has(id));
      for (const id of added)
        watched.set(
          id,
          signal.subscribe([id], () => changed(id)),
        );
    },
    /** Says of these how far they go. */
    ask(ids: readonly string[]): void {
      if (!closed && ids.length > 0) track(tell(ids));
    },
    async close(): Promise<void> {
      closed = true;
      for (const unsubscribe of watched.values()) unsubscribe();
      watched.clear();
      clearTimeout(timer);
      while (works.size > 0) await Promise.all(works);
    },
  };
}
