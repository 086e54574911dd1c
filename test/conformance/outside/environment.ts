// Python environments of their own for outside checkers and servers, kept in the user's cache under a name that says what is in it.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../../bridge/dev/paths.ts';

const run = promisify(execFile);
const installTimeoutMs = 180_000;

/** The folder with the programs, or why there is none. */
export type Checkers = { programs: string } | { missing: string };

export const installCheckers = (): Promise<Checkers> => installPrograms(join(import.meta.dirname, 'requirements.txt'));

/** The programs of a file of pinned requirements. */
export async function installPrograms(requirements: string): Promise<Checkers> {
  const python = await pythonVersion();
  if (python === undefined) return { missing: 'python3 (3.10 or newer, with venv) is not there' };
  const content = await readFile(requirements, 'utf8');
  const name = createHash('sha256').update(`${python}\n${content}`).digest('hex').slice(0, 16);
  const folder = join(cacheFolder(process.env), 'scim-checkers', name);
  const finished = join(folder, 'finished');
  const programs = join(folder, 'bin');
  if (await exists(finished)) return { programs };
  try {
    await rm(folder, { recursive: true, force: true });
    await run('python3', ['-m', 'venv', folder], { timeout: installTimeoutMs });
    const install = ['install', '--quiet', '--disable-pip-version-check', '--no-input', '-r', requirements];
    await run(join(programs, 'pip'), install, { timeout: installTimeoutMs });
    await writeFile(finished, '');
    return { programs };
  } catch (error) {
    const cause = error instanceof Error ? error.message.split('\n').slice(0, 3).join(' ') : String(error);
    return { missing: `the checkers could not be installed: ${cause}` };
  }
}

/** Undefined when it is missing, too old, or can't make environments. */
async function pythonVersion(): Promise<string | undefined> {
  const script = 'import ensurepip, sys, venv; print(sys.version) if sys.version_info >= (3, 10) else sys.exit(1)';
  return run('python3', ['-c', script]).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
