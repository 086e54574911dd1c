// `npm run bench`: what a push, a lookup, a password check and a login cost, each beside what the same work costs without
// Realmbridge, in the same run. Ratios are what counts: absolute numbers are the machine's.
import { cpus } from 'node:os';
import { type ComparisonResult, compare, renderComparisons } from './support/comparison.ts';
import { LoadGenerator } from './support/load.ts';
import { loginComparison } from './support/logins.ts';
import { type BenchOptions, benchCommand, isChosen } from './support/options.ts';
import { scimComparisons } from './support/scim-work.ts';
import { onStage, type Stage } from './support/stage.ts';
import { progress } from './support/table.ts';

interface Result {
  conditions: Record<string, string | number>;
  comparisons: ComparisonResult[];
}

async function measure(stage: Stage, options: BenchOptions): Promise<Result> {
  const load = new LoadGenerator({ ...options, databasePid: stage.server.pid, signal: stage.context.signal });
  stage.onEnd(async () => load.close());
  const comparisons: ComparisonResult[] = [];
  const work = await scimComparisons(stage, (name) => isChosen(options, name));
  for (const comparison of work) comparisons.push(await compare(load, comparison, options.rounds));
  if (isChosen(options, 'login through Keycloak')) {
    comparisons.push(await compare(load, await loginComparison(stage), options.rounds));
  }
  return {
    conditions: {
      connections: options.connections,
      rounds: options.rounds,
      seconds: options.seconds,
      postgres: `${stage.server.version}, fsync on`,
      node: process.version,
      cpus: cpus().length,
    },
    comparisons,
  };
}

const command = benchCommand('bench', 'Measures the bridge beside what the same work costs without it.', 5);
command.action(async (options: BenchOptions) => {
  const result = await onStage({ name: 'run' }, (stage) => measure(stage, options));
  if (options.json) {
    console.log(JSON.stringify(result, null, 2));
    return;
  }
  const { connections, rounds, seconds, postgres, node, cpus: cores } = result.conditions;
  console.log(
    `\n${connections} connections, ${rounds} rounds of ${seconds} s each in turns, PostgreSQL ${postgres}, Node ${node}, ${cores} CPUs\n`,
  );
  console.log(renderComparisons(result.comparisons));
});
try {
  await command.parseAsync();
} catch (error) {
  progress(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
