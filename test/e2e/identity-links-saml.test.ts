// A directory bound to a SAML identity provider: by the name ID, and by an attribute of the assertion.
import { UnmanagedAttributePolicy } from '@keycloak/keycloak-admin-client/lib/defs/userProfileMetadata.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { requireConnected } from '../support/connected-realm.ts';
import { addDirectory, eventually, pushUser, setByScim } from '../support/federated-realm.ts';
import { createTestRealm, type TestRealm } from '../support/keycloak.ts';
import { type BridgeUnderTest, type ScimCalls, startBridge } from '../support/running-bridge.ts';
import { enterprise } from '../support/scim.ts';
import { addSamlIdentityProvider, signOn } from '../support/single-sign-on.ts';

const password = 'Company-Horse-7';
let bridge: BridgeUnderTest;
let company: TestRealm;
let realm: TestRealm;
let scim: ScimCalls;

beforeAll(async () => {
  bridge = await startBridge();
  scim = (await addDirectory(bridge, 'acme')).scim;
  company = await createTestRealm();
  const profile = await company.admin.users.getProfile();
  await company.admin.users.updateProfile({ ...profile, unmanagedAttributePolicy: UnmanagedAttributePolicy.Enabled });
  realm = await createTestRealm();
  await addSamlIdentityProvider(realm, company, 'by-name-id', { nameIdFormat: 'persistent' });
  await addSamlIdentityProvider(realm, company, 'by-number', {
    nameIdFormat: 'transient',
    attribute: 'employeeNumber',
  });
  await bind({ provider: 'by-name-id', unlinkedUsers: 'refuse' });
  await requireConnected(bridge, realm, { federation: 'acme' });
});

afterAll(async () => {
  await realm?.drop();
  await company?.drop();
  await bridge?.close();
});

type Link = NonNullable<Parameters<BridgeUnderTest['services']['federations']['setDirectory']>[2]>['identityLink'];
const bind = (identityLink: NonNullable<Link>) =>
  bridge.services.federations.setDirectory('acme', 'acme', { identityLink });

/** The name ID under which the company knows somebody. */
const nameIdOf = (name: string): string => `Company|${name}|Aa`;
const numberOf = (name: string): string => `No-${name}`;

/** An account at the company. */
async function addAccount(name: string): Promise<void> {
  await company.admin.users.create({
    username: name,
    enabled: true,
    firstName: 'Com',
    lastName: 'Pany',
    email: `${name}@company.test`,
    emailVerified: true,
    credentials: [{ type: 'password', value: password, temporary: false }],
    // Where Keycloak keeps the persistent name ID that it tells every service of a user.
    attributes: { 'saml.persistent.name.id.for.*': [nameIdOf(name)], employeeNumber: [numberOf(name)] },
  });
}

/** Somebody with an account at the company and, provisioned by SCIM, in the directory. */
async function hire(name: string): Promise<string> {
  await addAccount(name);
  return pushUser(scim, name, { externalId: nameIdOf(name), [enterprise]: { employeeNumber: numberOf(name) } });
}

const linked = (id: string, ...links: string[]) =>
  eventually(
    `the links ${links.join(', ') || 'of nobody'}`,
    () => realm.admin.users.listFederatedIdentities({ id }).catch(() => []),
    (now) => JSON.stringify(now.map((one) => `${one.identityProvider} ${one.userId}`)) === JSON.stringify(links),
  );

test('a provisioned user signs on by the name ID without any page in between, and is the same user', async () => {
  const id = await hire('anna');
  await linked(id, `by-name-id ${nameIdOf('anna')}`);
  for (const _ of ['the first time', 'and again']) {
    const landing = await signOn(realm, 'by-name-id', 'anna', password);
    expect(landing, `${landing.visited.join(', ')}: ${landing.text}`).toMatchObject({ kind: 'code', subject: id });
  }
  expect(await realm.admin.users.count({ search: 'anna' })).toBe(1);
});

test('a user deactivated by SCIM is refused, and let in again when active', async () => {
  const id = await hire('berta');
  await linked(id, `by-name-id ${nameIdOf('berta')}`);
  await setByScim(scim, id, 'active', false);
  const refused = await eventually(
    'the refusal',
    () => signOn(realm, 'by-name-id', 'berta', password),
    ({ kind }) => kind === 'page',
  );
  expect(refused.text).toMatch(/disabled/i);
  await setByScim(scim, id, 'active', true);
  await eventually(
    'the sign-on',
    () => signOn(realm, 'by-name-id', 'berta', password),
    ({ kind, subject }) => kind === 'code' && subject === id,
  );
});

test('a stranger is refused, with nothing created', async () => {
  await addAccount('stranger');
  const users = await realm.admin.users.count();
  const refused = await signOn(realm, 'by-name-id', 'stranger', password);
  expect(refused, refused.text).toMatchObject({ kind: 'page', status: 401 });
  expect(refused.text).toMatch(/denied/i);
  expect(await realm.admin.users.count()).toBe(users);
});

test('a user signs on by an attribute of the assertion, while the name ID is another each time', async () => {
  const id = await hire('carla');
  await bind({ provider: 'by-number', subject: `${enterprise}:employeeNumber` });
  await linked(id, `by-number ${numberOf('carla')}`);
  for (const _ of ['the first time', 'and again']) {
    const landing = await signOn(realm, 'by-number', 'carla', password);
    expect(landing, `${landing.visited.join(', ')}: ${landing.text}`).toMatchObject({ kind: 'code', subject: id });
  }
});
