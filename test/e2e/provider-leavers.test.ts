// Who leaves, by whatever door, is out at once; and nobody is put out by mistake.
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Component,
  createFederatedRealm,
  eventually,
  type FederatedRealm,
  pushCrowd,
  pushUser,
  setByScim,
  userPassword,
} from '../support/federated-realm.ts';
import { claimsOf, type TestRealm } from '../support/keycloak.ts';
import type { BridgeUnderTest, ScimCalls } from '../support/running-bridge.ts';

let bridge: BridgeUnderTest;
let realm: TestRealm;
let component: Component;
let scim: ScimCalls;
let otherScim: ScimCalls;
let close: FederatedRealm['close'] | undefined;

beforeAll(async () => {
  ({ bridge, realm, component, scim, close } = await createFederatedRealm({
    name: 'leavers',
    realm: { adminEventsEnabled: true },
    prepare: async (made) => {
      const { directories, federations } = made.bridge.services;
      await directories.createDirectory({ slug: 'contractors' });
      const { token } = await directories.createToken('contractors', {});
      otherScim = made.bridge.scim('contractors', token);
      await federations.addDirectory('acme', 'contractors');
    },
  }));
});

afterAll(() => close?.());

interface Sessions {
  online: string;
  offline: string;
}

async function signIn(username: string, password = userPassword): Promise<Sessions> {
  const online = await eventually(
    `the login of ${username}`,
    () => realm.login(username, password),
    ({ status }) => status === 200,
  );
  const offline = await realm.login(username, password, { scope: 'offline_access' });
  expect(offline.status).toBe(200);
  return { online: online.refreshToken ?? '', offline: offline.refreshToken ?? '' };
}

async function expectOut({ online, offline }: Sessions): Promise<void> {
  for (const token of [online, offline]) {
    const refused = await eventually(
      'the refused refresh',
      () => realm.refresh(token),
      ({ status }) => status !== 200,
    );
    expect(refused.error).toBe('invalid_grant');
  }
}

const gone = (username: string) =>
  eventually(
    `the removal of ${username}`,
    () => realm.getUser(username),
    (user) => user === undefined,
  );

test('a deactivated user loses online and offline sessions, and gets none of them back when reactivated', async () => {
  const id = await pushUser(scim, 'anna');
  const sessions = await signIn('anna@acme.test');
  await setByScim(scim, id, 'active', false);
  await expectOut(sessions);
  await setByScim(scim, id, 'active', true);
  await signIn('anna@acme.test');
  for (const token of [sessions.online, sessions.offline]) expect((await realm.refresh(token)).status).toBe(400);
});

test('a deleted user loses sessions and copy; created anew it is another person', async () => {
  const id = await pushUser(scim, 'berta');
  const sessions = await signIn('berta@acme.test');
  expect((await scim('DELETE', `/Users/${id}`)).status).toBe(204);
  await expectOut(sessions);
  await gone('berta@acme.test');
  const again = await pushUser(scim, 'berta');
  expect(again).not.toBe(id);
  await signIn('berta@acme.test');
  expect((await realm.getUser('berta@acme.test'))?.id).toBe(again);
  expect((await realm.refresh(sessions.offline)).status).toBe(400);
});

test('a password change at the identity provider ends the sessions, and the old password is refused', async () => {
  const id = await pushUser(scim, 'carla');
  const sessions = await signIn('carla@acme.test');
  await setByScim(scim, id, 'password', 'Another-Horse-8');
  await expectOut(sessions);
  expect((await realm.login('carla@acme.test', userPassword)).error).toBe('invalid_grant');
  await signIn('carla@acme.test', 'Another-Horse-8');
});

test('an administrator can’t give an imported user a password, nor the user a name of another', async () => {
  const id = await pushUser(scim, 'dora');
  await signIn('dora@acme.test');
  await expect(
    realm.admin.users.resetPassword({ id, credential: { type: 'password', value: 'x', temporary: false } }),
  ).rejects.toThrow();
  await expect(realm.admin.users.update({ id }, { email: 'elsewhere@acme.test' })).rejects.toThrow();
  expect((await realm.login('dora@acme.test', 'x')).error).toBe('invalid_grant');
});

test('a renamed user stays the same; who takes over the old name is somebody else', async () => {
  const id = await pushUser(scim, 'emil');
  await signIn('emil@acme.test');
  await setByScim(scim, id, 'userName', 'emil.new@acme.test');
  await setByScim(scim, id, 'emails[type eq "work"].value', 'emil.new@acme.test');
  const successor = await pushUser(scim, 'emil', { password: 'Successor-Horse-9' });
  const login = await eventually(
    'the login of the successor',
    () => realm.login('emil@acme.test', 'Successor-Horse-9'),
    ({ status }) => status === 200,
  );
  expect(claimsOf(login.accessToken ?? '')['sub']).toBe(successor);
  expect((await realm.login('emil@acme.test', userPassword)).error).toBe('invalid_grant');
  const old = await realm.login('emil.new@acme.test', userPassword);
  expect(claimsOf(old.accessToken ?? '')['sub']).toBe(id);
});

test('two users of one e-mail address both get in, and one of them goes without the address', async () => {
  const first = await pushUser(scim, 'frida', { emails: [{ value: 'shared@acme.test', primary: true }] });
  const second = await pushUser(scim, 'fritz', { emails: [{ value: 'shared@acme.test', primary: true }] });
  for (const [name, id] of [
    ['frida', first],
    ['fritz', second],
  ]) {
    const login = await eventually(
      `the login of ${name}`,
      () => realm.login(`${name}@acme.test`, userPassword),
      ({ status }) => status === 200 || status === 400,
    );
    if (login.accessToken) expect(claimsOf(login.accessToken)['sub']).toBe(id);
  }
  const holders = await realm.admin.users.find({ email: 'shared@acme.test', exact: true });
  expect(holders.map(({ id }) => id)).toEqual([first]);
  // The sync tries to give the second its address, finds it taken, and leaves both as they are.
  const again = await component.sync('full');
  expect(again).toMatchObject({ added: 0, updated: 0, removed: 0 });
});

test('a disabled directory leaves read-only copies, which come back unchanged', async () => {
  const id = await pushUser(otherScim, 'gerd');
  const sessions = await signIn('gerd@acme.test');
  const before = await realm.getUser('gerd@acme.test');
  await bridge.services.federations.setDirectory('acme', 'contractors', { enabled: false });
  await eventually(
    'the refused login',
    () => realm.login('gerd@acme.test', userPassword),
    ({ status }) => status !== 200,
  );
  await component.sync('full');
  expect(await realm.getUser('gerd@acme.test')).toMatchObject({ id, enabled: true });
  expect((await realm.refresh(sessions.online)).status).toBe(200);
  await bridge.services.federations.setDirectory('acme', 'contractors', { enabled: true });
  await signIn('gerd@acme.test');
  await component.sync('full');
  expect(await realm.getUser('gerd@acme.test')).toEqual(before);
});

test('a directory taken out of the federation takes its users’ sessions and copies with it', async () => {
  await pushUser(otherScim, 'hilde');
  const sessions = await signIn('hilde@acme.test');
  await bridge.services.federations.removeDirectory('acme', 'contractors');
  await expectOut(sessions);
  await gone('hilde@acme.test');
  expect((await realm.login('anna@acme.test', userPassword)).status).toBe(200);
});

test('a mass removal is held with an admin event, until it is released', async () => {
  const { directories, federations } = bridge.services;
  await directories.createDirectory({ slug: 'crowd' });
  const { token } = await directories.createToken('crowd', {});
  const crowd = bridge.scim('crowd', token);
  await federations.addDirectory('acme', 'crowd');
  await pushCrowd(crowd, 60);
  const before = await eventually(
    'the arrival of the crowd',
    () => realm.admin.users.count(),
    (count) => count > 60,
  );

  await federations.removeDirectory('acme', 'crowd');
  const held = await eventually('the held removal', component.status, ({ removalsHeld }) => removalsHeld !== undefined);
  expect(held.removalsHeld).toContain('60 users');
  expect((await component.sync('full')).failed).toBe(60);
  expect(await realm.admin.users.count()).toBe(before);
  const events = await realm.admin.realms.findAdminEvents({ realm: realm.name });
  const event = events.find(({ error }) => error?.includes('60 users'));
  expect(event).toMatchObject({ operationType: 'ACTION', resourceType: 'COMPONENT' });

  const released = await component.call('POST', '/sync?removals=release');
  expect(released).toMatchObject({ status: 200, body: { removed: 60, failed: 0 } });
  expect(await realm.admin.users.count()).toBe(before - 60);
  expect((await component.status()).removalsHeld).toBeUndefined();
});
