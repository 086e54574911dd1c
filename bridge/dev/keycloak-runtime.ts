// A Keycloak made ready to start fast: the distribution plus our jar, after `kc.sh build`. Made once per version, jar and
// options. It holds only what a build writes (some 4 MB) and links to the rest, so the distribution stays as published.
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, rm, stat, symlink, utimes } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DevFailure } from './failure.ts';
import type { Jdk } from './jdk.ts';
import { runTool, type ToolContext, tail } from './tool.ts';

const buildOptions = ['--db=postgres', '--health-enabled=true', '--metrics-enabled=true', '--vault=file'];
// To be raised when the layout below changes.
const layout = '1';
const keptRuntimes = 4;

export interface RuntimeOptions {
  version: string;
  /** The unpacked distribution. */
  distribution: string;
  /** Jars for Keycloak's providers folder. */
  jars: readonly string[];
  /** Holds a folder per runtime. */
  folder: string;
  jdk: Jdk;
  env: NodeJS.ProcessEnv;
}

/** Where the runtime for these inputs is, or will be. */
export async function runtimeFolder(
  options: Pick<RuntimeOptions, 'version' | 'distribution' | 'jars' | 'folder'>,
): Promise<string> {
  const hash = createHash('sha256').update([layout, options.version, options.distribution, ...buildOptions].join('\n'));
  for (const jar of options.jars) hash.update(basename(jar)).update(await readFile(jar));
  return join(options.folder, `${options.version}-${hash.digest('hex').slice(0, 12)}`);
}

async function layOut({ distribution, jars }: RuntimeOptions, home: string): Promise<void> {
  await mkdir(join(home, 'lib'), { recursive: true });
  // kc.sh finds its home from its own real path, so bin is a copy; so is all that `build` writes.
  for (const name of [
    'bin/kc.sh',
    'conf',
    'providers',
    'themes',
    'version.txt',
    'lib/quarkus',
    'lib/quarkus-run.jar',
  ]) {
    await cp(join(distribution, name), join(home, name), { recursive: true });
  }
  for (const name of ['lib/lib', 'lib/app']) await symlink(join(distribution, name), join(home, name), 'dir');
  for (const jar of jars) await cp(jar, join(home, 'providers', basename(jar)));
}

async function removeOldest(folder: string): Promise<void> {
  const names = await readdir(folder);
  const aged = await Promise.all(names.map(async (name) => ({ name, at: (await stat(join(folder, name))).mtimeMs })));
  const old = aged.sort((a, b) => b.at - a.at).slice(keptRuntimes);
  await Promise.all(old.map(({ name }) => rm(join(folder, name), { recursive: true, force: true })));
}

/** Answers Keycloak's home folder, for `start --optimized`; builds it when there is none for these inputs. */
export async function prepareRuntime(
  context: ToolContext,
  options: RuntimeOptions,
): Promise<{ path: string; built: boolean }> {
  const home = await runtimeFolder(options);
  if (existsSync(home)) {
    const now = new Date();
    await utimes(home, now, now);
    return { path: home, built: false };
  }
  const staging = `${home}.tmp-${randomBytes(4).toString('hex')}`;
  try {
    await layOut(options, staging);
    const { code, output } = await runTool(context, join(staging, 'bin', 'kc.sh'), ['build', ...buildOptions], {
      env: { ...options.env, JAVA_HOME: options.jdk.home, JAVA_OPTS_APPEND: '-XX:TieredStopAtLevel=1' },
    });
    if (code !== 0)
      throw new DevFailure(
        `Keycloak could not be built with the provider (kc.sh build ended with ${code}):\n${tail(output)}`,
      );
    await rename(staging, home).catch((error: unknown) => {
      if (!existsSync(home)) throw error;
    });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  await removeOldest(options.folder);
  return { path: home, built: true };
}
