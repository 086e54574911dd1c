// Several starters on one checkout: who owns PostgreSQL, what dev.json says, and what a dead starter leaves behind.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withLock } from '../../bridge/dev/lock.ts';
import { joinPostgres } from '../../bridge/dev/postgres.ts';
import { isAlive, type ProcessRef, refOf } from '../../bridge/dev/process-identity.ts';
import { changeRunState, leave, type PartName } from '../../bridge/dev/run-state.ts';

let folder: string;
const children: ChildProcess[] = [];

/** Stands in for another starter, or for something it has started. */
async function otherProcess(): Promise<ProcessRef> {
  const child = spawn('sleep', ['1000'], { stdio: 'ignore', detached: true });
  children.push(child);
  const ref = await refOf(child.pid ?? 0);
  if (!ref) throw new Error('sleep has not started');
  return ref;
}

async function enter(ref: ProcessRef, parts: PartName[], processes: ProcessRef[] = []): Promise<void> {
  await changeRunState(folder, ({ starters }) => {
    starters.push({ ...ref, parts, database: 'embedded', usesPostgres: true, processes });
  });
}

async function self(): Promise<ProcessRef> {
  const ref = await refOf(process.pid);
  if (!ref) throw new Error('this process is not to be found');
  return ref;
}

async function kill(ref: ProcessRef): Promise<void> {
  process.kill(ref.pid, 'SIGKILL');
  while (await isAlive(ref)) await sleep(10);
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'realmbridge-state-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await changeRunState(folder, (state) => {
    state.starters = [];
  });
  await rm(folder, { recursive: true, force: true });
});

describe('the shared PostgreSQL', () => {
  it('goes on when the starter that started it leaves, and stops with the last one', async () => {
    const other = await otherProcess();
    await enter(await self(), ['keycloak']);
    const { server, startedHere } = await joinPostgres(folder);
    if (!server) throw new Error('no server');
    expect(startedHere).toBe(true);
    await enter(other, ['bridge']);

    expect((await leave(folder, process.pid)).postgres?.pid).toBe(server.pid);
    expect(await isAlive(server)).toBe(true);

    // The last one dies without a word: whoever looks next stops the server.
    await kill(other);
    await changeRunState(folder, () => undefined);
    expect(await isAlive(server)).toBe(false);
  });

  it('is found again when run.json is lost', async () => {
    await enter(await self(), ['bridge']);
    const first = await joinPostgres(folder);
    await rm(join(folder, 'run.json'));
    await enter(await self(), ['bridge']);
    const second = await joinPostgres(folder);
    expect(second.startedHere).toBe(false);
    expect(second.server?.pid).toBe(first.server?.pid);
  });
});

describe('a starter that died', () => {
  it('is forgotten, and what it had started is ended', async () => {
    const [starter, left] = [await otherProcess(), await otherProcess()];
    await enter(starter, ['bridge'], [left]);
    await kill(starter);
    const parts = await changeRunState(folder, ({ starters }) => starters.flatMap((each) => each.parts));
    expect(parts).toEqual([]);
    expect(await isAlive(left)).toBe(false);
  });

  it('does not cost another process its life that got the same number', async () => {
    const innocent = await otherProcess();
    const gone: ProcessRef = { pid: 2 ** 22 - 1, identity: 'long ago' };
    await enter(gone, ['bridge'], [{ pid: innocent.pid, identity: 'long ago' }]);
    await changeRunState(folder, () => undefined);
    expect(await isAlive(innocent)).toBe(true);
  });

  it('leaves a lock that does not count', async () => {
    const file = join(folder, 'run.lock');
    await writeFile(file, `${2 ** 22 - 1}\nlong ago\ntoken`);
    expect(await withLock(file, async () => 'got it', 5_000)).toBe('got it');
  });
});

describe('the lock', () => {
  it('lets one in at a time', async () => {
    const file = join(folder, 'some.lock');
    let inside = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 8 }, () =>
        withLock(file, async () => {
          inside += 1;
          most = Math.max(most, inside);
          await sleep(5);
          inside -= 1;
        }),
      ),
    );
    expect(most).toBe(1);
  });
});

describe('dev.json', () => {
  it('is the union of what is ready, readable by its owner alone, and gone when nothing is', async () => {
    const file = join(folder, 'dev.json');
    const other = await otherProcess();
    await enter(await self(), ['bridge']);
    await enter(other, ['keycloak']);
    await changeRunState(folder, ({ starters: [mine, theirs] }) => {
      if (mine) mine.ready = { federation: { slug: 'demo', url: 'http://127.0.0.1:1', token: 't' }, users: [] };
      if (theirs) theirs.ready = { database: { url: 'postgres://127.0.0.1/x' } };
    });
    expect(Object.keys(JSON.parse(await readFile(file, 'utf8')))).toEqual(['database', 'federation', 'users']);
    expect((await stat(file)).mode & 0o777).toBe(0o600);

    await leave(folder, process.pid);
    expect(Object.keys(JSON.parse(await readFile(file, 'utf8')))).toEqual(['database']);
    await leave(folder, other.pid);
    await expect(stat(file)).rejects.toThrow('ENOENT');
  });
});
