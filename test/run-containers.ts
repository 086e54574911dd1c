// `npm run test:containers`: the tests on containers, with Vitest's options or parts of file names if any are given.
import { runContainerTests } from './support/containers/run.ts';
import { sumUp } from './support/runs.ts';

const counts = await runContainerTests(process.argv.slice(2));
console.log(sumUp(counts));
process.exitCode = counts.failed > 0 || (process.env['CI'] && counts.skipped > 0) ? 1 : 0;
