// `npm start -- --only bridge` as a program would watch it: dev.json, exit codes, and nothing left behind.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { projectFolder } from '../../bridge/dev/paths.ts';
import { identityOf } from '../../bridge/dev/process-identity.ts';
import { freePort } from '../support/postgres-setup.ts';

const devFile = z.strictObject({
  bridge: z.strictObject({
    url: z.url(),
    metricsUrl: z.url(),
    pid: z.number(),
    logFile: z.string(),
    adminToken: z.string().min(32),
  }),
  database: z.strictObject({ url: z.url(), pid: z.number(), logFile: z.string() }),
  scim: z.array(z.strictObject({ directory: z.string(), profile: z.string(), url: z.url(), token: z.string() })),
  federation: z.strictObject({ slug: z.string(), url: z.url(), token: z.string() }),
  users: z.array(
    z.strictObject({ username: z.string(), password: z.string().optional(), email: z.string(), directory: z.string() }),
  ),
});

interface Run {
  child: ChildProcess;
  output: () => string;
  ended: Promise<number | null>;
}

let folder: string;
let port: number;
const runs: Run[] = [];

function start(args: string[] = ['--only', 'bridge'], env: NodeJS.ProcessEnv = {}): Run {
  const child = spawn(process.execPath, [join(projectFolder, 'bridge/dev/start.ts'), '--port', String(port), ...args], {
    env: { ...process.env, REALMBRIDGE_STATE_FOLDER: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const run = { child, output: () => output, ended };
  runs.push(run);
  return run;
}

async function ready(run: Run): Promise<z.infer<typeof devFile>> {
  const file = join(folder, 'dev.json');
  for (;;) {
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text !== undefined) return devFile.parse(JSON.parse(text));
    if (run.child.exitCode !== null) throw new Error(`it ended before it was ready:\n${run.output()}`);
    await sleep(50);
  }
}

/** A PATH with what PostgreSQL needs when root starts it, and no Java. */
async function pathWithoutJava(): Promise<string> {
  const bin = join(folder, 'bin');
  await mkdir(bin, { recursive: true });
  for (const name of ['unshare', 'true', 'test']) {
    const found = ['/usr/bin', '/bin'].map((place) => join(place, name)).find(existsSync);
    if (found && !existsSync(join(bin, name))) await symlink(found, join(bin, name));
  }
  return bin;
}

async function gone(...pids: number[]): Promise<void> {
  for (const pid of pids) while ((await identityOf(pid)) !== undefined) await sleep(20);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'realmbridge-start-'));
  port = await freePort();
});
afterAll(async () => {
  for (const { child } of runs) child.kill('SIGTERM');
  await Promise.all(runs.map(({ ended }) => ended));
  await rm(folder, { recursive: true, force: true });
});

describe('npm start -- --only bridge', { timeout: 120_000 }, () => {
  it('writes dev.json when all is ready, serves the samples, and removes it on SIGTERM', async () => {
    const run = start();
    const dev = await ready(run);
    expect((await stat(join(folder, 'dev.json'))).mode & 0o777).toBe(0o600);
    expect(dev.users).toHaveLength(25);
    expect(dev.scim.map(({ profile }) => profile)).toEqual(['entra', 'okta']);
    for (const { url, token } of dev.scim) {
      const answer = await fetch(`${url}/Users?count=1`, { headers: { Authorization: `Bearer ${token}` } });
      expect(await answer.json()).toMatchObject({
        totalResults: dev.users.filter(({ directory }) => url.endsWith(directory)).length,
      });
    }
    const topology = await fetch(dev.federation.url, { headers: { Authorization: `Bearer ${dev.federation.token}` } });
    expect(topology.status).toBe(200);
    expect((await fetch(`${dev.bridge.metricsUrl}/health/ready`)).status).toBe(200);

    const second = start();
    expect(await second.ended).toBe(1);
    expect(second.output()).toMatch(
      /FAIL Another `npm start` \(process \d+\) runs the bridge of this checkout already/,
    );

    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(0);
    await expect(stat(join(folder, 'dev.json'))).rejects.toThrow('ENOENT');
    await gone(dev.bridge.pid, dev.database.pid);
  });

  it('keeps everything for the second start and pushes nothing again; killed, it leaves no process behind', async () => {
    const run = start();
    const dev = await ready(run);
    expect(run.output()).not.toContain('Samples');
    expect(dev.users).toHaveLength(25);
    run.child.kill('SIGKILL');
    await gone(dev.bridge.pid, dev.database.pid);
    while (await stat(join(folder, 'dev.json')).catch(() => undefined)) await sleep(20);
  });

  it('stops everything when a part ends by itself, and says where to look', async () => {
    const run = start();
    const dev = await ready(run);
    process.kill(dev.bridge.pid, 'SIGKILL');
    expect(await run.ended).toBe(1);
    expect(run.output()).toMatch(/FAIL The bridge ended by itself .* Its log is .*bridge\.log/);
    await gone(dev.database.pid);
  });

  it('says which port is taken and how to choose another', async () => {
    const blocker = createServer().listen(port + 1, '127.0.0.1');
    try {
      const run = start();
      expect(await run.ended).toBe(1);
      expect(run.output()).toMatch(
        new RegExp(`FAIL Port ${port + 1} for the bridge's metrics is taken .* --port \\d+`),
      );
    } finally {
      blocker.close();
    }
  });

  it('goes on without Keycloak on a machine without Java, and says so', async () => {
    const run = start(['--keycloak-port', String(await freePort())], { JAVA_HOME: '', PATH: await pathWithoutJava() });
    await ready(run);
    expect(run.output()).toMatch(/NOTE Keycloak needs a JDK/);
    run.child.kill('SIGINT');
    expect(await run.ended).toBe(0);
  });

  it('refuses --only keycloak there', async () => {
    const run = start(['--only', 'keycloak'], { JAVA_HOME: '', PATH: await pathWithoutJava() });
    expect(await run.ended).toBe(1);
    expect(run.output()).toMatch(/FAIL Keycloak needs a JDK.*Install a JDK 21/);
  });
});
