// Reads the logs of a webhook's directories, in turn, as far as there is room for what they hold.
import { isOfDeliveries } from '../events/contracts.ts';
import type { EventReader } from '../events/repository.ts';
import type { Limiter } from '../platform/limiter.ts';
import type { DeliveryRepository } from './deliveries-repository.ts';
import type { Envelope } from './envelope.ts';
import { createLane } from './lane.ts';
import { isBehind, type Track } from './track.ts';

const readAtOnce = 200;

export interface LogReadingDeps {
  webhookId: string;
  envelope: Pick<Envelope, 'wrap'>;
  tracks: ReadonlyMap<string, Track>;
  reader: Pick<EventReader, 'listEvents'>;
  repository: Pick<DeliveryRepository, 'takePlace'>;
  limiter: Limiter;
  hasRoom: () => boolean;
  /** Something new may be in the track's lane. */
  onRead: (track: Track) => void;
  onError: (error: unknown) => void;
}

export function createLogReading(deps: LogReadingDeps) {
  const { webhookId, envelope, tracks, reader, repository, limiter, hasRoom, onRead, onError } = deps;
  let running: Promise<void> | undefined;
  let closed = false;

  async function takePlace(track: Track): Promise<void> {
    const place = await limiter.run(() => repository.takePlace(track.directory.id, webhookId));
    track.lane = createLane(place);
    track.epoch = place.epoch;
    track.skipAfter = place.skipAfter ?? 0;
    track.skipTo = place.skipTo ?? 0;
    track.attempts = [];
  }

  async function readSome(track: Track): Promise<void> {
    const { lane, directory, head } = track;
    const from = lane?.readTo() ?? head;
    if (!lane || from >= head) return;
    const events = await limiter.run(() => reader.listEvents(directory.id, from, readAtOnce));
    const bodies = await envelope.wrap(directory, events);
    for (const [index, event] of events.entries()) {
      // Positions have no gaps: what is lacking has been cut off.
      lane.passed(event.position - 1, event.position - lane.readTo() - 1);
      const isSkipped = event.position > track.skipAfter && event.position <= track.skipTo;
      // A receiver that fails would get one more message for each failure.
      const isOfItself = event.resourceId === webhookId && isOfDeliveries(event.type);
      const body = bodies[index];
      if (isSkipped || isOfItself || body === undefined) lane.passed(event.position);
      else {
        const { position, type, resourceType, resourceId, createdAt } = event;
        lane.add({ position, type, resourceType, resourceId, createdAt, body });
      }
    }
    if (events.length === 0) lane.passed(head, head - from);
  }

  async function readAll(): Promise<void> {
    for (let progress = true; progress; ) {
      progress = false;
      for (const track of tracks.values()) {
        if (closed) return;
        if (!isBehind(track) || (track.lane && !hasRoom())) continue;
        if (!track.lane) await takePlace(track);
        if (hasRoom()) await readSome(track);
        onRead(track);
        progress = true;
      }
    }
  }

  return {
    /** Reads on, unless it does already. */
    start(): void {
      if (closed || running !== undefined) return;
      running = readAll()
        .catch(onError)
        .finally(() => {
          running = undefined;
        });
    },
    async close(): Promise<void> {
      closed = true;
      await running;
    },
  };
}
