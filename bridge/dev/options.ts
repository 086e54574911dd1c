// The flags of `npm start`.
import { Command, InvalidArgumentError } from 'commander';
import { keycloakVersion } from './keycloak-distribution.ts';
import type { PartName } from './run-state.ts';

export interface StartOptions {
  /** What this starter runs; PostgreSQL always runs, unless --database-url names another. */
  parts: PartName[];
  reset: boolean;
  samples: boolean;
  port: number;
  metricsPort: number;
  keycloakPort: number;
  managementPort: number;
  databaseUrl?: string;
  keycloakVersion: string;
}

const defaults = { port: 8400, keycloakPort: 8080 };
const managementOffset = 1_000;

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 64_535)
    throw new InvalidArgumentError('It must be a number from 1 to 64535.');
  return port;
}

function parsePart(text: string): PartName {
  if (text === 'bridge' || text === 'keycloak') return text;
  throw new InvalidArgumentError('It must be "bridge" or "keycloak".');
}

function parseDatabaseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^postgres(ql)?:$/.test(url.protocol) || url.pathname.length < 2 || url.username === '') {
    throw new InvalidArgumentError('It must look like postgres://user:password@host:5432/database.');
  }
  return text;
}

const help = `
Examples:
  npm start                            everything
  npm start -- --only bridge           without Keycloak (needs no Java)
  npm start -- --only keycloak         Keycloak here, and in a second terminal the bridge: an outage of either
                                       is tried with Ctrl-C in its terminal; both use the same data

What runs is written to .realmbridge/dev.json for programs (docs/development.md).
All servers listen on 127.0.0.1 only.`;

function define(): Command {
  return new Command('npm start --')
    .description('Starts Realmbridge for development: PostgreSQL, the bridge, and a Keycloak that is connected to it.')
    .option('--only <part>', 'start only "bridge" or only "keycloak", with PostgreSQL', parsePart)
    .option('--port <number>', "the bridge's port; metrics and health are on the next one", parsePort, defaults.port)
    .option(
      '--keycloak-port <number>',
      "Keycloak's port; its management port is 1000 higher",
      parsePort,
      defaults.keycloakPort,
    )
    .option('--database-url <url>', 'use this PostgreSQL database instead of the embedded server', parseDatabaseUrl)
    .option('--reset', 'delete all data of the embedded server first', false)
    .option('--no-samples', 'push no sample users and groups')
    .option('--keycloak-version <version>', 'another Keycloak, for tests (also KEYCLOAK_VERSION)')
    .helpOption('--help', 'show this')
    .addHelpText('after', help)
    .allowExcessArguments(false);
}

/** Parses the arguments after `npm start --`. Prints help or the mistake and ends the process where that is asked for. */
export function parseOptions(args: readonly string[], env: NodeJS.ProcessEnv): StartOptions {
  const command = define();
  const given = command.parse(args, { from: 'user' }).opts<{
    only?: PartName;
    port: number;
    keycloakPort: number;
    databaseUrl?: string;
    reset: boolean;
    samples: boolean;
    keycloakVersion?: string;
  }>();
  const options: StartOptions = {
    parts: given.only ? [given.only] : ['bridge', 'keycloak'],
    reset: given.reset,
    samples: given.samples,
    port: given.port,
    metricsPort: given.port + 1,
    keycloakPort: given.keycloakPort,
    managementPort: given.keycloakPort + managementOffset,
    ...(given.databaseUrl !== undefined && { databaseUrl: given.databaseUrl }),
    keycloakVersion: given.keycloakVersion ?? (env['KEYCLOAK_VERSION'] || keycloakVersion),
  };
  const ports = [options.port, options.metricsPort, options.keycloakPort, options.managementPort];
  if (new Set(ports).size < ports.length) {
    command.error(
      `error: the bridge uses ${options.port} and ${options.metricsPort}, Keycloak ${options.keycloakPort} and ${options.managementPort}: they must differ`,
    );
  }
  if (options.reset && options.databaseUrl !== undefined) {
    command.error(
      'error: --reset deletes the data of the embedded server; with --database-url, empty that database yourself',
    );
  }
  return options;
}
