// The event log: written in the transaction of the change, placed in order after it committed, read by position.
import { CompiledQuery, type Selectable, sql } from 'kysely';
import type { Pool } from 'pg';
import type { Database } from '../platform/db/database.ts';
import { readIn, type Scope, writeIn } from '../platform/db/scope.ts';
import { insertion, type Statement } from '../platform/db/statement.ts';
import type { Actor, EventData, EventType, LoggedEvent, NewEvent } from './contracts.ts';

/** Events placed by one statement. Each is looked for in the list of the batch, so a larger one is not a faster one. */
const batchSize = 1_000;

/** What the actor's doing is a part of. */
const markOf = ({ undoPlan, askedBy }: Actor) => ({
  ...(undoPlan !== undefined && { undoPlan }),
  ...(askedBy && { askedBy }),
});

const rowOf = (directoryId: string, event: NewEvent, actor: Actor, now: Date) => ({
  directory_id: directoryId,
  position: null,
  type: event.type,
  resource_type: event.resourceType,
  resource_id: event.resourceId,
  resource_version: event.resourceVersion ?? null,
  data: JSON.stringify({ ...event.data, ...markOf(actor) }),
  actor: actor.name,
  request_id: actor.requestId ?? null,
  profile: actor.profile ?? null,
  created_at: now,
});

/** Rows of one insert: a statement has 65,535 parameters at most. */
const rowsPerInsert = 1_000;

/** The statements that append events, for the transaction of the change. */
export function eventInsertions(
  directoryId: string,
  events: readonly NewEvent[],
  actor: Actor,
  now: Date,
): Statement[] {
  const statements: Statement[] = [];
  for (let start = 0; start < events.length; start += rowsPerInsert) {
    const slice = events.slice(start, start + rowsPerInsert);
    const [first, ...others] = slice.map((event) => rowOf(directoryId, event, actor, now));
    if (first) statements.push(insertion('events', [first, ...others]));
  }
  return statements;
}

/** Appends events in the caller's transaction. */
export async function appendEvents(
  scope: Scope,
  directoryId: string,
  events: readonly NewEvent[],
  actor: Actor,
  now: Date,
): Promise<void> {
  for (const { text, values } of eventInsertions(directoryId, events, actor, now)) {
    await scope.executeQuery(CompiledQuery.raw(text, [...values]));
  }
}

/** Appends one event to each of these logs, in the caller's transaction. They must be few enough for one statement. */
export async function appendToEach(
  scope: Scope,
  directoryIds: readonly string[],
  event: NewEvent,
  actor: Actor,
  now: Date,
): Promise<void> {
  const [first, ...others] = directoryIds.map((id) => rowOf(id, event, actor, now));
  if (!first) return;
  const { text, values } = insertion('events', [first, ...others]);
  await scope.executeQuery(CompiledQuery.raw(text, [...values]));
}

/** Where a directory's log begins and ends. */
export interface LogSpan {
  /** The last position. */
  head: number;
  /** Positions up to and including this one are gone. */
  pruned: number;
}

export interface EventReader {
  /**
   * Gives every committed event a position and answers the directory's last position. Positions are given under the
   * lock of the directory's head row, in the order of writing; an event that commits later gets a later position, so a
   * reader that goes by position misses none. Transaction ids would not do: on Citus they are not comparable.
   */
  placeEvents(directoryId: string): Promise<number>;
  /** Like `placeEvents` for many directories at once; answers by directory id. */
  placeAll(directoryIds: readonly string[]): Promise<Map<string, LogSpan>>;
  /** Events after `position`, oldest first. */
  listEvents(directoryId: string, position: number, limit: number): Promise<LoggedEvent[]>;
  /** Those at these positions that are not gone, oldest first. They must be few enough to be held at once. */
  listEventsAt(directoryId: string, positions: readonly number[]): Promise<LoggedEvent[]>;
  /**
   * The position of the last placed event before `time`, or 0. Events are placed in the order of their commits, so one of
   * a transaction that took long may be on the other side.
   */
  positionBefore(directoryId: string, time: Date): Promise<number>;
}

interface Head {
  directory_id: string;
  unplaced: boolean;
  position: number;
  pruned: number;
}

/** What {@link toLoggedEvent} needs of an event's row. */
export const loggedColumns = [
  'position',
  'type',
  'resource_type',
  'resource_id',
  'resource_version',
  'data',
  'created_at',
  'actor',
  'request_id',
  'profile',
] as const;

export type LoggedRow = Pick<Selectable<Database['events']>, (typeof loggedColumns)[number]>;

export const toLoggedEvent = (directoryId: string, row: LoggedRow): LoggedEvent => ({
  directoryId,
  position: row.position ?? 0,
  type: row.type as EventType,
  resourceType: row.resource_type,
  resourceId: row.resource_id,
  ...(row.resource_version !== null && { resourceVersion: row.resource_version }),
  data: row.data as EventData,
  createdAt: row.created_at,
  actor: {
    name: row.actor,
    ...(row.request_id !== null && { requestId: row.request_id }),
    ...(row.profile !== null && { profile: row.profile }),
  },
});

async function headsOf(pool: Pool, directoryIds: readonly string[]): Promise<Head[]> {
  const { rows } = await readIn(pool, directoryIds, (scope) =>
    sql<Head>`
      select d.directory_id, coalesce(h.position, 0) as position, coalesce(h.pruned_position, 0) as pruned,
        exists (select 1 from events e where e.directory_id = d.directory_id and e.position is null) as unplaced
      from unnest(${directoryIds}::uuid[]) as d (directory_id)
      left join event_heads h on h.directory_id = d.directory_id`.execute(scope),
  );
  return rows;
}

async function placeBatch(scope: Scope, directoryId: string): Promise<{ placed: number; head: number }> {
  await sql`insert into event_heads (directory_id, position) values (${directoryId}, 0)
    on conflict (directory_id) do nothing`.execute(scope);
  const { rows: heads } = await sql<{ position: number }>`
    select position from event_heads where directory_id = ${directoryId} for update`.execute(scope);
  const head = heads[0]?.position ?? 0;
  const waiting = await scope
    .selectFrom('events')
    .select('id')
    .where('directory_id', '=', directoryId)
    .where('position', 'is', null)
    .orderBy('id')
    .limit(batchSize)
    .execute();
  const placed = waiting.length;
  if (placed === 0) return { placed, head };
  const ids = waiting.map((event) => event.id);
  // Not a join with the list: with the statistics of a table that has just grown, PostgreSQL joins row by row.
  await sql`
    update events set position = ${head} + array_position(${ids}::bigint[], id)
    where directory_id = ${directoryId} and id = any(${ids}::bigint[])`.execute(scope);
  await sql`update event_heads set position = ${head + placed} where directory_id = ${directoryId}`.execute(scope);
  return { placed, head: head + placed };
}

export function createEventReader(pool: Pool): EventReader {
  async function placeAll(directoryIds: readonly string[]): Promise<Map<string, LogSpan>> {
    const spans = new Map<string, LogSpan>();
    for (const { directory_id: directoryId, unplaced, position, pruned } of await headsOf(pool, directoryIds)) {
      spans.set(directoryId, { head: unplaced ? await placeWaiting(directoryId) : position, pruned });
    }
    return spans;
  }

  async function placeWaiting(directoryId: string): Promise<number> {
    for (;;) {
      const { placed, head } = await writeIn(pool, directoryId, (scope) => placeBatch(scope, directoryId));
      if (placed < batchSize) return head;
    }
  }

  return {
    placeAll,
    placeEvents: async (directoryId) => (await placeAll([directoryId])).get(directoryId)?.head ?? 0,
    async positionBefore(directoryId, time) {
      // There is no index by time: positions are, and times rise with them.
      let [before, after] = [0, (await placeAll([directoryId])).get(directoryId)?.head ?? 0];
      while (before < after) {
        const middle = Math.ceil((before + after) / 2);
        const row = await readIn(pool, [directoryId], (scope) =>
          scope
            .selectFrom('events')
            .select('created_at')
            .where('directory_id', '=', directoryId)
            .where('position', '>=', middle)
            .orderBy('position')
            .limit(1)
            .executeTakeFirst(),
        );
        if (row && row.created_at < time) before = middle;
        else after = middle - 1;
      }
      return before;
    },
    async listEvents(directoryId, position, limit) {
      const rows = await readIn(pool, [directoryId], (scope) =>
        scope
          .selectFrom('events')
          .select(loggedColumns)
          .where('directory_id', '=', directoryId)
          .where('position', '>', position)
          .orderBy('position')
          .limit(limit)
          .execute(),
      );
      return rows.map((row) => toLoggedEvent(directoryId, row));
    },

    async listEventsAt(directoryId, positions) {
      const rows = await readIn(pool, [directoryId], (scope) =>
        scope
          .selectFrom('events')
          .select(loggedColumns)
          .where('directory_id', '=', directoryId)
          .where('position', '=', sql<number>`any(${[...positions]}::bigint[])`)
          .orderBy('position')
          .execute(),
      );
      return rows.map((row) => toLoggedEvent(directoryId, row));
    },
  };
}
