// The project's images, built from the checkout by the Dockerfile that users build from.
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findJdk } from '../../../bridge/dev/jdk.ts';
import { projectFolder } from '../../../bridge/dev/paths.ts';
import { buildProvider } from '../../../bridge/dev/provider.ts';
import { buildTheme } from '../../../bridge/dev/theme.ts';
import { startWatch } from '../../../bridge/dev/watch.ts';
import { docker, tryDocker } from './docker.ts';

const run = promisify(execFile);

/** The images of the checkout by what they are. */
export const images = {
  bridge: 'realmbridge/bridge:test',
  demo: 'realmbridge/demo:test',
  keycloak: 'realmbridge/keycloak:test',
  postgres: 'postgres:17',
  proxy: 'haproxy:3.0',
} as const;

async function build(target: string, tag: string, folder = projectFolder): Promise<void> {
  // The jar is the one that the Java tests have just tested.
  await docker(
    ['build', '--target', target, '--build-arg', 'JARS=prebuilt', '-t', tag, '--label', 'realmbridge.test=image', '.'],
    { cwd: folder, timeoutMs: 600_000 },
  );
}

async function buildJars(): Promise<void> {
  const { env } = process;
  const watch = startWatch();
  try {
    await buildProvider({ watch, env, jdk: await findJdk(env) });
  } finally {
    await watch.close();
  }
  await buildTheme();
}

/** Builds the images of the checkout, and the jars that are in them where their sources have changed. */
export async function buildImages(): Promise<void> {
  await buildJars();
  await build('bridge', images.bridge);
  await build('demo', images.demo);
  await build('keycloak', images.keycloak);
}

const newestMigration = 'bridge/platform/db/migrations/20261124-declared-schemas.ts';

async function git(...args: string[]): Promise<string | undefined> {
  const done = await run('git', args, { cwd: projectFolder, maxBuffer: 1024 * 1024 }).catch(() => undefined);
  return done?.stdout.trim() || undefined;
}

/**
 * The bridge as it was before a change of the schema: the commit before the one that brought the migration, by the
 * Dockerfile of today. It stands for the release before. Where the history doesn't go back so far, as in a shallow clone or
 * an archive, it is the bridge of today: then what is tested is that its successor keeps the data, without a migration.
 */
export async function buildPreviousImage(): Promise<string> {
  const added = await git('log', '--diff-filter=A', '--format=%H', '--', newestMigration);
  const commit = added && (await git('rev-parse', '--verify', '--quiet', `${added.split('\n').at(-1)}^`));
  if (!commit) {
    console.warn(
      `The history has no commit before ${newestMigration}; the image of today takes the place of the previous one.`,
    );
    return images.bridge;
  }
  const tag = `realmbridge/bridge:${commit.slice(0, 12)}`;
  if ((await tryDocker(['image', 'inspect', tag])).code === 0) return tag;
  const folder = await mkdtemp(join(tmpdir(), 'realmbridge-previous-'));
  try {
    await run('bash', ['-c', `git archive ${commit} | tar -x -C ${folder}`], { cwd: projectFolder });
    for (const file of ['Dockerfile', '.dockerignore']) await cp(join(projectFolder, file), join(folder, file));
    await build('bridge', tag, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return tag;
}
