// The PostgreSQL pool and Kysely on top of it. One place knows how connections are made and how they are closed.
import { Kysely, PostgresDialect } from 'kysely';
import { Pool, type PoolConfig, types } from 'pg';
import type { Database } from './database.ts';

const int8Oid = 20;
// Versions, positions and counts stay far below 2^53, so int8 is read as a number.
const parsers: NonNullable<PoolConfig['types']> = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === int8Oid && format !== 'binary' ? Number : types.getTypeParser(oid, format)) as typeof types.getTypeParser,
};

export interface DatabaseOptions {
  url: string;
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
    connectionString: options.url,
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
