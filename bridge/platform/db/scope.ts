// Runs statements inside a transaction that may see the named directories only (row-level security), without paying
// a round trip for it: `begin` and the setting are sent together with the first statement. Statements that don't wait for
// each other's answers go out as one batch, which is a transaction of its own.
import { Writable } from 'node:stream';
import { CompiledQuery, Kysely, PostgresDialect } from 'kysely';
import type { Pool, PoolClient, QueryResult } from 'pg';
import { BatchFailure, type BatchStatement, runBatch } from './batch.ts';
import type { Database } from './database.ts';
import { isAborted } from './errors.ts';
import { directoriesSetting } from './row-level-security.ts';
import { createStatementNames, type Statement } from './statement.ts';

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
const nameOf = createStatementNames();

/** Sends a statement, under a name when it comes often. */
function send(client: PoolClient, text: string, values: readonly unknown[]): Promise<QueryResult> {
  const name = nameOf(text);
  return client.query({ text, values: [...values], ...(name !== undefined && { name }) });
}

function sessionOf(client: PoolClient): Session {
  const known = sessions.get(client);
  if (known) return known;
  // The same client in all but `release`: the connection goes back to the pool when the transaction has ended.
  const connection: PoolClient = Object.assign(Object.create(client), {
    query(text: string, values: readonly unknown[]) {
      const answer = send(client, text, values);
      answer.catch((error: unknown) => {
        session.firstError ??= error;
      });
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

/** Lets what is sent until the next tick leave in one packet, which saves most of the system calls. */
function holdPacket(client: PoolClient): void {
  const connection: unknown = Reflect.get(client, 'connection');
  const stream: unknown = typeof connection === 'object' && connection && Reflect.get(connection, 'stream');
  if (!(stream instanceof Writable)) return;
  stream.cork();
  process.nextTick(() => stream.uncork());
}

/** The value of the setting that names the directories. */
function directoryList(directoryIds: readonly string[]): string {
  for (const id of directoryIds) if (!uuid.test(id)) throw new TypeError('a directory id must be a UUID');
  return `{${directoryIds.join(',')}}`;
}

const setDirectories = `select set_config('${directoriesSetting}', $1, true)`;

function beginStatement(directoryIds: readonly string[], readOnly: boolean): string {
  return `begin${readOnly ? ' read only' : ''}; set local ${directoriesSetting} = '${directoryList(directoryIds)}'`;
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
    holdPacket(client);
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

/** Lets a transaction that was begun otherwise see the rows of these directories from here on, instead of others. */
export async function seeDirectories(transaction: Scope, directoryIds: readonly string[]): Promise<void> {
  await transaction.executeQuery(CompiledQuery.raw(setDirectories, [directoryList(directoryIds)]));
}

/** One transaction for one directory: all of `work` is committed, or nothing. */
export function writeIn<T>(pool: Pool, directoryId: string, work: (scope: Scope) => Promise<T>): Promise<T> {
  return inScope(pool, [directoryId], false, work);
}

/** Reads rows of the named directories from a read-only transaction. */
export function readIn<T>(pool: Pool, directoryIds: readonly string[], work: (scope: Scope) => Promise<T>): Promise<T> {
  return inScope(pool, directoryIds, true, work);
}

/** The rows of each of the statements. */
export type RowsOf<S extends readonly Statement[]> = {
  [Index in keyof S]: S[Index] extends Statement<infer Row> ? Row[] : never;
};

async function allAtOnce<S extends readonly Statement[]>(
  pool: Pool,
  directoryIds: readonly string[],
  statements: S,
): Promise<RowsOf<S>> {
  const setting: BatchStatement = {
    text: setDirectories,
    values: [directoryList(directoryIds)],
    name: 'rb_directories',
  };
  const batch = [setting, ...statements.map(({ text, values }) => ({ text, values, name: nameOf(text) }))];
  const client = await pool.connect();
  let reusable = true;
  try {
    const [, ...rows] = await runBatch(client, batch);
    // pg knows nothing of the rows' types; the statements say them.
    return rows as RowsOf<S>;
  } catch (error) {
    reusable = error instanceof BatchFailure && error.reusable;
    throw error instanceof BatchFailure ? error.cause : error;
  } finally {
    client.release(!reusable);
  }
}

/** One transaction for one directory of statements that need no answer of each other: all of them are done, or none. */
export function writeAtOnce<const S extends readonly Statement[]>(
  pool: Pool,
  directoryId: string,
  statements: S,
): Promise<RowsOf<S>> {
  return allAtOnce(pool, [directoryId], statements);
}

/** Like {@link readIn}, for statements that need no answer of each other. */
export function readAtOnce<const S extends readonly Statement[]>(
  pool: Pool,
  directoryIds: readonly string[],
  statements: S,
): Promise<RowsOf<S>> {
  return allAtOnce(pool, directoryIds, statements);
}
