// Full syncs under trouble: rows that Keycloak's database refuses, several at once, copies deleted by hand; and the token's secrecy.
import { readFile } from 'node:fs/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import {
  addComponent,
  addDirectory,
  type Component,
  eventually,
  pushUser,
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
  await database?.query('alter table user_entity drop constraint if exists no_such_user');
  await database?.end();
  await realm?.drop();
  await bridge?.close();
});

test('a row that the database refuses fails alone, at the first import too, and is tried again', async () => {
  await database.query("alter table user_entity add constraint no_such_user check (username <> 'user7@acme.test')");
  component = await addComponent(realm, { name: 'sync', bridgeUrl: bridge.url, federation: 'acme', token });
  await component.connected();
  expect(await realm.admin.users.count()).toBe(crowd);
  expect((await component.status()).counts).toMatchObject({ added: crowd, failed: 1 });
  expect(await component.sync('full')).toMatchObject({ added: 0, updated: 0, removed: 0, failed: 1 });
  await database.query('alter table user_entity drop constraint no_such_user');
  expect(await component.sync('full')).toMatchObject({ added: 1, updated: 0, removed: 0, failed: 0 });
  expect(await realm.admin.users.count()).toBe(crowd + 1);
});

test('a leaver whom the database would not let go at first is gone all the same, without a scheduled sync', async () => {
  const id = await pushUser(scim, 'leaver');
  await eventually(
    'the import',
    () => realm.getUser('leaver@acme.test'),
    (user) => user !== undefined,
  );
  // A sequence keeps its count when the transaction is rolled back, so the first attempt fails and the next one doesn't.
  await database.query(`
    create sequence refusals;
    create function refuse_once() returns trigger language plpgsql security definer as $$ begin
      if old.username = 'leaver@acme.test' and nextval('refusals') <= 1 then raise exception 'not now'; end if;
      return old;
    end $$;
    create trigger refuse_once before delete on user_entity for each row execute function refuse_once()`);
  try {
    expect((await scim('DELETE', `/Users/${id}`)).status).toBe(204);
    await eventually(
      'the removal',
      () => realm.getUser('leaver@acme.test'),
      (user) => user === undefined,
    );
    const { rows } = await database.query('select last_value as tried from refusals');
    expect(Number(rows[0]?.tried)).toBeGreaterThan(1);
  } finally {
    await database.query('drop function refuse_once cascade; drop sequence refusals');
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
