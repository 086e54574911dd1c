// The bridge as a child process, started as an operator would: by its environment.
import { spawn } from 'node:child_process';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DevFailure } from './failure.ts';
import { projectFolder } from './paths.ts';
import { signalGroup } from './process-identity.ts';
import { type ToolContext, tail } from './tool.ts';

const readyTimeoutMs = 30_000;
const stopTimeoutMs = 15_000;

export interface BridgeOptions {
  databaseUrl: string;
  port: number;
  metricsPort: number;
  adminToken: string;
  logFile: string;
  env: NodeJS.ProcessEnv;
}

export interface BridgeProcess {
  readonly url: string;
  readonly metricsUrl: string;
  readonly pid: number;
  readonly logFile: string;
  readonly ended: Promise<number | null>;
  stop(): Promise<void>;
}

async function isReady(metricsUrl: string): Promise<boolean> {
  try {
    const response = await fetch(`${metricsUrl}/health/ready`, { signal: AbortSignal.timeout(2_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

/** @throws DevFailure when it ends or is not ready in time. */
export async function startBridgeProcess(context: ToolContext, options: BridgeOptions): Promise<BridgeProcess> {
  context.signal?.throwIfAborted();
  await mkdir(dirname(options.logFile), { recursive: true });
  const log = await open(options.logFile, 'a', 0o600);
  const logStart = (await log.stat()).size;
  const child = spawn(process.execPath, [join(projectFolder, 'bridge', 'main.ts')], {
    cwd: projectFolder,
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    env: {
      ...options.env,
      DATABASE_URL: options.databaseUrl,
      HOST: '127.0.0.1',
      PORT: String(options.port),
      METRICS_HOST: '127.0.0.1',
      METRICS_PORT: String(options.metricsPort),
      ADMIN_TOKEN: options.adminToken,
      PUBLIC_URL: '',
    },
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => resolve(code));
    child.once('error', () => resolve(null));
  });
  await log.close();
  const { pid } = child;
  if (pid === undefined) throw new DevFailure(`The bridge could not be started with ${process.execPath}.`);
  context.watch.add(pid, { signal: 'SIGTERM', graceMs: stopTimeoutMs });
  let running = true;
  void ended.then(() => {
    running = false;
    context.watch.remove(pid);
  });
  const stop = async (): Promise<void> => {
    if (!running) return;
    signalGroup(pid, 'SIGTERM');
    signalGroup(pid, 'SIGCONT');
    const timer = setTimeout(() => signalGroup(pid, 'SIGKILL'), stopTimeoutMs);
    await ended;
    clearTimeout(timer);
  };

  const metricsUrl = `http://127.0.0.1:${options.metricsPort}`;
  const deadline = Date.now() + readyTimeoutMs;
  try {
    while (!(await isReady(metricsUrl))) {
      context.signal?.throwIfAborted();
      if (!running) {
        const said = (await readFile(options.logFile)).subarray(logStart).toString('utf8');
        throw new DevFailure(
          `The bridge ended while starting. Its log is ${options.logFile}; the end of it:\n${tail(said, 8)}`,
        );
      }
      if (Date.now() > deadline) {
        throw new DevFailure(
          `The bridge was not ready after ${readyTimeoutMs / 1000} s. Its log is ${options.logFile}.`,
        );
      }
      await sleep(50);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `http://127.0.0.1:${options.port}`, metricsUrl, pid, logFile: options.logFile, ended, stop };
}
