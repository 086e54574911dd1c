// Keycloak processes from the distribution, with the provider's jar, on databases of the test PostgreSQL.
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { findJdk } from '../../bridge/dev/jdk.ts';
import {
  type KeycloakOptions,
  type KeycloakProcess,
  keycloakVersion,
  prepareDistribution,
  prepareRuntime,
  startKeycloakProcess,
} from '../../bridge/dev/keycloak.ts';
import { cacheFolder, stateFolder } from '../../bridge/dev/paths.ts';
import { providerJar } from '../../bridge/dev/provider.ts';
import { startWatch } from '../../bridge/dev/watch.ts';
import type { KeycloakPlace } from './keycloak-container.ts';

export interface KeycloakDatabase {
  readonly place: KeycloakPlace['database'];
  /** For a superuser. */
  readonly url: string;
  drop(): Promise<void>;
}

async function withAdmin(adminUrl: string, statement: string): Promise<void> {
  const admin = new Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    await admin.query(statement);
  } finally {
    await admin.end();
  }
}

export async function createKeycloakDatabase(postgres: {
  adminUrl: string;
  appUrl: string;
}): Promise<KeycloakDatabase> {
  const { adminUrl } = postgres;
  const app = new URL(postgres.appUrl);
  const name = `keycloak_${randomBytes(4).toString('hex')}`;
  await withAdmin(adminUrl, `create database ${name} owner ${app.username}`);
  return {
    place: {
      host: app.hostname,
      port: Number(app.port || 5432),
      name,
      username: app.username,
      password: app.password,
    },
    url: Object.assign(new URL(adminUrl), { pathname: `/${name}` }).href,
    drop: () => withAdmin(adminUrl, `drop database if exists ${name} with (force)`),
  };
}

/** The provider's jar must be built. */
export async function startKeycloakNode(
  place: KeycloakPlace,
  more: Pick<KeycloakOptions, 'args' | 'cache' | 'javaOptions'> = {},
): Promise<KeycloakProcess> {
  const { env } = process;
  const watch = startWatch();
  const version = env['KEYCLOAK_VERSION'] ?? keycloakVersion;
  const jdk = await findJdk(env);
  const distribution = await prepareDistribution({ watch }, { version, cache: cacheFolder(env), jdk, env });
  const { path: home } = await prepareRuntime(
    { watch },
    { version, distribution, jars: [providerJar], folder: `${stateFolder}/keycloak`, jdk, env },
  );
  const keycloak = await startKeycloakProcess({ watch }, { home, jdk, env, ...place, ...more });
  void keycloak.ended.then(() => watch.close());
  return keycloak;
}
