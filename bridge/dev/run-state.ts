// What runs in this checkout: several starters may each run a part, and share one PostgreSQL. run.json says who is there;
// it changes only under a lock, and every change first clears away what dead starters left behind.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { composeDevFile, type DevFile, updateDevFile } from './dev-file.ts';
import { readJson, writePrivateJson } from './files.ts';
import { withLock } from './lock.ts';
import { endProcess, isAlive, type ProcessRef, signalGroup } from './process-identity.ts';

export type PartName = 'bridge' | 'keycloak';

export interface Starter extends ProcessRef {
  parts: PartName[];
  /** Where its data is: `embedded`, or the server and database of --database-url. */
  database: string;
  /** It needs the embedded PostgreSQL: the last one that does stops the server. */
  usesPostgres: boolean;
  /** Its share of dev.json, once everything is ready. */
  ready?: DevFile;
  /** What it has started, newest last; ended for it when it died without doing so. */
  processes: ProcessRef[];
}

export interface RunState {
  starters: Starter[];
  postgres?: (ProcessRef & { port: number }) | undefined;
}

const ref = z.object({ pid: z.number().int().positive(), identity: z.string() });
const shape = z.object({
  starters: z.array(
    ref.extend({
      parts: z.array(z.enum(['bridge', 'keycloak'])),
      database: z.string(),
      usesPostgres: z.boolean(),
      ready: z.custom<DevFile>((value) => typeof value === 'object' && value !== null).optional(),
      processes: z.array(ref),
    }),
  ),
  postgres: ref.extend({ port: z.number().int() }).optional(),
});

async function read(file: string): Promise<RunState> {
  const parsed = shape.safeParse(await readJson(file));
  if (!parsed.success) return { starters: [] };
  const { starters, postgres } = parsed.data;
  return {
    starters: starters.map(({ ready, ...starter }) => ({ ...starter, ...(ready && { ready }) })),
    ...(postgres && { postgres }),
  };
}

const leftoverGraceMs = 5_000;

async function removeDead(state: RunState): Promise<void> {
  const alive = await Promise.all(state.starters.map(isAlive));
  const dead = state.starters.filter((_, index) => !alive[index]);
  for (const { processes } of dead) {
    for (const left of processes.toReversed()) await endProcess(left, 'SIGTERM', leftoverGraceMs);
  }
  state.starters = state.starters.filter((_, index) => alive[index]);
  if (state.postgres && !(await isAlive(state.postgres))) delete state.postgres;
}

/** Fast shutdown: sessions are ended, everything is written. The signal is for the server alone, not for its workers. */
export async function stopPostgres(server: ProcessRef): Promise<void> {
  for (const [signal, graceMs] of [
    ['SIGINT', 15_000],
    ['SIGQUIT', 5_000],
  ] as const) {
    const deadline = Date.now() + graceMs;
    process.kill(server.pid, signal);
    while (Date.now() < deadline) {
      if (!(await isAlive(server))) return;
      await sleep(20);
    }
  }
  signalGroup(server.pid, 'SIGKILL');
}

/** Runs `work` on the state as it is, and keeps what it changed. The last user of PostgreSQL that leaves, stops it. */
export async function changeRunState<T>(folder: string, work: (state: RunState) => T | Promise<T>): Promise<T> {
  const file = join(folder, 'run.json');
  return withLock(join(folder, 'run.lock'), async () => {
    const state = await read(file);
    await removeDead(state);
    try {
      return await work(state);
    } finally {
      if (state.postgres && !state.starters.some((starter) => starter.usesPostgres)) {
        if (await isAlive(state.postgres)) await stopPostgres(state.postgres);
        delete state.postgres;
      }
      await updateDevFile(folder, composeDevFile(state.starters.flatMap(({ ready }) => (ready ? [ready] : []))));
      await writePrivateJson(file, state);
    }
  });
}

/** Gives up a starter's place, and with the last place PostgreSQL. Answers what remains. */
export async function leave(folder: string, pid: number): Promise<RunState> {
  return changeRunState(folder, (state) => {
    state.starters = state.starters.filter((starter) => starter.pid !== pid);
    return state;
  });
}
