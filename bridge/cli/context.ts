// What a command works with: the process's streams, the environment, and the services while it runs.
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { actingAs } from '../events/actor.ts';
import type { Actor } from '../events/contracts.ts';
import type { Store } from '../platform/db/connect.ts';
import { newId } from '../platform/ids.ts';
import type { Services } from '../services.ts';
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

/** Reads the environment and says on stderr where it comes from, when that is not the environment itself. */
export async function openEnvironment(shell: Shell, output: Output): Promise<Environment> {
  const environment = await readEnvironment(shell.env, shell.cwd);
  if (environment.dev)
    output.note(`Using the running development system (${devFile}), because DATABASE_URL is not set.`);
  return environment;
}

export const outputOf = (shell: Shell, command: Command): Output =>
  createOutput(shell, command.optsWithGlobals<{ json?: boolean }>().json === true);

/** Whoever runs the command, by the name that the system knows; in a container there may be a number alone. */
function operator(): Actor {
  let name = String(process.getuid?.() ?? 'unknown');
  try {
    name = userInfo().username;
  } catch {
    // The number has to do.
  }
  return { name: `cli:${name}`, requestId: newId() };
}

/** Runs `work` with the store and the services open, in the name of whoever runs the command. */
export async function withServices(
  shell: Shell,
  command: Command,
  work: (context: CommandContext) => Promise<void>,
): Promise<void> {
  const output = outputOf(shell, command);
  const environment = await openEnvironment(shell, output);
  // Loaded only here, so that help and mistakes are told at once.
  const { openServices } = await import('./services.ts');
  const { store, services, close } = openServices(environment.config);
  try {
    await actingAs(operator(), () => work({ ...environment, output, store, services }));
  } finally {
    await close();
  }
}
