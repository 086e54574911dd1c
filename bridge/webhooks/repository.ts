// The SQL of webhooks themselves: what they are, their secrets, and which replica delivers. What each has come to in the
// logs is in deliveries-repository.ts.
import { type Kysely, sql } from 'kysely';
import type { NewAuditEntry } from '../events/audit/contracts.ts';
import { recordChanges } from '../events/audit/repository.ts';
import type { Database } from '../platform/db/database.ts';
import { isLeasableBy, leaseOf } from '../platform/db/lease.ts';
import type { Pause, Webhook } from './contracts.ts';
import { appendPause, lockLogs } from './delivery-events-repository.ts';

export interface StoredSecret {
  id: string;
  sealed: Buffer;
  createdAt: Date;
  expiresAt: Date | null;
}

/** A webhook as those see it who deliver. */
export interface DeliverableWebhook extends Webhook {
  /** Whether no living process has its lease. */
  isFree: boolean;
}

/** Webhooks and event streams alike. */
export function selectRows(db: Kysely<Database>) {
  return db
    .selectFrom('webhooks as w')
    .leftJoin('directories as d', 'd.id', 'w.directory_id')
    .leftJoin('event_streams as s', 's.id', 'w.id')
    .select([
      'w.id',
      'w.kind',
      'w.slug',
      // The URL of an event stream is not where an older bridge would send webhooks to.
      (eb) => eb.fn.coalesce('w.url', 's.url').as('url'),
      'w.types',
      'w.directory_id',
      'd.slug as directory_slug',
      'w.pause_cause',
      'w.pause_reason',
      'w.paused_at',
      'w.created_at',
      'w.revision',
    ])
    .select(sql<boolean>`w.lease_until is null or w.lease_until < now()`.as('is_free'))
    .orderBy('w.slug');
}

type Row = Awaited<ReturnType<ReturnType<typeof selectRows>['execute']>>[number];

function toPause({ pause_cause: cause, pause_reason: reason, paused_at: since }: Row): Pause | null {
  return cause && since ? { cause, since, reason: reason ?? '' } : null;
}

/** A row as {@link selectRows} answers it. */
export const toWebhook = (row: Row): DeliverableWebhook => ({
  id: row.id,
  kind: row.kind,
  slug: row.slug,
  url: row.url ?? '',
  directory:
    row.directory_id === null || row.directory_slug === null
      ? null
      : { id: row.directory_id, slug: row.directory_slug },
  types: row.types,
  pause: toPause(row),
  createdAt: row.created_at,
  revision: row.revision,
  isFree: row.is_free,
});

const pauseColumns = (pause: Pause | null) => ({
  pause_cause: pause?.cause ?? null,
  pause_reason: pause?.reason ?? null,
  paused_at: pause?.since ?? null,
});

/** Who makes it, until when nobody delivers, and what the audit log says. */
export interface Making {
  owner: string;
  seconds: number;
  entry: NewAuditEntry;
}

/** The row of a webhook or an event stream. */
export async function insertRow(db: Kysely<Database>, webhook: Webhook, { owner, seconds }: Making): Promise<void> {
  await db
    .insertInto('webhooks')
    .values({
      id: webhook.id,
      kind: webhook.kind,
      slug: webhook.slug,
      url: webhook.kind === 'webhook' ? webhook.url : null,
      types: webhook.types,
      directory_id: webhook.directory?.id ?? null,
      ...pauseColumns(webhook.pause),
      lease_owner: owner,
      lease_until: sql<Date>`now() + make_interval(secs => ${seconds})`,
      created_at: webhook.createdAt,
      updated_at: webhook.createdAt,
    })
    .execute();
}

export interface RowChange {
  url?: string;
  types?: string[] | null;
  pause?: Pause | null;
}

/** Has whoever delivers it look at it again, whatever was changed. */
export async function updateRow(db: Kysely<Database>, id: string, change: RowChange, now: Date): Promise<void> {
  await db
    .updateTable('webhooks')
    .set({
      ...(change.url !== undefined && { url: change.url }),
      ...(change.types !== undefined && { types: change.types }),
      ...(change.pause !== undefined && pauseColumns(change.pause)),
      revision: sql<number>`revision + 1`,
      updated_at: now,
    })
    .where('id', '=', id)
    .execute();
}

/** For what it is paused, whatever whoever asks has seen before; so it stays until the transaction ends. */
async function lockPause(transaction: Kysely<Database>, id: string): Promise<Pause['cause'] | null> {
  const row = await transaction
    .selectFrom('webhooks')
    .select('pause_cause')
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  return row?.pause_cause ?? null;
}

/**
 * A transaction that may pause it, or end a pause, which the logs of its directories say then. `work` answers whether
 * anything was changed.
 */
export async function changeWebhook(
  db: Kysely<Database>,
  webhook: Webhook,
  { pause, now, entries }: { pause: Pause | null | undefined; now: Date; entries: readonly NewAuditEntry[] },
  work: (transaction: Kysely<Database>) => Promise<boolean>,
): Promise<boolean> {
  return db.transaction().execute(async (transaction) => {
    const logs = pause === undefined ? [] : await lockLogs(transaction, webhook.directory);
    const before = logs.length === 0 ? null : await lockPause(transaction, webhook.id);
    if (!(await work(transaction))) return false;
    if (pause !== undefined)
      await appendPause(transaction, logs, webhook, { before, after: pause?.cause ?? null }, now);
    await recordChanges(transaction, entries, now);
    return true;
  });
}

export function createWebhookRepository(db: Kysely<Database>) {
  return {
    listWebhooks: async (): Promise<Webhook[]> =>
      (await selectRows(db).where('w.kind', '=', 'webhook').execute()).map(toWebhook),

    /** Webhooks, and event streams that are pushed. */
    listDelivered: async (): Promise<DeliverableWebhook[]> =>
      (await selectRows(db).where('w.kind', '!=', 'poll').execute()).map(toWebhook),

    async findWebhook(slug: string): Promise<Webhook | undefined> {
      const row = await selectRows(db).where('w.kind', '=', 'webhook').where('w.slug', '=', slug).executeTakeFirst();
      return row && toWebhook(row);
    },

    /** Nobody delivers until `release` is called, or so many seconds have passed. */
    async insertWebhook(webhook: Webhook, secret: StoredSecret, making: Making): Promise<void> {
      await db.transaction().execute(async (transaction) => {
        await insertRow(transaction, webhook, making);
        await transaction
          .insertInto('webhook_secrets')
          .values({
            webhook_id: webhook.id,
            id: secret.id,
            sealed: secret.sealed,
            created_at: secret.createdAt,
            expires_at: null,
          })
          .execute();
        await recordChanges(transaction, [making.entry], webhook.createdAt);
      });
    },

    /** An empty change only has whoever delivers it look again at where it is. */
    async updateWebhook(
      webhook: Webhook,
      change: RowChange,
      now: Date,
      entries: readonly NewAuditEntry[] = [],
    ): Promise<void> {
      await changeWebhook(db, webhook, { pause: change.pause, now, entries }, async (transaction) => {
        await updateRow(transaction, webhook.id, change, now);
        return true;
      });
    },

    async deleteWebhook(id: string, entry: NewAuditEntry, now: Date): Promise<void> {
      await db.transaction().execute(async (transaction) => {
        await transaction.deleteFrom('webhooks').where('id', '=', id).execute();
        await recordChanges(transaction, [entry], now);
      });
    },

    /** Those that are valid at the time, the newest first. */
    async listSecrets(webhookId: string, now: Date): Promise<StoredSecret[]> {
      const rows = await db
        .selectFrom('webhook_secrets')
        .select(['id', 'sealed', 'created_at', 'expires_at'])
        .where('webhook_id', '=', webhookId)
        .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]))
        .orderBy('id', 'desc')
        .execute();
      return rows.map((row) => ({
        id: row.id,
        sealed: row.sealed,
        createdAt: row.created_at,
        expiresAt: row.expires_at,
      }));
    },

    /** Adds a secret and ends the others, none of them later than it would have ended anyhow. */
    async rotateSecret(
      webhookId: string,
      secret: StoredSecret,
      othersUntil: Date,
      entry: NewAuditEntry,
    ): Promise<void> {
      await db.transaction().execute(async (transaction) => {
        const others = transaction.updateTable('webhook_secrets').where('webhook_id', '=', webhookId);
        await others
          .set({ expires_at: othersUntil })
          .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', othersUntil)]))
          .execute();
        await transaction
          .deleteFrom('webhook_secrets')
          .where('webhook_id', '=', webhookId)
          .where('expires_at', '<=', secret.createdAt)
          .execute();
        await transaction
          .insertInto('webhook_secrets')
          .values({
            webhook_id: webhookId,
            id: secret.id,
            sealed: secret.sealed,
            created_at: secret.createdAt,
            expires_at: null,
          })
          .execute();
        await transaction
          .updateTable('webhooks')
          .set({ revision: sql<number>`revision + 1`, updated_at: secret.createdAt })
          .where('id', '=', webhookId)
          .execute();
        await recordChanges(transaction, [entry], secret.createdAt);
      });
    },

    /** Pauses it, or ends a pause of that cause, unless somebody else has paused it for another. Tells whether it did. */
    async setPause(
      webhook: Webhook,
      { cause, pause, now, entry }: { cause: Pause['cause']; pause: Pause | null; now: Date; entry: NewAuditEntry },
    ): Promise<boolean> {
      return changeWebhook(db, webhook, { pause, now, entries: [entry] }, async (transaction) => {
        const { numUpdatedRows } = await transaction
          .updateTable('webhooks')
          .set({ ...pauseColumns(pause), updated_at: now })
          .where('id', '=', webhook.id)
          .where((eb) => eb.or([eb('pause_cause', 'is', null), eb('pause_cause', '=', cause)]))
          .executeTakeFirst();
        return numUpdatedRows > 0n;
      });
    },

    /** Takes or renews leases, by the database's clock, and answers those that were got. */
    async takeLeases(owner: string, ids: readonly string[], seconds: number): Promise<string[]> {
      if (ids.length === 0) return [];
      const rows = await db
        .updateTable('webhooks')
        .set(leaseOf(owner, seconds))
        .where('id', 'in', [...ids])
        .where(isLeasableBy(owner))
        .returning('id')
        .execute();
      return rows.map(({ id }) => id);
    },

    async releaseLease(owner: string, id: string): Promise<void> {
      await db
        .updateTable('webhooks')
        .set({ lease_owner: null, lease_until: null })
        .where('id', '=', id)
        .where('lease_owner', '=', owner)
        .execute();
    },
  };
}

export type WebhookRepository = ReturnType<typeof createWebhookRepository>;
