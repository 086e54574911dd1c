// A directory bound to the realm's identity provider: who was provisioned comes in by single sign-on as that very user.
import { Client } from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import {
  addLocalUser,
  type Component,
  createFederatedRealm,
  eventually,
  type FederatedRealm,
  pushUser,
  setByScim,
} from '../support/federated-realm.ts';
import { createTestRealm, type TestRealm } from '../support/keycloak.ts';
import type { BridgeUnderTest, ScimCalls } from '../support/running-bridge.ts';
import { addIdentityProvider, signOn } from '../support/single-sign-on.ts';

const password = 'Company-Horse-7';
let bridge: BridgeUnderTest;
let company: TestRealm;
let realm: TestRealm;
let component: Component;
let scim: ScimCalls;
let proxy: FederatedRealm['proxy'];
let close: FederatedRealm['close'] | undefined;

beforeAll(async () => {
  company = await createTestRealm();
  ({ bridge, proxy, realm, component, scim, close } = await createFederatedRealm({
    name: 'linked',
    prepare: async (made) => {
      for (const alias of ['company', 'other', 'private']) await addIdentityProvider(made.realm, company, alias);
      await made.bridge.services.federations.setDirectory('acme', 'acme', { identityLink: { provider: 'company' } });
    },
  }));
});

afterAll(async () => {
  await close?.();
  await company?.drop();
});

const bind = (
  identityLink: NonNullable<Parameters<BridgeUnderTest['services']['federations']['setDirectory']>[2]>['identityLink'],
) => bridge.services.federations.setDirectory('acme', 'acme', identityLink === undefined ? {} : { identityLink });

/** Somebody with an account at the company and, provisioned by SCIM, in the directory. */
async function hire(name: string): Promise<{ id: string; subject: string }> {
  const subject = await addLocalUser(company, name, password);
  const id = await pushUser(scim, name, { externalId: subject });
  return { id, subject };
}

const linksOf = async (id: string) =>
  (await realm.admin.users.listFederatedIdentities({ id })).map(
    ({ identityProvider, userId }) => `${identityProvider} ${userId}`,
  );

const linked = (id: string, ...links: string[]) =>
  eventually(
    `the links ${links.join(', ') || 'of nobody'}`,
    () => linksOf(id).catch(() => ['no such user']),
    (now) => JSON.stringify(now.sort()) === JSON.stringify([...links].sort()),
  );

test('a provisioned user signs on without any page in between, and is the same user', async () => {
  const { id, subject } = await hire('anna');
  await linked(id, `company ${subject}`);
  for (const _ of ['the first time', 'and again']) {
    const landing = await signOn(realm, 'company', 'anna', password);
    expect(landing, landing.visited.join(', ')).toMatchObject({ kind: 'code', subject: id });
  }
  expect(await realm.admin.users.count({ search: 'anna' })).toBe(1);
});

test('a user deactivated by SCIM is refused, and let in again when active', async () => {
  const { id, subject } = await hire('berta');
  await linked(id, `company ${subject}`);
  await setByScim(scim, id, 'active', false);
  await eventually(
    'the deactivation',
    () => realm.admin.users.findOne({ id }),
    (user) => user?.enabled === false,
  );
  const refused = await signOn(realm, 'company', 'berta', password);
  expect(refused.kind, refused.text).toBe('page');
  expect(refused.text).toMatch(/disabled/i);
  await setByScim(scim, id, 'active', true);
  await eventually(
    'the sign-on',
    () => signOn(realm, 'company', 'berta', password),
    ({ kind, subject: who }) => kind === 'code' && who === id,
  );
});

test('a link follows its subject, and a deleted user leaves none behind', async () => {
  const { id, subject } = await hire('carla');
  await linked(id, `company ${subject}`);
  const moved = await addLocalUser(company, 'carla-moved', password);
  await setByScim(scim, id, 'externalId', moved);
  await linked(id, `company ${moved}`);
  expect(await signOn(realm, 'company', 'carla-moved', password)).toMatchObject({ kind: 'code', subject: id });
  // Whoever has the old account is somebody else now.
  expect((await signOn(realm, 'company', 'carla', password)).subject).not.toBe(id);

  expect((await scim('DELETE', `/Users/${id}`)).status).toBe(204);
  await eventually(
    'the removal',
    () => realm.admin.users.findOne({ id }),
    (user) => !user,
  );
  expect((await signOn(realm, 'company', 'carla-moved', password)).subject).not.toBe(id);
});

test('two users who exchange their subjects exchange their links', async () => {
  const [one, two] = [await hire('dora'), await hire('emil')];
  await linked(one.id, `company ${one.subject}`);
  await linked(two.id, `company ${two.subject}`);
  await setByScim(scim, one.id, 'externalId', two.subject);
  await setByScim(scim, two.id, 'externalId', one.subject);
  await linked(one.id, `company ${two.subject}`);
  await linked(two.id, `company ${one.subject}`);
});

test('who waits for a subject gets it as soon as its holder is gone', async () => {
  const { id, subject } = await hire('ella');
  await linked(id, `company ${subject}`);
  const heir = await pushUser(scim, 'elmar', { externalId: subject });
  await eventually(
    'the import',
    () => realm.getUser('elmar@acme.test'),
    (user) => user !== undefined,
  );
  expect((await scim('DELETE', `/Users/${id}`)).status).toBe(204);
  await linked(heir, `company ${subject}`);
});

test('who waits for a subject goes on waiting when the change has to be written once more because of another', async () => {
  const { id, subject } = await hire('jana');
  await linked(id, `company ${subject}`);
  const database = new Client({ connectionString: inject('keycloak').databaseUrl });
  await database.connect();
  try {
    // A sequence keeps its count when the transaction is rolled back: both refusals are of the first time that the feed's answer is applied.
    await database.query(`
      create sequence refusals;
      create function refuse_odd() returns trigger language plpgsql security definer as $$ begin
        if new.username = 'odd@acme.test' and nextval('refusals') <= 2 then raise exception 'not now'; end if;
        return new;
      end $$;
      create trigger refuse_odd before insert on user_entity for each row execute function refuse_odd()`);
    await proxy.set('no-feed');
    await eventually('the end of the lease', component.status, ({ lease }) => !lease);
    const heir = await pushUser(scim, 'jens', { externalId: subject });
    await pushUser(scim, 'odd');
    await proxy.set('pass');
    await eventually(
      'the import',
      () => realm.getUser('odd@acme.test'),
      (user) => user !== undefined,
    );
    await component.connected();
    expect(await linksOf(heir)).toEqual([]);
    expect((await scim('DELETE', `/Users/${id}`)).status).toBe(204);
    await linked(heir, `company ${subject}`);
  } finally {
    await proxy.set('pass');
    await database.query('drop function refuse_odd cascade; drop sequence refusals');
    await database.end();
  }
});

test('of two users with one subject the first is linked, and the second told to be not', async () => {
  const { id, subject } = await hire('frida');
  await linked(id, `company ${subject}`);
  const second = await pushUser(scim, 'fritz', { externalId: subject });
  await eventually(
    'the import',
    () => realm.getUser('fritz@acme.test'),
    (user) => user !== undefined,
  );
  expect(await linksOf(second)).toEqual([]);
  const explained = await component.call('GET', `/users/${second}/explain`);
  expect(explained.body['identityLink']).toMatchObject({ provider: 'company', subject, linked: false, holder: id });
  // Once the subject is free, whoever waits for it is linked.
  await setByScim(scim, id, 'externalId', `${subject}-gone`);
  await linked(second, `company ${subject}`);
});

test('a link to another identity provider, made by hand, is left alone', async () => {
  const { id, subject } = await hire('gerd');
  await linked(id, `company ${subject}`);
  await realm.admin.users.addToFederatedIdentity({
    id,
    federatedIdentityId: 'private',
    federatedIdentity: { userId: 'by-hand', userName: 'by-hand' },
  });
  await setByScim(scim, id, 'title', 'Head');
  await eventually(
    'the change',
    () => realm.admin.users.findOne({ id }),
    (user) => user?.attributes?.['title']?.[0] === 'Head',
  );
  await linked(id, `company ${subject}`, 'private by-hand');
});

test('another binding moves the links, none takes them away, and links made by hand stay', async () => {
  const { id, subject } = await hire('hilde');
  await linked(id, `company ${subject}`);
  await bind({ subject: 'userName' });
  await linked(id, 'company hilde@acme.test');
  await bind({ provider: 'other', subject: 'externalId' });
  await linked(id, `other ${subject}`);
  await bind(null);
  await linked(id);
  const gerd = await realm.getUser('gerd@acme.test');
  await linked(gerd?.id ?? '', 'private by-hand');
  await bind({ provider: 'company' });
  await linked(id, `company ${subject}`);
});

test('an identity provider that is not there yet is told once, and links come with it', async () => {
  const { id, subject } = await hire('ida');
  await bind({ provider: 'later' });
  const status = await eventually('the binding', component.status, ({ bindings }) => bindings?.[0]?.alias === 'later');
  expect(status.bindings).toEqual([
    { directory: 'acme', kind: 'identity provider', alias: 'later', state: 'missing', detail: expect.any(String) },
  ]);
  await linked(id);
  await addIdentityProvider(realm, company, 'later');
  await linked(id, `later ${subject}`);
  // Its removal takes the links along in Keycloak; made anew, it gets them back.
  await realm.admin.identityProviders.del({ alias: 'later' });
  await linked(id);
  await addIdentityProvider(realm, company, 'later');
  await linked(id, `later ${subject}`);
});
