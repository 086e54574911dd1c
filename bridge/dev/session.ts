// One run of the starter: its place among the starters of this checkout, what it has started, and why it ends.
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DevFile } from './dev-file.ts';
import { DevFailure } from './failure.ts';
import type { StartOptions } from './options.ts';
import { databaseName, findServer } from './postgres.ts';
import { isAlive, type ProcessRef, refOf, signalGroup } from './process-identity.ts';
import { changeRunState, leave, type RunState, type Starter, stopPostgres } from './run-state.ts';
import { changeSecrets } from './secrets.ts';
import type { ToolContext } from './tool.ts';
import { startWatch } from './watch.ts';

/** The person's wish to stop, as an abort reason. */
export class StopRequest extends Error {
  override readonly name = 'StopRequest';
  readonly signal: NodeJS.Signals;

  constructor(signal: NodeJS.Signals) {
    super(`stopped by ${signal}`);
    this.signal = signal;
  }
}

export interface RunningPart {
  name: string;
  pid: number;
  logFile: string;
  ended: Promise<number | null>;
  stop(): Promise<void>;
}

export interface Session extends ToolContext {
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Ends the run: a StopRequest, or what went wrong. The first reason counts. */
  end(reason: unknown): void;
  /** From now on the part belongs to this run: stopped with it, and its end ends the run. */
  own(part: RunningPart): void;
  /** Ends the run when the shared server ends. */
  follow(server: ProcessRef & { logFile: string }): void;
  /** What other starters of this checkout have ready. */
  othersReady(): Promise<DevFile[]>;
  /** Makes this run's share of dev.json public. */
  publish(ready: DevFile): Promise<void>;
  /** Stops the parts, the last started first, and PostgreSQL if nobody else uses it. */
  close(onStop: (name: string) => void): Promise<{ postgresGoesOn: boolean }>;
  /** Whether there is anything to stop. */
  hasStarted(): boolean;
  /** For the impatient: the parts get no time to stop. */
  kill(): void;
}

const partNames = { bridge: 'the bridge', keycloak: 'Keycloak' };

function refuseConflicts(state: RunState, options: StartOptions, database: string): void {
  for (const other of state.starters) {
    const common = other.parts.find((part) => options.parts.includes(part));
    if (common !== undefined) {
      const free = (['bridge', 'keycloak'] as const).find(
        (part) => !state.starters.some(({ parts }) => parts.includes(part)),
      );
      const rest = free === undefined ? '' : `, or start only the rest: npm start -- --only ${free}`;
      throw new DevFailure(
        `Another \`npm start\` (process ${other.pid}) runs ${partNames[common]} of this checkout already. Stop it with Ctrl-C in its terminal${rest}.`,
      );
    }
    if (options.reset) {
      throw new DevFailure(
        `Another \`npm start\` (process ${other.pid}) uses the data. Stop it with Ctrl-C in its terminal, then start with --reset.`,
      );
    }
    if (other.database !== database) {
      throw new DevFailure(
        `Another \`npm start\` (process ${other.pid}) uses the database ${other.database}, this one would use ${database}. Give both the same --database-url.`,
      );
    }
  }
}

async function reset(folder: string, state: RunState): Promise<void> {
  const server = state.postgres ?? (await findServer(folder, await changeSecrets(folder)));
  if (server && (await isAlive(server))) await stopPostgres(server);
  delete state.postgres;
  for (const name of ['postgres', 'secrets.json', 'logs'])
    await rm(join(folder, name), { recursive: true, force: true });
}

async function enter(folder: string, options: StartOptions): Promise<void> {
  const self = await refOf(process.pid);
  if (!self)
    throw new DevFailure('This process is not to be found by its own number: /proc, or the program `ps`, is needed.');
  const database = databaseName(options.databaseUrl);
  await changeRunState(folder, async (state) => {
    refuseConflicts(state, options, database);
    if (options.reset) await reset(folder, state);
    if (existsSync(join(folder, 'postgres', 'PG_VERSION')) && !existsSync(join(folder, 'secrets.json'))) {
      throw new DevFailure(
        `The passwords of the data in ${folder} are gone (secrets.json). Start with --reset to begin anew.`,
      );
    }
    const starter: Starter = { ...self, parts: options.parts, database, usesPostgres: false, processes: [] };
    state.starters.push(starter);
  });
  await changeSecrets(folder);
}

/** Takes a place among the checkout's starters. @throws DevFailure when another one is in the way. */
export async function openSession(folder: string, options: StartOptions): Promise<Session> {
  await enter(folder, options);
  const control = new AbortController();
  const watch = startWatch();
  watch.addStarter(folder);
  const parts: RunningPart[] = [];
  let closing = false;
  let started = false;
  const end = (reason: unknown): void => control.abort(reason);
  const changeSelf = (work: (self: Starter) => void): Promise<void> =>
    changeRunState(folder, ({ starters }) => {
      const self = starters.find(({ pid }) => pid === process.pid);
      if (self) work(self);
    });

  async function record(pid: number): Promise<void> {
    const ref = await refOf(pid);
    if (ref) await changeSelf(({ processes }) => processes.push(ref));
  }

  return {
    folder,
    signal: control.signal,
    watch,
    end,
    hasStarted: () => started,
    own(part) {
      started = true;
      parts.push(part);
      // The next start clears it away should both this process and the watching one be killed.
      void record(part.pid).catch(() => undefined);
      void part.ended.then((code) => {
        if (!closing)
          end(
            new DevFailure(
              `${part.name} ended by itself (${code === null ? 'killed' : `exit code ${code}`}). Its log is ${part.logFile}.`,
            ),
          );
      });
    },
    follow(server) {
      started = true;
      void (async () => {
        while (!closing) {
          await sleep(500, undefined, { ref: false });
          if (!closing && !(await isAlive(server)))
            return end(new DevFailure(`PostgreSQL ended by itself. Its log is ${server.logFile}.`));
        }
      })().catch(end);
    },
    othersReady: () =>
      changeRunState(folder, ({ starters }) =>
        starters.flatMap(({ pid, ready }) => (ready && pid !== process.pid ? [ready] : [])),
      ),
    publish: (ready) =>
      changeSelf((self) => {
        self.ready = ready;
      }),
    async close(onStop) {
      closing = true;
      await changeSelf((self) => {
        delete self.ready;
      });
      for (const part of parts.reverse()) {
        onStop(part.name);
        await part.stop();
      }
      onStop('PostgreSQL');
      const state = await leave(folder, process.pid);
      await watch.close();
      return { postgresGoesOn: state.postgres !== undefined };
    },
    kill() {
      for (const { pid } of parts) signalGroup(pid, 'SIGKILL');
    },
  };
}
