// What end-to-end tests say to Keycloak: a realm of one's own per test file, and the calls that an application makes.
// Every call has a deadline, so a hang shows as a failed test and not as a stuck run.
import { randomBytes } from 'node:crypto';
import { KeycloakAdminClient } from '@keycloak/keycloak-admin-client/lib/client.js';
import { inject } from 'vitest';

const deadlineMs = 30_000;
/** The public client with direct grants that createTestRealm() makes. */
export const testClientId = 'test-app';

export type KeycloakUser = Awaited<ReturnType<KeycloakAdminClient['users']['find']>>[number];

/** A running Keycloak and who may do everything in it. */
export interface KeycloakServer {
  url: string;
  adminUsername: string;
  adminPassword: string;
}

/** What the token endpoint answers, good or bad. */
export interface TokenAnswer {
  status: number;
  accessToken?: string;
  refreshToken?: string;
  idToken?: string;
  /** Such as `invalid_grant`. */
  error?: string;
  errorDescription?: string;
}

export interface TestRealm {
  readonly name: string;
  readonly url: string;
  readonly server: KeycloakServer;
  /** Logged in as the master realm's admin, working on this realm. */
  readonly admin: KeycloakAdminClient;
  /** A direct grant login with the scope openid and whatever is given besides. */
  login(username: string, password: string, options?: { clientId?: string; scope?: string }): Promise<TokenAnswer>;
  refresh(refreshToken: string, options?: { clientId?: string }): Promise<TokenAnswer>;
  userinfo(accessToken: string): Promise<{ status: number; claims: Record<string, unknown> }>;
  /** By exact username, as an administrator; undefined when there is none. */
  getUser(username: string): Promise<KeycloakUser | undefined>;
  drop(): Promise<void>;
}

/** An admin client that logs in again before its token, which lives a minute, runs out. */
export function keycloakAdmin(realm = 'master', server: KeycloakServer = inject('keycloak')): KeycloakAdminClient {
  const { url, adminUsername, adminPassword } = server;
  const login = new KeycloakAdminClient({ baseUrl: url, realmName: 'master', timeout: deadlineMs });
  const client = new KeycloakAdminClient({ baseUrl: url, realmName: realm, timeout: deadlineMs });
  let token: Promise<string | undefined> | undefined;
  let renewAt = 0;
  client.registerTokenProvider({
    getAccessToken: () => {
      if (token === undefined || Date.now() > renewAt) {
        renewAt = Date.now() + 20_000;
        token = login
          .auth({ grantType: 'password', clientId: 'admin-cli', username: adminUsername, password: adminPassword })
          .then(() => login.accessToken);
        token.catch(() => {
          token = undefined;
        });
      }
      return token;
    },
  });
  return client;
}

/** The claims of a JWT, unverified: the tests got it from Keycloak itself. */
export function claimsOf(jwt: string): Record<string, unknown> {
  const claims: unknown = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString('utf8'));
  return isRecord(claims) ? claims : {};
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

async function readJson(response: Response): Promise<Record<string, unknown>> {
  const text = await response.text();
  try {
    const body: unknown = JSON.parse(text);
    return isRecord(body) ? body : {};
  } catch {
    return {};
  }
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

async function askForToken(realmUrl: string, form: Record<string, string>): Promise<TokenAnswer> {
  const response = await fetch(`${realmUrl}/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams(form),
    signal: AbortSignal.timeout(deadlineMs),
  });
  const body = await readJson(response);
  const known = {
    accessToken: text(body['access_token']),
    refreshToken: text(body['refresh_token']),
    idToken: text(body['id_token']),
    error: text(body['error']),
    errorDescription: text(body['error_description']),
  };
  return {
    status: response.status,
    ...Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)),
  };
}

/** The calls on a realm that is there already, for instance one that `connect` made. */
export function useRealm(name: string, server: KeycloakServer = inject('keycloak')): TestRealm {
  const url = `${server.url}/realms/${encodeURIComponent(name)}`;
  const admin = keycloakAdmin(name, server);
  return {
    name,
    url,
    server,
    admin,
    login: (username, password, { clientId = testClientId, scope } = {}) =>
      askForToken(url, {
        grant_type: 'password',
        client_id: clientId,
        scope: ['openid', scope].filter(Boolean).join(' '),
        username,
        password,
      }),
    refresh: (refreshToken, { clientId = testClientId } = {}) =>
      askForToken(url, { grant_type: 'refresh_token', client_id: clientId, refresh_token: refreshToken }),
    async userinfo(accessToken) {
      const response = await fetch(`${url}/protocol/openid-connect/userinfo`, {
        headers: { authorization: `Bearer ${accessToken}` },
        signal: AbortSignal.timeout(deadlineMs),
      });
      return { status: response.status, claims: await readJson(response) };
    },
    getUser: async (username) => (await admin.users.find({ username, exact: true }))[0],
    drop: async () => {
      await admin.realms.del({ realm: name });
    },
  };
}

/** The public client with direct grants that `login` uses by default. */
export async function createTestClient(realm: TestRealm): Promise<void> {
  await realm.admin.clients.create({
    clientId: testClientId,
    publicClient: true,
    directAccessGrantsEnabled: true,
    redirectUris: ['http://127.0.0.1/*'],
  });
}

/** A realm with a name of its own and the test client. */
export async function createTestRealm(server: KeycloakServer = inject('keycloak')): Promise<TestRealm> {
  const name = `test-${randomBytes(4).toString('hex')}`;
  await keycloakAdmin('master', server).realms.create({ realm: name, enabled: true });
  const realm = useRealm(name, server);
  await createTestClient(realm);
  return realm;
}
