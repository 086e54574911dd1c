// Sending events once more that were sent already: from a cursor, a position or a time, to the end or up to another.
import { decodeLogCursor } from '../events/log-cursor.ts';
import type { EventReader } from '../events/repository.ts';
import type { ReplayRequest, Webhook } from './contracts.ts';
import type { DeliveryRepository } from './deliveries-repository.ts';

/** Of a time that is asked for: a change may have been committed a little later than it was made. */
const lateCommitMs = 60_000;

export interface Replayed {
  directory: { id: string; slug: string };
  /** The first position that is sent again, and the last. */
  from: number;
  to: number;
}

export interface ReplayDeps {
  reader: Pick<EventReader, 'positionBefore' | 'placeAll'>;
  deliveries: Pick<DeliveryRepository, 'rewind'>;
}

/** Moves the webhook's place in these directories back, and answers what is sent again. */
export async function replayEvents(
  { reader, deliveries }: ReplayDeps,
  webhook: Webhook,
  directories: readonly { id: string; slug: string }[],
  asked: ReplayRequest,
): Promise<Replayed[]> {
  const cursor = asked.after === undefined ? undefined : decodeLogCursor(asked.after);

  async function startOf(id: string): Promise<number> {
    if (asked.position !== undefined) return asked.position - 1;
    if (asked.since === undefined) return cursor?.get(id) ?? 0;
    return reader.positionBefore(id, new Date(Date.parse(asked.since) - lateCommitMs));
  }
  async function endOf(id: string): Promise<number | undefined> {
    if (asked.until === undefined) return asked.to;
    return reader.positionBefore(id, new Date(Date.parse(asked.until) + lateCommitMs));
  }

  const replayed: Replayed[] = [];
  for (const directory of directories) {
    const [start, end] = [await startOf(directory.id), await endOf(directory.id)];
    const before = await deliveries.rewind(directory.id, webhook.id, start, end);
    const to = Math.min(before, end ?? before);
    if (to > start) replayed.push({ directory: { id: directory.id, slug: directory.slug }, from: start + 1, to });
  }
  return replayed;
}
