// Keycloak as a process from its distribution, for `npm start` and for the end-to-end tests.
import { spawn } from 'node:child_process';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DevFailure } from './failure.ts';
import type { Jdk } from './jdk.ts';
import { signalGroup } from './process-identity.ts';
import { type ToolContext, tail } from './tool.ts';

export { distributionFolder, keycloakVersion, prepareDistribution } from './keycloak-distribution.ts';
export { prepareRuntime } from './keycloak-runtime.ts';

// A first start fills the database; on a busy machine with two cores that was seen to take minutes.
const readyTimeoutMs = 300_000;
const stopTimeoutMs = 15_000;
const pollMs = 200;

export interface KeycloakOptions {
  /** The folder from prepareRuntime(). */
  home: string;
  jdk: Jdk;
  env: NodeJS.ProcessEnv;
  port: number;
  managementPort: number;
  database: {
    host: string;
    port: number;
    name: string;
    schema?: string | undefined;
    username: string;
    password: string;
  };
  /** Made in the master realm when the database is empty, and only then. */
  admin: { username: string; password: string };
  logFile: string;
  /** `ispn` makes it a node of the cluster of all that use the same database; the default is a server by itself. */
  cache?: 'local' | 'ispn';
  /** More options for `kc.sh start`. */
  args?: readonly string[];
  /** More options for Java. */
  javaOptions?: readonly string[];
  /** `start` (default) halves the work of starting; `throughput` is how production runs, for measurements. */
  tunedFor?: 'start' | 'throughput';
}

export interface KeycloakProcess {
  readonly url: string;
  readonly managementUrl: string;
  /** The Java process. */
  readonly pid: number;
  readonly logFile: string;
  /** Resolves when Keycloak has ended for whatever reason. */
  readonly ended: Promise<number | null>;
  stop(): Promise<void>;
  /** A crash: no goodbye to anybody. */
  kill(): Promise<void>;
  /** A hang: connections are accepted by the system, nobody answers. */
  suspend(): void;
  resume(): void;
}

// kc.sh starts Java as its child. This stands in for `java`: it notes its own pid, then becomes Java.
const launcher = '#!/bin/sh\necho $$ > "$REALMBRIDGE_PID_FILE"\nexec "$REALMBRIDGE_JAVA" "$@"\n';

function environment(options: KeycloakOptions, launcherFile: string, pidFile: string): NodeJS.ProcessEnv {
  // The shell's own KC_… variables must not change what is started here.
  const inherited = Object.fromEntries(
    Object.entries(options.env).filter(([name]) => !/^(KC_|JAVA_OPTS|KEYCLOAK_)/.test(name)),
  );
  const javaOptions = [
    ...(options.tunedFor === 'throughput' ? [] : ['-XX:TieredStopAtLevel=1']),
    ...(options.javaOptions ?? []),
  ];
  return {
    ...inherited,
    JAVA_HOME: options.jdk.home,
    JAVA: launcherFile,
    REALMBRIDGE_JAVA: join(options.jdk.home, 'bin', 'java'),
    REALMBRIDGE_PID_FILE: pidFile,
    JAVA_OPTS_KC_HEAP: '-Xms128m -Xmx1g',
    ...(javaOptions.length > 0 && { JAVA_OPTS_APPEND: javaOptions.join(' ') }),
    // By environment, because everybody on the machine can read a command line.
    KC_DB_PASSWORD: options.database.password,
    KC_BOOTSTRAP_ADMIN_USERNAME: options.admin.username,
    KC_BOOTSTRAP_ADMIN_PASSWORD: options.admin.password,
  };
}

function startArguments({ port, managementPort, database, cache = 'local', args = [] }: KeycloakOptions): string[] {
  return [
    'start',
    '--optimized',
    '--http-enabled=true',
    '--http-host=127.0.0.1',
    `--http-port=${port}`,
    `--http-management-port=${managementPort}`,
    '--hostname-strict=false',
    `--cache=${cache}`,
    // The polls below would each leave a line until it is ready.
    '--log-level=info,io.smallrye.health:error',
    `--db-url-host=${database.host}`,
    `--db-url-port=${database.port}`,
    `--db-url-database=${database.name}`,
    ...(database.schema === undefined ? [] : [`--db-schema=${database.schema}`]),
    `--db-username=${database.username}`,
    ...args,
  ];
}

async function isReady(managementUrl: string): Promise<boolean> {
  try {
    const response = await fetch(`${managementUrl}/health/ready`, { signal: AbortSignal.timeout(2_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

async function endOfLog(logFile: string, from: number): Promise<string> {
  const log = (await readFile(logFile).catch(() => Buffer.alloc(0))).subarray(from).toString('utf8');
  const errors = log.split('\n').filter((line) => /ERROR|Exception|FATAL/.test(line));
  return tail((errors.length > 0 ? errors : log.split('\n')).join('\n'), 8);
}

/**
 * Starts Keycloak and waits until its management port says that it is ready.
 * @throws DevFailure when it ends or is not ready in time.
 */
export async function startKeycloakProcess(context: ToolContext, options: KeycloakOptions): Promise<KeycloakProcess> {
  context.signal?.throwIfAborted();
  const scratch = join(dirname(options.logFile), `keycloak-${options.port}`);
  const [launcherFile, pidFile] = [join(scratch, 'java'), join(scratch, 'pid')];
  await mkdir(scratch, { recursive: true });
  await writeFile(launcherFile, launcher, { mode: 0o755 });
  await rm(pidFile, { force: true });

  const log = await open(options.logFile, 'a', 0o600);
  const logStart = (await log.stat()).size;
  const child = spawn(join(options.home, 'bin', 'kc.sh'), startArguments(options), {
    env: environment(options, launcherFile, pidFile),
    cwd: options.home,
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => resolve(code));
    child.once('error', () => resolve(null));
  });
  await log.close();
  const group = child.pid;
  if (group === undefined) throw new DevFailure(`Keycloak could not be started from ${options.home}.`);
  context.watch.add(group, { signal: 'SIGTERM', graceMs: stopTimeoutMs });
  let running = true;
  void ended.then(async () => {
    running = false;
    context.watch.remove(group);
    await rm(scratch, { recursive: true, force: true });
  });

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (!running) return;
    signalGroup(group, signal);
    // A suspended process hears nothing but SIGKILL until it goes on.
    signalGroup(group, 'SIGCONT');
    const timer = setTimeout(() => signalGroup(group, 'SIGKILL'), stopTimeoutMs);
    await ended;
    clearTimeout(timer);
  };
  const stop = (): Promise<void> => end('SIGTERM');

  const managementUrl = `http://127.0.0.1:${options.managementPort}`;
  const deadline = Date.now() + readyTimeoutMs;
  try {
    while (!(await isReady(managementUrl))) {
      context.signal?.throwIfAborted();
      if (!running) {
        throw new DevFailure(
          `Keycloak ended while starting. Its log is ${options.logFile}; the end of it:\n${await endOfLog(options.logFile, logStart)}`,
        );
      }
      if (Date.now() > deadline) {
        throw new DevFailure(`Keycloak was not ready after ${readyTimeoutMs / 1000} s. Its log is ${options.logFile}.`);
      }
      await sleep(pollMs);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: `http://127.0.0.1:${options.port}`,
    managementUrl,
    pid: Number(await readFile(pidFile, 'utf8')),
    logFile: options.logFile,
    ended,
    stop,
    kill: () => end('SIGKILL'),
    suspend: () => signalGroup(group, 'SIGSTOP'),
    resume: () => signalGroup(group, 'SIGCONT'),
  };
}
