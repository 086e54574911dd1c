// A whole bridge without a socket, on a database of its own: requests go through app.request().
import { createApp } from '../../bridge/app.ts';
import type { Directory } from '../../bridge/directories/contracts.ts';
import type { JwtRefusal } from '../../bridge/directories/issuers/verifier.ts';
import { createLocalSignal } from '../../bridge/events/signal.ts';
import { type Clock, systemClock } from '../../bridge/platform/clock.ts';
import type { Outgoing } from '../../bridge/platform/http/outgoing.ts';
import { createLogger } from '../../bridge/platform/log.ts';
import { acceptSecret } from '../../bridge/platform/secrets/accepted-secret.ts';
import { createPasswordHasher } from '../../bridge/platform/secrets/passwords.ts';
import type { ProfileName } from '../../bridge/scim/interop/profiles.ts';
import { createServices, type ServiceDeps, type Services } from '../../bridge/services.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';

/** What a test reads of a JSON answer: any member may be asked for. */
// biome-ignore lint/suspicious/noExplicitAny: assertions reach deep into bodies of any shape
export type Body = any;

export interface Answer {
  status: number;
  headers: Headers;
  /** The parsed body, or undefined when there is none. */
  body: Body;
}

export interface ScimClient {
  directory: Directory;
  token: string;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  put(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  patch(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  delete(path: string, headers?: Record<string, string>): Promise<Answer>;
}

export interface TestBridge {
  app: ReturnType<typeof createApp>;
  database: TestDatabase;
  services: Services;
  /** Sends any request, as `app.request()` does, and reads the answer. */
  send(path: string, init?: RequestInit): Promise<Answer>;
  /** A new directory and a client with a token for it. */
  directory(slug?: string, profile?: ProfileName): Promise<ScimClient>;
  close(): Promise<void>;
}

export async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = /json$|json;/.test(response.headers.get('content-type') ?? '');
  const body = text === '' ? undefined : isJson ? JSON.parse(text) : text;
  return { status: response.status, headers: response.headers, body };
}

let directoryCount = 0;

export async function createTestBridge(
  options: {
    clock?: Clock;
    authenticationSecret?: string;
    poolSize?: number;
    outgoing?: Outgoing;
    onJwtRefused?: (refusal: JwtRefusal) => void;
    ldap?: ServiceDeps['ldap'];
    webhooks?: ServiceDeps['webhooks'];
    outbound?: ServiceDeps['outbound'];
    eventStreams?: ServiceDeps['eventStreams'];
    hooks?: ServiceDeps['hooks'];
    secretsKeys?: ServiceDeps['secretsKeys'];
    requestRetentionDays?: number;
  } = {},
): Promise<TestBridge> {
  const database = await createTestDatabase({ poolSize: options.poolSize ?? 10 });
  const services = createServices({
    store: database,
    clock: options.clock ?? systemClock,
    // A cheap hash: what these tests are about is not its cost.
    passwords: createPasswordHasher({ memoryCost: 1_024, timeCost: 1 }),
    signal: createLocalSignal(),
    ...(options.authenticationSecret !== undefined && {
      authenticationSecret: acceptSecret(options.authenticationSecret),
    }),
    ...(options.outgoing && { outgoing: options.outgoing }),
    ...(options.onJwtRefused && { onJwtRefused: options.onJwtRefused }),
    ...(options.ldap && { ldap: options.ldap }),
    ...(options.webhooks && { webhooks: options.webhooks }),
    ...(options.outbound && { outbound: options.outbound }),
    ...(options.eventStreams && { eventStreams: options.eventStreams }),
    ...(options.secretsKeys && { secretsKeys: options.secretsKeys }),
    hooks: options.hooks,
    // There is no second bridge that had to hear of a move.
    moves: { settleMs: 0 },
    requestRetentionDays: options.requestRetentionDays,
  });
  const app = createApp({ services, logger: createLogger(process.env['TEST_LOG_LEVEL'] ?? 'silent') });

  const send = async (path: string, init?: RequestInit): Promise<Answer> => readAnswer(await app.request(path, init));

  async function directory(slug = `dir-${++directoryCount}`, profile: ProfileName = 'auto'): Promise<ScimClient> {
    const made = await services.directories.createDirectory({ slug, profile });
    const { token } = await services.directories.createToken(slug, {});
    const call =
      (method: string) =>
      (path: string, body?: unknown, headers: Record<string, string> = {}) =>
        send(`/scim/v2/${slug}${path}`, {
          method,
          headers: {
            Authorization: `Bearer ${token}`,
            ...(body !== undefined && { 'Content-Type': 'application/scim+json; charset=utf-8' }),
            ...headers,
          },
          ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        });
    return {
      directory: made,
      token,
      get: (path, headers) => call('GET')(path, undefined, headers),
      delete: (path, headers) => call('DELETE')(path, undefined, headers),
      post: call('POST'),
      put: call('PUT'),
      patch: call('PATCH'),
    };
  }

  return {
    app,
    database,
    services,
    send,
    directory,
    close: async () => {
      services.federations.close();
      await services.webhookWorker.close();
      await services.outboundWorker.close();
      await services.ldapWorker.close();
      services.ldapPasswords.close();
      await services.requestLog.close();
      await database.drop();
    },
  };
}
