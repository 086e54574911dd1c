// Runs statements inside a transaction that may see the named directories only (row-level security), without paying
// a round trip for it: `begin` and the setting are sent together with the first statement.
import { Kysely, PostgresDialect } from 'kysely';
import type { Pool, PoolClient } from 'pg';
import type { Database } from './database.ts';
import { isAborted } from './errors.ts';
import { directoriesSetting } from './row-level-security.ts';

/** A Kysely bound to one transaction whose rows belong to the directories it was opened for. */
export type Scope = Kysely<Database>;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Lives and dies with its connection; holds nothing of a request but what went wrong in the present transaction. */
interface Session {
  scope: Scope;
  /** The first error of the transaction. Statements sent after it only say that the transaction is aborted. */
  firstError: unknown;
}

const sessions = new WeakMap<PoolClient, Session>();

function sessionOf(client: PoolClient): Session {
  const known = sessions.get(client);
  if (known) return known;
  // The same client in all but `release`: the connection goes back to the pool when the transaction has ended.
  const connection: PoolClient = Object.assign(Object.create(client), {
    query(...args: unknown[]) {
      const answer: unknown = Reflect.apply(client.query, client, args);
      if (answer instanceof Promise) {
        answer.catch((error: unknown) => {
          session.firstError ??= error;
        });
      }
      return answer;
    },
    release: () => undefined,
  });
  const scope = new Kysely<Database>({
    dialect: new PostgresDialect({
      pool: { connect: async () => connection, end: async () => undefined, options: {} },
    }),
  });
  const session: Session = { scope, firstError: undefined };
  sessions.set(client, session);
  return session;
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
  const session = sessionOf(client);
  session.firstError = undefined;
  let broken = false;
  try {
    const begun = client.query(beginStatement(directoryIds, readOnly));
    // A failing `begin` shows up below, in the first statement or here; it must not become an unhandled rejection.
    begun.catch(() => undefined);
    const result = await work(session.scope);
    await begun;
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => {
      broken = true;
    });
    throw isAborted(error) ? (session.firstError ?? error) : error;
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
