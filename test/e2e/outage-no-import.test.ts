// A component that doesn't import: users are served live, what was seen last carries sessions through an outage, and nothing of
// Keycloak's own is lost. What an outage does to each operation is in the failure table.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import { eventually, setByScim, userPassword } from '../support/federated-realm.ts';
import { type OutageStage, setOutageStage, usernameOf } from '../support/outage-stage.ts';
import { type BridgeUnderTest, startBridge } from '../support/running-bridge.ts';

const extraUsers = 100;

let bridge: BridgeUnderTest;
let proxy: FaultProxy;
let stage: OutageStage;
const scimId = (): string => stage.ids.anna.split(':')[2] ?? '';

beforeAll(async () => {
  bridge = await startBridge();
  proxy = await startFaultProxy(bridge.url);
  stage = await setOutageStage('no-import', bridge, proxy, extraUsers);
});

afterEach(async () => {
  await proxy.set('pass');
  await stage.component.connected();
});

afterAll(async () => {
  await stage?.realm.drop();
  await proxy?.close();
  await bridge?.close();
});

const interactiveCalls = (): number =>
  [...proxy.counts()].filter(([path]) => !path.endsWith('/changes')).reduce((sum, [, count]) => sum + count, 0);

async function expectSessionsLive(): Promise<void> {
  for (const kind of ['online', 'offline'] as const) {
    const answer = await stage.realm.refresh(stage.tokens[kind]);
    expect(answer.status, JSON.stringify(answer)).toBe(200);
    stage.tokens[kind] = answer.refreshToken ?? '';
  }
}

test('users are served live: counted, found by their lasting id, and a change is seen at once', async () => {
  const { realm } = stage;
  expect(await realm.admin.users.count()).toBe(stage.everybody.length);
  expect((await realm.getUser(usernameOf('anna')))?.id).toBe(stage.ids.anna);
  await setByScim(stage.scim, scimId(), 'name.givenName', 'Annabel');
  await eventually(
    'the changed name',
    () => realm.getUser(usernameOf('anna')),
    (user) => user?.firstName === 'Annabel',
  );
});

test('a list of a hundred costs one call', async () => {
  for (const query of ['max=100', 'first=3&max=100', 'search=extra&max=100', 'email=@acme.test&max=100']) {
    await stage.evict();
    proxy.resetCounts();
    expect((await stage.admin('GET', `/users?${query}`)).body, query).toHaveLength(100);
    expect(
      [...proxy.counts().keys()].filter((path) => !path.endsWith('/changes')),
      query,
    ).toHaveLength(1);
    expect(interactiveCalls(), query).toBe(1);
  }
});

test('the pages of a list hold everybody once', async () => {
  const names: string[] = [];
  for (let first = 0; ; first += 30) {
    const { body } = await stage.admin('GET', `/users?first=${first}&max=30`);
    names.push(...body.map(({ username }: { username: string }) => username));
    if (body.length === 0) break;
  }
  expect(names.toSorted()).toEqual([...stage.everybody].toSorted());
});

test('sessions outlive a change of the component in an outage', async () => {
  await proxy.set('503');
  await stage.component.configure({ requestTimeout: '1200' });
  await stage.evict();
  await expectSessionsLive();
  await proxy.set('pass');
  await stage.component.connected();
  await expectSessionsLive();
});

test('a user who has not been seen yet can’t sign in during an outage, which counts towards no lock-out', async () => {
  await proxy.set('503');
  await eventually('the loss of the lease', stage.component.status, ({ lease }) => !lease);
  expect((await stage.realm.login(usernameOf('clara'), userPassword)).status).not.toBe(200);
  await proxy.set('pass');
  await stage.component.connected();
  expect((await stage.realm.login(usernameOf('clara'), userPassword)).status).toBe(200);
  expect(await stage.failures('clara')).toBe(0);
});

test('a user of the bridge can’t be deleted in Keycloak', async () => {
  const { status } = await stage.admin('DELETE', `/users/${encodeURIComponent(stage.ids.anna)}`);
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
  expect(await stage.realm.getUser(usernameOf('anna'))).toBeDefined();
});

test('while the component is disabled its users are unknown; enabled again, they sign in as before', async () => {
  const { component, realm } = stage;
  await component.configure({ enabled: 'false' });
  expect(await realm.getUser(usernameOf('berta'))).toBeUndefined();
  expect((await realm.login(usernameOf('berta'), userPassword)).status).not.toBe(200);
  await component.configure({ enabled: 'true' });
  await component.connected();
  expect((await realm.login(usernameOf('berta'), userPassword)).status).toBe(200);
});

test('a deactivated user is out, with all sessions', async () => {
  await setByScim(stage.scim, scimId(), 'active', false);
  for (const token of [stage.tokens.online, stage.tokens.offline]) {
    const refused = await eventually(
      'the refused refresh',
      () => stage.realm.refresh(token),
      ({ status }) => status !== 200,
    );
    expect(refused.error).toBe('invalid_grant');
  }
  expect((await stage.realm.login(usernameOf('anna'), userPassword)).status).not.toBe(200);
});
