// The SQL of event streams themselves: what they have beside what webhooks have, too. Where each is in the logs is in
// webhooks/deliveries-repository.ts, and for those that are polled also in poll-repository.ts.
import { type Kysely, sql } from 'kysely';
import type { NewAuditEntry } from '../events/audit/contracts.ts';
import { recordChanges, recordIfChanged } from '../events/audit/repository.ts';
import type { Database } from '../platform/db/database.ts';
import type { Replacement } from '../sealed-secrets/contracts.ts';
import type { Pause } from '../webhooks/contracts.ts';
import { changeWebhook, insertRow, type Making, selectRows, toWebhook, updateRow } from '../webhooks/repository.ts';
import type { EventStream, ScimEvent, StreamSettings } from './contracts.ts';

/** What opens a stream for its poller. */
export interface StreamToken {
  digest: Buffer;
  prefix: string;
  previousDigest: Buffer | null;
  previousUntil: Date | null;
}

export interface Verification {
  jti: string;
  state: string;
  requestedAt: string;
  /** Why the poller refused it; it is shown no more. */
  problem?: string;
}

/** A stream with what is not for everybody's eyes. */
export interface StoredStream extends EventStream {
  /** Sealed. */
  authorization: Buffer | null;
  token: StreamToken | null;
  verification: Verification | undefined;
  verifiedAt: Date | null;
}

const select = (db: Kysely<Database>) =>
  selectRows(db)
    .where('w.kind', '!=', 'webhook')
    .select([
      's.push_authorization',
      's.base_url',
      's.audience',
      's.events',
      's.resource_types',
      's.content',
      's.token_digest',
      's.token_prefix',
      's.previous_digest',
      's.previous_until',
      's.verification',
      's.verified_at',
    ]);

type Row = Awaited<ReturnType<ReturnType<typeof select>['execute']>>[number];

function toStream(row: Row): StoredStream {
  const { token_digest: digest, token_prefix: prefix, push_authorization: authorization } = row;
  return {
    ...toWebhook(row),
    kind: row.kind === 'push' ? 'push' : 'poll',
    baseUrl: row.base_url ?? '',
    audience: row.audience ?? '',
    // Written by this repository alone.
    events: row.events as ScimEvent[] | null,
    resourceTypes: row.resource_types,
    content: row.content ?? 'notice',
    tokenPrefix: prefix,
    hasAuthorization: authorization !== null,
    authorization,
    token:
      digest === null
        ? null
        : {
            digest,
            prefix: prefix ?? '',
            previousDigest: row.previous_digest,
            previousUntil: row.previous_until,
          },
    verification: (row.verification as Verification | null) ?? undefined,
    verifiedAt: row.verified_at,
  };
}

const tokenColumns = (token: StreamToken | null) => ({
  token_digest: token?.digest ?? null,
  token_prefix: token?.prefix ?? null,
  previous_digest: token?.previousDigest ?? null,
  previous_until: token?.previousUntil ?? null,
});

export type StreamChange = Partial<Omit<StreamSettings, 'baseUrl'>> & {
  url?: string;
  authorization?: Buffer | null;
  pause?: Pause | null;
};

export function createStreamRepository(db: Kysely<Database>) {
  return {
    listStreams: async (): Promise<StoredStream[]> => (await select(db).execute()).map(toStream),

    async findStream(slug: string): Promise<StoredStream | undefined> {
      const row = await select(db).where('w.slug', '=', slug).executeTakeFirst();
      return row && toStream(row);
    },

    async findStreamById(id: string): Promise<StoredStream | undefined> {
      const row = await select(db).where('w.id', '=', id).executeTakeFirst();
      return row && toStream(row);
    },

    async insertStream(
      stream: EventStream,
      { authorization, token }: Pick<StoredStream, 'authorization' | 'token'>,
      making: Making,
    ): Promise<void> {
      await db.transaction().execute(async (transaction) => {
        await insertRow(transaction, stream, making);
        await transaction
          .insertInto('event_streams')
          .values({
            id: stream.id,
            url: stream.kind === 'push' ? stream.url : null,
            push_authorization: authorization,
            base_url: stream.baseUrl,
            audience: stream.audience,
            events: stream.events,
            resource_types: stream.resourceTypes,
            content: stream.content,
            ...tokenColumns(token),
            verification: null,
            verified_at: null,
          })
          .execute();
        await recordChanges(transaction, [making.entry], stream.createdAt);
      });
    },

    async updateStream(
      stream: EventStream,
      { pause, ...change }: StreamChange,
      now: Date,
      entries: readonly NewAuditEntry[],
    ): Promise<void> {
      const { id } = stream;
      await changeWebhook(db, stream, { pause, now, entries }, async (transaction) => {
        await updateRow(transaction, id, pause === undefined ? {} : { pause }, now);
        const columns = {
          ...(change.url !== undefined && { url: change.url }),
          ...(change.authorization !== undefined && { push_authorization: change.authorization }),
          ...(change.audience !== undefined && { audience: change.audience }),
          ...(change.content !== undefined && { content: change.content }),
          ...(change.events !== undefined && { events: change.events }),
          ...(change.resourceTypes !== undefined && { resource_types: change.resourceTypes }),
        };
        if (Object.keys(columns).length > 0) {
          await transaction.updateTable('event_streams').set(columns).where('id', '=', id).execute();
        }
        return true;
      });
    },

    async setToken(id: string, token: StreamToken, now: Date, entry: NewAuditEntry): Promise<void> {
      await db.transaction().execute(async (transaction) => {
        await transaction.updateTable('event_streams').set(tokenColumns(token)).where('id', '=', id).execute();
        await updateRow(transaction, id, {}, now);
        await recordChanges(transaction, [entry], now);
      });
    },

    /** The same authorization, sealed otherwise, if it is still sealed as `before`; tells whether it was. */
    async replaceSealedAuthorization(
      id: string,
      before: Buffer,
      { sealed, entry, now }: Replacement,
    ): Promise<boolean> {
      return db.transaction().execute(async (transaction) => {
        const replaced = await transaction
          .updateTable('event_streams')
          .set({ push_authorization: sealed })
          .where('id', '=', id)
          .where('push_authorization', '=', before)
          .executeTakeFirst();
        return recordIfChanged(transaction, replaced, entry, now);
      });
    },

    /** Has a poller shown this verification event until it is acknowledged. */
    async askVerification(id: string, verification: Verification): Promise<void> {
      await db
        .updateTable('event_streams')
        .set({ verification: JSON.stringify(verification) })
        .where('id', '=', id)
        .execute();
    },

    /** It has arrived; of a poller by its `jti`, so that an earlier one says nothing of a later. */
    async noteVerified(id: string, jti: string | undefined, now: Date): Promise<void> {
      await db
        .updateTable('event_streams')
        .set({ verification: null, verified_at: now })
        .where('id', '=', id)
        .$if(jti !== undefined, (query) => query.where(sql`verification ->> 'jti'`, '=', jti))
        .execute();
    },

    async refuseVerification(id: string, jti: string, problem: string): Promise<void> {
      await db
        .updateTable('event_streams')
        .set({ verification: sql`verification || ${JSON.stringify({ problem })}::jsonb` })
        .where('id', '=', id)
        .where(sql`verification ->> 'jti'`, '=', jti)
        .execute();
    },
  };
}

export type StreamRepository = ReturnType<typeof createStreamRepository>;
