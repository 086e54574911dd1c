// The SQL of what becomes of messages: how far each webhook has come in a directory's log, what waits or is dead, and
// what was tried.
import { type Selectable, sql } from 'kysely';
import type { Pool } from 'pg';
import type { WebhookDeliveriesTable } from '../platform/db/database.ts';
import { readIn, type Scope, writeIn } from '../platform/db/scope.ts';
import type { Attempt, FailedDelivery, Webhook } from './contracts.ts';
import { appendDead, lockLogs } from './delivery-events-repository.ts';
import type { LaneChanges, Parked } from './lane.ts';

/** Of each webhook and directory; older ones go. */
const keptAttempts = 1_000;
const keptDead = 10_000;
const keptDeadDays = 90;

export interface Place {
  position: number;
  epoch: number;
  /** Events after the one and up to the other are passed over. */
  skipAfter: number | null;
  skipTo: number | null;
  waiting: Parked[];
  hasDead: boolean;
}

export interface Summary {
  directoryId: string;
  position: number;
  missed: number;
  missedAt: Date | null;
  deliveredAt: Date | null;
}

export interface Bookkeeping extends LaneChanges {
  attempts: readonly Attempt[];
  /** Whether something was delivered. */
  delivered: boolean;
  now: Date;
}

/** Another process or an operator has taken the place over: what this one knows holds no longer. */
export class PlaceLost extends Error {
  override readonly name = 'PlaceLost';
}

const among = (directoryIds: readonly string[]) => sql<boolean>`directory_id = any(${directoryIds}::uuid[])`;

type Owner = readonly [directoryId: string, webhookId: string];

const waitingColumns = [
  ...['position', 'state', 'type', 'resource_type', 'resource_id', 'attempts'],
  ...['first_failed_at', 'last_failed_at', 'next_attempt_at', 'problem'],
] as const;

type FailedRow = Omit<Selectable<WebhookDeliveriesTable>, 'body' | 'directory_id' | 'webhook_id'>;

const toFailed = (row: FailedRow): FailedDelivery => ({
  position: row.position,
  state: row.state,
  type: row.type,
  resourceType: row.resource_type,
  resourceId: row.resource_id,
  attempts: row.attempts,
  firstFailedAt: row.first_failed_at,
  lastFailedAt: row.last_failed_at,
  nextAttemptAt: row.next_attempt_at,
  problem: row.problem,
});

async function storeRows(scope: Scope, [directoryId, webhookId]: Owner, rows: readonly Parked[]): Promise<void> {
  if (rows.length === 0) return;
  await scope
    .insertInto('webhook_deliveries')
    .values(
      rows.map((row) => ({
        directory_id: directoryId,
        webhook_id: webhookId,
        position: row.position,
        state: row.state,
        type: row.type,
        resource_type: row.resourceType,
        resource_id: row.resourceId,
        // Left out of what is updated: a row that is there has it.
        body: row.body ?? '',
        attempts: row.attempts,
        first_failed_at: row.firstFailedAt,
        last_failed_at: row.lastFailedAt,
        next_attempt_at: row.nextAttemptAt,
        problem: row.problem,
      })),
    )
    .onConflict((conflict) =>
      conflict.columns(['directory_id', 'webhook_id', 'position']).doUpdateSet((eb) => ({
        state: eb.ref('excluded.state'),
        attempts: eb.ref('excluded.attempts'),
        first_failed_at: eb.ref('excluded.first_failed_at'),
        last_failed_at: eb.ref('excluded.last_failed_at'),
        next_attempt_at: eb.ref('excluded.next_attempt_at'),
        problem: eb.ref('excluded.problem'),
      })),
    )
    .execute();
}

async function storeAttempts(scope: Scope, [directoryId, webhookId]: Owner, attempts: readonly Attempt[]) {
  if (attempts.length === 0) return;
  const column = <K extends keyof Attempt>(name: K) => attempts.map((attempt) => attempt[name]);
  await sql`
    insert into webhook_attempts (directory_id, webhook_id, id, position, type, at, status, duration_ms, answer, problem)
    select ${directoryId}, ${webhookId}, a.* from unnest(${column('id')}::uuid[], ${column('position')}::bigint[],
      ${column('type')}::text[], ${column('at')}::timestamptz[], ${column('status')}::integer[],
      ${column('durationMs')}::integer[], ${column('answer')}::text[], ${column('problem')}::text[]) as a`.execute(
    scope,
  );
}

/** Rows of one insert: a statement has 65,535 parameters at most. */
const rowsPerInsert = 1_000;

export function createDeliveryRepository(pool: Pool) {
  return {
    /** Sets where a new webhook begins. */
    async begin(directoryId: string, webhookId: string, position: number): Promise<void> {
      await writeIn(pool, directoryId, (scope) =>
        scope
          .insertInto('webhook_cursors')
          .values({
            directory_id: directoryId,
            webhook_id: webhookId,
            position,
            skip_after: null,
            skip_to: null,
            missed_at: null,
            delivered_at: null,
          })
          .onConflict((conflict) => conflict.doNothing())
          .execute(),
      );
    },

    /** Takes the place over from whoever had it, and answers where it is. */
    async takePlace(directoryId: string, webhookId: string): Promise<Place> {
      return writeIn(pool, directoryId, async (scope) => {
        const { rows } = await sql<{
          position: number;
          epoch: number;
          skip_after: number | null;
          skip_to: number | null;
        }>`
          insert into webhook_cursors (directory_id, webhook_id, position) values (${directoryId}, ${webhookId}, 0)
          on conflict (directory_id, webhook_id) do update set epoch = webhook_cursors.epoch + 1
          returning position, epoch, skip_after, skip_to`.execute(scope);
        const [place] = rows;
        if (!place) throw new Error('the place of a webhook could be neither found nor made');
        const stored = scope
          .selectFrom('webhook_deliveries')
          .where('directory_id', '=', directoryId)
          .where('webhook_id', '=', webhookId);
        const waiting = await stored
          .select(waitingColumns)
          .where('state', '=', 'waiting')
          .orderBy('position')
          .execute();
        const dead = await stored.select('position').where('state', '=', 'dead').limit(1).execute();
        return {
          position: place.position,
          epoch: place.epoch,
          skipAfter: place.skip_after,
          skipTo: place.skip_to,
          waiting: waiting.map((row) => ({ ...toFailed(row), body: undefined })),
          hasDead: dead.length > 0,
        };
      });
    },

    /** @throws PlaceLost */
    async store(
      directoryId: string,
      webhook: Pick<Webhook, 'id' | 'kind'>,
      epoch: number,
      done: Bookkeeping,
    ): Promise<void> {
      const webhookId = webhook.id;
      const owner = [directoryId, webhookId] as const;
      const kept = [...done.rows.values()].filter((row) => row !== undefined);
      const dead = kept.filter(({ state }) => state === 'dead');
      await writeIn(pool, directoryId, async (scope) => {
        const logs = dead.length === 0 ? [] : await lockLogs(scope, { id: directoryId });
        const { rows } = await sql`
          update webhook_cursors set position = ${done.position}, missed = missed + ${done.missed},
            missed_at = case when ${done.missed} > 0 then ${done.now} else missed_at end,
            delivered_at = case when ${done.delivered} then ${done.now} else delivered_at end,
            skip_after = case when skip_to > ${done.position} then skip_after end,
            skip_to = case when skip_to > ${done.position} then skip_to end
          where directory_id = ${directoryId} and webhook_id = ${webhookId} and epoch = ${epoch}
          returning 1`.execute(scope);
        if (rows.length === 0) throw new PlaceLost('the place of a webhook was taken over');
        for (let start = 0; start < kept.length; start += rowsPerInsert) {
          await storeRows(scope, owner, kept.slice(start, start + rowsPerInsert));
        }
        const gone = [...done.rows].filter(([, row]) => row === undefined).map(([position]) => position);
        if (gone.length > 0) {
          await sql`delete from webhook_deliveries where directory_id = ${directoryId} and webhook_id = ${webhookId}
            and position = any(${gone}::bigint[])`.execute(scope);
        }
        await storeAttempts(scope, owner, done.attempts);
        for (const id of logs) await appendDead(scope, id, webhook, dead, done.now);
      });
    },

    /** The message of a row that waits; undefined when it waits no longer. */
    async findBody(directoryId: string, webhookId: string, position: number): Promise<string | undefined> {
      const row = await readIn(pool, [directoryId], (scope) =>
        scope
          .selectFrom('webhook_deliveries')
          .select('body')
          .where('directory_id', '=', directoryId)
          .where('webhook_id', '=', webhookId)
          .where('position', '=', position)
          .executeTakeFirst(),
      );
      return row?.body;
    },

    /** Removes what is kept no longer. */
    async prune(directoryId: string, webhookId: string): Promise<void> {
      await writeIn(pool, directoryId, async (scope) => {
        await sql`delete from webhook_attempts where directory_id = ${directoryId} and webhook_id = ${webhookId} and id <= (
          select id from webhook_attempts where directory_id = ${directoryId} and webhook_id = ${webhookId}
          order by id desc offset ${keptAttempts} limit 1)`.execute(scope);
        await sql`delete from webhook_deliveries where directory_id = ${directoryId} and webhook_id = ${webhookId}
          and state = 'dead' and (last_failed_at < now() - make_interval(days => ${keptDeadDays}) or position <= (
            select position from webhook_deliveries where directory_id = ${directoryId} and webhook_id = ${webhookId}
            and state = 'dead' order by position desc offset ${keptDead} limit 1))`.execute(scope);
      });
    },

    async listPlaces(webhookId: string, directoryIds: readonly string[]): Promise<Summary[]> {
      const rows = await readIn(pool, directoryIds, (scope) =>
        scope
          .selectFrom('webhook_cursors')
          .select(['directory_id', 'position', 'missed', 'missed_at', 'delivered_at'])
          .where(among(directoryIds))
          .where('webhook_id', '=', webhookId)
          .execute(),
      );
      return rows.map((row) => ({
        directoryId: row.directory_id,
        position: row.position,
        missed: row.missed,
        missedAt: row.missed_at,
        deliveredAt: row.delivered_at,
      }));
    },

    async countFailed(webhookId: string, directoryIds: readonly string[]): Promise<{ waiting: number; dead: number }> {
      const row = await readIn(pool, directoryIds, (scope) =>
        scope
          .selectFrom('webhook_deliveries')
          .select((eb) => [
            eb.fn.countAll<number>().filterWhere('state', '=', 'waiting').as('waiting'),
            eb.fn.countAll<number>().filterWhere('state', '=', 'dead').as('dead'),
          ])
          .where(among(directoryIds))
          .where('webhook_id', '=', webhookId)
          .executeTakeFirstOrThrow(),
      );
      return { waiting: Number(row.waiting), dead: Number(row.dead) };
    },

    /** The latest, of any outcome or of failures alone. */
    async listAttempts(
      webhookId: string,
      directoryIds: readonly string[],
      { limit, failed }: { limit: number; failed: boolean },
    ): Promise<(Attempt & { directoryId: string })[]> {
      const rows = await readIn(pool, directoryIds, (scope) =>
        scope
          .selectFrom('webhook_attempts')
          .selectAll()
          .where(among(directoryIds))
          .where('webhook_id', '=', webhookId)
          .$if(failed, (query) => query.where('problem', 'is not', null))
          .orderBy('id', 'desc')
          .limit(limit)
          .execute(),
      );
      return rows.map(({ directory_id: directoryId, webhook_id: _webhook, duration_ms: durationMs, ...attempt }) => ({
        ...attempt,
        durationMs,
        directoryId,
      }));
    },

    async listFailed(
      webhookId: string,
      directoryIds: readonly string[],
      { state, limit }: { state: FailedDelivery['state']; limit: number },
    ): Promise<(FailedDelivery & { directoryId: string })[]> {
      const rows = await readIn(pool, directoryIds, (scope) =>
        scope
          .selectFrom('webhook_deliveries')
          .select(['directory_id', ...waitingColumns])
          .where(among(directoryIds))
          .where('webhook_id', '=', webhookId)
          .where('state', '=', state)
          .orderBy('last_failed_at', 'desc')
          .orderBy('position')
          .limit(limit)
          .execute(),
      );
      return rows.map((row) => ({ ...toFailed(row), directoryId: row.directory_id }));
    },

    /** Has what is dead delivered once more: the given positions, or all. Answers how many. */
    async revive(directoryId: string, webhookId: string, positions: readonly number[] | undefined): Promise<number> {
      return writeIn(pool, directoryId, async (scope) => {
        const result = await scope
          .updateTable('webhook_deliveries')
          .set({ state: 'waiting', attempts: 0, first_failed_at: null, next_attempt_at: null })
          .where('directory_id', '=', directoryId)
          .where('webhook_id', '=', webhookId)
          .where('state', '=', 'dead')
          .$if(positions !== undefined, (query) => query.where('position', 'in', [...(positions ?? []), -1]))
          .executeTakeFirst();
        const revived = Number(result.numUpdatedRows);
        if (revived > 0) {
          await sql`update webhook_cursors set epoch = epoch + 1
            where directory_id = ${directoryId} and webhook_id = ${webhookId}`.execute(scope);
        }
        return revived;
      });
    },

    /** Goes on after `position`, or only for the events up to `to`. Answers where the webhook had been. */
    async rewind(directoryId: string, webhookId: string, position: number, to: number | undefined): Promise<number> {
      return writeIn(pool, directoryId, async (scope) => {
        const { rows } = await sql<{ before: number }>`
          select greatest(position, coalesce(skip_to, 0)) as before from webhook_cursors
          where directory_id = ${directoryId} and webhook_id = ${webhookId} for update`.execute(scope);
        const before = rows[0]?.before ?? 0;
        const start = Math.min(position, before);
        const skips = to !== undefined && to < before;
        await sql`update webhook_cursors set position = ${start}, epoch = epoch + 1, acknowledged = '[]',
            skip_after = ${skips ? Math.max(to, start) : null}, skip_to = ${skips ? before : null}
          where directory_id = ${directoryId} and webhook_id = ${webhookId}`.execute(scope);
        return before;
      });
    },
  };
}

export type DeliveryRepository = ReturnType<typeof createDeliveryRepository>;
