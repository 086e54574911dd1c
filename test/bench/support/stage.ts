// What a benchmark runs against: a real PostgreSQL with fsync on, the bridge in a process of its own, and whatever else
// is started on top. All of it ends with the benchmark: at its end, on Ctrl-C, on a failure, and even after kill -9.
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { type BridgeProcess, startBridgeProcess } from '../../../bridge/dev/bridge-process.ts';
import { startEmbeddedPostgres } from '../../../bridge/dev/embedded-postgres.ts';
import { stateFolder } from '../../../bridge/dev/paths.ts';
import { freePort } from '../../../bridge/dev/ports.ts';
import type { ToolContext } from '../../../bridge/dev/tool.ts';
import { startWatch } from '../../../bridge/dev/watch.ts';
import { createLocalSignal } from '../../../bridge/events/signal.ts';
import { systemClock } from '../../../bridge/platform/clock.ts';
import { connectStore, type Store } from '../../../bridge/platform/db/connect.ts';
import { migrate } from '../../../bridge/platform/db/migrate.ts';
import { createPasswordHasher } from '../../../bridge/platform/secrets/passwords.ts';
import { createServices, type Services } from '../../../bridge/services.ts';
import { progress } from './table.ts';

const role = 'realmbridge';
/** Connections of the bridge and of the baseline alike. */
export const poolSize = 10;

export interface Stage {
  readonly context: ToolContext & { signal: AbortSignal };
  readonly folder: string;
  readonly server: { pid: number; port: number; version: string; role: string; password: string };
  /** As superuser, whom row-level security does not bind: for loading data. */
  readonly admin: Client;
  /** The bridge's own database. */
  readonly url: string;
  readonly store: Store;
  /** An operator's hands. */
  readonly services: Services;
  /** The bridge, started at the first call. */
  bridge(): Promise<BridgeProcess>;
  /** Another bridge, for what stops bridges on the way: by default on a port of its own. `env`: more of the environment. */
  startBridge(over?: { port?: number; env?: Record<string, string> }): Promise<BridgeProcess>;
  /** Runs at the end, the last one first. */
  onEnd(task: () => Promise<unknown>): void;
}

export interface StageOptions {
  /** Keeps the data folder, and takes one that was kept. */
  keep?: boolean;
  name: string;
}

async function startServer(
  context: ToolContext,
  folder: string,
): Promise<{
  pid: number;
  port: number;
  url: (database: string, user?: { name: string; password: string }) => string;
  stop: () => Promise<void>;
}> {
  const port = await freePort();
  const server = await startEmbeddedPostgres({
    dataDir: join(folder, 'postgres'),
    port,
    logFile: join(folder, 'postgres.log'),
    password: 'bench',
  });
  context.watch.add(server.pid, { signal: 'SIGINT', graceMs: 10_000 });
  return {
    pid: server.pid,
    port,
    url: server.url,
    stop: async () => {
      await server.stop();
      context.watch.remove(server.pid);
    },
  };
}

async function prepareDatabase(admin: Client, password: string): Promise<void> {
  const { rowCount: roles } = await admin.query('select 1 from pg_roles where rolname = $1', [role]);
  if (roles === 0) await admin.query(`create role ${role} login`);
  await admin.query(`alter role ${role} password ${admin.escapeLiteral(password)}`);
  const { rowCount: databases } = await admin.query('select 1 from pg_database where datname = $1', [role]);
  if (databases === 0) await admin.query(`create database ${role} owner ${role}`);
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  // The server may be stopped under it at the end.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

async function build(options: StageOptions, context: Stage['context'], onEnd: Stage['onEnd']): Promise<Stage> {
  const folder = join(stateFolder, options.keep ? `bench-${options.name}` : `bench-${options.name}-${process.pid}`);
  await mkdir(folder, { recursive: true });
  if (!options.keep) onEnd(() => rm(folder, { recursive: true, force: true }));
  progress(existsSync(join(folder, 'postgres')) ? 'starting PostgreSQL on kept data' : 'starting PostgreSQL');
  const postgres = await startServer(context, folder);
  onEnd(postgres.stop);
  const password = randomBytes(12).toString('hex');
  const first = await connect(postgres.url('postgres'));
  await prepareDatabase(first, password);
  await first.end();

  const url = postgres.url(role, { name: role, password });
  const store = connectStore({ url, poolSize: 4, statementTimeout: 0 });
  onEnd(() => store.close());
  await migrate(store.db);
  const admin = await connect(postgres.url(role));
  onEnd(() => admin.end());
  const { rows } = await admin.query<{ version: string; fsync: string }>(
    "select current_setting('server_version') as version, current_setting('fsync') as fsync",
  );
  if (rows[0]?.fsync !== 'on') throw new Error('PostgreSQL must run with fsync on.');
  const services = createServices({
    store,
    clock: systemClock,
    passwords: createPasswordHasher(),
    signal: createLocalSignal(),
  });
  onEnd(async () => services.federations.close());

  let bridge: Promise<BridgeProcess> | undefined;
  async function startBridge({ port, env }: Parameters<Stage['startBridge']>[0] = {}): Promise<BridgeProcess> {
    const started = await startBridgeProcess(context, {
      databaseUrl: url,
      port: port ?? (await freePort()),
      metricsPort: await freePort(),
      adminToken: randomBytes(32).toString('hex'),
      logFile: join(folder, 'bridge.log'),
      env: {
        ...process.env,
        ...{ DATABASE_POOL_SIZE: String(poolSize), RATE_LIMIT_PER_SECOND: '0', LOG_LEVEL: 'info', ...env },
      },
    });
    onEnd(() => started.stop());
    return started;
  }

  return {
    context,
    folder,
    server: { pid: postgres.pid, port: postgres.port, version: rows[0].version, role, password },
    admin,
    url,
    store,
    services,
    onEnd,
    bridge: () => {
      bridge ??= startBridge();
      return bridge;
    },
    startBridge,
  };
}

/** Builds the stage, runs `work` on it and takes everything down again, whatever happens. */
export async function onStage<T>(options: StageOptions, work: (stage: Stage) => Promise<T>): Promise<T> {
  const stopping = new AbortController();
  const interrupt = (): void => stopping.abort(new Error('interrupted'));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
  const watch = startWatch();
  const tasks: (() => Promise<unknown>)[] = [];
  try {
    const stage = await build(options, { watch, signal: stopping.signal }, (task) => tasks.push(task));
    const aborted = new Promise<never>((_, reject) => {
      stopping.signal.addEventListener('abort', () => reject(stopping.signal.reason), { once: true });
    });
    return await Promise.race([work(stage), aborted]);
  } finally {
    for (const task of tasks.reverse()) {
      await task().catch((error: unknown) => progress(`could not clean up: ${String(error)}`));
    }
    await watch.close();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, interrupt);
  }
}
