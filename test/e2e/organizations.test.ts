// A directory bound to an organization: its users are managed members, and nothing that happens to the organization deletes
// or disables them by surprise.
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Component,
  createFederatedRealm,
  eventually,
  type FederatedRealm,
  pushUser,
  userPassword,
} from '../support/federated-realm.ts';
import { keycloakAdmin, type TestRealm } from '../support/keycloak.ts';
import type { BridgeUnderTest, ScimCalls } from '../support/running-bridge.ts';

let bridge: BridgeUnderTest;
let realm: TestRealm;
let component: Component;
let scim: ScimCalls;
let close: FederatedRealm['close'] | undefined;
const people: Record<string, string> = {};

beforeAll(async () => {
  ({ bridge, realm, component, scim, close } = await createFederatedRealm({
    name: 'organized',
    realm: { organizationsEnabled: true },
    prepare: async (made) => {
      await made.bridge.services.federations.setDirectory('acme', 'acme', { organization: 'acme-inc' });
      for (const name of ['anna', 'berta', 'carla']) people[name] = await pushUser(made.scim, name);
    },
  }));
});

afterAll(() => close?.());

const bind = (organization: string | null) =>
  bridge.services.federations.setDirectory('acme', 'acme', { organization });
const switchOrganizations = (organizationsEnabled: boolean) =>
  keycloakAdmin().realms.update({ realm: realm.name }, { organizationsEnabled });

async function createOrganization(alias: string): Promise<string> {
  const { id } = await realm.admin.organizations.create({
    name: alias,
    alias,
    enabled: true,
    domains: [{ name: `${alias}.test`, verified: true }],
  });
  return id;
}

/** Username and kind of membership of an organization's members. */
async function membersOf(orgId: string): Promise<string[]> {
  const members: { username?: string; membershipType?: string }[] = await realm.admin.organizations.listMembers({
    orgId,
  });
  return members.map(({ username = '', membershipType = '' }) => `${username.split('@')[0]} ${membershipType}`).sort();
}

const hasMembers = (orgId: string, ...expected: string[]) =>
  eventually(
    `the members ${expected.join(', ') || 'none'}`,
    // Keycloak may stumble over a member who is just being deleted.
    () => membersOf(orgId).catch(() => ['no answer']),
    (now) => JSON.stringify(now) === JSON.stringify(expected),
  );

const managed = (...names: string[]) => names.map((name) => `${name} MANAGED`);
const stateOf = async () => (await component.status()).bindings?.map(({ alias, state }) => `${alias} ${state}`);
const roleOf = async (id: string) =>
  (await realm.admin.users.listRealmRoleMappings({ id })).some(({ name }) => name === 'kept');

test('without the organization users are imported all the same, and become members when it is made', async () => {
  expect((await realm.login('anna@acme.test', userPassword)).status).toBe(200);
  expect(await stateOf()).toEqual(['acme-inc missing']);
  const id = await createOrganization('acme-inc');
  await hasMembers(id, ...managed('anna', 'berta', 'carla'));
  expect(await stateOf()).toEqual(['acme-inc bound']);
});

test('who comes becomes a member, who leaves is none any more, and the second sync has nothing to do', async () => {
  const [organization] = await realm.admin.organizations.find();
  const orgId = organization?.id ?? '';
  people['dora'] = await pushUser(scim, 'dora');
  await hasMembers(orgId, ...managed('anna', 'berta', 'carla', 'dora'));
  expect((await scim('DELETE', `/Users/${people['dora']}`)).status).toBe(204);
  await hasMembers(orgId, ...managed('anna', 'berta', 'carla'));
  expect(await component.sync('full')).toMatchObject({ added: 0, updated: 0, removed: 0, failed: 0 });
  expect((await realm.login('anna@acme.test', userPassword)).status).toBe(200);
});

test('neither the organization nor a membership can be removed in Keycloak as long as that would delete users', async () => {
  const [organization] = await realm.admin.organizations.find();
  const orgId = organization?.id ?? '';
  await expect(realm.admin.organizations.delById({ id: orgId })).rejects.toThrow(/Unbind it from their directory/);
  const userId = people['anna'] ?? '';
  await expect(realm.admin.organizations.delMember({ orgId, userId })).rejects.toThrow(
    /Unbind it from their directory/,
  );
  await hasMembers(orgId, ...managed('anna', 'berta', 'carla'));
  expect(await realm.getUser('anna@acme.test')).toMatchObject({ id: userId, enabled: true });
});

test('another binding moves the memberships that were made, and leaves those that were made by hand', async () => {
  const [first] = await realm.admin.organizations.find();
  const firstId = first?.id ?? '';
  const other = await createOrganization('other');
  const byHand = people['berta'] ?? '';
  await realm.admin.organizations.addMember({ orgId: other, userId: byHand });
  await realm.admin.roles.create({ name: 'kept' });
  const role = await realm.admin.roles.findOneByName({ name: 'kept' });
  const anna = people['anna'] ?? '';
  await realm.admin.users.addRealmRoleMappings({ id: anna, roles: [{ id: role?.id ?? '', name: 'kept' }] });

  await bind('other');
  await hasMembers(other, 'anna MANAGED', 'berta UNMANAGED', 'carla MANAGED');
  await hasMembers(firstId);
  await bind(null);
  await hasMembers(other, 'berta UNMANAGED');
  // Nobody is bound any more: now the organizations can go, and the users stay.
  await realm.admin.organizations.delById({ id: other });
  await realm.admin.organizations.delById({ id: firstId });
  expect(await realm.getUser('anna@acme.test')).toMatchObject({ id: anna, enabled: true });
  expect(await roleOf(anna)).toBe(true);
});

test('with organizations switched off users go on, and are managed members again afterwards', async () => {
  const orgId = await createOrganization('again');
  await bind('again');
  await hasMembers(orgId, ...managed('anna', 'berta', 'carla'));
  const { refreshToken = '' } = await realm.login('anna@acme.test', userPassword);
  await switchOrganizations(false);
  // At once, not only when the component has noticed.
  expect((await realm.refresh(refreshToken)).status).toBe(200);
  expect(await realm.getUser('carla@acme.test')).toMatchObject({ enabled: true });
  await eventually('the state', stateOf, (now) => now?.[0] === 'again organizations-off');
  expect((await realm.login('berta@acme.test', userPassword)).status).toBe(200);
  await switchOrganizations(true);
  await hasMembers(orgId, ...managed('anna', 'berta', 'carla'));
});

test('a disabled organization shuts its managed members out, as its switch is meant to, and explain says so', async () => {
  const [organization] = await realm.admin.organizations.find();
  const id = organization?.id ?? '';
  await realm.admin.organizations.updateById({ id }, { ...organization, enabled: false });
  expect((await realm.login('carla@acme.test', userPassword)).status).not.toBe(200);
  const explained = await component.call('GET', `/users/${people['carla']}/explain`);
  expect(explained.body['organization']).toMatchObject({ alias: 'again', member: true, managed: true, shutOut: true });
  await realm.admin.organizations.updateById({ id }, { ...organization, enabled: true });
  expect((await realm.login('carla@acme.test', userPassword)).status).toBe(200);
});
