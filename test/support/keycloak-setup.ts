// Vitest's global set-up for the end-to-end tests: one real Keycloak for the run, with the jars of provider and theme, on a database
// of the test PostgreSQL. A process from the distribution; or a container, when KEYCLOAK_IMAGE names an image that a
// Docker engine on this machine has.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { findJdk } from '../../bridge/dev/jdk.ts';
import { buildProvider } from '../../bridge/dev/provider.ts';
import { buildTheme } from '../../bridge/dev/theme.ts';
import { startWatch } from '../../bridge/dev/watch.ts';
import { findKeycloakImage, type KeycloakPlace, startKeycloakContainer } from './keycloak-container.ts';
import { createKeycloakDatabase, startKeycloakNode } from './keycloak-node.ts';
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
  /** Where the process looks names up instead of the system's resolver; absent for a container. */
  hostsFile?: string;
}

declare module 'vitest' {
  export interface ProvidedContext {
    keycloak: ProvidedKeycloak;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { env } = process;
  const watch = startWatch();
  await buildProvider({ watch, env, jdk: await findJdk(env) });
  await buildTheme();
  await watch.close();

  const database = await createKeycloakDatabase(project.getProvidedContext().postgres);
  const folder = await mkdtemp(join(tmpdir(), 'realmbridge-keycloak-'));
  const admin = { username: 'admin', password: randomBytes(12).toString('base64url') };
  const place: KeycloakPlace = {
    port: await freePort(),
    managementPort: await freePort(),
    database: database.place,
    admin,
    logFile: join(folder, 'keycloak.log'),
  };
  const hostsFile = join(folder, 'hosts');
  const image = await findKeycloakImage(env['KEYCLOAK_IMAGE']);
  if (image === undefined) await writeFile(hostsFile, `127.0.0.1 localhost ${hostname()}\n`);
  const started =
    image === undefined
      ? await startKeycloakNode(place, { javaOptions: [`-Djdk.net.hosts.file=${hostsFile}`] })
      : await startKeycloakContainer(image, place);
  project.provide('keycloak', {
    url: `http://127.0.0.1:${place.port}`,
    managementUrl: started.managementUrl,
    adminUsername: admin.username,
    adminPassword: admin.password,
    kind: image === undefined ? 'process' : 'container',
    logFile: place.logFile,
    databaseUrl: database.url,
    ...(image === undefined && { hostsFile }),
    ...(started.pid !== undefined && { pid: started.pid }),
  });
  return async () => {
    await started.stop();
    await database.drop();
    // The log of a failed run is worth keeping.
    if (!process.exitCode) await rm(folder, { recursive: true, force: true });
    else console.log(`Keycloak's log: ${place.logFile}`);
  };
}
