// Runs statements inside a transaction that may see the named directories only (row-level security), without paying
// a round trip for it: `begin` and the setting are sent together with the first statement.
import { Kysely, PostgresDialect } from 'kysely';
import type { Pool, PoolClient } from 'pg';
import type { Database } from './database.ts';
import { directoriesSetting } from './row-level-security.ts';

/** A Kysely bound to one transaction whose rows belong to the directories it was opened for. */
export type Scope = Kysely<Database>;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

// A connection's Kysely holds nothing of a request; it lives and dies with the connection.
const kyselies = new WeakMap<PoolClient, Scope>();

function kyselyOf(client: PoolClient): Scope {
  const known = kyselies.get(client);
  if (known) return known;
  // The same client in all but `release`: the connection goes back to the pool when the transaction has ended.
  const connection: PoolClient = Object.assign(Object.create(client), {
    query: client.query.bind(client),
    release: () => undefined,
  });
  const made = new Kysely<Database>({
    dialect: new PostgresDialect({
      pool: { connect: async () => connection, end: async () => undefined, options: {} },
    }),
  });
  kyselies.set(client, made);
  return made;
}

function beginStatement(directoryIds: readonly string[], readOnly: boolean): string {
  for (const id of directoryIds) if (!uuid.test(id)) throw new TypeError('a directory id must be a UUID');
  return `begin${readOnly ? ' read only' : ''}; set local ${directoriesSetting} = '{${directoryIds.join(',')}}'`;
}

async function inScope<T>(
  pool: Pool,
  directoryIds: readonly string[],
  readOnly: boolean,
  work: (scope: Scope) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let broken = false;
  try {
    const begun = client.query(beginStatement(directoryIds, readOnly));
    // A failing `begin` shows up below, in the first statement or here; it must not become an unhandled rejection.
    begun.catch(() => undefined);
    const result = await work(kyselyOf(client));
    await begun;
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => {
      broken = true;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/** One transaction for one directory: all of `work` is committed, or nothing. */
export function writeIn<T>(pool: Pool, directoryId: string, work: (scope: Scope) => Promise<T>): Promise<T> {
  return inScope(pool, [directoryId], false, work);
}

/** Reads rows of the named directories from a read-only transaction. */
export function readIn<T>(pool: Pool, directoryIds: readonly string[], work: (scope: Scope) => Promise<T>): Promise<T> {
  return inScope(pool, directoryIds, true, work);
}
