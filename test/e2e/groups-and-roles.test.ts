// Groups in groups, and the roles that groups bring, in a real Keycloak.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  addComponent,
  addDirectory,
  type Component,
  eventually,
  pushUser,
  userPassword,
} from '../support/federated-realm.ts';
import { claimsOf, createTestRealm, type TestRealm } from '../support/keycloak.ts';
import { type BridgeUnderTest, type ScimCalls, startBridge } from '../support/running-bridge.ts';
import { groupSchema, patchOp } from '../support/scim.ts';

let bridge: BridgeUnderTest;

beforeAll(async () => {
  bridge = await startBridge();
});
afterAll(() => bridge?.close());

async function pushGroup(scim: ScimCalls, displayName: string, members: string[] = []): Promise<string> {
  const body = { schemas: [groupSchema], displayName, members: members.map((value) => ({ value })) };
  const answer = await scim('POST', '/Groups', body);
  if (answer.status !== 201)
    throw new Error(`creating ${displayName}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body.id;
}

async function patchGroup(scim: ScimCalls, id: string, ...operations: unknown[]): Promise<void> {
  const answer = await scim('PATCH', `/Groups/${id}`, patchOp(...operations));
  if (answer.status >= 300) throw new Error(`patching ${id}: ${answer.status} ${JSON.stringify(answer.body)}`);
}

const put = (member: string) => ({ op: 'add', path: 'members', value: [{ value: member }] });
const take = (member: string) => ({ op: 'remove', path: `members[value eq "${member}"]` });
const rename = (name: string) => ({ op: 'replace', path: 'displayName', value: name });

/** Roles of the realm and of clients in a fresh token. */
async function rolesOf(realm: TestRealm, username: string): Promise<string[]> {
  const { accessToken, error } = await realm.login(username, userPassword);
  if (accessToken === undefined) throw new Error(`login of ${username}: ${error}`);
  const claims = claimsOf(accessToken) as {
    realm_access?: { roles: string[] };
    resource_access?: Record<string, { roles: string[] }>;
  };
  return [
    ...(claims.realm_access?.roles ?? []),
    ...Object.entries(claims.resource_access ?? {}).flatMap(([client, { roles }]) =>
      roles.map((role) => `${client}/${role}`),
    ),
  ];
}

async function addRoles(realm: TestRealm): Promise<void> {
  for (const name of ['everyone', 'seller', 'deputy']) await realm.admin.roles.create({ name });
  const { id } = await realm.admin.clients.create({ clientId: 'shop', publicClient: true });
  await realm.admin.clients.createRole({ id, name: 'editor' });
  const [management] = await realm.admin.clients.find({ clientId: 'realm-management' });
  const viewUsers = await realm.admin.clients.findRole({ id: management?.id ?? '', roleName: 'view-users' });
  const deputy = await realm.admin.roles.findOneByName({ name: 'deputy' });
  await realm.admin.roles.createComposite({ roleId: deputy?.id ?? '' }, [viewUsers ?? {}]);
}

describe('with import', () => {
  let realm: TestRealm;
  let scim: ScimCalls;
  let component: Component;
  let anna = '';
  let all = '';
  let sales = '';

  const pathOf = async (id: string): Promise<string | undefined> => {
    try {
      return (await realm.admin.groups.findOne({ id }))?.path;
    } catch {
      return undefined;
    }
  };
  const comesToStandAt = (id: string, path: string) =>
    eventually(
      `the move to ${path}`,
      () => pathOf(id),
      (at) => at === path,
    );
  const groupsOfAnna = async () => (await realm.admin.users.listGroups({ id: anna })).map(({ path }) => path).sort();

  beforeAll(async () => {
    const directory = await addDirectory(bridge, 'corp');
    scim = directory.scim;
    realm = await createTestRealm();
    await addRoles(realm);
    anna = await pushUser(scim, 'anna');
    all = await pushGroup(scim, 'All');
    // Made in this order, a child comes before its parent in the export too.
    sales = await pushGroup(scim, 'Sales', [anna]);
    const office = await pushGroup(scim, 'Office', [all]);
    await patchGroup(scim, all, put(sales));
    component = await addComponent(realm, {
      name: 'corp',
      bridgeUrl: bridge.url,
      federation: 'corp',
      token: directory.token,
    });
    await component.connected();
    expect(await pathOf(sales)).toBe('/realmbridge/corp/Office/All/Sales');
    expect((await component.status()).counts.failed).toBe(0);
    await scim('DELETE', `/Groups/${office}`);
    await comesToStandAt(sales, '/realmbridge/corp/All/Sales');
  });

  afterAll(async () => {
    await realm?.drop();
  });

  test('a member of a nested group is a member of that group only', async () => {
    expect(await groupsOfAnna()).toEqual(['/realmbridge/corp/All/Sales']);
  });

  test('a group that is renamed takes the groups in it along', async () => {
    await patchGroup(scim, all, rename('Everybody'));
    await comesToStandAt(sales, '/realmbridge/corp/Everybody/Sales');
    await patchGroup(scim, all, rename('All'));
    await comesToStandAt(sales, '/realmbridge/corp/All/Sales');
  });

  test('a group moves with its membership, also where its name is taken', async () => {
    const board = await pushGroup(scim, 'Board');
    await patchGroup(scim, all, take(sales));
    await comesToStandAt(sales, '/realmbridge/corp/Sales');
    await patchGroup(scim, board, put(sales));
    await comesToStandAt(sales, '/realmbridge/corp/Board/Sales');

    const own = await realm.admin.groups.createChildGroup({ id: board }, { name: 'Sales (ours)' });
    await scim('DELETE', `/Groups/${board}`);
    await comesToStandAt(sales, '/realmbridge/corp/Sales');
    expect(await pathOf(board)).toBeUndefined();
    expect(await pathOf(own.id)).toBe('/realmbridge/corp/Sales (ours)');
    expect(await groupsOfAnna()).toEqual(['/realmbridge/corp/Sales']);
  });

  test('groups that are in each other stand below the oldest of them, and can change places', async () => {
    await patchGroup(scim, all, put(sales));
    await patchGroup(scim, sales, put(all));
    await comesToStandAt(sales, '/realmbridge/corp/All/Sales');
    expect(await pathOf(all)).toBe('/realmbridge/corp/All');
    await patchGroup(scim, all, take(sales));
    await comesToStandAt(all, '/realmbridge/corp/Sales/All');
    expect(await pathOf(sales)).toBe('/realmbridge/corp/Sales');
    await patchGroup(scim, sales, take(all));
    await patchGroup(scim, all, put(sales));
    await comesToStandAt(sales, '/realmbridge/corp/All/Sales');
    expect((await component.sync('full')).failed).toBe(0);
    expect(await groupsOfAnna()).toEqual(['/realmbridge/corp/All/Sales']);
  });

  describe('roles', () => {
    const mapped = [
      { directory: 'corp', group: { displayName: 'all' }, role: 'everyone' },
      { directory: 'corp', group: { displayName: 'Sales' }, client: 'shop', role: 'editor' },
      { directory: 'corp', group: { displayName: 'Sales' }, role: 'seller' },
      { directory: 'corp', group: { displayName: 'Sales' }, role: 'ghost' },
      { directory: 'corp', group: { displayName: 'Sales' }, role: 'deputy' },
    ];

    test('come with the groups, nested ones too; what can’t be given is told and hinders nothing else', async () => {
      expect(await rolesOf(realm, 'anna@acme.test')).not.toContain('everyone');
      const seller = await realm.admin.roles.findOneByName({ name: 'seller' });
      await realm.admin.groups.addRealmRoleMappings({
        id: sales,
        roles: [{ id: seller?.id ?? '', name: 'seller' }],
      });
      const preview = await bridge.services.federations.previewRoleMappings('corp', () => mapped, 10);
      expect(preview.roles.find(({ role }) => role === 'everyone')).toMatchObject({
        gain: { count: 1, users: [{ id: anna, username: 'anna@acme.test' }] },
        lose: { count: 0 },
      });
      await bridge.services.federations.changeRoleMappings('corp', () => mapped);
      const roles = await eventually(
        'the roles',
        () => rolesOf(realm, 'anna@acme.test'),
        (held) => held.includes('shop/editor'),
      );
      expect(roles).toEqual(expect.arrayContaining(['everyone', 'shop/editor', 'seller']));
      expect(roles).not.toContain('deputy');
      expect((await component.status()).rolesRefused).toEqual({
        Sales: expect.arrayContaining([
          expect.stringMatching(/no role ghost/),
          expect.stringMatching(/administers Keycloak.*deputy/),
        ]),
      });
      const explained = await component.call('GET', `/users/${anna}/explain`);
      expect(explained.body['keycloak']).toMatchObject({ groups: ['/realmbridge/corp/All/Sales'] });
    });

    test('go with the mapping; a role that an administrator gave stays', async () => {
      await bridge.services.federations.changeRoleMappings('corp', () => [
        { directory: 'corp', group: { id: sales }, role: 'deputy', allowAdmin: true },
      ]);
      const roles = await eventually(
        'the deputy',
        () => rolesOf(realm, 'anna@acme.test'),
        (held) => held.includes('deputy'),
      );
      expect(roles).toEqual(expect.arrayContaining(['deputy', 'seller', 'realm-management/view-users']));
      for (const gone of ['everyone', 'shop/editor']) expect(roles).not.toContain(gone);
      expect((await component.status()).rolesRefused).toEqual({});
      await bridge.services.federations.changeRoleMappings('corp', () => []);
      await eventually(
        'the end of the deputy',
        () => rolesOf(realm, 'anna@acme.test'),
        (held) => !held.includes('deputy'),
      );
      expect(await rolesOf(realm, 'anna@acme.test')).toContain('seller');
    });

    test('of a second group that contains the group reach it beside the tree', async () => {
      const guests = await pushGroup(scim, 'Guests', [sales]);
      await bridge.services.federations.changeRoleMappings('corp', () => [
        { directory: 'corp', group: { id: guests }, role: 'everyone' },
      ]);
      await eventually(
        'the role',
        () => rolesOf(realm, 'anna@acme.test'),
        (held) => held.includes('everyone'),
      );
      expect(await pathOf(sales)).toBe('/realmbridge/corp/All/Sales');
      await patchGroup(scim, guests, take(sales));
      await eventually(
        'its end',
        () => rolesOf(realm, 'anna@acme.test'),
        (held) => !held.includes('everyone'),
      );
    });
  });
});

test('without import, users have the roles of their groups as well', async () => {
  const { scim, token } = await addDirectory(bridge, 'live');
  const realm = await createTestRealm();
  try {
    await addRoles(realm);
    const berta = await pushUser(scim, 'berta');
    const staff = await pushGroup(scim, 'Staff', [berta]);
    await pushGroup(scim, 'Company', [staff]);
    await bridge.services.federations.changeRoleMappings('live', () => [
      { directory: 'live', group: { displayName: 'Company' }, role: 'everyone' },
      { directory: 'live', group: { displayName: 'Staff' }, client: 'shop', role: 'editor' },
    ]);
    const config = { importEnabled: 'false' };
    const component = await addComponent(realm, {
      name: 'live',
      bridgeUrl: bridge.url,
      federation: 'live',
      token,
      config,
    });
    await component.connected();
    expect(await rolesOf(realm, 'berta@acme.test')).toEqual(expect.arrayContaining(['everyone', 'shop/editor']));
    await bridge.services.federations.changeRoleMappings('live', () => []);
    await eventually(
      'the end of the roles',
      () => rolesOf(realm, 'berta@acme.test'),
      (held) => !held.includes('everyone'),
    );
  } finally {
    await realm.drop();
  }
});
