// A bridge in a process of its own, that can be killed at any moment and started again on the same port.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectFolder } from '../../bridge/dev/paths.ts';
import { freePort } from './postgres-setup.ts';

export interface KillableBridge {
  readonly url: string;
  /** Starts it, unless it runs. Resolves when it answers. */
  start(): Promise<void>;
  /** kill -9: it gets no chance to end anything. */
  kill(): Promise<void>;
}

const patienceMs = 90_000;

/** Not started yet. `env`: more of the environment. */
export async function createKillableBridge(
  databaseUrl: string,
  env: Record<string, string> = {},
): Promise<KillableBridge> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let child: ChildProcess | undefined;
  const isAlive = () => child !== undefined && child.exitCode === null && child.signalCode === null;

  async function answers(): Promise<boolean> {
    try {
      return (await fetch(`${url}/api/openapi.json`, { signal: AbortSignal.timeout(5_000) })).ok;
    } catch {
      return false;
    }
  }

  return {
    url,
    async start() {
      if (isAlive()) return;
      child = spawn(process.execPath, [join(projectFolder, 'bridge/main.ts')], {
        cwd: projectFolder,
        stdio: ['ignore', 'inherit', 'inherit'],
        env: {
          ...{ PATH: process.env['PATH'], DATABASE_URL: databaseUrl, OUTGOING_ALLOW: '127.0.0.0/8' },
          ...{ HOST: '127.0.0.1', PORT: String(port), METRICS_PORT: '0', RATE_LIMIT_PER_SECOND: '0' },
          ...{ LOG_LEVEL: process.env['TEST_LOG_LEVEL'] ?? 'silent', ...env },
        },
      });
      const deadline = performance.now() + patienceMs;
      while (!(await answers())) {
        if (!isAlive()) throw new Error(`the bridge ended with ${child.exitCode ?? child.signalCode}`);
        if (performance.now() > deadline) throw new Error('the bridge does not answer');
        await sleep(50);
      }
    },
    async kill() {
      if (!child || !isAlive()) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
