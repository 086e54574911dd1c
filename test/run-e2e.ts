// `npm run test:e2e`: the end-to-end tests, on another Keycloak or another Java if asked. What it doesn't know is Vitest's.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { Command } from 'commander';

const program = new Command('npm run test:e2e --')
  .description('The end-to-end tests with a real Keycloak.')
  .option('--keycloak <version>', 'another Keycloak, such as 26.6.4; it is fetched by Maven at the first time')
  .option('--java <home>', 'the JDK to run it with, instead of JAVA_HOME or the `java` on the PATH')
  .argument('[vitest...]', 'parts of file names, or options of Vitest')
  .allowUnknownOption()
  .parse();
const { keycloak, java } = program.opts<{ keycloak?: string; java?: string }>();

const child = spawn('vitest', ['run', '--project', 'e2e', ...program.args], {
  cwd: join(import.meta.dirname, '..'),
  stdio: 'inherit',
  env: {
    ...process.env,
    ...(keycloak !== undefined && { KEYCLOAK_VERSION: keycloak }),
    ...(java !== undefined && { JAVA_HOME: java }),
  },
});
child.once('error', (error) => {
  console.error(error.message);
  process.exitCode = 1;
});
child.once('exit', (code) => {
  process.exitCode = code ?? 1;
});
