// Keycloak as production runs it, with the provider, on the benchmark's PostgreSQL.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { findJdk } from '../../../bridge/dev/jdk.ts';
import {
  type KeycloakProcess,
  keycloakVersion,
  prepareDistribution,
  prepareRuntime,
  startKeycloakProcess,
} from '../../../bridge/dev/keycloak.ts';
import { cacheFolder, stateFolder } from '../../../bridge/dev/paths.ts';
import { freePort } from '../../../bridge/dev/ports.ts';
import { buildProvider, providerJar } from '../../../bridge/dev/provider.ts';
import type { Stage } from './stage.ts';
import { progress } from './table.ts';

export interface BenchKeycloak extends KeycloakProcess {
  readonly admin: { username: string; password: string };
  readonly version: string;
  readonly javaHome: string;
}

/** Below PostgreSQL's limit, beside the bridge's connections. */
const connections = 60;

export async function startKeycloak(stage: Stage): Promise<BenchKeycloak> {
  const { context, admin: database, server, folder } = stage;
  const { env } = process;
  const jdk = await findJdk(env);
  progress('preparing Keycloak');
  await buildProvider({ ...context, env, jdk });
  const version = env['KEYCLOAK_VERSION'] ?? keycloakVersion;
  const distribution = await prepareDistribution(context, { version, cache: cacheFolder(env), jdk, env });
  const runtime = await prepareRuntime(context, {
    version,
    distribution,
    jars: [providerJar],
    folder: join(stateFolder, 'keycloak'),
    jdk,
    env,
  });
  await database.query(`create database keycloak owner ${server.role}`);
  const admin = { username: 'admin', password: randomBytes(12).toString('base64url') };
  progress('starting Keycloak');
  const keycloak = await startKeycloakProcess(context, {
    home: runtime.path,
    jdk,
    env,
    port: await freePort(),
    managementPort: await freePort(),
    database: {
      host: '127.0.0.1',
      port: server.port,
      name: 'keycloak',
      username: server.role,
      password: server.password,
    },
    admin,
    logFile: join(folder, 'keycloak.log'),
    args: [`--db-pool-max-size=${connections}`],
    tunedFor: 'throughput',
  });
  stage.onEnd(() => keycloak.stop());
  return { ...keycloak, admin, version, javaHome: jdk.home };
}
