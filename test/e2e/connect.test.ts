// Connecting a real Keycloak: what the plan promises, what is there afterwards, and that repeating it does no harm.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type ConnectInput, type ConnectResult, connectRealm } from '../../bridge/keycloak/connect.ts';
import { ConnectRefusedError } from '../../bridge/keycloak/errors.ts';
import { pinnedComponentId } from '../../bridge/keycloak/pinned-id.ts';
import {
  claimsOf,
  createTestClient,
  keycloakAdmin,
  type TestRealm,
  testClientId,
  useRealm,
} from '../support/keycloak.ts';
import { freePort } from '../support/postgres-setup.ts';
import { type BridgeUnderTest, type ScimCalls, startBridge } from '../support/running-bridge.ts';

const password = 'Correct-Horse-7';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const realmName = `connect-${randomBytes(4).toString('hex')}`;
const componentId = pinnedComponentId(realmName, 'acme');

let bridge: BridgeUnderTest;
let scim: ScimCalls;
let realm: TestRealm;
let failoverPassword = '';

beforeAll(async () => {
  bridge = await startBridge();
  const { directories, federations } = bridge.services;
  await directories.createDirectory({ slug: 'acme-entra' });
  const { token } = await directories.createToken('acme-entra', {});
  scim = bridge.scim('acme-entra', token);
  await federations.createFederation({ slug: 'acme' });
  await federations.addDirectory('acme', 'acme-entra');
  await pushUser('anna');
  realm = useRealm(realmName);
});

afterAll(async () => {
  await realm?.drop().catch(() => undefined);
  await bridge?.close();
});

async function pushUser(name: string): Promise<string> {
  const created = await scim('POST', '/Users', {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', enterprise],
    userName: name,
    active: true,
    name: { givenName: name, familyName: 'Quist' },
    emails: [{ value: `${name}@acme.test`, type: 'work', primary: true }],
    password,
    [enterprise]: { department: 'Sales' },
  });
  expect(created.status, JSON.stringify(created.body)).toBe(201);
  return created.body.id;
}

function inputFor(over: Partial<ConnectInput> = {}): ConnectInput {
  const { url, adminUsername, adminPassword } = inject('keycloak');
  return {
    federations: bridge.services.federations,
    keycloak: { url, credentials: { username: adminUsername, password: adminPassword } },
    realm: realmName,
    federation: 'acme',
    bridgeUrl: bridge.url,
    ...over,
  };
}

const connect = (over: Partial<ConnectInput> = {}): Promise<ConnectResult> => connectRealm(inputFor(over));

const textsOf = (result: ConnectResult, status: string) =>
  result.steps.filter((step) => step.status === status).map(({ text }) => text);

const liveTokens = async () =>
  (await bridge.services.federations.listTokens('acme')).filter(({ revokedAt }) => revokedAt === null);

async function readComponent() {
  const component = await realm.admin.components.findOne({ id: componentId });
  if (!component) throw new Error('the component is absent');
  return component;
}

describe('the first time', () => {
  test('a realm that is absent is made only when that is asked for', async () => {
    await expect(connect()).rejects.toThrow(`There is no realm "${realmName}".`);
  });

  test('--dry-run says what would be done, and does nothing', async () => {
    const planned = await connect({ createRealm: true, dryRun: true });
    expect(planned).toMatchObject({ dryRun: true, changed: true, componentId });
    expect(textsOf(planned, 'planned').length).toBeGreaterThan(5);
    expect(await keycloakAdmin().realms.findOne({ realm: realmName })).toBeNull();
    expect(await bridge.services.federations.listReservedUsernames('acme')).toEqual([]);
    expect(await bridge.services.federations.listTokens('acme')).toEqual([]);
  });

  test('it does what was planned', async () => {
    const planned = textsOf(await connect({ createRealm: true, dryRun: true }), 'planned');
    const seen: string[] = [];
    const connected = await connect({ createRealm: true, onStep: ({ text }) => seen.push(text) });
    expect(connected.failure).toBeUndefined();
    expect(textsOf(connected, 'done')).toEqual(planned);
    expect(seen).toEqual(connected.steps.map(({ text }) => text));
    expect(connected).toMatchObject({ realmCreated: true, componentId, sync: { failed: 0, users: 2 } });
    failoverPassword = connected.failoverAdmin.password ?? '';
    await createTestClient(realm);
  });

  test('the component has its pinned id, imports, and keeps its token to itself', async () => {
    const { providerId, config } = await readComponent();
    expect(providerId).toBe('realmbridge');
    expect(config).toMatchObject({
      enabled: ['true'],
      importEnabled: ['true'],
      bridgeUrl: [bridge.url],
      federation: ['acme'],
      groupsParent: ['/realmbridge'],
    });
    expect(JSON.stringify(config)).not.toMatch(/rb_federation/);
  });

  test('an imported user signs in, and administrators see where it comes from', async () => {
    expect((await realm.login('anna', password)).status).toBe(200);
    expect(await realm.getUser('anna')).toMatchObject({
      federationLink: componentId,
      attributes: expect.objectContaining({ department: ['Sales'] }),
    });
  });

  test('a client that is made afterwards has the groups claim, with the path of the group', async () => {
    const id = await pushUser('berta');
    const group = await scim('POST', '/Groups', {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
      displayName: 'Sales',
      members: [{ value: id }],
    });
    expect(group.status).toBe(201);
    await expect
      .poll(async () => claimsOf((await realm.login('berta', password)).accessToken ?? '..')['groups'], {
        timeout: 60_000,
        interval: 200,
      })
      .toEqual(['/realmbridge/acme-entra/Sales']);
  });
});

describe('the failover admin', () => {
  test('is a local account with the whole administration of the realm', async () => {
    const user = await realm.getUser('failover-admin');
    expect(user).toMatchObject({ enabled: true });
    expect(user?.federationLink).toBeUndefined();

    const login = await realm.login('failover-admin', failoverPassword, { clientId: 'admin-cli' });
    expect(login.status, login.errorDescription).toBe(200);
    const { url } = inject('keycloak');
    const asAdmin = (path: string, init: RequestInit = {}) =>
      fetch(`${url}/admin/realms/${realmName}${path}`, {
        ...init,
        headers: { authorization: `Bearer ${login.accessToken}`, 'content-type': 'application/json' },
        signal: AbortSignal.timeout(30_000),
      });
    expect((await asAdmin('/users?max=1')).status).toBe(200);
    expect((await asAdmin('/components', { method: 'GET' })).status).toBe(200);
    expect(
      (await asAdmin('/roles', { method: 'POST', body: JSON.stringify({ name: 'made-by-failover' }) })).status,
    ).toBe(201);
  });

  test('is never shadowed by a user of the same name that a directory pushes later', async () => {
    await pushUser('failover-admin');
    expect((await realm.login('failover-admin', password)).status).not.toBe(200);
    expect((await realm.login('failover-admin', failoverPassword)).status).toBe(200);
    expect((await realm.getUser('failover-admin'))?.federationLink).toBeUndefined();
  });

  test('gets a new password on demand, which is shown once', async () => {
    const reset = await connect({ failoverAdmin: { resetPassword: true } });
    expect(reset.failoverAdmin.password).toMatch(/^.{30,}$/);
    expect(reset.failoverAdmin.password).not.toBe(failoverPassword);
    expect((await realm.login('failover-admin', failoverPassword)).status).not.toBe(200);
    failoverPassword = reset.failoverAdmin.password ?? '';
    expect((await realm.login('failover-admin', failoverPassword)).status).toBe(200);
    const given = await connect({ failoverAdmin: { resetPassword: true, password: 'Given-By-Me-77' } });
    expect(given.failoverAdmin.password).toBeUndefined();
    failoverPassword = 'Given-By-Me-77';
    expect((await realm.login('failover-admin', failoverPassword)).status).toBe(200);
  });

  test('is refused when a directory has a user of that name, before anything is changed', async () => {
    const refused = connect({ failoverAdmin: { username: 'anna' } });
    await expect(refused).rejects.toThrow(ConnectRefusedError);
    await expect(refused).rejects.toThrow(/Directory "acme-entra" has a user "anna"/);
    const reserved = await bridge.services.federations.listReservedUsernames('acme');
    expect(reserved.map(({ usernameKey }) => usernameKey)).toEqual(['failover-admin']);
  });

  test('is refused when somebody registered under that name: nobody gets realm-admin by choosing a name', async () => {
    await realm.admin.users.create({ username: 'mallory', enabled: true });
    await expect(connect({ failoverAdmin: { username: 'mallory' } })).rejects.toThrow(/not made by connect/);
    const { id = '' } = (await realm.getUser('mallory')) ?? {};
    expect((await realm.admin.users.listRoleMappings({ id })).clientMappings).toBeUndefined();
  });
});

describe('again', () => {
  test('there is nothing to do', async () => {
    const before = await readComponent();
    const again = await connect({ createRealm: true });
    expect(again).toMatchObject({ changed: false, realmCreated: false, componentId });
    expect(again.steps.every(({ status }) => status === 'unchanged')).toBe(true);
    expect(again.token).toBeUndefined();
    expect(again.failoverAdmin).toEqual({ username: 'failover-admin' });
    expect(await readComponent()).toEqual(before);
    expect(await liveTokens()).toHaveLength(1);
    expect(await connect({ dryRun: true })).toMatchObject({ changed: false });
  });

  test('what drifted is set right, and the masked token stays the one it was', async () => {
    const drifted = await readComponent();
    const config = {
      ...drifted.config,
      bridgeUrl: ['http://127.0.0.1:9'],
      enabled: ['false'],
      fullSyncPeriod: ['604800'],
    };
    await realm.admin.components.update({ id: componentId }, { ...drifted, config });
    const [token] = await liveTokens();
    const repaired = await connect();
    expect(repaired.failure).toBeUndefined();
    expect(repaired.sync).toMatchObject({ failed: 0 });
    expect(textsOf(repaired, 'done')[0]).toContain(`bridgeUrl http://127.0.0.1:9 → ${bridge.url}`);
    expect((await readComponent()).config).toMatchObject({
      bridgeUrl: [bridge.url],
      enabled: ['true'],
      fullSyncPeriod: ['604800'],
    });
    expect((await liveTokens()).map(({ id }) => id)).toEqual([token?.id]);
    expect((await realm.login('anna', password)).status).toBe(200);
  });

  test('--rotate-token puts a new token in place of the old one, without a gap', async () => {
    const [old] = await liveTokens();
    const rotated = await connect({ rotateToken: true });
    expect(rotated.failure).toBeUndefined();
    expect(rotated.sync).toMatchObject({ failed: 0 });
    const live = await liveTokens();
    expect(live.map(({ id }) => id)).toEqual([rotated.token?.id]);
    expect(live[0]?.id).not.toBe(old?.id);
  });

  test('a token that was revoked is replaced', async () => {
    const [old] = await liveTokens();
    await bridge.services.federations.revokeToken('acme', old?.id ?? '');
    const repaired = await connect();
    expect(repaired.failure).toBeUndefined();
    expect(repaired.token).toBeDefined();
    expect((await connect()).changed).toBe(false);
  });

  test('clients that were there before get the groups claim only when they are named', async () => {
    await realm.admin.clients.create({ clientId: 'legacy', publicClient: true, defaultClientScopes: ['basic'] });
    const remarked = await connect();
    expect(remarked.changed).toBe(false);
    expect(remarked.notes.join()).toMatch(/legacy/);
    expect(remarked.notes.join()).not.toMatch(new RegExp(`${testClientId}|admin-cli|account`));
    const given = await connect({ clients: ['legacy'] });
    expect(textsOf(given, 'done')).toEqual(['give client "legacy" the groups claim']);
    expect((await connect({ clients: 'all' })).changed).toBe(false);
  });

  test('theme and help link are set once, outlive runs without them, and are taken back', async () => {
    const look = async () => {
      const { loginTheme, accountTheme, attributes, displayName, bruteForceProtected } =
        (await realm.admin.realms.findOne({ realm: realmName })) ?? {};
      const helpUrl = attributes?.['realmbridge.helpUrl'];
      return { loginTheme, accountTheme, helpUrl, displayName, bruteForceProtected };
    };
    await realm.admin.realms.update({ realm: realmName }, { displayName: 'Acme', bruteForceProtected: true });
    const own = { displayName: 'Acme', bruteForceProtected: true };
    const wish = { theme: 'realmbridge', helpUrl: 'https://help.acme.test' };
    const planned = await connect({ ...wish, dryRun: true });
    expect(textsOf(planned, 'planned')).toEqual([
      'pages: login theme Keycloak\'s default → "realmbridge", account theme Keycloak\'s default → "realmbridge", help link none → https://help.acme.test',
    ]);
    expect(await look()).toMatchObject({ ...own, helpUrl: undefined });
    expect((await connect(wish)).failure).toBeUndefined();
    const dressed = { ...own, loginTheme: 'realmbridge', accountTheme: 'realmbridge', helpUrl: wish.helpUrl };
    expect(await look()).toEqual(dressed);
    expect((await connect(wish)).changed).toBe(false);
    expect((await connect()).changed).toBe(false);
    await expect(connect({ theme: 'nowhere' })).rejects.toThrow(/no login and no account theme "nowhere"/);
    expect((await connect({ theme: '', helpUrl: '' })).failure).toBeUndefined();
    expect(await look()).toMatchObject({ ...own, helpUrl: undefined });
    expect((await connect({ theme: '', helpUrl: '' })).changed).toBe(false);
  });

  test('while the bridge is down everything but the import is done, and the failure says so', async () => {
    await bridge.stop();
    try {
      const tried = await connect({ rotateToken: true });
      expect(tried.failure).toMatchObject({
        step: 'import users and groups (full sync)',
        message: expect.stringMatching(/could not import/),
        remedy: expect.stringContaining('doctor'),
      });
      expect(textsOf(tried, 'failed')).toHaveLength(1);
    } finally {
      await bridge.start();
    }
    expect((await connect()).changed).toBe(false);
  });
});

test('a Keycloak that is not there, is something else or refuses the login is told in words', async () => {
  const { url, adminUsername, adminPassword } = inject('keycloak');
  const credentials = { username: adminUsername, password: adminPassword };
  await expect(connect({ keycloak: { url: `http://127.0.0.1:${await freePort()}`, credentials } })).rejects.toThrow(
    /can't be reached/,
  );
  await expect(connect({ keycloak: { url: bridge.url, credentials } })).rejects.toThrow(
    /has no realm "master"|did not answer as Keycloak/,
  );
  await expect(connect({ keycloak: { url, credentials: { username: 'admin', password: 'wrong' } } })).rejects.toThrow(
    /refused the login/,
  );
});
