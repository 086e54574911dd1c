// A realm with a federated user who has sessions, for tests of what an outage does to her: once imported, once served live.
import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import type { Body } from './bridge.ts';
import type { FaultProxy } from './fault-proxy.ts';
import {
  addComponent,
  addDirectory,
  addLocalUser,
  type Component,
  eventually,
  pushUser,
  userPassword,
} from './federated-realm.ts';
import { createTestRealm, type KeycloakServer, keycloakAdmin, type TestRealm } from './keycloak.ts';
import type { BridgeUnderTest, ScimCalls } from './running-bridge.ts';
import { groupSchema } from './scim.ts';

export type Mode = 'import' | 'no-import';

export const localPassword = 'Break-Glass-42';
const checker = { client_id: 'checker', client_secret: 'checker-secret' };

export interface Reply {
  status: number;
  body: Body;
}

export interface OutageStage {
  readonly mode: Mode;
  readonly realm: TestRealm;
  readonly component: Component;
  readonly scim: ScimCalls;
  /** Keycloak's ids of the federated users, by name. */
  readonly ids: Readonly<Record<FederatedName, string>>;
  /** Names of everybody, local users first. */
  readonly everybody: readonly string[];
  readonly crewId: string;
  readonly localGroupId: string;
  readonly role: { id: string; name: string };
  /** Tokens of anna's sessions; who refreshes one keeps the new one here. */
  readonly tokens: { online: string; offline: string; access: string; checked: string; leaving: string };
  /** Keycloak's admin API, below the realm. */
  admin(method: string, path: string, body?: unknown): Promise<Reply>;
  /** An OpenID Connect endpoint of the realm, as the confidential client that may introspect. */
  post(endpoint: string, form: Record<string, string>): Promise<Reply>;
  /** The number of failed logins that count towards a lock-out. */
  failures(name: FederatedName): Promise<number>;
  evict(): Promise<void>;
}

/** Anna has sessions and is in a group; berta and clara sign in, each at her own pace, because Keycloak lets one user try once at a time. */
export const federatedNames = ['anna', 'berta', 'clara'] as const;
export type FederatedName = (typeof federatedNames)[number];
export const localNames = ['local', 'mail@like.test'] as const;

export const usernameOf = (name: string): string => `${name}@acme.test`;

async function read(response: Response): Promise<Reply> {
  const text = await response.text();
  return { status: response.status, body: /^[[{\d]/.test(text) ? JSON.parse(text) : {} };
}

async function addClients(realm: TestRealm): Promise<void> {
  await realm.admin.clients.create({
    clientId: checker.client_id,
    secret: checker.client_secret,
    directAccessGrantsEnabled: true,
    protocolMappers: [
      {
        name: 'self',
        protocol: 'openid-connect',
        protocolMapper: 'oidc-audience-mapper',
        config: { 'included.client.audience': checker.client_id, 'access.token.claim': 'true' },
      },
    ],
  });
  const [app] = await realm.admin.clients.find({ clientId: 'test-app' });
  await realm.admin.clients.addProtocolMapper(
    { id: app?.id ?? '' },
    {
      name: 'groups',
      protocol: 'openid-connect',
      protocolMapper: 'oidc-group-membership-mapper',
      config: { 'claim.name': 'groups', 'full.path': 'true', 'access.token.claim': 'true' },
    },
  );
}

/** Where the users come from: a federation of that name with everybody in it, anna in the group Crew. */
export type StageSource = (
  bridge: BridgeUnderTest,
  slug: string,
  extras: readonly string[],
) => Promise<{
  scim: ScimCalls;
  token: string;
  /** Of the three who have names, in their order. */
  ids: string[];
  crewId: string;
}>;

const pushedByScim: StageSource = async (bridge, slug, extras) => {
  const { scim, token } = await addDirectory(bridge, slug);
  const ids: string[] = [];
  for (const name of federatedNames) ids.push(await pushUser(scim, name));
  for (const name of extras) await pushUser(scim, name, { password: undefined });
  const members = [{ value: ids[0] }];
  const crew = await scim('POST', '/Groups', { schemas: [groupSchema], displayName: 'Crew', members });
  return { scim, token, ids, crewId: crew.body.id };
};

export async function setOutageStage(
  mode: Mode,
  bridge: BridgeUnderTest,
  proxy: Pick<FaultProxy, 'url'>,
  extraUsers = 0,
  server: KeycloakServer = inject('keycloak'),
  source: StageSource = pushedByScim,
): Promise<OutageStage> {
  const slug = `acme-${randomBytes(3).toString('hex')}`;
  const extras = Array.from({ length: extraUsers }, (_, n) => `extra${n}`);
  const { scim, token, ids: scimIds, crewId } = await source(bridge, slug, extras);

  const realm = await createTestRealm(server);
  await keycloakAdmin('master', server).realms.update(
    { realm: realm.name },
    {
      bruteForceProtected: true,
      failureFactor: 1_000,
      quickLoginCheckMilliSeconds: 0,
      accessTokenLifespan: 3_600,
      eventsEnabled: true,
    },
  );
  await addClients(realm);
  for (const name of localNames) await addLocalUser(realm, name, localPassword);
  await realm.admin.roles.create({ name: 'duty' });
  const role = await realm.admin.roles.findOneByName({ name: 'duty' });
  const localGroup = await realm.admin.groups.create({ name: 'here' });
  const component = await addComponent(realm, {
    name: `outage-${mode}`,
    bridgeUrl: proxy.url,
    federation: slug,
    token,
    config: { importEnabled: String(mode === 'import') },
  });
  await component.connected();
  const idOf = (n: number): string => (mode === 'import' ? '' : `f:${component.id}:`) + (scimIds[n] ?? '');

  const stage: OutageStage = {
    mode,
    realm,
    component,
    scim,
    ids: { anna: idOf(0), berta: idOf(1), clara: idOf(2) },
    everybody: [...localNames, ...[...federatedNames, ...extras].map(usernameOf)],
    crewId,
    localGroupId: localGroup.id,
    role: { id: role?.id ?? '', name: 'duty' },
    tokens: { online: '', offline: '', access: '', checked: '', leaving: '' },
    admin: async (method, path, body) =>
      read(
        await fetch(`${server.url}/admin/realms/${realm.name}${path}`, {
          method,
          headers: {
            Authorization: `Bearer ${await realm.admin.getAccessToken()}`,
            'Content-Type': 'application/json',
          },
          ...(body !== undefined && { body: JSON.stringify(body) }),
          signal: AbortSignal.timeout(30_000),
        }),
      ),
    post: async (endpoint, form) =>
      read(
        await fetch(`${realm.url}/protocol/openid-connect/${endpoint}`, {
          method: 'POST',
          body: new URLSearchParams({ ...checker, ...form }),
          signal: AbortSignal.timeout(30_000),
        }),
      ),
    failures: async (name) => {
      const { body } = await stage.admin('GET', `/attack-detection/brute-force/users/${stage.ids[name]}`);
      return body.numFailures;
    },
    evict: async () => {
      const { status } = await component.call('POST', '/evict');
      if (status !== 204) throw new Error(`evict: ${status}`);
    },
  };
  // A source behind the bridge may need more than one try while everything is still starting.
  const granted = <T extends { status: number }>(ask: () => Promise<T>): Promise<T> =>
    eventually('a login', ask, ({ status }) => status === 200);
  const online = await granted(() => realm.login(usernameOf('anna'), userPassword));
  const offline = await granted(() => realm.login(usernameOf('anna'), userPassword, { scope: 'offline_access' }));
  const checked = await granted(() =>
    stage.post('token', {
      grant_type: 'password',
      scope: 'openid',
      username: usernameOf('anna'),
      password: userPassword,
    }),
  );
  stage.tokens.online = online.refreshToken ?? '';
  stage.tokens.access = online.accessToken ?? '';
  stage.tokens.offline = offline.refreshToken ?? '';
  stage.tokens.checked = checked.body.access_token;
  return stage;
}
