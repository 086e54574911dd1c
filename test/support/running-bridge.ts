// A bridge that listens on a port, as Keycloak needs it, and that can be stopped and started again on the same database.
import { readConfig } from '../../bridge/config.ts';
import { createLocalSignal } from '../../bridge/events/signal.ts';
import type { WorkerTiming } from '../../bridge/ldap/worker.ts';
import { type RunningBridge, serve } from '../../bridge/main.ts';
import { systemClock } from '../../bridge/platform/clock.ts';
import { createOutgoing } from '../../bridge/platform/http/outgoing.ts';
import { createPasswordHasher } from '../../bridge/platform/secrets/passwords.ts';
import { createServices, type Services } from '../../bridge/services.ts';
import { type Answer, readAnswer } from './bridge.ts';
import { createTestDatabase } from './database.ts';
import { freePort } from './postgres-setup.ts';

export interface BridgeUnderTest {
  readonly url: string;
  readonly databaseUrl: string;
  /** An operator's hands: directories, federations and tokens, as the command line makes them. */
  readonly services: Services;
  start(): Promise<void>;
  stop(): Promise<void>;
  scim(directory: string, token: string): ScimCalls;
  /** Stops the bridge and drops its database. */
  close(): Promise<void>;
}

export type ScimCalls = (method: string, path: string, body?: unknown) => Promise<Answer>;

/** The SCIM requests of an identity provider to one directory. */
export const scimCalls =
  (bridgeUrl: string, directory: string, token: string): ScimCalls =>
  async (method, path, body) => {
    const response = await fetch(`${bridgeUrl}/scim/v2/${directory}${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/scim+json; charset=utf-8' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    });
    return readAnswer(response);
  };

export interface BridgeOptions {
  /** More of the environment. */
  env?: Record<string, string>;
  ldapTiming?: Partial<WorkerTiming>;
}

export async function startBridge({ env = {}, ldapTiming }: BridgeOptions = {}): Promise<BridgeUnderTest> {
  const database = await createTestDatabase();
  const services = createServices({
    store: database,
    clock: systemClock,
    passwords: createPasswordHasher(),
    signal: createLocalSignal(),
    outgoing: createOutgoing({ allow: env['OUTGOING_ALLOW']?.split(',') ?? [] }),
  });
  const port = await freePort();
  const config = await readConfig({
    DATABASE_URL: database.url,
    HOST: '127.0.0.1',
    PORT: String(port),
    METRICS_PORT: '0',
    LOG_LEVEL: process.env['TEST_LOG_LEVEL'] ?? 'silent',
    ...env,
  });
  let running: RunningBridge | undefined = await serve(config, ldapTiming);
  const url = `http://127.0.0.1:${port}`;

  async function stop(): Promise<void> {
    await running?.close();
    running = undefined;
  }

  return {
    url,
    databaseUrl: database.url,
    services,
    stop,
    async start() {
      running ??= await serve(config, ldapTiming);
    },
    scim: (directory, token) => scimCalls(url, directory, token),
    async close() {
      await stop();
      services.federations.close();
      await database.drop();
    },
  };
}
