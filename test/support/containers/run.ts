// Runs the tests on containers, on an engine that is there or, in CI, on one that is made for it.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectFolder } from '../../../bridge/dev/paths.ts';
import { type Counts, vitest } from '../runs.ts';
import { openEngine } from './engine.ts';

const folder = join(projectFolder, 'test', 'containers');

/** How many tests there are, as far as their files tell without being run. */
async function countTests(): Promise<number> {
  let count = 0;
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.test.ts')) continue;
    const text = await readFile(join(folder, name), 'utf8');
    count += text.match(/^ *test(\.each\(.*\))?\(/gm)?.length ?? 0;
  }
  return count;
}

/** `args` are Vitest's. */
export async function runContainerTests(args: readonly string[] = []): Promise<Counts> {
  const engine = await openEngine();
  if (engine === undefined) {
    console.log('No container engine answers (`docker version`), so the tests on containers are skipped.');
    return { passed: 0, failed: 0, skipped: await countTests() };
  }
  try {
    return await vitest(['--project', 'containers', ...args], engine.env);
  } finally {
    await engine.close();
  }
}
