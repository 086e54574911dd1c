// Every way in which the bridge can fail, against what people and administrators must still be able to do. One realm, one
// component, a proxy in between; Keycloak's user cache is emptied in each outage, so that nothing is saved by it.
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Fault, type FaultProxy, outrightFaults, startFaultProxy } from '../support/fault-proxy.ts';
import {
  addComponent,
  addDirectory,
  addLocalUser,
  type Component,
  eventually,
  pushUser,
  setByScim,
  timed,
  userPassword,
} from '../support/federated-realm.ts';
import { createTestRealm, keycloakAdmin, type TestRealm } from '../support/keycloak.ts';
import { type BridgeUnderTest, type ScimCalls, startBridge } from '../support/running-bridge.ts';

const localPassword = 'Break-Glass-42';
const checker = { client_id: 'checker', client_secret: 'checker-secret' };
/** Far above what is expected, far below what a hang would cost: other work runs on the same cores. */
const boundMs = 6_000;
const userCount = 12;

let bridge: BridgeUnderTest;
let proxy: FaultProxy;
let realm: TestRealm;
let component: Component;
let scim: ScimCalls;
let annaId = '';
let session = '';
let offline = '';
let roleId = '';
let checkerToken = '';
let people = 0;

async function post(path: string, form: Record<string, string>): Promise<Record<string, unknown>> {
  const response = await fetch(`${realm.url}/protocol/openid-connect/${path}`, {
    method: 'POST',
    body: new URLSearchParams(form),
    signal: AbortSignal.timeout(15_000),
  });
  const body: Record<string, unknown> = JSON.parse(await response.text());
  return body;
}

beforeAll(async () => {
  bridge = await startBridge();
  proxy = await startFaultProxy(bridge.url);
  const directory = await addDirectory(bridge, 'acme');
  scim = directory.scim;
  annaId = await pushUser(scim, 'anna');
  for (let n = 1; n < userCount; n++) await pushUser(scim, `user${n}`);
  realm = await createTestRealm();
  await keycloakAdmin().realms.update(
    { realm: realm.name },
    { bruteForceProtected: true, failureFactor: 30, quickLoginCheckMilliSeconds: 0, accessTokenLifespan: 3_600 },
  );
  component = await addComponent(realm, {
    name: 'outage-import',
    bridgeUrl: proxy.url,
    federation: 'acme',
    token: directory.token,
  });
  await component.connected();
  await addLocalUser(realm, 'local', localPassword);
  await addLocalUser(realm, 'mail@like.test', localPassword);
  people = await realm.admin.users.count();
  expect(people).toBe(userCount + 2);

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
  const anna = { username: 'anna@acme.test', password: userPassword };
  const token = await post('token', { ...checker, grant_type: 'password', scope: 'openid', ...anna });
  checkerToken = String(token['access_token']);
  session = (await realm.login('anna@acme.test', userPassword)).refreshToken ?? '';
  offline = (await realm.login('anna@acme.test', userPassword, { scope: 'offline_access' })).refreshToken ?? '';
  await realm.admin.roles.create({ name: 'duty' });
  roleId = (await realm.admin.roles.findOneByName({ name: 'duty' }))?.id ?? '';
});

afterAll(async () => {
  await realm?.drop();
  await proxy?.close();
  await bridge?.close();
});

const failures = async () => (await realm.admin.attackDetection.findOne({ id: annaId }))?.['numFailures'];

/** What must hold whether the bridge answers or not. */
async function expectSessionsLive(): Promise<void> {
  const refreshed = await timed(() => realm.refresh(session));
  expect(refreshed.value.status, JSON.stringify(refreshed.value)).toBe(200);
  expect(refreshed.ms).toBeLessThan(boundMs);
  session = refreshed.value.refreshToken ?? '';
  const renewed = await realm.refresh(offline);
  expect(renewed.status, JSON.stringify(renewed)).toBe(200);
  offline = renewed.refreshToken ?? '';
  expect((await realm.userinfo(refreshed.value.accessToken ?? '')).status).toBe(200);
  expect(await post('token/introspect', { ...checker, token: checkerToken })).toMatchObject({ active: true });
}

async function expectAdministration(): Promise<void> {
  expect((await realm.admin.users.findOne({ id: annaId }))?.enabled).toBe(true);
  const { value: rows, ms } = await timed(() => realm.admin.users.find({ max: 100 }));
  expect(ms).toBeLessThan(boundMs);
  expect(rows).toHaveLength(people);
  expect(rows.filter(({ enabled }) => !enabled)).toEqual([]);
  expect(await realm.admin.users.count()).toBe(people);
  const grant = { id: annaId, roles: [{ id: roleId, name: 'duty' }] };
  await realm.admin.users.addRealmRoleMappings(grant);
  await realm.admin.users.delRealmRoleMappings(grant);
  await realm.admin.users.update({ id: annaId }, { requiredActions: ['VERIFY_EMAIL'] });
  expect((await realm.admin.users.findOne({ id: annaId }))?.requiredActions).toEqual(['VERIFY_EMAIL']);
  await realm.admin.users.update({ id: annaId }, { requiredActions: [] });
  await expect(realm.admin.users.update({ id: annaId }, { firstName: 'Changed' })).rejects.toThrow();
  expect((await realm.admin.users.findOne({ id: annaId }))?.firstName).toBe('anna');
}

async function expectOthersUntouched(): Promise<void> {
  for (const username of ['local', 'mail@like.test']) {
    const { value, ms } = await timed(() => realm.login(username, localPassword));
    expect(value.status, JSON.stringify(value)).toBe(200);
    expect(ms).toBeLessThan(boundMs);
  }
  expect((await timed(() => keycloakAdmin().realms.findOne({ realm: 'master' }))).ms).toBeLessThan(boundMs);
  const unknown = await timed(() => realm.login('nobody-at-all', userPassword));
  expect(unknown.value.error).toBe('invalid_grant');
  expect(unknown.ms).toBeLessThan(boundMs);
}

async function expectPasswordsUnchecked(): Promise<void> {
  for (const password of [userPassword, 'wrong']) {
    const { value, ms } = await timed(() => realm.login('anna@acme.test', password));
    expect(value).toMatchObject({ status: 503, error: 'temporarily_unavailable' });
    expect(ms).toBeLessThan(boundMs);
  }
}

async function expectSyncToFail(kind: 'full' | 'changed'): Promise<void> {
  const { value, ms } = await timed(() => component.sync(kind));
  expect(value.failed, JSON.stringify(value)).toBeGreaterThan(0);
  expect(value.removed).toBe(0);
  expect(value.status).toMatch(/could not be read/);
  expect(ms).toBeLessThan(10_000);
}

const warnings = async (): Promise<number> => {
  const log = await readFile(inject('keycloak').logFile, 'utf8');
  return log.split('\n').filter((line) => line.includes('unavailable to component outage-import')).length;
};

async function expectRecovery(): Promise<void> {
  await eventually(
    'the login after the outage',
    () => realm.login('anna@acme.test', userPassword),
    ({ status }) => status === 200,
    10_000,
  );
  expect(await failures()).toBe(0);
  expect(await realm.admin.users.count()).toBe(people);
  await component.connected();
}

/** `maybe`: the fault lets some answers through, so a sync may also succeed. */
interface Outage {
  name: string;
  fault?: Fault;
  config?: Record<string, string>;
  syncs?: 'maybe';
  /** Whether a changed sync is tried too: where it waits for its deadline, once is enough. */
  changedSync?: boolean;
}

const outages: Outage[] = [
  ...outrightFaults.map((fault) => ({ name: fault, fault, changedSync: fault !== 'drip-feed' })),
  { name: 'slow', fault: 'slow', syncs: 'maybe' },
  { name: 'TLS stall', config: {} },
  { name: 'unknown host', config: { bridgeUrl: 'http://no-such-host.invalid:8080' } },
];

describe.each(outages)('while the bridge fails with $name', ({ name, fault, config, syncs, changedSync }) => {
  test('sessions, administration and other users go on, and nobody is lost', async () => {
    const warned = await warnings();
    if (fault) await proxy.set(fault);
    else await component.configure(name === 'TLS stall' ? { bridgeUrl: proxy.silentUrl } : (config ?? {}));
    try {
      expect((await component.call('POST', '/evict')).status).toBe(204);
      const syncing = Promise.allSettled([syncs === 'maybe' ? component.sync('full') : expectSyncToFail('full')]);
      await Promise.all([
        expectSessionsLive(),
        expectPasswordsUnchecked(),
        expectAdministration(),
        expectOthersUntouched(),
      ]);
      expect((await syncing)[0]).toMatchObject({ status: 'fulfilled' });
      if (syncs !== 'maybe') {
        await eventually(
          'the loss of the lease',
          component.status,
          ({ lease, state }) => !lease && state !== 'connected',
        );
      }
      expect((await component.call('POST', '/evict')).status).toBe(204);
      await Promise.all([
        expectSessionsLive(),
        ...(changedSync ? [expectSyncToFail('changed')] : []),
        realm.admin.users.findOne({ id: annaId }).then((user) => expect(user?.enabled).toBe(true)),
      ]);
      expect(await warnings()).toBeLessThanOrEqual(warned + 1);
    } finally {
      await proxy.set('pass');
      if (!fault) await component.configure({ bridgeUrl: proxy.url });
    }
    await expectRecovery();
  });
});

test('a bridge that answers every other time harms nobody', async () => {
  await proxy.set('flapping');
  try {
    await component.call('POST', '/evict');
    await expectSessionsLive();
    await expectOthersUntouched();
    for (let n = 0; n < 4; n++)
      expect([200, 503]).toContain((await realm.login('anna@acme.test', userPassword)).status);
    expect((await component.sync('full')).removed).toBe(0);
    expect(await realm.admin.users.count()).toBe(people);
  } finally {
    await proxy.set('pass');
  }
  await expectRecovery();
});

test.each<Fault>(['refused', 'hang'])(
  'in an outage (%s) the component can be disabled, moved and enabled again',
  async (fault) => {
    await proxy.set(fault);
    try {
      await component.configure({ priority: '7' });
      await component.configure({ enabled: 'false' });
      expect((await realm.login('local', localPassword)).status).toBe(200);
      await component.configure({ enabled: 'true', priority: '0' });
      expect((await realm.admin.users.findOne({ id: annaId }))?.enabled).toBe(true);
      expect(await realm.admin.users.count()).toBe(people);
    } finally {
      await proxy.set('pass');
    }
    await expectRecovery();
  },
);

test('sixty logins that wait for a hanging bridge leave the others as they were', async () => {
  await keycloakAdmin().realms.update({ realm: realm.name }, { bruteForceProtected: false });
  await proxy.set('hang');
  try {
    // Keycloak's own protection lets a user make one attempt at a time; without it all of them get to the bridge.
    const stampede = Array.from({ length: 60 }, () => realm.login('anna@acme.test', userPassword));
    await expectOthersUntouched();
    const answers = await Promise.all(stampede);
    expect(answers.filter(({ status }) => status !== 503)).toEqual([]);
    await expectOthersUntouched();
  } finally {
    await proxy.set('pass');
    await keycloakAdmin().realms.update({ realm: realm.name }, { bruteForceProtected: true });
  }
  await expectRecovery();
});

test('after all of this a change arrives, a wrong password counts, and lists cost no call', async () => {
  await setByScim(scim, annaId, 'name.givenName', 'Annabel');
  await eventually(
    'the changed name',
    () => realm.getUser('anna@acme.test'),
    (user) => user?.firstName === 'Annabel',
  );
  expect((await realm.login('anna@acme.test', 'wrong')).error).toBe('invalid_grant');
  expect(await failures()).toBe(1);
  await component.call('POST', '/evict');
  proxy.resetCounts();
  expect(await realm.admin.users.find({ max: 100 })).toHaveLength(people);
  expect([...proxy.counts()].filter(([path]) => !path.endsWith('/changes'))).toEqual([]);
  expect(await realm.refresh(session)).toMatchObject({ status: 200 });
});
