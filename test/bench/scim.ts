// `npm run bench:scim`: the speed that the SCIM endpoints promise, row by row, on a directory with very many users. Where a
// target is missed, the plans of the statements behind it are printed.
import { cpus } from 'node:os';
import { explain } from '../support/plans.ts';
import { baselineRows } from './rows/baseline-rows.ts';
import { batchRows } from './rows/batch-rows.ts';
import { filterRows } from './rows/filter-row.ts';
import { groupRows } from './rows/group-rows.ts';
import { guardRows } from './rows/guard-rows.ts';
import { lookupRows } from './rows/lookup-rows.ts';
import { memoryRows } from './rows/memory-row.ts';
import { turnRows } from './rows/turn-rows.ts';
import { LoadGenerator } from './support/load.ts';
import { benchCommand, wholeNumber } from './support/options.ts';
import { measureRows, type Result, renderResults } from './support/results.ts';
import type { Outcome, Row } from './support/row.ts';
import { onStage, type Stage } from './support/stage.ts';
import { progress } from './support/table.ts';
import { prepareWorld, type ScimBenchOptions } from './support/world.ts';

/** Memory comes first: it is measured on a bridge that has not done much. The walk comes last: it deletes users. */
const rows: Row[] = [
  ...memoryRows,
  ...baselineRows,
  ...lookupRows,
  ...groupRows,
  ...filterRows,
  ...guardRows,
  ...turnRows,
  ...batchRows,
];

async function printPlans(stage: Stage, { explain: wanted }: Outcome): Promise<void> {
  for (const statement of wanted?.statements ?? []) {
    progress(`plan of:\n${statement.text}\n${await explain(stage.store.pool, wanted?.directory.id ?? '', statement)}`);
  }
}

async function measure(stage: Stage, options: ScimBenchOptions): Promise<Result[]> {
  const { signal } = stage.context;
  const load = new LoadGenerator({ ...options, databasePid: stage.server.pid, signal });
  stage.onEnd(async () => load.close());
  const world = await prepareWorld(stage, options, load);
  return measureRows(rows, world, options, signal, (outcome) => printPlans(stage, outcome));
}

const command = benchCommand('bench:scim', 'Measures the SCIM endpoints on a directory with very many users.', 3)
  .option('--users <n>', 'users of the large directory', wholeNumber(10_000), 1_000_000)
  .option('--small', 'for small machines: 100,000 users', false)
  .option('--memory-seconds <n>', 'how long memory is watched under load', wholeNumber(6), 60)
  .option('--keep', 'keep the data for the next run with --keep', false);
command.action(async (given: ScimBenchOptions & { small: boolean; keep: boolean }) => {
  const options = { ...given, users: given.small ? 100_000 : given.users };
  const results = await onStage({ name: `scim-${options.users}`, keep: options.keep }, (stage) =>
    measure(stage, options),
  );
  if (options.json)
    console.log(JSON.stringify({ users: options.users, connections: options.connections, results }, null, 2));
  else {
    console.log(`\n${options.users.toLocaleString('en')} users, ${cpus().length} CPUs, Node ${process.version}\n`);
    console.log(renderResults(results));
  }
});
try {
  await command.parseAsync();
} catch (error) {
  progress(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
