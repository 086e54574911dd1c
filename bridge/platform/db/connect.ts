// The PostgreSQL pool and Kysely on top of it. One place knows how connections are made and how they are closed.
import { Kysely, PostgresDialect } from 'kysely';
import { type ClientConfig, Pool, type PoolConfig, types } from 'pg';
import { parseIntoClientConfig } from 'pg-connection-string';
import type { Database } from './database.ts';

const int8Oid = 20;
// Versions, positions and counts stay far below 2^53, so int8 is read as a number.
const parsers: NonNullable<PoolConfig['types']> = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === int8Oid && format !== 'binary' ? Number : types.getTypeParser(oid, format)) as typeof types.getTypeParser,
};

export interface DatabaseAddress {
  url: string;
  /** Takes the place of the password in the URL, asked anew for each connection. */
  password?: (() => string) | undefined;
}

/** The part of a client's settings that says where the database is, and who comes. */
export function connectionTo({ url, password }: DatabaseAddress): ClientConfig {
  return password ? { ...parseIntoClientConfig(url), password } : { connectionString: url };
}

export interface DatabaseOptions extends DatabaseAddress {
  /** Upper bound of connections; default 10. */
  poolSize?: number;
  /** Milliseconds to wait for a free or new connection; default 5000. */
  connectTimeout?: number;
  /** Milliseconds after which the server cancels a statement; default 30000. */
  statementTimeout?: number;
  /** Called for errors of idle connections, which nobody else would hear of. */
  onIdleError?: (error: Error) => void;
}

export interface Store {
  readonly db: Kysely<Database>;
  readonly pool: Pool;
  close(): Promise<void>;
}

/** Opens a lazy pool; nothing is connected until the first query. `close()` waits for queries that run. */
export function connectStore(options: DatabaseOptions): Store {
  const pool = new Pool({
    ...connectionTo(options),
    max: options.poolSize ?? 10,
    connectionTimeoutMillis: options.connectTimeout ?? 5_000,
    statement_timeout: options.statementTimeout ?? 30_000,
    idle_in_transaction_session_timeout: 60_000,
    application_name: 'realmbridge',
    keepAlive: true,
    types: parsers,
    // Statements of one connection are sent without waiting for the answer to the one before: see scope.ts.
    pipeline: true,
  });
  pool.on('error', (error) => options.onIdleError?.(error));
  // The pool listens to idle connections only. One that is lost in use, between two statements, would end the process;
  // whoever uses it hears of it by the next statement.
  pool.on('connect', (client) => void client.on('error', () => undefined));
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
  return { db, pool, close: () => db.destroy() };
}
