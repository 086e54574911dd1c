// Runs of Vitest and other programs, with the numbers of their tests.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { projectFolder } from '../../bridge/dev/paths.ts';

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** Whether the program ended well; what it says is shown. */
export function run(command: string, args: string[], env: Record<string, string> = {}): Promise<boolean> {
  console.log(`\n── ${command} ${args.join(' ')}`);
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: projectFolder, stdio: 'inherit', env: { ...process.env, ...env } });
    child.once('error', (error) => {
      console.error(error.message);
      resolve(false);
    });
    child.once('exit', (code) => resolve(code === 0));
  });
}

/** Something that has no tests of its own to count. */
export const one = (passed: boolean): Counts => ({ passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 });

const vitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
});

/** `vitest run` with these arguments. */
export async function vitest(args: string[], env: Record<string, string> = {}): Promise<Counts> {
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

/** The closing line of a run. */
export const sumUp = ({ passed, failed, skipped }: Counts): string =>
  `${passed} passed, ${failed} failed, ${skipped} skipped`;
