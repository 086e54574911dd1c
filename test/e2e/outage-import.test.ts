// What an outage must not do to imported users beyond the failure table: to what Keycloak keeps about them, to lock-outs, to the
// feed's cursor, to the component itself.
import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { createEventReader } from '../../bridge/events/repository.ts';
import { keptEvents } from '../../bridge/events/retention.ts';
import { createRetentionRepository } from '../../bridge/events/retention-repository.ts';
import { systemClock } from '../../bridge/platform/clock.ts';
import { connectStore } from '../../bridge/platform/db/connect.ts';
import { createRetention } from '../../bridge/platform/retention.ts';
import { type Fault, type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import { addComponent, eventually, pushUser, setByScim, userPassword } from '../support/federated-realm.ts';
import { keycloakAdmin } from '../support/keycloak.ts';
import { localPassword, type OutageStage, setOutageStage, usernameOf } from '../support/outage-stage.ts';
import { type BridgeUnderTest, startBridge } from '../support/running-bridge.ts';

const extraUsers = 100;

let bridge: BridgeUnderTest;
let proxy: FaultProxy;
let stage: OutageStage;
let database: Client;

beforeAll(async () => {
  bridge = await startBridge();
  proxy = await startFaultProxy(bridge.url);
  stage = await setOutageStage('import', bridge, proxy, extraUsers);
  database = new Client({ connectionString: inject('keycloak').databaseUrl });
  await database.connect();
});

afterEach(async () => {
  await proxy.set('pass');
  await eventually(
    'the end of the outage',
    () => stage.realm.login(usernameOf('berta'), userPassword),
    ({ status }) => status === 200,
  );
  await stage.component.connected();
});

afterAll(async () => {
  await database?.end();
  await stage?.realm.drop();
  await proxy?.close();
  await bridge?.close();
});

/** Calls that Keycloak makes for somebody, as opposed to the feed's. */
const interactiveCalls = (): number =>
  [...proxy.counts()].filter(([path]) => !path.endsWith('/changes')).reduce((sum, [, count]) => sum + count, 0);

async function cursor(): Promise<string> {
  const { rows } = await database.query(
    "select value from fed_user_attribute where name = 'realmbridge.cursor' and storage_provider_id = $1",
    [stage.component.id],
  );
  return rows[0]?.value;
}

/** Leaves nothing of the directories' logs but the last event, as retention does in the course of time. */
async function pruneEvents({ databaseUrl, services }: BridgeUnderTest): Promise<number> {
  const store = connectStore({ url: databaseUrl, poolSize: 2 });
  try {
    return await createRetention({
      kept: keptEvents({
        repository: createRetentionRepository(store.pool),
        reader: createEventReader(store.pool),
        clock: systemClock,
        rule: { events: 1 },
      }),
      listDirectories: services.directories.listDirectories,
      log: { info: () => undefined },
      onError: (error) => {
        throw error;
      },
    }).prune();
  } finally {
    await store.close();
  }
}

test('while the bridge is up, a local user’s name that looks like an e-mail address costs it no question', async () => {
  await stage.component.connected();
  proxy.resetCounts();
  expect((await stage.realm.login('mail@like.test', localPassword)).status).toBe(200);
  expect(interactiveCalls()).toBe(0);
});

test.each<Fault>(['refused', 'hang'])(
  'in an outage (%s) a component can be disabled, moved, enabled again, added and deleted',
  async (fault) => {
    const { component, realm } = stage;
    await proxy.set(fault);
    await component.configure({ priority: '7' });
    await component.configure({ enabled: 'false' });
    expect((await realm.login('local', localPassword)).status).toBe(200);
    await component.configure({ enabled: 'true', priority: '0' });
    expect(await realm.admin.users.findOne({ id: stage.ids.anna })).toMatchObject({ enabled: true });
    const other = await addComponent(realm, {
      name: 'another',
      bridgeUrl: proxy.url,
      federation: 'nowhere',
      token: 'unknown',
      config: { groupsParent: '/another' },
    });
    await realm.admin.components.del({ id: other.id });
    expect(await realm.admin.users.count()).toBe(stage.everybody.length);
  },
);

test('roles, one-time passwords and local groups outlive an outage with syncs every second', async () => {
  const { admin, component, ids, realm, role } = stage;
  const otp = randomUUID();
  await database.query(
    `insert into credential (id, type, user_id, created_date, secret_data, credential_data, priority, version)
     values ($1, 'otp', $2, 0, '{"value":"abc"}', '{"subType":"totp","digits":6,"counter":0,"period":30,"algorithm":"HmacSHA1"}', 10, 0)`,
    [otp, ids.anna],
  );
  await admin('POST', `/users/${ids.anna}/role-mappings/realm`, [role]);
  await admin('PUT', `/users/${ids.anna}/groups/${stage.localGroupId}`);
  const before = await cursor();
  await proxy.set('404-json');
  await component.configure({ fullSyncPeriod: '1', changedSyncPeriod: '1' });
  proxy.resetCounts();
  await eventually(
    'several full syncs',
    async () => [...proxy.counts()].find(([path]) => path.endsWith('/export'))?.[1] ?? 0,
    (count) => count >= 3,
  );
  expect(await cursor()).toBe(before);
  await proxy.set('pass');
  await component.configure({ fullSyncPeriod: '-1', changedSyncPeriod: '-1' });
  await component.connected();
  expect((await admin('GET', `/users/${ids.anna}/credentials`)).body).toMatchObject([{ id: otp, type: 'otp' }]);
  expect((await admin('GET', `/users/${ids.anna}/role-mappings/realm`)).body).toContainEqual(
    expect.objectContaining({ name: 'duty' }),
  );
  expect((await admin('GET', `/users/${ids.anna}/groups`)).body).toContainEqual(
    expect.objectContaining({ name: 'here' }),
  );
  await database.query('delete from credential where id = $1', [otp]);
  await stage.evict();
  expect(await realm.admin.users.count()).toBe(stage.everybody.length);
});

test('a sync in vain leaves the cursor, and what happened meanwhile arrives afterwards', async () => {
  const { component, realm, scim } = stage;
  const leaver = await pushUser(scim, 'leaver');
  await eventually(
    'the newcomer',
    () => realm.getUser(usernameOf('leaver')),
    (user) => user !== undefined,
  );
  const before = await eventually('a cursor', cursor, (value) => value !== undefined);
  await proxy.set('500');
  expect((await scim('DELETE', `/Users/${leaver}`)).status).toBe(204);
  for (const kind of ['full', 'changed'] as const) expect((await component.sync(kind)).failed).toBeGreaterThan(0);
  expect(await cursor()).toBe(before);
  expect(await realm.getUser(usernameOf('leaver'))).toMatchObject({ id: leaver, enabled: true });
  await proxy.set('pass');
  await eventually(
    'the leaver’s removal',
    () => realm.getUser(usernameOf('leaver')),
    (user) => user === undefined,
  );
  expect(await cursor()).not.toBe(before);
});

test('after an outage longer than the log reaches back, everything is taken anew', async () => {
  const { component, realm, scim } = stage;
  await component.connected();
  const leaver = await pushUser(scim, 'forgotten');
  await eventually(
    'the newcomer',
    () => realm.getUser(usernameOf('forgotten')),
    (user) => user !== undefined,
  );
  await proxy.set('refused');
  expect((await scim('DELETE', `/Users/${leaver}`)).status).toBe(204);
  const newcomer = await pushUser(scim, 'unheard-of');
  expect(await pruneEvents(bridge)).toBeGreaterThan(0);
  proxy.resetCounts();
  await proxy.set('pass');
  await eventually(
    'the leaver’s removal',
    () => realm.getUser(usernameOf('forgotten')),
    (user) => user === undefined,
  );
  expect([...proxy.counts()].some(([path]) => path.endsWith('/export'))).toBe(true);
  expect(await realm.getUser(usernameOf('unheard-of'))).toMatchObject({ id: newcomer });
  await scim('DELETE', `/Users/${newcomer}`);
  await eventually(
    'the next removal, by the feed',
    () => realm.getUser(usernameOf('unheard-of')),
    (user) => user === undefined,
  );
});

describe('a password', () => {
  const errors = async (): Promise<unknown[]> => {
    const events = await stage.realm.admin.realms.findEvents({ realm: stage.realm.name, type: 'LOGIN_ERROR' });
    return events.map(({ error }) => error);
  };

  test('that is wrong and one that can’t be checked are told apart in answer, event and lock-out', async () => {
    const { realm } = stage;
    await realm.admin.realms.clearEvents({ realm: realm.name });
    expect(await realm.login(usernameOf('clara'), 'wrong')).toMatchObject({
      status: 400,
      error: 'invalid_grant',
      errorDescription: 'Invalid user credentials',
    });
    expect(await errors()).toEqual(['invalid_user_credentials']);
    // Keycloak counts apart from the answer.
    await eventually(
      'the failure that counts',
      () => stage.failures('clara'),
      (count) => count === 1,
    );
    await proxy.set('503');
    for (let n = 0; n < 5; n++) {
      const answer = await realm.login(usernameOf('clara'), n % 2 ? userPassword : 'wrong');
      expect(answer).toMatchObject({ status: 503, error: 'temporarily_unavailable' });
      expect(answer.errorDescription).toMatch(/can't be checked at the moment/);
    }
    expect(new Set(await errors())).toEqual(new Set(['invalid_user_credentials', 'user_storage_unavailable']));
    expect(await stage.failures('clara')).toBe(1);
  });

  test('that can’t be checked is said so on the login page too', async () => {
    await proxy.set('503');
    const query = new URLSearchParams({
      client_id: 'test-app',
      response_type: 'code',
      redirect_uri: 'http://127.0.0.1/',
      scope: 'openid',
    });
    const page = await fetch(`${stage.realm.url}/protocol/openid-connect/auth?${query}`);
    const action = /action="([^"]+)"/.exec(await page.text())?.[1]?.replaceAll('&amp;', '&') ?? '';
    const cookies = page.headers.getSetCookie().map((cookie) => cookie.split(';')[0]);
    const answer = await fetch(action, {
      method: 'POST',
      headers: { Cookie: cookies.join('; '), Accept: 'text/html' },
      body: new URLSearchParams({ username: usernameOf('anna'), password: userPassword }),
      redirect: 'manual',
    });
    expect(answer.status).toBe(503);
    expect(await answer.text()).toMatch(/can(’|&rsquo;|&#8217;)t be checked at the moment/);
  });

  test('that is wrong too often locks out, for good too, and an administrator lets in again', async () => {
    const { admin, ids, realm } = stage;
    const settings = { permanentLockout: true, maxTemporaryLockouts: 0, failureFactor: 3 };
    await keycloakAdmin().realms.update({ realm: realm.name }, settings);
    await realm.admin.attackDetection.delAll();
    for (let n = 0; n < 3; n++) expect((await realm.login(usernameOf('clara'), 'wrong')).status).toBe(400);
    expect((await realm.login(usernameOf('clara'), userPassword)).status).toBe(400);
    await eventually(
      'the lock-out for good',
      () => realm.getUser(usernameOf('clara')),
      (user) => user?.enabled === false,
    );
    // A change at the identity provider does not undo it.
    await setByScim(stage.scim, ids.clara, 'title', 'Auditor');
    await stage.component.sync('full');
    expect((await realm.getUser(usernameOf('clara')))?.enabled).toBe(false);
    await keycloakAdmin().realms.update({ realm: realm.name }, { permanentLockout: false, failureFactor: 1_000 });
    await realm.admin.attackDetection.delAll();
    expect((await admin('PUT', `/users/${ids.clara}`, { enabled: true })).status).toBe(204);
    expect((await realm.login(usernameOf('clara'), userPassword)).status).toBe(200);
  });

  test('that Keycloak has kept from before lets nobody in, and goes', async () => {
    const { ids, realm } = stage;
    const keep = () =>
      database.query(
        `insert into credential (id, type, user_id, created_date, secret_data, credential_data, priority, version)
         select $1, c.type, $2, c.created_date, c.secret_data, c.credential_data, 10, 0
           from credential c join user_entity u on u.id = c.user_id join realm r on r.id = u.realm_id
          where u.username = 'local' and r.name = $3 and c.type = 'password'`,
        [randomUUID(), ids.anna, realm.name],
      );
    await keep();
    await stage.evict();
    await proxy.set('503');
    expect((await realm.login(usernameOf('anna'), localPassword)).status).toBe(503);
    await proxy.set('pass');
    const refused = await eventually(
      'a checked password',
      () => realm.login(usernameOf('anna'), localPassword),
      ({ status }) => status !== 503,
    );
    expect(refused.error).toBe('invalid_grant');
    const { rows } = await database.query("select 1 from credential where user_id = $1 and type = 'password'", [
      ids.anna,
    ]);
    expect(rows).toEqual([]);
  });
});

describe('a list', () => {
  const searches: [string, number][] = [
    ['max=100', 100],
    ['first=50&max=100', 5 + extraUsers - 50],
    ['search=*&max=200', 5 + extraUsers],
    ['search=extra1', 11],
    ['username=extra7@acme.test&exact=true', 1],
    ['email=extra7@acme.test&exact=true', 1],
    ['lastName=Quist&max=200', 3 + extraUsers],
    ['q=department:Sales&max=200', 3 + extraUsers],
    ['enabled=false', 0],
  ];

  test.each(searches)('of users by %s costs no call while the feed is connected', async (query, rows) => {
    await stage.evict();
    proxy.resetCounts();
    expect((await stage.admin('GET', `/users?${query}`)).body).toHaveLength(rows);
    expect(interactiveCalls()).toBe(0);
  });

  test('of one user by id costs no call either', async () => {
    await stage.evict();
    proxy.resetCounts();
    expect((await stage.admin('GET', `/users?search=id:${stage.ids.anna}`)).body).toHaveLength(1);
    expect(interactiveCalls()).toBe(0);
  });

  test('costs at most one call while the feed is not connected', async () => {
    await proxy.set('503');
    await eventually('the loss of the lease', stage.component.status, ({ lease }) => !lease);
    await stage.evict();
    proxy.resetCounts();
    expect((await stage.admin('GET', '/users?max=100')).body).toHaveLength(100);
    // A scheduled or woken feed may have asked besides, which is not counted here.
    expect(interactiveCalls()).toBeLessThanOrEqual(1);
  });

  test.each(['pass', '503'] as const)('has as many rows as are counted, with the bridge at %s', async (fault) => {
    await proxy.set(fault);
    for (const filter of [
      '',
      'search=extra',
      'email=@acme.test',
      'username=extra',
      'emailVerified=true',
      'q=department:Sales',
      'enabled=true',
    ]) {
      const { body: rows } = await stage.admin('GET', `/users?${filter}&max=500`);
      expect((await stage.admin('GET', `/users/count?${filter}`)).body, filter).toBe(rows.length);
    }
  });
});
