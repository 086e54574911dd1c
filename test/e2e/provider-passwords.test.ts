// What people and administrators are told about a password that can't be checked, or can't be changed here; and what ends the
// sessions of its owner.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { FaultProxy } from '../support/fault-proxy.ts';
import {
  type Component,
  createFederatedRealm,
  eventually,
  type FederatedRealm,
  pushUser,
  setByScim,
  userPassword,
} from '../support/federated-realm.ts';
import type { TestRealm } from '../support/keycloak.ts';
import { authorizationUrl, openBrowser } from '../support/login-pages.ts';
import type { ScimCalls } from '../support/running-bridge.ts';

let close: FederatedRealm['close'] | undefined;
let proxy: FaultProxy;
let realm: TestRealm;
let component: Component;
let scim: ScimCalls;

beforeAll(async () => {
  ({ proxy, realm, component, scim, close } = await createFederatedRealm({
    name: 'passwords',
    realm: {
      bruteForceProtected: true,
      failureFactor: 3,
      quickLoginCheckMilliSeconds: 0,
      eventsEnabled: true,
      registrationAllowed: false,
    },
  }));
});

afterAll(() => close?.());

afterEach(() => proxy.set('pass'));

async function person(name: string): Promise<{ id: string; username: string }> {
  const id = await pushUser(scim, name);
  const username = `${name}@acme.test`;
  await eventually(
    `the login of ${name}`,
    () => realm.login(username, userPassword),
    ({ status }) => status === 200,
  );
  return { id, username };
}

const loginErrors = async (user: string): Promise<(string | undefined)[]> =>
  (await realm.admin.realms.findEvents({ realm: realm.name, type: 'LOGIN_ERROR', user })).map(
    ({ error }: { error?: string }) => error,
  );

test('a login page says that a password can’t be checked now, and the event says it too', async () => {
  const { id, username } = await person('page');
  const browser = openBrowser(realm);
  await browser.go(authorizationUrl(realm));
  await proxy.set('503');
  for (const password of [userPassword, 'wrong']) {
    await browser.go(authorizationUrl(realm));
    await browser.submit({ username, password });
    expect(browser.status()).toBe(503);
    expect(browser.text()).toContain('Your password can’t be checked at the moment');
    expect(browser.text()).not.toContain('Invalid username or password');
  }
  expect(await loginErrors(id)).toEqual(['user_storage_unavailable', 'user_storage_unavailable']);
  await proxy.set('pass');
  await component.connected();
  await browser.go(authorizationUrl(realm));
  await browser.submit({ username, password: 'wrong' });
  expect(browser.text()).toContain('Invalid username or password');
  expect((await loginErrors(id))[0]).toBe('invalid_user_credentials');
});

test('wrong passwords lock out, those that can’t be checked don’t', async () => {
  const { id, username } = await person('locked');
  await proxy.set('refused');
  for (let n = 0; n < 6; n++) expect((await realm.login(username, 'wrong')).status).toBe(503);
  expect(await realm.admin.attackDetection.findOne({ id })).toMatchObject({ numFailures: 0, disabled: false });
  await proxy.set('pass');
  await component.connected();
  for (let n = 0; n < 3; n++) expect((await realm.login(username, 'wrong')).error).toBe('invalid_grant');
  const locked = await eventually(
    'the lock-out',
    () => realm.admin.attackDetection.findOne({ id }),
    (state) => state?.['disabled'] === true,
  );
  expect(locked).toMatchObject({ numFailures: 3 });
  expect((await realm.login(username, userPassword)).status).not.toBe(200);
  await realm.admin.attackDetection.del({ id });
  expect((await realm.login(username, userPassword)).status).toBe(200);
});

test.each(['pass', 'refused'] as const)(
  'nobody can give an imported user another password in Keycloak (%s)',
  async (fault) => {
    const { id, username } = await person(`kept-${fault}`);
    const browser = openBrowser(realm);
    await browser.go(authorizationUrl(realm, { kc_action: 'UPDATE_PASSWORD' }));
    await browser.submit({ username, password: userPassword });
    await proxy.set(fault);
    await browser.submit({ 'password-new': 'Own-Horse-9', 'password-confirm': 'Own-Horse-9' });
    expect(browser.text()).toMatch(/kept by the identity provider behind the bridge and can't be changed in Keycloak/);
    const credential = { type: 'password', value: 'Own-Horse-9', temporary: false };
    await expect(realm.admin.users.resetPassword({ id, credential })).rejects.toThrow(/read.only/i);
    expect(await realm.admin.users.getCredentials({ id })).toEqual([]);
    await proxy.set('pass');
    await component.connected();
    expect((await realm.login(username, 'Own-Horse-9')).error).toBe('invalid_grant');
    expect((await realm.login(username, userPassword)).status).toBe(200);
  },
);

interface Sessions {
  online: string;
  offline: string;
}

async function sessionsOf(username: string): Promise<Sessions> {
  const online = await realm.login(username, userPassword);
  const offline = await realm.login(username, userPassword, { scope: 'offline_access' });
  return { online: online.refreshToken ?? '', offline: offline.refreshToken ?? '' };
}

const refreshes = async ({ online, offline }: Sessions): Promise<number[]> =>
  Promise.all([online, offline].map(async (token) => (await realm.refresh(token)).status));

test('sessions survive a change of the password where the component says so, and nothing else', async () => {
  await component.configure({ passwordChangeEndsSessions: 'false' });
  await component.connected();
  const { id, username } = await person('switch');
  const sessions = await sessionsOf(username);
  const { lastEventAt: before = 0 } = await component.status();
  await setByScim(scim, id, 'password', 'Another-Horse-8');
  await eventually('the arrival of the change', component.status, ({ lastEventAt = 0 }) => lastEventAt > before);
  expect((await realm.login(username, userPassword)).error).toBe('invalid_grant');
  await setByScim(scim, id, 'name.givenName', 'After');
  await eventually(
    'the change after it',
    () => realm.getUser(username),
    (user) => user?.firstName === 'After',
  );
  expect(await refreshes(sessions)).toEqual([200, 200]);
  await setByScim(scim, id, 'active', false);
  await eventually(
    'the end of the sessions',
    () => refreshes(sessions),
    (statuses) => statuses.every((status) => status === 400),
  );
  await component.configure({ passwordChangeEndsSessions: 'true' });
  await component.connected();
});

test('a full sync ends the sessions of whom it finds gone, when the feed doesn’t tell', async () => {
  const inactive = await person('gone-inactive');
  const deleted = await person('gone-deleted');
  const stays = await person('stays');
  const sessions = {
    inactive: await sessionsOf(inactive.username),
    deleted: await sessionsOf(deleted.username),
    stays: await sessionsOf(stays.username),
  };
  await proxy.set('no-feed');
  await eventually('the loss of the feed', component.status, ({ lease }) => !lease);
  await setByScim(scim, inactive.id, 'active', false);
  expect((await scim('DELETE', `/Users/${deleted.id}`)).status).toBe(204);
  expect(await component.sync('full')).toMatchObject({ updated: 1, removed: 1 });
  expect(await realm.admin.users.listSessions({ id: inactive.id })).toEqual([]);
  expect(await refreshes(sessions.inactive)).toEqual([400, 400]);
  expect(await refreshes(sessions.deleted)).toEqual([400, 400]);
  expect(await refreshes(sessions.stays)).toEqual([200, 200]);
  await setByScim(scim, inactive.id, 'active', true);
  expect(await component.sync('full')).toMatchObject({ updated: 1 });
  expect((await realm.login(inactive.username, userPassword)).status).toBe(200);
  expect(await refreshes(sessions.inactive)).toEqual([400, 400]);
  await proxy.set('pass');
  await component.connected();
});
