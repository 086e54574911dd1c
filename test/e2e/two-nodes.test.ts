// Two Keycloak nodes on one database: one of them applies the feed, both know what it says, and either carries on alone.
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import {
  addComponent,
  addDirectory,
  type Component,
  eventually,
  pushUser,
  setByScim,
  useComponent,
  userPassword,
} from '../support/federated-realm.ts';
import { claimsOf, createTestRealm, type TestRealm, useRealm } from '../support/keycloak.ts';
import { createKeycloakCluster, type KeycloakCluster, type KeycloakNode } from '../support/keycloak-cluster.ts';
import { loadTestUsers } from '../support/many-users.ts';
import { type BridgeUnderTest, type ScimCalls, startBridge } from '../support/running-bridge.ts';

/** Enough for several transactions in half of an import. */
const crowd = 2_000;

// Two Keycloaks and a database share the machine's cores with each other, and perhaps with more.
vi.setConfig({ testTimeout: 600_000 });
const inTime = <T>(what: string, read: () => Promise<T>, holds: (value: T) => boolean): Promise<T> =>
  eventually(what, read, holds, 180_000);

let bridge: BridgeUnderTest;
let proxy: FaultProxy;
let cluster: KeycloakCluster;
let database: Client;
let nodes: KeycloakNode[];
let realms: TestRealm[];
/** The imported federation's component, and the one served live, each through every node. */
let components: Component[];
let liveComponents: Component[];
let scim: ScimCalls;
let liveScim: ScimCalls;
let annaId = '';
let lisaId = '';

const nodeOf = (n: number): KeycloakNode => must(nodes[n]);
const realmOf = (n: number): TestRealm => must(realms[n]);
const componentOf = (n: number): Component => must(components[n]);

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('there is no such node');
  return value;
}

beforeAll(async () => {
  bridge = await startBridge();
  proxy = await startFaultProxy(bridge.url);
  const directory = await addDirectory(bridge, 'acme');
  scim = directory.scim;
  annaId = await pushUser(scim, 'anna');
  await pushUser(scim, 'berta');
  const live = await addDirectory(bridge, 'live');
  liveScim = live.scim;
  lisaId = await pushUser(liveScim, 'lisa');

  cluster = await createKeycloakCluster();
  database = new Client({ connectionString: cluster.databaseUrl });
  await database.connect();
  const first = await cluster.addNode();
  nodes = [first, await cluster.addNode()];
  const realm = await createTestRealm(first);
  realms = nodes.map((node) => useRealm(realm.name, node));
  const component = await addComponent(realm, {
    name: 'imported',
    bridgeUrl: proxy.url,
    federation: 'acme',
    token: directory.token,
  });
  const liveComponent = await addComponent(realm, {
    name: 'live',
    bridgeUrl: proxy.url,
    federation: 'live',
    token: live.token,
    config: { importEnabled: 'false', groupsParent: '/live' },
  });
  components = realms.map((each) => useComponent(each, component.id, component.name));
  liveComponents = realms.map((each) => useComponent(each, liveComponent.id, liveComponent.name));
  for (const each of [...components, ...liveComponents])
    await inTime('the connection', each.status, ({ lease }) => lease);
}, 600_000);

afterAll(async () => {
  await database?.end();
  await cluster?.close();
  await proxy?.close();
  await bridge?.close();
});

const tails = (federation: string): number => proxy.waiting().get(`/user-storage/v1/${federation}/changes`) ?? 0;
const oneTailEach = (federation: string) =>
  inTime(
    'one tail per node',
    async () => tails(federation),
    (count) => count === 2,
  );

test('each node follows each component’s feed once, also after a change of its configuration', async () => {
  await oneTailEach('acme');
  await oneTailEach('live');
  await componentOf(0).configure({ requestTimeout: '1400' });
  // The other node learns of the change before its next poll.
  await inTime(
    'the other node’s new configuration',
    async () => (await componentOf(1).status()).lease,
    (lease) => lease,
  );
  await oneTailEach('acme');
  await setByScim(scim, annaId, 'title', 'Captain');
  for (const component of components) await component.connected();
  await oneTailEach('acme');
});

test('each change is applied by one of them', async () => {
  const sum = async () => {
    const all = await Promise.all(components.map((component) => component.status()));
    return all.reduce((count, { counts }) => count + counts.updated, 0);
  };
  const before = await sum();
  for (let n = 0; n < 5; n++) await setByScim(scim, annaId, 'name.givenName', `Anna ${n}`);
  for (const realm of realms)
    await inTime(
      'the last change',
      () => realm.getUser('anna@acme.test'),
      (user) => user?.firstName === 'Anna 4',
    );
  expect((await sum()) - before).toBeGreaterThan(0);
  expect((await sum()) - before).toBeLessThanOrEqual(5);
});

test('users who are served live are current on both', async () => {
  const sessions = await Promise.all(realms.map((realm) => realm.login('lisa@acme.test', userPassword)));
  for (let n = 0; n < 3; n++) {
    await setByScim(liveScim, lisaId, 'name.givenName', `Lisa ${n}`);
    for (const [node, realm] of realms.entries()) {
      await inTime(
        `the name on node ${node + 1}`,
        async () => {
          const { accessToken, refreshToken } = await realm.refresh(sessions[node]?.refreshToken ?? '');
          sessions[node] = { status: 200, ...(refreshToken !== undefined && { refreshToken }) };
          return claimsOf(accessToken ?? '')['given_name'];
        },
        (name) => name === `Lisa ${n}`,
      );
    }
  }
});

test('a leaver’s sessions end on both, by whichever node they began', async () => {
  const sessions = [];
  for (const realm of realms) {
    const { refreshToken } = await realm.login('berta@acme.test', userPassword);
    const offline = await realm.login('berta@acme.test', userPassword, { scope: 'offline_access' });
    sessions.push(refreshToken ?? '', offline.refreshToken ?? '');
  }
  // Each is good on the node where it didn't begin, and is rotated there.
  for (const [n, token] of sessions.entries()) {
    const { status, refreshToken } = await realmOf(n < 2 ? 1 : 0).refresh(token);
    expect(status).toBe(200);
    sessions[n] = refreshToken ?? '';
  }
  const berta = await realmOf(0).getUser('berta@acme.test');
  await setByScim(scim, berta?.id ?? '', 'active', false);
  for (const realm of realms) {
    for (const token of sessions) {
      const refused = await inTime(
        'the refused refresh',
        () => realm.refresh(token),
        ({ status }) => status !== 200,
      );
      expect(refused.error).toBe('invalid_grant');
    }
  }
});

test('with the bridge down both go on, and both recover at once when it is back', async () => {
  const session = await realmOf(0).login('anna@acme.test', userPassword);
  let token = session.refreshToken ?? '';
  await proxy.set('503');
  try {
    for (const component of components) await inTime('the loss of the lease', component.status, ({ lease }) => !lease);
    for (const realm of [...realms, ...realms]) {
      expect(await realm.admin.users.findOne({ id: annaId })).toMatchObject({ enabled: true });
      const refreshed = await realm.refresh(token);
      expect(refreshed.status).toBe(200);
      token = refreshed.refreshToken ?? '';
      expect((await realm.login('anna@acme.test', userPassword)).status).toBe(503);
    }
  } finally {
    await proxy.set('pass');
  }
  for (const [n, realm] of realms.entries()) {
    await componentOf(n).connected();
    expect((await realm.login('anna@acme.test', userPassword)).status).toBe(200);
    await realm.admin.users.update({ id: annaId }, { requiredActions: [] });
    expect((await realm.getUser('anna@acme.test'))?.enabled).toBe(true);
  }
});

async function count(query: string, ...values: unknown[]): Promise<number> {
  const { rows } = await database.query(query, values);
  return Number(rows[0].count);
}

const importedBy = (component: string) =>
  count('select count(*) from user_entity where federation_link = $1', component);

async function midImport(component: string): Promise<void> {
  const done = await inTime(
    'the middle of the import',
    () => importedBy(component),
    (users) => users > 0,
  );
  expect(done).toBeLessThan(crowd);
}

let crowdComponent: Component;

test('when a node is killed in the middle of an import, the other one finishes it', async () => {
  const directory = await addDirectory(bridge, 'crowd');
  const { id } = await bridge.services.directories.requireDirectory('crowd');
  await loadTestUsers(bridge.databaseUrl, id, crowd);
  await proxy.set('half-export');
  const component = await addComponent(realmOf(0), {
    name: 'crowd',
    bridgeUrl: proxy.url,
    federation: 'crowd',
    token: directory.token,
    config: { groupsParent: '/crowd' },
  });
  await midImport(component.id);
  await nodeOf(0).process.kill();
  expect(await importedBy(component.id)).toBeLessThan(crowd);
  await proxy.set('pass');
  crowdComponent = useComponent(realmOf(1), component.id, component.name);
  // The other node has had no request for the component; it finds it by itself.
  await inTime(
    'the whole crowd',
    () => importedBy(component.id),
    (users) => users === crowd,
  );
  await inTime('the connection', crowdComponent.status, ({ lease }) => lease);
  await setByScim(scim, annaId, 'name.givenName', 'Anna the last');
  await inTime(
    'a change after the crash',
    () => realmOf(1).getUser('anna@acme.test'),
    (user) => user?.firstName === 'Anna the last',
  );
});

/** Changes with each write to a row, also with one that writes what was there. */
async function fingerprint(component: string): Promise<string> {
  const { rows } = await database.query(
    `select md5(string_agg(u.xmin::text || a.xmin::text, ',' order by u.id, a.id)) as print
       from user_entity u join user_attribute a on a.user_id = u.id where u.federation_link = $1`,
    [component],
  );
  return rows[0].print;
}

test('a full sync of unchanged users writes to none of them', async () => {
  const before = await fingerprint(crowdComponent.id);
  expect(await crowdComponent.sync('full')).toMatchObject({ added: 0, updated: 0, removed: 0, failed: 0 });
  expect(await fingerprint(crowdComponent.id)).toBe(before);
});

test('an import that the last node dies over is finished after the restart', async () => {
  await realmOf(1).admin.components.del({ id: crowdComponent.id });
  const { token } = await bridge.services.federations.createToken('crowd');
  await proxy.set('half-export');
  const component = await addComponent(realmOf(1), {
    name: 'crowd again',
    bridgeUrl: proxy.url,
    federation: 'crowd',
    token,
    config: { groupsParent: '/crowd' },
  });
  await midImport(component.id);
  await nodeOf(1).process.kill();
  expect(await importedBy(component.id)).toBeLessThan(crowd);
  await proxy.set('pass');
  const again = await cluster.addNode();
  const restarted = useComponent(useRealm(realmOf(0).name, again), component.id, component.name);
  await inTime('the rest of the import', restarted.status, ({ lease }) => lease);
  expect(await importedBy(component.id)).toBe(crowd);
  expect(await restarted.sync('full')).toMatchObject({ added: 0, updated: 0, removed: 0, failed: 0 });
  expect(
    await count(
      `select count(*) from user_entity u where federation_link = $1 and not exists
         (select from user_role_mapping r where r.user_id = u.id)`,
      component.id,
    ),
  ).toBe(0);
});
