// Two bridges' federations in one realm, with users of the same names; and what the admin resource says about all of it.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import {
  addComponent,
  addDirectory,
  addLocalUser,
  type Component,
  eventually,
  pushUser,
  userPassword,
} from '../support/federated-realm.ts';
import { claimsOf, createTestRealm, type TestRealm } from '../support/keycloak.ts';
import { type BridgeUnderTest, type ScimCalls, startBridge } from '../support/running-bridge.ts';

const otherPassword = 'Other-Horse-8';
const localPassword = 'Break-Glass-42';

let bridge: BridgeUnderTest;
let proxy: FaultProxy;

beforeAll(async () => {
  bridge = await startBridge();
  proxy = await startFaultProxy(bridge.url);
});

afterAll(async () => {
  await proxy?.close();
  await bridge?.close();
});

interface Side {
  slug: string;
  scim: ScimCalls;
  token: string;
}

async function side(): Promise<Side> {
  const slug = `side-${randomBytes(3).toString('hex')}`;
  return { slug, ...(await addDirectory(bridge, slug)) };
}

const subjectOf = async (realm: TestRealm, username: string, password: string): Promise<unknown> => {
  const { accessToken } = await realm.login(username, password);
  return accessToken === undefined ? undefined : claimsOf(accessToken)['sub'];
};

describe.each([
  { order: 'the one that fails comes first', priorities: ['0', '1'] },
  { order: 'the one that fails comes second', priorities: ['1', '0'] },
])('two components, $order', ({ priorities }) => {
  let realm: TestRealm;
  let failing: Component;
  let sound: Component;
  let one: Side;
  let two: Side;
  let oneId = '';
  let twoId = '';
  const [failingPriority = '', soundPriority = ''] = priorities;

  beforeAll(async () => {
    one = await side();
    two = await side();
    realm = await createTestRealm();
    await addLocalUser(realm, 'resident', localPassword);
    oneId = await pushUser(one.scim, 'both');
    await pushUser(one.scim, 'only-one');
    await pushUser(one.scim, 'resident', { userName: 'resident' });
    failing = await addComponent(realm, {
      name: 'failing',
      bridgeUrl: proxy.url,
      federation: one.slug,
      token: one.token,
      config: { priority: failingPriority, groupsParent: '/one' },
    });
    await failing.connected();
    twoId = await pushUser(two.scim, 'both', { password: otherPassword });
    await pushUser(two.scim, 'only-two');
    sound = await addComponent(realm, {
      name: 'sound',
      bridgeUrl: bridge.url,
      federation: two.slug,
      token: two.token,
      config: { priority: soundPriority, groupsParent: '/two' },
    });
    await sound.connected();
  });

  afterAll(async () => {
    await proxy.set('pass');
    await realm?.drop();
  });

  beforeEach(() => proxy.set('pass'));

  test('a name that both have belongs to who was imported first, and is never handed over', async () => {
    expect(await subjectOf(realm, 'both@acme.test', userPassword)).toBe(oneId);
    expect(await subjectOf(realm, 'both@acme.test', otherPassword)).toBeUndefined();
    expect(await subjectOf(realm, 'only-two@acme.test', userPassword)).toBeDefined();
    expect((await sound.sync('full')).failed).toBe(1);
    expect((await realm.admin.users.find({ username: 'both@acme.test', exact: true })).map(({ id }) => id)).toEqual([
      oneId,
    ]);
    const { body } = await sound.call('GET', `/users/${twoId}/explain`);
    expect(body['keycloak']).toBeUndefined();
    expect(body).toMatchObject({ bridge: { answer: 'found', id: twoId } });
  });

  test('a local user keeps name and password', async () => {
    expect(await subjectOf(realm, 'resident', localPassword)).toBeDefined();
    expect(await subjectOf(realm, 'resident', userPassword)).toBeUndefined();
    const { body } = await failing.call('GET', '/users/resident/explain');
    expect(body['verdict']).toMatch(/local user/);
  });

  test.each(['refused', 'hang'] as const)(
    'while one fails (%s), the other’s users sign in and nobody is adopted',
    async (fault) => {
      await proxy.set(fault);
      expect(
        await eventually(
          'the login of the sound component’s user',
          () => realm.login('only-two@acme.test', userPassword),
          ({ status }) => status === 200,
        ),
      ).toBeDefined();
      expect((await realm.login('both@acme.test', otherPassword)).status).not.toBe(200);
      await sound.sync('full');
      expect((await realm.getUser('both@acme.test'))?.id).toBe(oneId);
      expect((await realm.login('resident', localPassword)).status).toBe(200);
    },
  );

  test('a disabled component’s users stay as copies, and are as before when it is enabled', async () => {
    const before = await realm.getUser('only-one@acme.test');
    await failing.configure({ enabled: 'false' });
    expect((await realm.login('only-one@acme.test', userPassword)).status).not.toBe(200);
    expect(await realm.getUser('only-one@acme.test')).toMatchObject({ id: before?.id ?? '' });
    expect((await failing.status()).state).toBe('disabled');
    await failing.configure({ enabled: 'true' });
    await failing.connected();
    expect(await realm.getUser('only-one@acme.test')).toEqual(before);
    expect((await realm.login('only-one@acme.test', userPassword)).status).toBe(200);
  });
});

describe('the admin resource', () => {
  let realm: TestRealm;
  let component: Component;
  let own: Side;
  let id = '';

  beforeAll(async () => {
    await proxy.set('pass');
    own = await side();
    id = await pushUser(own.scim, 'ida');
    realm = await createTestRealm();
    component = await addComponent(realm, {
      name: 'status',
      bridgeUrl: proxy.url,
      federation: own.slug,
      token: own.token,
    });
    await component.connected();
  });

  afterAll(async () => {
    await proxy.set('pass');
    await realm?.drop();
  });

  const resource = (token: string, path = '', method = 'GET') =>
    fetch(`${inject('keycloak').url}/admin/realms/${realm.name}/realmbridge${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(30_000),
    });

  test('says how the component does, and never its token', async () => {
    const answer = await resource((await realm.admin.getAccessToken()) ?? '');
    const text = await answer.text();
    expect(answer.status, text).toBe(200);
    expect(text).not.toContain(own.token);
    expect(JSON.parse(text)).toMatchObject([
      {
        id: component.id,
        name: 'status',
        state: 'connected',
        lease: true,
        counts: { users: 1, added: 1 },
      },
    ]);
  });

  test('is closed to a user of the realm, and to nobody known', async () => {
    const { accessToken = '' } = await realm.login('ida@acme.test', userPassword);
    expect((await resource(accessToken)).status).toBe(403);
    expect((await resource(accessToken, `/${component.id}/evict`, 'POST')).status).toBe(403);
    expect((await resource('nonsense')).status).toBe(401);
    expect((await resource((await realm.admin.getAccessToken()) ?? '', '/no-such-component')).status).toBe(404);
  });

  test('evicts, syncs and explains one user', async () => {
    expect((await component.call('POST', `/evict?user=${id}`)).status).toBe(204);
    expect(await component.call('POST', `/users/${id}/sync`)).toEqual({ status: 200, body: { outcome: 'unchanged' } });
    const explained = await component.call('GET', '/users/ida@acme.test/explain');
    expect(explained.body).toMatchObject({ verdict: "Keycloak's copy is current.", bridge: { answer: 'found' } });
    await realm.admin.users.del({ id });
    expect((await component.call('POST', `/users/${id}/sync`)).body).toEqual({ outcome: 'added' });
  });

  test('tells an outage and its end, with the last error', async () => {
    await proxy.set('503');
    const down = await eventually('the news of the outage', component.status, ({ state }) => state === 'unavailable');
    expect(down).toMatchObject({ lease: false });
    expect(down.lastError).toMatch(/503/);
    expect((await component.call('POST', `/users/${id}/sync`)).status).toBe(503);
    await proxy.set('pass');
    await component.connected();
    expect((await component.status()).state).toBe('connected');
  });

  test.each([
    ['a wrong token', { token: 'wrong' }, /refused the token/],
    ['a wrong federation', { federation: 'nowhere' }, /refused the token|404/],
  ])('saving %s works, and the status says what is wrong', async (_, config, problem) => {
    await component.configure(config);
    const status = await eventually('the problem', component.status, ({ state }) => state === 'unavailable');
    expect(status.lastError).toMatch(problem);
    expect((await realm.getUser('ida@acme.test'))?.enabled).toBe(true);
    await component.configure({ token: own.token, federation: own.slug });
    await component.connected();
  });
});
