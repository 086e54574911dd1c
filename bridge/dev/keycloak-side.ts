// Keycloak's half of a start: distribution, provider, build, start, and the connected realm.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { rotateLog } from './files.ts';
import type { Jdk } from './jdk.ts';
import {
  distributionFolder,
  type KeycloakProcess,
  prepareDistribution,
  prepareRuntime,
  startKeycloakProcess,
} from './keycloak.ts';
import { findMaven } from './maven.ts';
import type { StartOptions } from './options.ts';
import { cacheFolder } from './paths.ts';
import type { Databases } from './postgres.ts';
import { buildProvider, isProviderCurrent, providerJar } from './provider.ts';
import type { Reporter } from './report.ts';
import { changeSecrets } from './secrets.ts';
import type { Session } from './session.ts';
import { keycloakAdmin } from './setup-keycloak.ts';
import { buildTheme, themeJar } from './theme.ts';

export interface StartContext {
  session: Session;
  options: StartOptions;
  reporter: Reporter;
  env: NodeJS.ProcessEnv;
}

/** Asks for Maven now if it will be needed, before minutes have gone by. */
export async function requireMaven({ options, env }: StartContext): Promise<void> {
  const cached = existsSync(distributionFolder(cacheFolder(env), options.keycloakVersion));
  if (!cached || !(await isProviderCurrent())) findMaven(env);
}

/** Answers Keycloak's home, ready to start. */
export async function makeRuntime({ session, options, reporter, env }: StartContext, jdk: Jdk): Promise<string> {
  const version = options.keycloakVersion;
  const cache = cacheFolder(env);
  let distribution = '';
  const fetched = reporter.step(`Keycloak ${version}`, async (step) => {
    const cached = existsSync(distributionFolder(cache, version));
    distribution = await prepareDistribution(session, {
      version,
      cache,
      jdk,
      env,
      onProgress: (what) => step.progress(what === 'fetch' ? 'fetching 170 MB with Maven' : 'unpacking'),
    });
    return cached ? 'in the cache' : 'fetched, checked and unpacked';
  });
  const provided = reporter.step('Provider', async (step) => {
    step.progress('building the jar with Maven');
    return (await buildProvider({ ...session, env, jdk })) ? 'jar built' : 'unchanged';
  });
  // Both are waited for before the first failure is passed on, so that no step is left running.
  for (const result of await Promise.allSettled([fetched, provided]))
    if (result.status === 'rejected') throw result.reason;

  let home = '';
  await reporter.step('Keycloak build', async (step) => {
    step.progress('kc.sh build');
    await buildTheme();
    const folder = join(session.folder, 'keycloak');
    const { path, built } = await prepareRuntime(session, {
      version,
      distribution,
      jars: [providerJar, themeJar],
      folder,
      jdk,
      env,
    });
    home = path;
    return built ? 'optimised with provider and theme' : 'unchanged';
  });
  return home;
}

export async function startKeycloak(
  { session, options, reporter, env }: StartContext,
  input: { home: string; jdk: Jdk; databases: Databases },
): Promise<KeycloakProcess> {
  const secrets = await changeSecrets(session.folder);
  const logFile = join(session.folder, 'logs', 'keycloak.log');
  await rotateLog(logFile);
  let running: KeycloakProcess | undefined;
  await reporter.step('Keycloak', async (step) => {
    step.progress('starting');
    running = await startKeycloakProcess(session, {
      home: input.home,
      jdk: input.jdk,
      env,
      port: options.keycloakPort,
      managementPort: options.managementPort,
      database: input.databases.keycloak,
      admin: { username: keycloakAdmin, password: secrets.keycloakAdmin },
      logFile,
    });
    session.own({ ...running, name: 'Keycloak' });
    return running.url;
  });
  if (!running) throw new TypeError('the step has ended without Keycloak');
  return running;
}
