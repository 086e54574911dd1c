// The whole main job as a person would try it: an identity provider pushes by SCIM, and people sign in to a real Keycloak.
// The same tests run against processes (test/e2e) and against containers (test/containers).
import { afterAll, beforeAll, expect, test } from 'vitest';
import { requireConnected } from './connected-realm.ts';
import { eventually } from './federated-realm.ts';
import { claimsOf, createTestRealm, type KeycloakServer, type TestRealm } from './keycloak.ts';
import type { BridgeUnderTest, ScimCalls } from './running-bridge.ts';
import { enterprise, patchOp, userSchema } from './scim.ts';

const password = 'Correct-Horse-7';
const failoverPassword = 'Break-Glass-42';

/** What the main job is done with. */
export interface MainJobStage {
  bridge: BridgeUnderTest;
  /** The address under which Keycloak reaches the bridge. */
  bridgeUrl: string;
  keycloak: KeycloakServer;
  close(): Promise<void>;
}

/** What Entra sends for a new user; it never sends a password, so the test adds one. */
const entraUser = (name: string) => ({
  schemas: [userSchema, enterprise],
  externalId: name,
  userName: `${name}@acme.test`,
  active: true,
  displayName: `${name} Quist`,
  emails: [{ primary: true, type: 'work', value: `${name}@acme.test` }],
  meta: { resourceType: 'User' },
  name: { formatted: `${name} Quist`, familyName: 'Quist', givenName: name },
  roles: [],
  password,
  [enterprise]: { department: 'Sales' },
});

/** Registers the tests of the main job, in the file that calls this. */
export function testMainJob(open: () => Promise<MainJobStage>): void {
  let stage: MainJobStage;
  let realm: TestRealm;
  let scim: ScimCalls;

  beforeAll(async () => {
    stage = await open();
    const { directories, federations } = stage.bridge.services;
    await directories.createDirectory({ slug: 'acme-entra', profile: 'entra' });
    const { token } = await directories.createToken('acme-entra', {});
    scim = stage.bridge.scim('acme-entra', token);
    await federations.createFederation({ slug: 'acme' });
    await federations.addDirectory('acme', 'acme-entra', {});
    realm = await createTestRealm(stage.keycloak);
    await requireConnected(stage.bridge, realm, {
      federation: 'acme',
      bridgeUrl: stage.bridgeUrl,
      failoverAdmin: { username: 'failover-admin', password: failoverPassword },
      clients: 'all',
    });
  });

  afterAll(async () => {
    await realm?.drop();
    await stage?.close();
  });

  async function createUser(name: string): Promise<string> {
    const created = await scim('POST', '/Users', entraUser(name));
    expect(created.status, JSON.stringify(created.body)).toBe(201);
    return created.body.id;
  }

  test('a user pushed by SCIM signs in, and the token carries the SCIM id, the profile and the groups', async () => {
    const id = await createUser('anna');
    const group = await scim('POST', '/Groups', { displayName: 'Sales', externalId: 'g-sales' });
    await scim(
      'PATCH',
      `/Groups/${group.body.id}`,
      patchOp({ op: 'Add', path: 'members', value: [{ $ref: null, value: id }] }),
    );

    const login = await eventually(
      'the login with the group',
      () => realm.login('anna@acme.test', password),
      (answer) =>
        answer.accessToken !== undefined && JSON.stringify(claimsOf(answer.accessToken)['groups'])?.includes('Sales'),
    );
    const claims = claimsOf(login.accessToken ?? '');
    expect(claims['sub']).toBe(id);
    expect(claims).toMatchObject({
      preferred_username: 'anna@acme.test',
      email: 'anna@acme.test',
      given_name: 'anna',
      family_name: 'Quist',
      groups: ['/realmbridge/acme-entra/Sales'],
    });
    const { status, claims: userinfo } = await realm.userinfo(login.accessToken ?? '');
    expect(status).toBe(200);
    expect(userinfo['sub']).toBe(id);
    expect((await realm.login('anna@acme.test', 'wrong')).error).toBe('invalid_grant');
  });

  test('a changed name arrives without a scheduled sync', async () => {
    const id = await createUser('berta');
    expect((await realm.login('berta@acme.test', password)).status).toBe(200);
    await scim(
      'PATCH',
      `/Users/${id}`,
      patchOp(
        { op: 'Replace', path: 'name.familyName', value: 'Quist-Meyer' },
        { op: 'Replace', path: 'displayName', value: 'Berta Q' },
      ),
    );
    await eventually(
      'the new name',
      () => realm.getUser('berta@acme.test'),
      (user) => user?.lastName === 'Quist-Meyer',
    );
    const login = await realm.login('berta@acme.test', password);
    expect(claimsOf(login.accessToken ?? '')['family_name']).toBe('Quist-Meyer');
  });

  test('a deactivated user can neither sign in nor refresh, and can again once reactivated', async () => {
    const id = await createUser('carla');
    const login = await realm.login('carla@acme.test', password);
    expect(login.status).toBe(200);
    await scim('PATCH', `/Users/${id}`, patchOp({ op: 'Replace', path: 'active', value: 'False' }));
    const refused = await eventually(
      'the refused refresh',
      () => realm.refresh(login.refreshToken ?? ''),
      (answer) => answer.status !== 200,
    );
    expect(refused.error).toBe('invalid_grant');
    expect((await realm.login('carla@acme.test', password)).status).not.toBe(200);
    await scim('PATCH', `/Users/${id}`, patchOp({ op: 'Replace', path: 'active', value: 'True' }));
    await eventually(
      'the login after reactivation',
      () => realm.login('carla@acme.test', password),
      (answer) => answer.status === 200,
    );
  });

  test('a deleted user is gone, and one created anew under the name keeps nothing of the old one', async () => {
    const id = await createUser('dora');
    const group = await scim('POST', '/Groups', { displayName: 'Admins', members: [{ value: id }] });
    const login = await eventually(
      'the login with the group',
      () => realm.login('dora@acme.test', password),
      (answer) =>
        answer.accessToken !== undefined && JSON.stringify(claimsOf(answer.accessToken)['groups'])?.includes('Admins'),
    );
    const role = await realm.admin.roles
      .create({ name: 'payroll' })
      .then(() => realm.admin.roles.findOneByName({ name: 'payroll' }));
    await realm.admin.users.addRealmRoleMappings({ id, roles: [{ id: role?.id ?? '', name: 'payroll' }] });

    expect((await scim('DELETE', `/Users/${id}`)).status).toBe(204);
    await eventually(
      'the refused refresh',
      () => realm.refresh(login.refreshToken ?? ''),
      (answer) => answer.status !== 200,
    );
    await eventually(
      'the removal',
      () => realm.getUser('dora@acme.test'),
      (user) => user === undefined,
    );

    const again = await createUser('dora');
    expect(again).not.toBe(id);
    const anew = await eventually(
      'the new login',
      () => realm.login('dora@acme.test', password),
      (answer) => answer.status === 200,
    );
    const claims = claimsOf(anew.accessToken ?? '');
    expect(claims['sub']).toBe(again);
    expect(claims['groups'] ?? []).toEqual([]);
    expect(JSON.stringify(claims['realm_access'])).not.toContain('payroll');
    expect((await scim('GET', `/Groups/${group.body.id}`)).body.members).toBeUndefined();
  });

  test('while the bridge is down, the failover admin signs in, sessions live on and users stay enabled; then all is writable again', async () => {
    const id = await createUser('emil');
    const login = await realm.login('emil@acme.test', password);
    expect(login.status).toBe(200);

    await stage.bridge.stop();
    try {
      const started = performance.now();
      const admin = await realm.login('failover-admin', failoverPassword);
      expect(admin.status, JSON.stringify(admin)).toBe(200);
      expect(performance.now() - started).toBeLessThan(20_000);

      const refreshed = await realm.refresh(login.refreshToken ?? '');
      expect(refreshed.status, JSON.stringify(refreshed)).toBe(200);
      expect((await realm.userinfo(refreshed.accessToken ?? '')).status).toBe(200);
      expect(await realm.getUser('emil@acme.test')).toMatchObject({ id, enabled: true });
      const unchecked = await realm.login('emil@acme.test', password);
      expect(unchecked.status).not.toBe(200);
    } finally {
      await stage.bridge.start();
    }

    await eventually(
      'the login after the outage',
      () => realm.login('emil@acme.test', password),
      (answer) => answer.status === 200,
    );
    await scim('PATCH', `/Users/${id}`, patchOp({ op: 'Replace', path: 'name.givenName', value: 'Emilio' }));
    await eventually(
      'the change after the outage',
      () => realm.getUser('emil@acme.test'),
      (user) => user?.firstName === 'Emilio',
    );
    expect((await realm.login('failover-admin', failoverPassword)).status).toBe(200);
  });

  test('a federated user of the failover admin’s name never shadows the local one', async () => {
    const created = await scim('POST', '/Users', { ...entraUser('intruder'), userName: 'failover-admin' });
    expect(created.status).toBe(201);
    expect((await realm.login('failover-admin', password)).status).not.toBe(200);
    const login = await realm.login('failover-admin', failoverPassword);
    expect(login.status).toBe(200);
    expect(claimsOf(login.accessToken ?? '')['sub']).not.toBe(created.body.id);
  });
}
