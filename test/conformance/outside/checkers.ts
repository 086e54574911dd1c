// Runs the two outside checkers and reads what they print.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';

export interface Check {
  name: string;
  outcome: 'passed' | 'failed' | 'skipped';
  /** What the checker says about it. */
  reason: string;
}

const timeoutMs = 120_000;

/** What a program prints. Its exit code says no more: both checkers count what they skip as a failure. */
function output(program: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { env: { ...process.env, ...env }, timeout: timeoutMs, maxBuffer: 64 * 1024 * 1024 };
    execFile(program, args, options, (error, stdout, stderr) => {
      const hasFailedToRun = error !== null && (error.killed || typeof error.code !== 'number' || stdout === '');
      if (hasFailedToRun) reject(new Error(`${program}: ${error.message}\n${stderr}`));
      else resolve(stdout);
    });
  });
}

const outcomes: Record<string, Check['outcome']> = {
  SUCCESS: 'passed',
  COMPLIANT: 'passed',
  ACCEPTABLE: 'passed',
  DEVIATION: 'failed',
  ERROR: 'failed',
  CRITICAL: 'failed',
  SKIPPED: 'skipped',
};

/** scim2-cli: finds out what the server offers and fills every advertised attribute. A line names a check, the next say why. */
export async function runScim2Cli(programs: string, url: string, token: string): Promise<Check[]> {
  const text = await output(join(programs, 'scim2'), ['--url', url, 'test'], {
    SCIM_CLI_HEADERS: `Authorization: Bearer ${token}`,
  });
  const checks: Check[] = [];
  for (const line of text.split('\n')) {
    const [, word = '', name = ''] = /^([A-Z]+) (\S+)$/.exec(line.trimEnd()) ?? [];
    const outcome = outcomes[word];
    const last = checks.at(-1);
    if (outcome !== undefined) checks.push({ name, outcome, reason: '' });
    else if (last !== undefined) last.reason = `${last.reason}\n${line.trim()}`.trim();
  }
  return checks;
}

const sanityReport = z.object({
  results: z.array(
    z.object({
      name: z.string(),
      status: z.enum(['pass', 'fail', 'warn', 'skip', 'error']),
      message: z.string().optional(),
    }),
  ),
});

/** scim-sanity: the life cycles of a user and a group, searches and errors. A warning is a failure here. */
export async function runScimSanity(programs: string, url: string, token: string): Promise<Check[]> {
  const args = ['probe', url, '--token', token, '--i-accept-side-effects', '--json-output'];
  const text = await output(join(programs, 'scim-sanity'), args);
  return sanityReport.parse(JSON.parse(text)).results.map(({ name, status, message = '' }) => ({
    name,
    outcome: status === 'pass' ? 'passed' : status === 'skip' ? 'skipped' : 'failed',
    reason: message,
  }));
}
