// `npm run test:chaos`: kills bridge, PostgreSQL and Keycloak at random for a while, and says what came of it.
import { Command, InvalidArgumentError } from 'commander';
import { openEngine } from '../support/containers/engine.ts';
import { buildImages, images } from '../support/containers/images.ts';
import { startStack } from '../support/containers/stack.ts';
import { runChaos } from './chaos.ts';

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

const program = new Command('npm run test:chaos --')
  .description(
    'Kills bridge, PostgreSQL and Keycloak at random under SCIM writes and logins, then looks for what was lost.',
  )
  .option('--seed <number>', 'repeats the choices of an earlier run (default: a random one)', wholeNumber)
  .option('--seconds <number>', 'how long to kill', wholeNumber, 120)
  .parse();
const { seed = Math.floor(Math.random() * 1_000_000), seconds } = program.opts<{ seed?: number; seconds: number }>();

const engine = await openEngine();
if (engine === undefined) {
  console.log('No container engine answers (`docker version`), and chaos needs one.');
} else {
  Object.assign(process.env, engine.env);
  console.log(`Seed ${seed}`);
  try {
    await buildImages();
    const stack = await startStack({ images, environment: { RATE_LIMIT_PER_SECOND: '0' } });
    try {
      const { violations, faults } = await runChaos(stack, { seed, seconds, log: console.log });
      for (const violation of violations) console.log(`✗ ${violation}`);
      console.log(`Seed ${seed}: ${faults.length} kills, ${violations.length} violations`);
      process.exitCode = violations.length > 0 ? 1 : 0;
    } finally {
      await stack.close();
    }
  } finally {
    await engine.close();
  }
}
