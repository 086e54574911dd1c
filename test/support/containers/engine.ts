// The container engine of the tests: one that answers, or in CI one that stand-ins/engine.sh installs and starts.
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const script = join(import.meta.dirname, 'stand-ins', 'engine.sh');
const ownSocket = '/run/realmbridge-engine/docker.sock';

export interface Engine {
  /** Where the engine is, for every program that is to use it. */
  readonly env: Record<string, string>;
  /** Sweeps, and stops the engine if it was started for this. */
  close(): Promise<void>;
}

async function answers(env: Record<string, string>): Promise<boolean> {
  const asked = run('docker', ['version'], { env: { ...process.env, ...env }, timeout: 20_000 });
  return asked.then(
    () => true,
    () => false,
  );
}

/** Runs a command of engine.sh; its progress goes to this process's stderr, and the variables that it prints come back. */
async function engineScript(command: string, env: Record<string, string> = {}): Promise<Map<string, string>> {
  const child = spawn('bash', [script, command], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8');
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    // The engine that `up` leaves behind holds none of these pipes, so they close with the script's end.
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`engine.sh ${command} ended with ${code}`);
  return new Map(
    output.split('\n').flatMap((line) => {
      const at = line.indexOf('=');
      return at > 0 ? [[line.slice(0, at), line.slice(at + 1)] as const] : [];
    }),
  );
}

/** The stand-ins' engine has no image for Testcontainers' sweeper, and lies about being in a container itself. */
function clientsOf(docker: Record<string, string>): Record<string, string> {
  return { ...docker, TESTCONTAINERS_RYUK_DISABLED: 'true', TESTCONTAINERS_HOST_OVERRIDE: 'localhost' };
}

function ownEngine(): Record<string, string> {
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return { DOCKER_HOST: `unix://${ownSocket}`, DOCKER_CONFIG: join(cache, 'realmbridge-engine', 'docker-config') };
}

/** Undefined when no engine answers; in CI one is made then. */
export async function openEngine(): Promise<Engine | undefined> {
  if (existsSync(ownSocket) && (await answers(ownEngine()))) {
    const env = clientsOf(ownEngine());
    return { env, close: async () => void (await engineScript('sweep', env)) };
  }
  if (await answers({})) return { env: {}, close: async () => void (await engineScript('sweep')) };
  if (!process.env['CI']) return undefined;
  const told = await engineScript('up');
  const env = clientsOf({ DOCKER_HOST: told.get('DOCKER_HOST') ?? '', DOCKER_CONFIG: told.get('DOCKER_CONFIG') ?? '' });
  return { env, close: async () => void (await engineScript(told.has('STARTED') ? 'down' : 'sweep', env)) };
}
