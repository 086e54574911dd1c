// `npm run test:chaos`: kills bridge, PostgreSQL and Keycloak at random for a while, and says what came of it.
import { Command, InvalidArgumentError } from 'commander';
import { DevFailure, explain } from '../../bridge/dev/failure.ts';
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

const say = (line: string): void => console.log(line);
const interrupted = new Promise<never>((_, reject) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => reject(new DevFailure(`Ended by ${signal}. Nothing was looked for.`)));
});
// Whoever waits for something else at that moment isn't told.
interrupted.catch(() => undefined);

/** Answers how many violations there were. */
async function run(): Promise<number> {
  say('Building the images');
  await buildImages();
  say('Starting PostgreSQL, a bridge and Keycloak');
  const stack = await startStack({ images, environment: { RATE_LIMIT_PER_SECOND: '0' } });
  const { violations, faults } = await runChaos(stack, { seed, seconds, log: say });
  await stack.close();
  for (const violation of violations) say(`✗ ${violation}`);
  say(`Seed ${seed}: ${faults.length} kills, ${violations.length} violations`);
  return violations.length;
}

const engine = await openEngine();
if (engine === undefined) {
  console.error(
    'No container engine answers (`docker version`), and chaos needs one. docs/development.md says how to make one.',
  );
  process.exitCode = 1;
} else {
  Object.assign(process.env, engine.env);
  say(`Seed ${seed}`);
  try {
    process.exitCode = (await Promise.race([run(), interrupted])) > 0 ? 1 : 0;
  } catch (error) {
    console.error(explain(error) ?? error);
    process.exitCode = 1;
  } finally {
    // Takes away what is left of the stack, too.
    await engine.close();
  }
  // After an interruption, the run would go on looking for containers that are gone.
  process.exit();
}
