// Keycloak in a container for the end-to-end tests, on the host's network: it sees PostgreSQL and the bridge on 127.0.0.1.
import { execFile } from 'node:child_process';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { GenericContainer, Wait } from 'testcontainers';
import type { KeycloakOptions } from '../../bridge/dev/keycloak.ts';
import { providerJar } from '../../bridge/dev/provider.ts';
import { themeJar } from '../../bridge/dev/theme.ts';

const run = promisify(execFile);

export type KeycloakPlace = Pick<KeycloakOptions, 'port' | 'managementPort' | 'database' | 'admin' | 'logFile'>;

export interface StartedKeycloak {
  managementUrl: string;
  pid?: number;
  stop(): Promise<void>;
}

/** The image's name when an engine answers and has it; nothing is pulled for a test. */
export async function findKeycloakImage(image: string | undefined): Promise<string | undefined> {
  if (!image || process.platform !== 'linux') return undefined;
  try {
    await run('docker', ['image', 'inspect', image], { timeout: 10_000 });
    return image;
  } catch {
    return undefined;
  }
}

export async function startKeycloakContainer(
  image: string,
  { port, managementPort, database, admin }: KeycloakPlace,
): Promise<StartedKeycloak> {
  const container = await new GenericContainer(image)
    .withNetworkMode('host')
    .withCopyFilesToContainer(
      [providerJar, themeJar].map((source) => ({ source, target: `/opt/keycloak/providers/${basename(source)}` })),
    )
    .withEnvironment({
      KC_DB: 'postgres',
      KC_DB_URL: `jdbc:postgresql://${database.host}:${database.port}/${database.name}`,
      KC_DB_USERNAME: database.username,
      KC_DB_PASSWORD: database.password,
      KC_HEALTH_ENABLED: 'true',
      KC_METRICS_ENABLED: 'true',
      KC_HTTP_ENABLED: 'true',
      KC_HTTP_HOST: '127.0.0.1',
      KC_HTTP_PORT: String(port),
      KC_HTTP_MANAGEMENT_PORT: String(managementPort),
      KC_HOSTNAME_STRICT: 'false',
      KC_CACHE: 'local',
      KC_BOOTSTRAP_ADMIN_USERNAME: admin.username,
      KC_BOOTSTRAP_ADMIN_PASSWORD: admin.password,
    })
    .withCommand(['start'])
    .withStartupTimeout(180_000)
    .withWaitStrategy(Wait.forLogMessage(/started in .*s\. Listening on/))
    .start();
  return {
    managementUrl: `http://127.0.0.1:${managementPort}`,
    stop: async () => {
      await container.stop({ timeout: 10_000 });
    },
  };
}
