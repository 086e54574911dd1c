// Opens what a command needs, runs it, and closes everything again, whatever happened.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { type ChangeSignal, createLocalSignal, createSharedSignal } from '../events/signal.ts';
import { systemClock } from '../platform/clock.ts';
import { connectStore, type Store } from '../platform/db/connect.ts';
import { createPasswordHasher } from '../platform/secrets/passwords.ts';
import { createServices, type Services } from '../services.ts';
import { devFile, type Environment, readEnvironment } from './environment.ts';
import { createOutput, type Output, type Streams } from './output.ts';

export interface Shell extends Streams {
  env: Record<string, string | undefined>;
  cwd: string;
}

export interface CommandContext extends Environment {
  output: Output;
  store: Store;
  services: Services;
}

// Longer than the signal gathers wake-ups before it sends them.
const flushMs = 80;

/** A signal that connects only when there is something to tell the running bridges. */
function lazySignal(store: Store, url: string): ChangeSignal {
  const local = createLocalSignal();
  let shared: ChangeSignal | undefined;
  return {
    subscribe: local.subscribe,
    changed(topic) {
      shared ??= createSharedSignal({ pool: store.pool, url, onError: () => undefined });
      shared.changed(topic);
    },
    async close() {
      if (!shared) return;
      await sleep(flushMs);
      await shared.close();
    },
  };
}

/** Reads the environment and says on stderr where it comes from, when that is not the environment itself. */
export async function openEnvironment(shell: Shell, output: Output): Promise<Environment> {
  const environment = await readEnvironment(shell.env, shell.cwd);
  if (environment.dev)
    output.note(`Using the running development system (${devFile}), because DATABASE_URL is not set.`);
  return environment;
}

export const outputOf = (shell: Shell, command: Command): Output =>
  createOutput(shell, command.optsWithGlobals<{ json?: boolean }>().json === true);

/** Runs `work` with the store and the services open. */
export async function withServices(
  shell: Shell,
  command: Command,
  work: (context: CommandContext) => Promise<void>,
): Promise<void> {
  const output = outputOf(shell, command);
  const environment = await openEnvironment(shell, output);
  const { database, authenticationSecret } = environment.config;
  const store = connectStore({ url: database.url, poolSize: 4 });
  const signal = lazySignal(store, database.url);
  const services = createServices({
    store,
    clock: systemClock,
    passwords: createPasswordHasher(),
    signal,
    authenticationSecret,
  });
  try {
    await work({ ...environment, output, store, services });
  } finally {
    services.federations.close();
    await signal.close();
    await store.close();
  }
}
