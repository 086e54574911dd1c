// The SQL of the keys that sign SETs. They are the installation's, so that all streams and replicas have the same.
import { type Kysely, sql } from 'kysely';
import type { NewAuditEntry } from '../events/audit/contracts.ts';
import { recordChanges, recordIfChanged } from '../events/audit/repository.ts';
import type { Database } from '../platform/db/database.ts';
import type { Replacement } from '../sealed-secrets/contracts.ts';

/** Any number that no other lock of the product has. */
const makingLock = 7_042_002;

export interface StoredKey {
  id: string;
  publicJwk: object;
  /** Sealed. */
  privateKey: Buffer;
  createdAt: Date;
  signsFrom: Date;
  /** Null: as long as nobody rotates it. */
  publishedUntil: Date | null;
}

const insert = (db: Kysely<Database>, key: StoredKey) =>
  db
    .insertInto('signing_keys')
    .values({
      id: key.id,
      public_jwk: JSON.stringify(key.publicJwk),
      private_key: key.privateKey,
      created_at: key.createdAt,
      signs_from: key.signsFrom,
      published_until: null,
    })
    .execute();

export function createKeysRepository(db: Kysely<Database>) {
  return {
    /** Those that are published at the time; the one that signs last comes first. */
    async listKeys(now: Date): Promise<StoredKey[]> {
      const rows = await db
        .selectFrom('signing_keys')
        .selectAll()
        .where((eb) => eb.or([eb('published_until', 'is', null), eb('published_until', '>', now)]))
        .orderBy('signs_from', 'desc')
        .orderBy('id')
        .execute();
      return rows.map((row) => ({
        id: row.id,
        publicJwk: row.public_jwk as object,
        privateKey: row.private_key,
        createdAt: row.created_at,
        signsFrom: row.signs_from,
        publishedUntil: row.published_until,
      }));
    },

    /** Stores the first key, unless another replica was faster. */
    async insertFirst(key: StoredKey): Promise<void> {
      await db.transaction().execute(async (transaction) => {
        await sql`select pg_advisory_xact_lock(${makingLock})`.execute(transaction);
        const known = await transaction.selectFrom('signing_keys').select('id').limit(1).execute();
        if (known.length === 0) await insert(transaction, key);
      });
    },

    /** Adds a key; the others are published until then, none longer than it would have been anyhow. */
    async rotate(key: StoredKey, othersUntil: Date, entry: NewAuditEntry): Promise<void> {
      await db.transaction().execute(async (transaction) => {
        await sql`select pg_advisory_xact_lock(${makingLock})`.execute(transaction);
        await transaction
          .updateTable('signing_keys')
          .set({ published_until: othersUntil })
          .where((eb) => eb.or([eb('published_until', 'is', null), eb('published_until', '>', othersUntil)]))
          .execute();
        await transaction.deleteFrom('signing_keys').where('published_until', '<=', key.createdAt).execute();
        await insert(transaction, key);
        await recordChanges(transaction, [entry], key.createdAt);
      });
    },

    /** The same key, sealed otherwise, if it is still sealed as `before`; tells whether it was. */
    async replaceSealedKey(id: string, before: Buffer, { sealed, entry, now }: Replacement): Promise<boolean> {
      return db.transaction().execute(async (transaction) => {
        const replaced = await transaction
          .updateTable('signing_keys')
          .set({ private_key: sealed })
          .where('id', '=', id)
          .where('private_key', '=', before)
          .executeTakeFirst();
        return recordIfChanged(transaction, replaced, entry, now);
      });
    },
  };
}

export type KeysRepository = ReturnType<typeof createKeysRepository>;
