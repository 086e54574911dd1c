// An identity provider at which only provisioned users get in: `connect` arranges it, says so, and takes it back.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAdmin } from '../../bridge/keycloak/admin-client.ts';
import type { ConnectResult } from '../../bridge/keycloak/connect.ts';
import { createBindingChecks } from '../../bridge/keycloak/doctor/binding-checks.ts';
import { connectTo } from '../support/connected-realm.ts';
import { addDirectory, addLocalUser, eventually, pushUser } from '../support/federated-realm.ts';
import { createTestRealm, type TestRealm } from '../support/keycloak.ts';
import { type BridgeUnderTest, type ScimCalls, startBridge } from '../support/running-bridge.ts';
import { addIdentityProvider, signOn } from '../support/single-sign-on.ts';

const password = 'Company-Horse-7';
let bridge: BridgeUnderTest;
let company: TestRealm;
let realm: TestRealm;
let scim: ScimCalls;

beforeAll(async () => {
  bridge = await startBridge();
  scim = (await addDirectory(bridge, 'acme')).scim;
  company = await createTestRealm();
  realm = await createTestRealm();
  await addIdentityProvider(realm, company, 'company');
});

afterAll(async () => {
  await realm?.drop();
  await company?.drop();
  await bridge?.close();
});

const connect = (dryRun = false): Promise<ConnectResult> => connectTo(bridge, realm, { federation: 'acme', dryRun });

const bind = (unlinkedUsers: 'allow' | 'refuse') =>
  bridge.services.federations.setDirectory('acme', 'acme', { identityLink: { provider: 'company', unlinkedUsers } });

const firstLoginFlow = async () =>
  (await realm.admin.identityProviders.findOne({ alias: 'company' }))?.firstBrokerLoginFlowAlias || undefined;

const stepsAbout = (result: ConnectResult, status: string) =>
  result.steps.filter((step) => step.status === status && /login|linked/.test(step.text)).map(({ text }) => text);

function bindingCheck() {
  const { url, adminUsername, adminPassword } = realm.server;
  const credentials = { username: adminUsername, password: adminPassword };
  const [check] = createBindingChecks({
    admin: createAdmin({ url, realm: realm.name, credentials }),
    hasCredentials: true,
    realm: async () => ({}),
    federation: async () => ({ slug: 'acme' }),
    describeFederation: bridge.services.federations.describeFederation,
  });
  return check?.run();
}

test('a dry run says what would be changed at the identity provider, and changes nothing', async () => {
  await bind('refuse');
  const planned = await connect(true);
  expect(stepsAbout(planned, 'planned')).toEqual([
    expect.stringContaining('create first login flow "realmbridge refuse unlinked users"'),
    expect.stringMatching(/identity provider "company".*the realm's default" → "realmbridge refuse unlinked users"/),
  ]);
  expect(await firstLoginFlow()).toBeUndefined();
});

test('a stranger is refused with nothing created, while a provisioned user gets in at the first sign-on', async () => {
  const done = await connect();
  expect(done.failure).toBeUndefined();
  expect(await firstLoginFlow()).toBe('realmbridge refuse unlinked users');
  expect((await connect()).changed).toBe(false);
  expect(await bindingCheck()).toMatchObject({ status: 'ok' });

  const subject = await addLocalUser(company, 'anna', password);
  const id = await pushUser(scim, 'anna', { externalId: subject });
  await eventually(
    'the sign-on',
    () => signOn(realm, 'company', 'anna', password),
    ({ kind, subject: who }) => kind === 'code' && who === id,
  );

  await addLocalUser(company, 'stranger', password);
  const users = await realm.admin.users.count();
  const refused = await signOn(realm, 'company', 'stranger', password);
  expect(refused, refused.text).toMatchObject({ kind: 'page', status: 401 });
  expect(refused.text).toMatch(/denied/i);
  expect(await realm.admin.users.count()).toBe(users);
  expect(await realm.getUser('stranger')).toBeUndefined();
});

test('a stranger who claims a provisioned user’s address is refused, too', async () => {
  await company.admin.users.create({
    username: 'impostor',
    enabled: true,
    firstName: 'Im',
    lastName: 'Postor',
    email: 'anna@acme.test',
    emailVerified: true,
    credentials: [{ type: 'password', value: password, temporary: false }],
  });
  const refused = await signOn(realm, 'company', 'impostor', password);
  expect(refused, refused.text).toMatchObject({ kind: 'page', status: 401 });
  const anna = await realm.getUser('anna@acme.test');
  expect(await realm.admin.users.listFederatedIdentities({ id: anna?.id ?? '' })).toHaveLength(1);
});

test('what is not in place yet is told by doctor, and connect takes the refusal back', async () => {
  await bind('allow');
  expect(await bindingCheck()).toMatchObject({
    status: 'warning',
    detail: expect.stringContaining('let unlinked users in at identity provider "company" again'),
  });
  await connect();
  expect(await firstLoginFlow()).toBeUndefined();
  expect((await signOn(realm, 'company', 'stranger', password)).kind).toBe('code');
});
