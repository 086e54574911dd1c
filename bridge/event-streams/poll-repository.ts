// The SQL of event streams that are polled: where each is in the logs, and what its poller has acknowledged or refused.
import { sql } from 'kysely';
import type { Pool } from 'pg';
import { readIn, type Scope, writeIn } from '../platform/db/scope.ts';
import { appendDead, lockLogs } from '../webhooks/delivery-events-repository.ts';
import type { Parked } from '../webhooks/lane.ts';

/** Acknowledged beyond the oldest that is not; a poller that holds one back gets nothing that lies after so many. */
export const maxAcknowledged = 10_000;

export interface PollPlace {
  /** All events up to here are settled. */
  position: number;
  /** Rises when an operator moves the place. */
  epoch: number;
  /** Settled positions after it. */
  acknowledged: ReadonlySet<number>;
  /** Events after the one and up to the other are passed over. */
  skipAfter: number;
  skipTo: number;
}

export const newPlace: PollPlace = { position: 0, epoch: 0, acknowledged: new Set(), skipAfter: 0, skipTo: 0 };

/** A SET that is sent once more, because an operator wanted it. */
export interface Revived {
  directoryId: string;
  position: number;
  body: string;
}

export interface Refused {
  position: number;
  type: string;
  resourceType: string;
  resourceId: string;
  body: string;
  problem: string;
}

export interface Settled {
  acknowledged: readonly number[];
  refused: readonly Refused[];
  /** Where the log ends. */
  head: number;
  now: Date;
}

type Owner = readonly [directoryId: string, streamId: string];

/** Of one statement. */
const rowsPerInsert = 200;

async function settleRefused(scope: Scope, [directoryId, streamId]: Owner, refused: readonly Refused[], now: Date) {
  const state: Parked['state'] = 'dead';
  const outcome = { state, first_failed_at: now, last_failed_at: now, next_attempt_at: null };
  const rows = refused.map(({ position, type, resourceType, resourceId, body, problem }) => ({
    ...{ directory_id: directoryId, webhook_id: streamId, position, type, body },
    ...{ resource_type: resourceType, resource_id: resourceId, attempts: 1, ...outcome, problem },
  }));
  for (let start = 0; start < rows.length; start += rowsPerInsert) {
    await scope
      .insertInto('webhook_deliveries')
      .values(rows.slice(start, start + rowsPerInsert))
      .onConflict((conflict) =>
        conflict
          .columns(['directory_id', 'webhook_id', 'position'])
          .doUpdateSet((eb) => ({ ...outcome, problem: eb.ref('excluded.problem') })),
      )
      .execute();
  }
}

const findPlace = (scope: Scope, [directoryId, streamId]: Owner) =>
  scope
    .selectFrom('webhook_cursors')
    .select(['position', 'acknowledged'])
    .where('directory_id', '=', directoryId)
    .where('webhook_id', '=', streamId)
    .executeTakeFirst();

type Settleable = Pick<PollPlace, 'position' | 'acknowledged'>;

/** Whether the SET of a position is one that the poller may settle: it was told, or will be, and is not settled. */
async function openAt(
  scope: Scope,
  [directoryId, streamId]: Owner,
  place: Settleable,
  head: number,
): Promise<(position: number) => boolean> {
  const { rows } = await sql<{ position: number }>`
    select position from webhook_deliveries
    where directory_id = ${directoryId} and webhook_id = ${streamId} and state = 'waiting'`.execute(scope);
  const revived = new Set(rows.map(({ position }) => position));
  return (position) =>
    revived.has(position) || (position > place.position && position <= head && !place.acknowledged.has(position));
}

export function createPollRepository(pool: Pool) {
  return {
    /** By directory; a directory that is not in it has not been begun. */
    async listPlaces(streamId: string, directoryIds: readonly string[]): Promise<Map<string, PollPlace>> {
      const rows = await readIn(pool, directoryIds, (scope) =>
        scope
          .selectFrom('webhook_cursors')
          .select(['directory_id', 'position', 'epoch', 'acknowledged', 'skip_after', 'skip_to'])
          .where(sql<boolean>`directory_id = any(${directoryIds}::uuid[])`)
          .where('webhook_id', '=', streamId)
          .execute(),
      );
      return new Map(
        rows.map((row) => [
          row.directory_id,
          {
            position: row.position,
            epoch: row.epoch,
            acknowledged: new Set(row.acknowledged),
            skipAfter: row.skip_after ?? 0,
            skipTo: row.skip_to ?? 0,
          },
        ]),
      );
    },

    /** Of these positions, those that are open, in their order. */
    async listOpen([directoryId, streamId]: Owner, head: number, positions: readonly number[]): Promise<number[]> {
      if (positions.length === 0) return [];
      return readIn(pool, [directoryId], async (scope) => {
        const { position, acknowledged } = (await findPlace(scope, [directoryId, streamId])) ?? newPlace;
        const isOpen = await openAt(
          scope,
          [directoryId, streamId],
          { position, acknowledged: new Set(acknowledged) },
          head,
        );
        return positions.filter(isOpen).sort((a, b) => a - b);
      });
    },

    /** Takes note of what the poller said. What it says of SETs that are settled already changes nothing. */
    async settle(directoryId: string, streamId: string, { acknowledged, refused, head, now }: Settled): Promise<void> {
      await writeIn(pool, directoryId, async (scope) => {
        const logs = refused.length === 0 ? [] : await lockLogs(scope, { id: directoryId });
        await sql`insert into webhook_cursors (directory_id, webhook_id, position) values (${directoryId}, ${streamId}, 0)
          on conflict do nothing`.execute(scope);
        const { rows } = await sql<{ position: number; acknowledged: number[] }>`
          select position, acknowledged from webhook_cursors
          where directory_id = ${directoryId} and webhook_id = ${streamId} for update`.execute(scope);
        const [place] = rows;
        if (!place) return;
        const owner = [directoryId, streamId] as const;
        const known = new Set(place.acknowledged);
        const isOpen = await openAt(scope, owner, { position: place.position, acknowledged: known }, head);

        const refusedNow = refused.filter(({ position }) => isOpen(position));
        await settleRefused(scope, owner, refusedNow, now);
        const refusedPositions = new Set(refusedNow.map(({ position }) => position));
        const acknowledgedNow = acknowledged.filter((one) => isOpen(one) && !refusedPositions.has(one));
        await sql`delete from webhook_deliveries where directory_id = ${directoryId} and webhook_id = ${streamId}
          and position = any(${acknowledgedNow}::bigint[])`.execute(scope);
        for (const one of [...acknowledgedNow, ...refusedPositions]) if (one > place.position) known.add(one);
        await sql`update webhook_cursors set acknowledged = ${JSON.stringify([...known])}::jsonb,
            delivered_at = case when ${acknowledgedNow.length > 0} then ${now}::timestamptz else delivered_at end
          where directory_id = ${directoryId} and webhook_id = ${streamId}`.execute(scope);
        for (const id of logs) await appendDead(scope, id, { id: streamId, kind: 'poll' }, refusedNow, now);
      });
    },

    /** Moves the place on over what is settled, unless somebody else has moved it meanwhile. */
    async advance(
      [directoryId, streamId]: Owner,
      from: Pick<PollPlace, 'position' | 'epoch'>,
      to: number,
      { missed, now }: { missed: number; now: Date },
    ): Promise<void> {
      await writeIn(pool, directoryId, async (scope) => {
        await sql`insert into webhook_cursors (directory_id, webhook_id, position) values (${directoryId}, ${streamId}, 0)
          on conflict do nothing`.execute(scope);
        await sql`update webhook_cursors set position = ${to}, missed = missed + ${missed},
            missed_at = case when ${missed} > 0 then ${now}::timestamptz else missed_at end,
            skip_after = case when skip_to > ${to} then skip_after end,
            skip_to = case when skip_to > ${to} then skip_to end,
            acknowledged = (select coalesce(jsonb_agg(one), '[]') from jsonb_array_elements(acknowledged) as one
              where one::bigint > ${to})
          where directory_id = ${directoryId} and webhook_id = ${streamId}
            and position = ${from.position} and epoch = ${from.epoch}`.execute(scope);
      });
    },

    async listRevived(streamId: string, directoryIds: readonly string[], limit: number): Promise<Revived[]> {
      const rows = await readIn(pool, directoryIds, (scope) =>
        scope
          .selectFrom('webhook_deliveries')
          .select(['directory_id', 'position', 'body'])
          .where(sql<boolean>`directory_id = any(${directoryIds}::uuid[])`)
          .where('webhook_id', '=', streamId)
          .where('state', '=', 'waiting')
          .orderBy('directory_id')
          .orderBy('position')
          .limit(limit)
          .execute(),
      );
      return rows.map(({ directory_id: directoryId, position, body }) => ({ directoryId, position, body }));
    },
  };
}

export type PollRepository = ReturnType<typeof createPollRepository>;
