// Writes down what became of messages, many at once: a statement for each would cost more than the calls.
import type { Clock } from '../platform/clock.ts';
import type { Limiter } from '../platform/limiter.ts';
import type { Webhook } from './contracts.ts';
import { type DeliveryRepository, PlaceLost } from './deliveries-repository.ts';
import type { Track } from './track.ts';

const storeAfter = 200;
const pruneAfter = 500;
const troubleMs = 1_000;

export interface BookkeeperDeps {
  webhook: Pick<Webhook, 'id' | 'kind'>;
  tracks: ReadonlyMap<string, Track>;
  repository: Pick<DeliveryRepository, 'store' | 'prune'>;
  limiter: Limiter;
  clock: Clock;
  storeMs: number;
  /** Somebody else has taken the place in the log over, or an operator has moved it. */
  onPlaceLost: (track: Track) => void;
  onStored: () => void;
  onError: (error: unknown) => void;
}

export function createBookkeeper(deps: BookkeeperDeps) {
  const { webhook, tracks, repository, limiter, clock, storeMs, onPlaceLost, onStored, onError } = deps;
  const written = new Map<string, number>();
  let storing: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let unstored = 0;
  let closed = false;

  async function storeTrack(track: Track): Promise<void> {
    const { lane, epoch, directory, attempts, delivered } = track;
    const changes = lane?.takeChanges();
    if (!lane || (!changes && attempts.length === 0)) return;
    track.attempts = [];
    track.delivered = false;
    const taken = changes ?? { position: lane.storedPosition(), missed: 0, rows: new Map() };
    try {
      const done = { ...taken, attempts, delivered, now: clock.now() };
      await limiter.run(() => repository.store(directory.id, webhook, epoch, done));
      lane.stored(taken);
    } catch (error) {
      if (error instanceof PlaceLost) return onPlaceLost(track);
      lane.notStored(taken);
      track.attempts = [...attempts, ...track.attempts];
      track.delivered ||= delivered;
      throw error;
    }
    const count = (written.get(directory.id) ?? pruneAfter) + attempts.length;
    written.set(directory.id, count < pruneAfter ? count : 0);
    if (count >= pruneAfter) await limiter.run(() => repository.prune(directory.id, webhook.id));
  }

  async function storeAll(): Promise<void> {
    for (const track of tracks.values()) await storeTrack(track);
    onStored();
  }

  function schedule(ms = storeMs): void {
    if (!closed) timer ??= setTimeout(store, ms);
  }

  /** One at a time, so that an older state never follows a newer one. */
  function store(): void {
    clearTimeout(timer);
    timer = undefined;
    if (storing !== undefined) {
      schedule();
      return;
    }
    unstored = 0;
    storing = storeAll()
      .catch((error: unknown) => {
        onError(error);
        schedule(troubleMs);
      })
      .finally(() => {
        storing = undefined;
      });
  }

  return {
    /** There is something to write down, soon. */
    schedule: () => schedule(),
    /** One more attempt is to be written down. */
    noted(): void {
      unstored += 1;
      if (unstored >= storeAfter) store();
      else schedule();
    },
    /** Writes down the rest. */
    async close(): Promise<void> {
      closed = true;
      clearTimeout(timer);
      await storing;
      await storeAll().catch(onError);
    },
  };
}
