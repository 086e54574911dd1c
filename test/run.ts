// `npm test`: every tier one after the other, each even if an earlier one failed, and a closing line with the sums.
// In CI a skipped test is a failure: there, whatever a test needs is to be had.
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { previousKeycloakVersion } from '../bridge/dev/keycloak-distribution.ts';
import { projectFolder } from '../bridge/dev/paths.ts';
import { runContainerTests } from './support/containers/run.ts';
import { type Counts, one, run, sumUp, vitest } from './support/runs.ts';

const surefireReports = join(projectFolder, 'keycloak-provider', 'target', 'surefire-reports');

/** One npm script that has no tests of its own to count. */
const check = async (script: string): Promise<Counts> => one(await run('npm', ['run', '--silent', script]));

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
  ['pages in a browser', () => vitest(['--project', 'browser'])],
  ['containers', () => runContainerTests()],
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
  lines.push(`${seconds} s  ${counts.failed > 0 ? 'FAILED' : 'ok    '}  ${name}: ${sumUp(counts)}`);
}
console.log(`\n${lines.join('\n')}\n`);
if (process.env['CI'] && sum.skipped > 0) console.log('In CI nothing may be skipped.\n');
console.log(sumUp(sum));
process.exitCode = sum.failed > 0 || (process.env['CI'] && sum.skipped > 0) ? 1 : 0;
