// The databases: an embedded PostgreSQL that starters of one checkout share, or the server of --database-url.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import { DevFailure } from './failure.ts';
import type { KeycloakOptions } from './keycloak.ts';
import { askPort, freePort } from './ports.ts';
import { type ProcessRef, refOf } from './process-identity.ts';
import { changeRunState, type RunState } from './run-state.ts';
import { changeSecrets, type Secrets } from './secrets.ts';

export const embedded = 'embedded';

export interface Databases {
  /** The bridge's. */
  url: string;
  keycloak: KeycloakOptions['database'];
  /** The embedded server; absent with --database-url. */
  server?: ProcessRef & { port: number; logFile: string };
  /** Whether this start has started the server, rather than found it running. */
  startedHere: boolean;
}

const serverUrl = (port: number, name: string, password: string, database: string): string =>
  `postgres://${name}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;

async function query(url: string, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

/** One database per program, each owned by a role that is no superuser, so that row-level security binds the bridge. */
async function ensureDatabases(port: number, { postgres }: Secrets): Promise<void> {
  await query(serverUrl(port, 'postgres', postgres.superuser, 'postgres'), async (client) => {
    for (const name of ['realmbridge', 'keycloak'] as const) {
      const password = name === 'realmbridge' ? postgres.bridge : postgres.keycloak;
      const role = await client.query('select 1 from pg_roles where rolname = $1', [name]);
      if (role.rowCount === 0)
        await client.query(`create role ${name} login password ${client.escapeLiteral(password)}`);
      const database = await client.query('select 1 from pg_database where datname = $1', [name]);
      if (database.rowCount === 0) await client.query(`create database ${name} owner ${name}`);
    }
  });
}

async function portFor({ postgres }: Secrets): Promise<number> {
  return postgres.port !== undefined && (await askPort(postgres.port)) === 'free' ? postgres.port : freePort();
}

/** A server that runs on our data although run.json does not know it, for instance because somebody deleted that file. */
export async function findServer(folder: string, { postgres }: Secrets): Promise<RunState['postgres']> {
  // PostgreSQL's own note: pid, data folder, start time, port.
  const [pid, , , port] = (await readFile(join(folder, 'postgres', 'postmaster.pid'), 'utf8').catch(() => '')).split(
    '\n',
  );
  const ref = await refOf(Number(pid));
  if (!ref || !port) return undefined;
  try {
    // Only our server takes our password: the number may be another program's by now.
    await query(serverUrl(Number(port), 'postgres', postgres.superuser, 'postgres'), async () => undefined);
    return { ...ref, port: Number(port) };
  } catch {
    return undefined;
  }
}

/** To be called under the run state's lock: the running server, or a new one. */
async function shareServer(folder: string, state: RunState): Promise<{ port: number; startedHere: boolean }> {
  const secrets = await changeSecrets(folder);
  state.postgres ??= await findServer(folder, secrets);
  if (state.postgres) return { port: state.postgres.port, startedHere: false };
  const port = await portFor(secrets);
  const server = await startEmbeddedPostgres({
    dataDir: join(folder, 'postgres'),
    port,
    logFile: join(folder, 'logs', 'postgres.log'),
    password: secrets.postgres.superuser,
  });
  const ref = await refOf(server.pid);
  if (!ref) throw new DevFailure('PostgreSQL ended right after its start.');
  state.postgres = { ...ref, port };
  const kept = await changeSecrets(folder, (changed) => {
    changed.postgres.port = port;
  });
  await ensureDatabases(port, kept);
  return { port, startedHere: true };
}

/** Starts the checkout's PostgreSQL, or joins the starter that has done so. It runs until the last of them leaves. */
export async function joinPostgres(folder: string): Promise<Databases> {
  const { server, startedHere } = await changeRunState(folder, async (state) => {
    const self = state.starters.find((starter) => starter.pid === process.pid);
    if (self) self.usesPostgres = true;
    const shared = await shareServer(folder, state);
    if (!state.postgres) throw new DevFailure('PostgreSQL is not running.');
    return { server: state.postgres, startedHere: shared.startedHere };
  });
  const { postgres } = await changeSecrets(folder);
  return {
    url: serverUrl(server.port, 'realmbridge', postgres.bridge, 'realmbridge'),
    keycloak: {
      host: '127.0.0.1',
      port: server.port,
      name: 'keycloak',
      username: 'keycloak',
      password: postgres.keycloak,
    },
    server: { ...server, logFile: join(folder, 'logs', 'postgres.log') },
    startedHere,
  };
}

/** How a database of one's own is called in the state: without its password. */
export function databaseName(url: string | undefined): string {
  if (url === undefined) return embedded;
  const { hostname, port, pathname } = new URL(url);
  return `${hostname}:${port || '5432'}${pathname}`;
}

/** Uses a server of one's own. Keycloak keeps its tables in the schema `keycloak` of the same database. */
export async function useDatabase(url: string): Promise<Databases> {
  const { hostname, port, pathname, username, password } = new URL(url);
  try {
    await query(url, async (client) => {
      await client.query('create schema if not exists keycloak');
    });
  } catch (error) {
    const said = error instanceof Error ? error.message || String(error) : String(error);
    throw new DevFailure(
      `The database of --database-url (${databaseName(url)}) can't be used: ${said}. It must be there, and its user must own it.`,
    );
  }
  return {
    url,
    keycloak: {
      host: hostname,
      port: Number(port || 5432),
      name: decodeURIComponent(pathname.slice(1)),
      schema: 'keycloak',
      username: decodeURIComponent(username),
      password: decodeURIComponent(password),
    },
    startedHere: false,
  };
}
