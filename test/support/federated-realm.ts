// A realm whose users come from a bridge, for tests of the provider: its component, its status and its syncs.
import { setTimeout as sleep } from 'node:timers/promises';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { createTestRealm, keycloakAdmin, type TestRealm } from './keycloak.ts';
import { type BridgeUnderTest, type ScimCalls, startBridge } from './running-bridge.ts';
import { enterprise, patchOp, userSchema } from './scim.ts';

export const userPassword = 'Correct-Horse-7';

/** What `/admin/realms/{realm}/realmbridge` says of a component, as far as tests look at it; what is unknown is left out. */
export interface ComponentStatus {
  id: string;
  state: string;
  lease: boolean;
  lastError?: string;
  lastErrorAt?: number;
  lastEventAt?: number;
  lastAppliedAt?: number;
  removalsHeld?: string;
  bindings?: { directory: string; kind: string; alias: string; state: string; detail: string }[];
  /** By group, why it lacks a role that it is mapped to. */
  rolesRefused?: Record<string, string[]>;
  counts: { users: number; added: number; updated: number; removed: number; failed: number };
}

export interface SyncAnswer {
  status?: string;
  ignored?: boolean;
  added?: number;
  updated?: number;
  removed?: number;
  failed?: number;
}

export interface Component {
  readonly id: string;
  readonly name: string;
  status(): Promise<ComponentStatus>;
  /** Until the feed is connected. */
  connected(): Promise<void>;
  sync(kind: 'full' | 'changed'): Promise<SyncAnswer>;
  /** Changes some of the component's configuration. */
  configure(config: Record<string, string>): Promise<void>;
  /** A call of the provider's admin resource, below the component. */
  call(method: string, path: string): Promise<{ status: number; body: Record<string, unknown> }>;
}

/** Tries until it holds: a change travels through the feed, which takes its time on a busy machine. */
export async function eventually<T>(
  what: string,
  read: () => Promise<T>,
  holds: (value: T) => boolean,
  withinMs = 60_000,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (Date.now() > deadline) throw new Error(`${what} did not happen: ${JSON.stringify(value)}`);
    await sleep(100);
  }
}

/** How long it took, beside what came of it. */
export async function timed<T>(work: () => Promise<T>): Promise<{ value: T; ms: number }> {
  const start = performance.now();
  const value = await work();
  return { value, ms: performance.now() - start };
}

/** A component that is there already, as seen through the realm's server. */
export function useComponent(realm: TestRealm, id: string, name: string): Component {
  const base = `${realm.server.url}/admin/realms/${realm.name}/realmbridge/${id}`;

  async function call(method: string, path: string): Promise<Response> {
    const token = await realm.admin.getAccessToken();
    return fetch(`${base}${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(30_000),
    });
  }

  async function status(): Promise<ComponentStatus> {
    const response = await call('GET', '');
    const text = await response.text();
    if (response.status !== 200) throw new Error(`status: ${response.status} ${text}`);
    return JSON.parse(text);
  }

  return {
    id,
    name,
    status,
    async connected() {
      await eventually('the connection', status, ({ lease }) => lease);
    },
    sync: (kind) =>
      realm.admin.userStorageProvider.sync({
        id,
        action: kind === 'full' ? 'triggerFullSync' : 'triggerChangedUsersSync',
      }),
    async configure(config) {
      const component = await realm.admin.components.findOne({ id });
      const entries = Object.entries(config).map(([key, value]) => [key, [value]]);
      await realm.admin.components.update(
        { id },
        { ...component, config: { ...component?.config, ...Object.fromEntries(entries) } },
      );
    },
    async call(method, path) {
      const response = await call(method, path);
      const text = await response.text();
      return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : {} };
    },
  };
}

/** Adds a component for the federation. Users arrive by its first full sync, which the feed makes by itself. */
export async function addComponent(
  realm: TestRealm,
  settings: { name: string; bridgeUrl: string; federation: string; token: string; config?: Record<string, string> },
): Promise<Component> {
  const parent = await keycloakAdmin(realm.name, realm.server).realms.findOne({ realm: realm.name });
  const config = {
    enabled: 'true',
    priority: '0',
    importEnabled: 'true',
    fullSyncPeriod: '-1',
    changedSyncPeriod: '-1',
    cachePolicy: 'DEFAULT',
    bridgeUrl: settings.bridgeUrl,
    federation: settings.federation,
    token: settings.token,
    ...settings.config,
  };
  const { id } = await realm.admin.components.create({
    name: settings.name,
    providerId: 'realmbridge',
    providerType: 'org.keycloak.storage.UserStorageProvider',
    ...(parent?.id !== undefined && { parentId: parent.id }),
    config: Object.fromEntries(Object.entries(config).map(([key, value]) => [key, [value]])),
  });
  return useComponent(realm, id, settings.name);
}

/** A directory with a token, in a new federation of the same slug. */
export async function addDirectory(
  bridge: BridgeUnderTest,
  slug: string,
  name = slug,
): Promise<{ scim: ScimCalls; token: string }> {
  const { directories, federations } = bridge.services;
  await directories.createDirectory({ slug, name });
  const { token: scimToken } = await directories.createToken(slug, {});
  await federations.createFederation({ slug });
  await federations.addDirectory(slug, slug);
  const { token } = await federations.createToken(slug);
  return { scim: bridge.scim(slug, scimToken), token };
}

/** A realm with one component, the bridge behind it, and a proxy between the two that can fail. */
export interface FederatedRealm {
  readonly bridge: BridgeUnderTest;
  readonly proxy: FaultProxy;
  readonly realm: TestRealm;
  readonly component: Component;
  readonly scim: ScimCalls;
  /** The federation's. */
  readonly token: string;
  close(): Promise<void>;
}

/**
 * Sets up a bridge with the directory and federation `acme` and a realm whose component reads it; ready when the feed is connected.
 * `prepare` does what must be there before the component is.
 */
export async function createFederatedRealm(options: {
  /** The component's. */
  name: string;
  config?: Record<string, string>;
  realm?: Parameters<TestRealm['admin']['realms']['update']>[1];
  prepare?: (made: Omit<FederatedRealm, 'component' | 'close'>) => Promise<unknown>;
}): Promise<FederatedRealm> {
  const undo: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const one of undo.splice(0).reverse()) await one();
  };
  try {
    const bridge = await startBridge();
    undo.push(bridge.close);
    const proxy = await startFaultProxy(bridge.url);
    undo.push(proxy.close);
    const { scim, token } = await addDirectory(bridge, 'acme');
    const realm = await createTestRealm();
    undo.push(realm.drop);
    if (options.realm) await keycloakAdmin().realms.update({ realm: realm.name }, options.realm);
    await options.prepare?.({ bridge, proxy, realm, scim, token });
    const component = await addComponent(realm, {
      name: options.name,
      bridgeUrl: proxy.url,
      federation: 'acme',
      token,
      ...(options.config && { config: options.config }),
    });
    await component.connected();
    return { bridge, proxy, realm, component, scim, token, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Creates a user by SCIM and answers its id. */
export async function pushUser(scim: ScimCalls, name: string, more: Record<string, unknown> = {}): Promise<string> {
  const answer = await scim('POST', '/Users', {
    schemas: [userSchema, enterprise],
    externalId: name,
    userName: `${name}@acme.test`,
    active: true,
    emails: [{ primary: true, type: 'work', value: `${name}@acme.test` }],
    name: { familyName: 'Quist', givenName: name },
    password: userPassword,
    [enterprise]: { department: 'Sales' },
    ...more,
  });
  if (answer.status !== 201) throw new Error(`creating ${name}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body.id;
}

/** So many users at once, who can't sign in. */
export async function pushCrowd(scim: ScimCalls, size: number): Promise<void> {
  const names = Array.from({ length: size }, (_, n) => `crowd${n}@acme.test`);
  await Promise.all(names.map((userName) => scim('POST', '/Users', { schemas: [userSchema], userName, active: true })));
}

/** Sets one attribute of a user by PATCH. */
export async function setByScim(scim: ScimCalls, id: string, path: string, value: unknown): Promise<void> {
  const answer = await scim('PATCH', `/Users/${id}`, patchOp({ op: 'replace', path, value }));
  if (answer.status >= 300) throw new Error(`patching ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
}

/** A local user of the realm. */
export async function addLocalUser(realm: TestRealm, username: string, password: string): Promise<string> {
  const { id } = await realm.admin.users.create({
    username,
    enabled: true,
    firstName: 'Lo',
    lastName: 'Cal',
    email: `local-${username.replace('@', '-at-')}@here.test`,
    emailVerified: true,
    credentials: [{ type: 'password', value: password, temporary: false }],
  });
  return id;
}
