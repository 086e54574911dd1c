// `npm run bench:keycloak`: what the provider costs Keycloak, beside Keycloak's own users and its own LDAP federation, in one
// run on the same Keycloak and PostgreSQL. Ratios are what counts: absolute numbers are the machine's.
import { cpus } from 'node:os';
import { keycloakImportRows } from './rows/keycloak-import-rows.ts';
import { keycloakOutageRows } from './rows/keycloak-outage-rows.ts';
import { keycloakRequestRows, warmUp } from './rows/keycloak-request-rows.ts';
import { type KeycloakBenchOptions, prepareKeycloakWorld } from './support/keycloak-world.ts';
import { LoadGenerator } from './support/load.ts';
import { benchCommand } from './support/options.ts';
import { measureRows, type Result, renderResults } from './support/results.ts';
import { onStage, type Stage } from './support/stage.ts';
import { progress } from './support/table.ts';

interface Measured {
  conditions: Record<string, string | number>;
  results: Result[];
}

async function measure(stage: Stage, options: KeycloakBenchOptions): Promise<Measured> {
  const { signal } = stage.context;
  const load = new LoadGenerator({ ...options, databasePid: stage.server.pid, signal });
  stage.onEnd(async () => load.close());
  const world = await prepareKeycloakWorld(stage, options, load);
  progress('warming Keycloak up');
  await warmUp(world);
  const rows = [...keycloakRequestRows, ...keycloakOutageRows, ...keycloakImportRows(options.sizes)];
  return {
    conditions: {
      connections: options.connections,
      rounds: options.rounds,
      seconds: options.seconds,
      keycloak: world.keycloak.version,
      postgres: `${stage.server.version}, fsync on`,
      node: process.version,
      cpus: cpus().length,
    },
    results: await measureRows(rows, world, options, signal),
  };
}

const sizes = {
  full: { first: 10_000, second: 50_000, large: 100_000 },
  small: { first: 2_000, second: 10_000, large: 10_000 },
};

const command = benchCommand('bench:keycloak', 'Measures the provider in a Keycloak beside local users and LDAP.', 8)
  .option('--small', 'for small machines and short runs: at most 10,000 users', false)
  .option('--ldap-root <folder>', 'where the packages of slapd are unpacked, if they are not installed', '/');
command.action(async (given: Omit<KeycloakBenchOptions, 'sizes'> & { small: boolean }) => {
  const options = { ...given, sizes: given.small ? sizes.small : sizes.full };
  const { conditions, results } = await onStage({ name: 'keycloak' }, (stage) => measure(stage, options));
  if (options.json) {
    console.log(JSON.stringify({ conditions, results }, null, 2));
    return;
  }
  const { connections, rounds, seconds, keycloak, postgres, node, cpus: cores } = conditions;
  console.log(
    `\n${connections} connections, ${rounds} rounds of ${seconds} s each in turns, Keycloak ${keycloak}, PostgreSQL ${postgres}, Node ${node}, ${cores} CPUs\n`,
  );
  console.log(renderResults(results));
});
try {
  await command.parseAsync();
} catch (error) {
  progress(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
