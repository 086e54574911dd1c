// Full syncs under trouble: rows that Keycloak's database refuses, several at once, copies deleted by hand; and the token's secrecy.
import { readFile } from 'node:fs/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { startFaultProxy } from '../support/fault-proxy.ts';
import {
  addComponent,
  addDirectory,
  type Component,
  eventually,
  pushUser,
  setByScim,
  userPassword,
} from '../support/federated-realm.ts';
import { createTestRealm, type TestRealm } from '../support/keycloak.ts';
import { type BridgeUnderTest, type ScimCalls, startBridge } from '../support/running-bridge.ts';

const crowd = 30;

let bridge: BridgeUnderTest;
let realm: TestRealm;
let component: Component;
let scim: ScimCalls;
let token = '';
let database: Client;

beforeAll(async () => {
  bridge = await startBridge();
  ({ scim, token } = await addDirectory(bridge, 'acme'));
  await pushUser(scim, 'anna');
  for (let n = 0; n < crowd; n++) await pushUser(scim, `user${n}`, { password: undefined });
  database = new Client({ connectionString: inject('keycloak').databaseUrl });
  await database.connect();
  realm = await createTestRealm();
});

afterAll(async () => {
  await database?.query(
    'alter table user_entity drop constraint if exists no_such_user, drop constraint if exists no_other_user',
  );
  await database?.end();
  await realm?.drop();
  await bridge?.close();
});

/** A sequence keeps its count when the transaction is rolled back, so the first attempts fail and the next one doesn't. */
async function refuseToRemove(username: string, times: number) {
  await database.query(`
    create sequence refusals;
    create function refuse_removal() returns trigger language plpgsql security definer as $$ begin
      if old.username = '${username}' and nextval('refusals') <= ${times} then raise exception 'not now'; end if;
      return old;
    end $$;
    create trigger refuse_removal before delete on user_entity for each row execute function refuse_removal()`);
  return {
    async attempts(): Promise<number> {
      const { rows } = await database.query('select last_value as tried from refusals');
      return Number(rows[0]?.tried);
    },
    end: () => database.query('drop function refuse_removal cascade; drop sequence refusals'),
  };
}

test('a row that the database refuses fails alone, at the first import too, and is tried again', async () => {
  await database.query("alter table user_entity add constraint no_such_user check (username <> 'user7@acme.test')");
  component = await addComponent(realm, { name: 'sync', bridgeUrl: bridge.url, federation: 'acme', token });
  await component.connected();
  expect(await realm.admin.users.count()).toBe(crowd);
  expect((await component.status()).counts).toMatchObject({ added: crowd, failed: 1 });
  expect(await component.sync('full')).toMatchObject({ added: 0, updated: 0, removed: 0, failed: 1 });
  await database.query('alter table user_entity drop constraint no_such_user');
  // The component tries again by itself, too, so it may have been faster.
  expect(await component.sync('full')).toMatchObject({ updated: 0, removed: 0, failed: 0 });
  expect(await realm.admin.users.count()).toBe(crowd + 1);
});

test('a leaver whom the database would not let go at first is gone all the same, without a scheduled sync', async () => {
  const id = await pushUser(scim, 'leaver');
  await eventually(
    'the import',
    () => realm.getUser('leaver@acme.test'),
    (user) => user !== undefined,
  );
  const refusals = await refuseToRemove('leaver@acme.test', 1);
  try {
    expect((await scim('DELETE', `/Users/${id}`)).status).toBe(204);
    await eventually(
      'the removal',
      () => realm.getUser('leaver@acme.test'),
      (user) => user === undefined,
    );
    expect(await refusals.attempts()).toBeGreaterThan(1);
  } finally {
    await refusals.end();
  }
});

test('a leaver whom the database would not let go just after an outage doesn’t stop the feed', async () => {
  const proxy = await startFaultProxy(bridge.url);
  await component.configure({ bridgeUrl: proxy.url, validationTtl: '0' });
  await component.connected();
  const id = await pushUser(scim, 'late');
  await eventually(
    'the import',
    () => realm.getUser('late@acme.test'),
    (user) => user !== undefined,
  );
  // Nothing is known to be current then, so whoever looks the user up asks the bridge.
  await proxy.set('no-feed');
  const refusals = await refuseToRemove('late@acme.test', 2);
  try {
    await eventually('the outage', component.status, ({ lease }) => !lease);
    expect((await scim('DELETE', `/Users/${id}`)).status).toBe(204);
    await proxy.set('pass');
    // Whoever asks Keycloak for the user would have it removed by that.
    await eventually(
      'the removal',
      () => database.query("select 1 from user_entity where username = 'late@acme.test'"),
      ({ rowCount }) => rowCount === 0,
    );
    await component.connected();
  } finally {
    await refusals.end();
    await component.configure({ bridgeUrl: bridge.url, validationTtl: '30' });
    await proxy.close();
  }
});

test('a leaver whom the database would not let go in a full sync is kept out, and gone by the next, which comes by itself', async () => {
  const id = await pushUser(scim, 'gone');
  await eventually(
    'the import',
    () => realm.getUser('gone@acme.test'),
    (user) => user !== undefined,
  );
  const state = async () => {
    const { rows } = await database.query("select enabled from user_entity where username = 'gone@acme.test'");
    return rows[0]?.enabled;
  };
  await component.configure({ enabled: 'false' });
  const refusals = await refuseToRemove('gone@acme.test', 1);
  try {
    expect((await scim('DELETE', `/Users/${id}`)).status).toBe(204);
    await component.configure({ enabled: 'true', bridgeUrl: `${bridge.url}/` });
    await eventually('the lock', state, (enabled) => enabled !== true);
    await eventually('the removal', state, (enabled) => enabled === undefined, 120_000);
  } finally {
    await refusals.end();
    await component.configure({ bridgeUrl: bridge.url });
  }
});

test('syncs at the same time don’t get into each other’s way', async () => {
  const answers = await Promise.all(
    (['full', 'changed', 'full', 'changed', 'full'] as const).map((kind) => component.sync(kind)),
  );
  for (const answer of answers) expect(answer).toMatchObject({ added: 0, updated: 0, removed: 0, failed: 0 });
  expect(await realm.admin.users.count()).toBe(crowd + 1);
});

test('a copy that was deleted in Keycloak comes back under the same id, without what Keycloak had kept', async () => {
  const before = await realm.getUser('anna@acme.test');
  await realm.admin.users.del({ id: before?.id ?? '' });
  expect(await component.sync('full')).toMatchObject({ added: 1, failed: 0 });
  expect(await realm.getUser('anna@acme.test')).toEqual(before);
});

test('a row that was left out is brought by a full sync, whatever happens to the feed in between', async () => {
  const proxy = await startFaultProxy(bridge.url);
  const exports = () => [...proxy.counts()].reduce((sum, [path, n]) => sum + (path.endsWith('/export') ? n : 0), 0);
  const mark = `from fed_user_attribute where name = 'realmbridge.repair' and user_id = 'f:${component.id}:feed-cursor'`;
  // When the full sync is due, and after how long; on disk, so that a new feed or another node knows it too.
  const owed = async (): Promise<string | undefined> => (await database.query(`select value ${mark}`)).rows[0]?.value;
  const makeDue = (delayMs: number) =>
    database.query(`update fed_user_attribute set value = '0 ${delayMs}' where id = (select id ${mark})`);
  const imported = (name: string) =>
    eventually(
      `the import of ${name}`,
      () => database.query('select 1 from user_entity where username = $1', [`${name}@acme.test`]),
      ({ rowCount }) => rowCount === 1,
    );
  await component.configure({ bridgeUrl: proxy.url });
  await component.connected();
  await database.query("alter table user_entity add constraint no_such_user check (username <> 'odd@acme.test')");
  try {
    const odd = await pushUser(scim, 'odd');
    await eventually('the debt', owed, (value) => value !== undefined);
    await component.connected();
    const { lastError, lastErrorAt } = await component.status();
    expect(lastError).toContain('could not be written');
    // It has been tried often enough: nobody waits for its next change.
    await setByScim(scim, odd, 'title', 'Captain');
    await pushUser(scim, 'even');
    await imported('even');
    await component.connected();
    expect((await component.status()).lastErrorAt).toBe(lastErrorAt);

    await proxy.set('no-export');
    proxy.resetCounts();
    await makeDue(3_600_000);
    await eventually('the full sync in vain', owed, (value) => value?.endsWith(' 7200000') === true);
    await pushUser(scim, 'other');
    await imported('other');
    await component.connected();
    expect(exports()).toBe(1);

    // One that is left out only now need not wait for as long.
    await database.query("alter table user_entity add constraint no_other_user check (username <> 'odder@acme.test')");
    await pushUser(scim, 'odder');
    await eventually('a debt that is due soon', owed, (value) => value?.endsWith(' 30000') === true);

    await component.configure({ requestTimeout: '1400' });
    await component.connected();
    await database.query('alter table user_entity drop constraint no_such_user, drop constraint no_other_user');
    await proxy.set('pass');
    await makeDue(30_000);
    await imported('odd');
    await imported('odder');
    await eventually('the end of the debt', owed, (value) => value === undefined);
  } finally {
    await database.query(
      'alter table user_entity drop constraint if exists no_such_user, drop constraint if exists no_other_user',
    );
    await component.configure({ bridgeUrl: bridge.url });
    await proxy.close();
  }
});

test('the token is masked, kept when the mask is sent back, and in no log', async () => {
  const shown = await realm.admin.components.findOne({ id: component.id });
  expect(JSON.stringify(shown)).not.toContain(token);
  await component.configure({ requestTimeout: '1300' });
  await component.connected();
  expect((await realm.login('anna@acme.test', userPassword)).status).toBe(200);
  await component.configure({ token: `${token}x` });
  expect((await realm.login('anna@acme.test', userPassword)).status).toBe(503);
  const log = await readFile(inject('keycloak').logFile, 'utf8');
  expect(log).not.toContain(token);
  expect(log).not.toContain(userPassword);
});
