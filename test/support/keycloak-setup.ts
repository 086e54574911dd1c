// Vitest's global set-up for the end-to-end tests: one real Keycloak for the run, with the provider's jar, on a database
// of the test PostgreSQL. A process from the distribution; or a container, when KEYCLOAK_IMAGE names an image that a
// Docker engine on this machine has.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { TestProject } from 'vitest/node';
import { findJdk } from '../../bridge/dev/jdk.ts';
import {
  keycloakVersion,
  prepareDistribution,
  prepareRuntime,
  startKeycloakProcess,
} from '../../bridge/dev/keycloak.ts';
import { cacheFolder, stateFolder } from '../../bridge/dev/paths.ts';
import { buildProvider, providerJar } from '../../bridge/dev/provider.ts';
import { startWatch } from '../../bridge/dev/watch.ts';
import { findKeycloakImage, type KeycloakPlace, startKeycloakContainer } from './keycloak-container.ts';
import { freePort } from './postgres-setup.ts';

export interface ProvidedKeycloak {
  url: string;
  managementUrl: string;
  adminUsername: string;
  adminPassword: string;
  kind: 'process' | 'container';
  /** The Java process, for tests that suspend or kill it; absent for a container. */
  pid?: number;
  /** Keycloak's own database, for what can't be waited for, such as old age. */
  databaseUrl: string;
  /** What Keycloak writes to its log. */
  logFile: string;
}

declare module 'vitest' {
  export interface ProvidedContext {
    keycloak: ProvidedKeycloak;
  }
}

async function withAdmin(adminUrl: string, ...statements: string[]): Promise<void> {
  const admin = new Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    for (const statement of statements) await admin.query(statement);
  } finally {
    await admin.end();
  }
}

async function startProcess(
  place: KeycloakPlace,
): Promise<{ managementUrl: string; pid: number; stop: () => Promise<void> }> {
  const { env } = process;
  const watch = startWatch();
  const version = env['KEYCLOAK_VERSION'] ?? keycloakVersion;
  const jdk = await findJdk(env);
  const distribution = await prepareDistribution({ watch }, { version, cache: cacheFolder(env), jdk, env });
  const runtimes = join(stateFolder, 'keycloak');
  const { path: home } = await prepareRuntime(
    { watch },
    { version, distribution, jars: [providerJar], folder: runtimes, jdk, env },
  );
  const keycloak = await startKeycloakProcess({ watch }, { home, jdk, env, ...place });
  return {
    managementUrl: keycloak.managementUrl,
    pid: keycloak.pid,
    stop: async () => {
      await keycloak.stop();
      await watch.close();
    },
  };
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { adminUrl, appUrl } = project.getProvidedContext().postgres;
  const { env } = process;
  const watch = startWatch();
  await buildProvider({ watch, env, jdk: await findJdk(env) });
  await watch.close();

  const name = `keycloak_${randomBytes(4).toString('hex')}`;
  const app = new URL(appUrl);
  await withAdmin(adminUrl, `create database ${name} owner ${app.username}`);
  const folder = await mkdtemp(join(tmpdir(), 'realmbridge-keycloak-'));
  const admin = { username: 'admin', password: randomBytes(12).toString('base64url') };
  const place: KeycloakPlace = {
    port: await freePort(),
    managementPort: await freePort(),
    database: {
      host: app.hostname,
      port: Number(app.port || 5432),
      name,
      username: app.username,
      password: app.password,
    },
    admin,
    logFile: join(folder, 'keycloak.log'),
  };
  const image = await findKeycloakImage(env['KEYCLOAK_IMAGE']);
  const started =
    image === undefined ? await startProcess(place) : await startKeycloakContainer(image, providerJar, place);
  project.provide('keycloak', {
    url: `http://127.0.0.1:${place.port}`,
    managementUrl: started.managementUrl,
    adminUsername: admin.username,
    adminPassword: admin.password,
    kind: image === undefined ? 'process' : 'container',
    databaseUrl: Object.assign(new URL(appUrl), { pathname: `/${name}` }).toString(),
    logFile: place.logFile,
    ...(started.pid !== undefined && { pid: started.pid }),
  });
  return async () => {
    await started.stop();
    await withAdmin(adminUrl, `drop database if exists ${name} with (force)`);
    // The log of a failed run is worth keeping.
    if (!process.exitCode) await rm(folder, { recursive: true, force: true });
    else console.log(`Keycloak's log: ${place.logFile}`);
  };
}
