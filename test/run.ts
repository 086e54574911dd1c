// `npm test`: every tier one after the other, each even if an earlier one failed, and a closing line with the sums.
// In CI a skipped test is a failure: there, whatever a test needs is to be had.
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { previousKeycloakVersion } from '../bridge/dev/keycloak-distribution.ts';

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const root = join(import.meta.dirname, '..');
const surefireReports = join(root, 'keycloak-provider', 'target', 'surefire-reports');

function run(command: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<boolean> {
  console.log(`\n── ${command} ${args.join(' ')}`);
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
    child.once('error', (error) => {
      console.error(error.message);
      resolve(false);
    });
    child.once('exit', (code) => resolve(code === 0));
  });
}

const one = (passed: boolean): Counts => ({ passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 });

const vitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
});

/** One npm script that has no tests of its own to count. */
const check = async (script: string): Promise<Counts> => one(await run('npm', ['run', '--silent', script]));

async function vitest(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Counts> {
  const folder = await mkdtemp(join(tmpdir(), 'realmbridge-vitest-'));
  try {
    const output = join(folder, 'report.json');
    const passed = await run(
      'vitest',
      ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${output}`, ...args],
      env,
    );
    const parsed = vitestReport.safeParse(JSON.parse(await readFile(output, 'utf8').catch(() => 'null')));
    if (!parsed.success) return one(false);
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = parsed.data;
    // A file that can't be loaded, or a leak after the last test, fails the run without failing a test.
    const failed = passed ? numFailedTests : Math.max(1, numFailedTests);
    return { passed: numPassedTests, failed, skipped: numPendingTests + numTodoTests };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The Java provider's unit tests; the same run makes the jar that the end-to-end tests load. */
async function maven(): Promise<Counts> {
  await rm(surefireReports, { recursive: true, force: true });
  const passed = await run('mvn', ['-q', '-B', '-f', 'keycloak-provider/pom.xml', 'package']);
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  for (const name of await readdir(surefireReports).catch(() => [])) {
    if (!name.endsWith('.xml')) continue;
    const head = /<testsuite\b[^>]*>/.exec(await readFile(join(surefireReports, name), 'utf8'))?.[0] ?? '';
    const count = (attribute: string) => Number(new RegExp(`\\b${attribute}="(\\d+)"`).exec(head)?.[1] ?? 0);
    const failed = count('failures') + count('errors');
    counts.failed += failed;
    counts.skipped += count('skipped');
    counts.passed += count('tests') - failed - count('skipped');
  }
  if (!passed && counts.failed === 0) counts.failed = 1;
  return counts;
}

/** Those that between them use most of what Keycloak doesn't promise to keep. */
const onPreviousKeycloak = ['main-job', 'organizations', 'identity-links-no-import'];

const tiers: [string, () => Promise<Counts>][] = [
  ['lint', () => check('check:lint')],
  ['types', () => check('check:types')],
  ['unused code', () => check('check:unused')],
  ['import directions', () => check('check:imports')],
  ['Java unit', maven],
  ['unit and property', () => vitest(['--project', 'unit', '--project', 'property'])],
  [
    'integration, http and interop',
    () => vitest(['--project', 'integration', '--project', 'http', '--project', 'interop']),
  ],
  ['SCIM conformance', () => vitest(['--project', 'conformance'])],
  ['end to end with Keycloak', () => vitest(['--project', 'e2e'])],
  [
    `some of it with Keycloak ${previousKeycloakVersion}`,
    () => vitest(['--project', 'e2e', ...onPreviousKeycloak], { KEYCLOAK_VERSION: previousKeycloakVersion }),
  ],
];

const sum: Counts = { passed: 0, failed: 0, skipped: 0 };
const lines: string[] = [];
for (const [name, tier] of tiers) {
  const started = performance.now();
  const counts = await tier();
  sum.passed += counts.passed;
  sum.failed += counts.failed;
  sum.skipped += counts.skipped;
  const seconds = ((performance.now() - started) / 1000).toFixed(0).padStart(4);
  lines.push(
    `${seconds} s  ${counts.failed > 0 ? 'FAILED' : 'ok    '}  ${name}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`,
  );
}
console.log(`\n${lines.join('\n')}\n`);
if (process.env['CI'] && sum.skipped > 0) console.log('In CI nothing may be skipped.\n');
console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
process.exitCode = sum.failed > 0 || (process.env['CI'] && sum.skipped > 0) ? 1 : 0;
