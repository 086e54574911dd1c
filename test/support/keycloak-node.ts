// Keycloak processes from the distribution, with the jars of provider and theme, on databases of the test PostgreSQL.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { findJdk, type Jdk } from '../../bridge/dev/jdk.ts';
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
import { themeJar } from '../../bridge/dev/theme.ts';
import { startWatch, type Watch } from '../../bridge/dev/watch.ts';
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

async function makeHome(watch: Watch, jdk: Jdk, jars: readonly string[]): Promise<string> {
  const { env } = process;
  const version = env['KEYCLOAK_VERSION'] ?? keycloakVersion;
  const distribution = await prepareDistribution({ watch }, { version, cache: cacheFolder(env), jdk, env });
  const folder = `${stateFolder}/keycloak`;
  return (await prepareRuntime({ watch }, { version, distribution, jars, folder, jdk, env })).path;
}

/** With the jars of provider and theme, which must be built, unless other jars are named. */
export async function startKeycloakNode(
  place: KeycloakPlace,
  {
    jars = [providerJar, themeJar],
    ...more
  }: Pick<KeycloakOptions, 'args' | 'cache' | 'javaOptions'> & { jars?: readonly string[] } = {},
): Promise<KeycloakProcess> {
  const { env } = process;
  const watch = startWatch();
  const jdk = await findJdk(env);
  const home = await makeHome(watch, jdk, jars);
  const keycloak = await startKeycloakProcess({ watch }, { home, jdk, env, ...place, ...more });
  void keycloak.ended.then(() => watch.close());
  return keycloak;
}

/** Writes a realm and its users to a file, as `kc.sh export` does beside a running server. */
export async function exportRealm(
  { database }: KeycloakPlace,
  realm: string,
  file: string,
  args: readonly string[] = [],
): Promise<void> {
  const { env } = process;
  const watch = startWatch();
  try {
    const jdk = await findJdk(env);
    const home = await makeHome(watch, jdk, [providerJar, themeJar]);
    await promisify(execFile)(
      join(home, 'bin', 'kc.sh'),
      [
        ...['export', '--optimized', '--realm', realm, '--file', file, '--users', 'same_file'],
        ...[`--db-url-host=${database.host}`, `--db-url-port=${database.port}`, `--db-url-database=${database.name}`],
        ...[`--db-username=${database.username}`, ...args],
      ],
      {
        env: {
          PATH: env['PATH'],
          JAVA_HOME: jdk.home,
          KC_DB_PASSWORD: database.password,
          JAVA_OPTS_APPEND: '-XX:TieredStopAtLevel=1',
        },
        timeout: 180_000,
      },
    );
  } finally {
    await watch.close();
  }
}
