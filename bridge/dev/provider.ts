// Builds the Keycloak provider's jar, when its sources have changed since the last build.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { DevFailure } from './failure.ts';
import type { Jdk } from './jdk.ts';
import { runMaven } from './maven.ts';
import { projectFolder } from './paths.ts';
import type { ToolContext } from './tool.ts';

const sources = join(projectFolder, 'keycloak-provider');
/** The jar that goes to Keycloak's providers folder. */
export const providerJar = join(sources, 'target', 'realmbridge-keycloak-provider.jar');
const stampFile = join(sources, 'target', 'realmbridge-keycloak-provider.stamp');

/** One digest of pom.xml and src/main: names and contents, independent of times and order. */
export async function digestSources(folder: string): Promise<string> {
  const entries = await readdir(join(folder, 'src', 'main'), { recursive: true, withFileTypes: true });
  const files = [
    join(folder, 'pom.xml'),
    ...entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)),
  ];
  const hash = createHash('sha256');
  for (const file of files.sort())
    hash
      .update(`${relative(folder, file)}\0`)
      .update(await readFile(file))
      .update('\0');
  return hash.digest('hex');
}

/** Whether the jar is there and made from the sources as they are. */
export async function isProviderCurrent(): Promise<boolean> {
  if (!existsSync(providerJar)) return false;
  const stamp = await readFile(stampFile, 'utf8').catch(() => '');
  return stamp === (await digestSources(sources));
}

/** Answers whether there was anything to build. */
export async function buildProvider(context: ToolContext & { env: NodeJS.ProcessEnv; jdk: Jdk }): Promise<boolean> {
  if (await isProviderCurrent()) return false;
  const digest = await digestSources(sources);
  await runMaven(
    context,
    'Building the Keycloak provider',
    ['-f', join(sources, 'pom.xml'), 'package', '-Dmaven.test.skip=true'],
    projectFolder,
  );
  if (!existsSync(providerJar))
    throw new DevFailure(`Maven built the Keycloak provider, but ${providerJar} is not there.`);
  await mkdir(dirname(stampFile), { recursive: true });
  await writeFile(stampFile, digest);
  return true;
}
