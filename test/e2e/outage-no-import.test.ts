// A component that doesn't import: what was seen last carries sessions through an outage, and nothing of Keycloak's is lost.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fault, type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
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
import { claimsOf, createTestRealm, type TestRealm } from '../support/keycloak.ts';
import { type BridgeUnderTest, type ScimCalls, startBridge } from '../support/running-bridge.ts';

const localPassword = 'Break-Glass-42';
const boundMs = 6_000;

let bridge: BridgeUnderTest;
let proxy: FaultProxy;
let realm: TestRealm;
let component: Component;
let scim: ScimCalls;
let scimId = '';
let session = '';
let offline = '';

beforeAll(async () => {
  bridge = await startBridge();
  proxy = await startFaultProxy(bridge.url);
  const directory = await addDirectory(bridge, 'acme');
  scim = directory.scim;
  scimId = await pushUser(scim, 'anna');
  await pushUser(scim, 'berta');
  realm = await createTestRealm();
  await addLocalUser(realm, 'local', localPassword);
  component = await addComponent(realm, {
    name: 'outage-no-import',
    bridgeUrl: proxy.url,
    federation: 'acme',
    token: directory.token,
    config: { importEnabled: 'false' },
  });
  await component.connected();
  session = (await realm.login('anna@acme.test', userPassword)).refreshToken ?? '';
  offline = (await realm.login('anna@acme.test', userPassword, { scope: 'offline_access' })).refreshToken ?? '';
});

afterAll(async () => {
  await realm?.drop();
  await proxy?.close();
  await bridge?.close();
});

async function expectSessionsLive(): Promise<void> {
  const refreshed = await timed(() => realm.refresh(session));
  expect(refreshed.value.status, JSON.stringify(refreshed.value)).toBe(200);
  expect(refreshed.ms).toBeLessThan(boundMs);
  session = refreshed.value.refreshToken ?? '';
  expect(claimsOf(refreshed.value.accessToken ?? '')['preferred_username']).toBe('anna@acme.test');
  const renewed = await realm.refresh(offline);
  expect(renewed.status, JSON.stringify(renewed)).toBe(200);
  offline = renewed.refreshToken ?? '';
}

test('users are served live: listed, counted, found and signed in, and a change is seen at once', async () => {
  expect(await realm.admin.users.count()).toBe(3);
  expect((await realm.admin.users.find({ max: 100 })).map(({ username }) => username).sort()).toEqual([
    'anna@acme.test',
    'berta@acme.test',
    'local',
  ]);
  expect((await realm.getUser('anna@acme.test'))?.id).toBe(`f:${component.id}:${scimId}`);
  await setByScim(scim, scimId, 'name.givenName', 'Annabel');
  await eventually(
    'the changed name',
    () => realm.getUser('anna@acme.test'),
    (user) => user?.firstName === 'Annabel',
  );
});

const faults: Fault[] = ['refused', '401', '404-json', '503', 'wrong-json', 'hang'];

describe.each(faults)('while the bridge fails with %s', (fault) => {
  test('sessions go on and local users are untouched', async () => {
    await proxy.set(fault);
    try {
      await component.call('POST', '/evict');
      await Promise.all([
        expectSessionsLive(),
        timed(() => realm.login('local', localPassword)).then(({ value, ms }) => {
          expect(value.status).toBe(200);
          expect(ms).toBeLessThan(boundMs);
        }),
        realm.login('anna@acme.test', userPassword).then(({ status }) => expect(status).toBe(503)),
        realm.login('anna@acme.test', 'wrong').then(({ status }) => expect(status).toBe(503)),
        realm.login('nobody-at-all', 'x').then(({ error }) => expect(error).toBe('invalid_grant')),
      ]);
      const { value: rows, ms } = await timed(() => realm.admin.users.find({ max: 100 }));
      expect(ms).toBeLessThan(boundMs);
      expect(rows.filter(({ username }) => username === 'local')).toHaveLength(1);
      expect(await realm.admin.users.count()).toBeGreaterThanOrEqual(1);
      await eventually('the loss of the lease', component.status, ({ lease }) => !lease);
      await component.call('POST', '/evict');
      await expectSessionsLive();
    } finally {
      await proxy.set('pass');
    }
    await eventually(
      'the login after the outage',
      () => realm.login('anna@acme.test', userPassword),
      ({ status }) => status === 200,
      10_000,
    );
    await component.connected();
    await expectSessionsLive();
    expect(await realm.admin.users.count()).toBe(3);
  });
});

test('a deactivated user is out, with all sessions', async () => {
  await setByScim(scim, scimId, 'active', false);
  for (const token of [session, offline]) {
    const refused = await eventually(
      'the refused refresh',
      () => realm.refresh(token),
      ({ status }) => status !== 200,
    );
    expect(refused.error).toBe('invalid_grant');
  }
  expect((await realm.login('anna@acme.test', userPassword)).status).not.toBe(200);
});
