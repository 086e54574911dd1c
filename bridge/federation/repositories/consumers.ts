// The SQL of who reads a federation's change feed, and how far it has come.
import { type Kysely, sql } from 'kysely';
import type { Database } from '../../platform/db/database.ts';

/** A Keycloak that reads the feed; it is known by its token. */
export interface FeedReader {
  tokenId: string;
  name: string;
}

export interface StoredConsumer {
  name: string;
  /** Null: it has read nothing yet. */
  cursor: string | null;
  lastSeenAt: Date | null;
}

/** A reader that waits comes back twice a minute; more often than this it isn't noted when it has nothing new. */
const noteEverySeconds = 10;

export function createConsumerQueries(db: Kysely<Database>) {
  return {
    /** Everything up to the cursor has arrived there: otherwise the reader would not ask for what follows. */
    async noteReader(federationId: string, { tokenId, name }: FeedReader, cursor: string, now: Date): Promise<void> {
      await sql`
        insert into consumers (id, kind, name, federation_id, cursor, last_seen_at, created_at)
        values (${tokenId}, 'keycloak', ${name}, ${federationId}, ${cursor}, ${now}, ${now})
        on conflict (id) do update set cursor = excluded.cursor, last_seen_at = excluded.last_seen_at
        where consumers.cursor is distinct from excluded.cursor
          or consumers.last_seen_at < ${now}::timestamptz - make_interval(secs => ${noteEverySeconds})`.execute(db);
    },

    /** Of Keycloaks whose token was not revoked. */
    async listReaders(federationId: string): Promise<StoredConsumer[]> {
      const rows = await db
        .selectFrom('consumers as c')
        .innerJoin('federation_tokens as t', (join) =>
          join.onRef('t.id', '=', 'c.id').onRef('t.federation_id', '=', 'c.federation_id'),
        )
        .select(['c.name', 'c.cursor', 'c.last_seen_at'])
        .where('c.federation_id', '=', federationId)
        .where('t.revoked_at', 'is', null)
        .orderBy('c.name')
        .execute();
      return rows.map((row) => ({ name: row.name, cursor: row.cursor, lastSeenAt: row.last_seen_at }));
    },
  };
}
