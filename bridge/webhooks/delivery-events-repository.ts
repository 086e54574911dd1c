// The SQL by which the logs of directories say how their deliveries do. Who reads a log sees there from when on somebody
// else may lack what it says.
import type { Kysely } from 'kysely';
import { bridgeItself, presentActor } from '../events/actor.ts';
import { isOfDeliveries } from '../events/contracts.ts';
import { appendEvents, appendToEach } from '../events/repository.ts';
import type { Database } from '../platform/db/database.ts';
import { type Scope, seeDirectories } from '../platform/db/scope.ts';
import { messageId, type Pause, resourceTypeOf, type Webhook } from './contracts.ts';
import type { Parked } from './lane.ts';

/** A transaction may see so many directories at once without each of its rows being looked for in a long list. */
const logsAtOnce = 100;
/** One event names so many dead messages at most: each reader of the log gets them all. */
const deadPerEvent = 1_000;

/**
 * The ids of those directories that are not being deleted, all of them when none is named; none of them will be until the
 * transaction ends. To be called before anything else is locked: a deletion takes the directory first, too.
 */
export async function lockLogs(transaction: Kysely<Database>, directory: { id: string } | null): Promise<string[]> {
  let query = transaction.selectFrom('directories').select('id').orderBy('id').forKeyShare().skipLocked();
  if (directory) query = query.where('id', '=', directory.id);
  return (await query.execute()).map(({ id }) => id);
}

/** Not the reason: it may speak of addresses, and these events go to other receivers. The audit log has it. */
const told = (cause: Pause['cause'] | null) => cause && { cause };

/** It is paused from now on, or no longer, or for another cause. */
export async function appendPause(
  transaction: Kysely<Database>,
  directoryIds: readonly string[],
  webhook: Webhook,
  { before, after }: { before: Pause['cause'] | null; after: Pause['cause'] | null },
  now: Date,
): Promise<void> {
  if (before === after) return;
  const event = {
    type: after ? ('delivery.paused' as const) : ('delivery.resumed' as const),
    resourceType: resourceTypeOf(webhook),
    resourceId: webhook.id,
    data: { changes: { pause: { before: told(before), after: told(after) } } },
  };
  for (let start = 0; start < directoryIds.length; start += logsAtOnce) {
    const some = directoryIds.slice(start, start + logsAtOnce);
    await seeDirectories(transaction, some);
    await appendToEach(transaction, some, event, presentActor(), now);
  }
}

/**
 * These messages were given up, or refused for good. Of such as tell of deliveries themselves nothing is told: receivers
 * that are all away would have news of each other without end.
 */
export async function appendDead(
  scope: Scope,
  directoryId: string,
  { id, kind }: Pick<Webhook, 'id' | 'kind'>,
  rows: readonly Pick<Parked, 'position' | 'type'>[],
  now: Date,
): Promise<void> {
  const dead = rows.filter(({ type }) => !isOfDeliveries(type)).map(({ position }) => messageId(directoryId, position));
  const events = [];
  for (let start = 0; start < dead.length; start += deadPerEvent) {
    events.push({
      type: 'delivery.dead' as const,
      resourceType: resourceTypeOf({ kind }),
      resourceId: id,
      data: { changes: { dead: { before: null, after: dead.slice(start, start + deadPerEvent) } } },
    });
  }
  if (events.length > 0) await appendEvents(scope, directoryId, events, bridgeItself, now);
}
