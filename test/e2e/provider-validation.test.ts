// Requests that find a copy behind the bridge, because the feed has not been heard, and bring it up to date themselves.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  createFederatedRealm,
  eventually,
  type FederatedRealm,
  pushUser,
  setByScim,
  userPassword,
} from '../support/federated-realm.ts';
import { claimsOf } from '../support/keycloak.ts';

let federated: FederatedRealm;

beforeAll(async () => {
  federated = await createFederatedRealm({
    name: 'behind',
    config: { cachePolicy: 'NO_CACHE', validationTtl: '0' },
  });
});

afterAll(async () => {
  await federated?.close();
});

beforeEach(async () => {
  await federated.proxy.set('pass');
  await federated.component.connected();
});

/** A user whom Keycloak has. */
async function importUser(name: string, more: Record<string, unknown> = {}): Promise<string> {
  const id = await pushUser(federated.scim, name, more);
  await eventually(
    `the import of ${name}`,
    () => federated.realm.getUser(`${name}@acme.test`),
    (user) => user !== undefined,
  );
  return id;
}

/** From now on what the bridge is told reaches Keycloak only by the questions that Keycloak asks. */
async function silenceFeed(): Promise<void> {
  await federated.proxy.set('no-feed');
  await eventually('the end of the lease', federated.component.status, ({ lease }) => !lease);
}

/** Who is signed in by this name in the end: the first attempt may be the one that finds the copies out of date. */
async function signIn(name: string): Promise<unknown> {
  const { accessToken = '' } = await eventually(
    `the login of ${name}`,
    () => federated.realm.login(name, userPassword),
    ({ status }) => status === 200,
  );
  return claimsOf(accessToken)['sub'];
}

test('a login by a username that has passed to another user doesn’t wait for itself', async () => {
  const { scim } = federated;
  // Keycloak looks for e-mail addresses first, and nobody has had the username as one.
  const before = await importUser('shift', { emails: [{ primary: true, type: 'work', value: 'sam@acme.test' }] });
  await silenceFeed();
  await setByScim(scim, before, 'userName', 'day-shift@acme.test');
  const after = await pushUser(scim, 'night', { userName: 'shift@acme.test' });
  expect((await federated.realm.login('shift@acme.test', 'not-the-password')).error).toBe('invalid_grant');
  expect(await signIn('shift@acme.test')).toBe(after);
  expect(await signIn('day-shift@acme.test')).toBe(before);
});

test('a login by an e-mail address that has passed to another user doesn’t wait for itself', async () => {
  const { scim } = federated;
  const before = await importUser('office');
  await silenceFeed();
  await setByScim(scim, before, 'emails', [{ primary: true, type: 'work', value: 'old-office@acme.test' }]);
  await setByScim(scim, before, 'userName', 'old-office@acme.test');
  const after = await pushUser(scim, 'new-office', {
    emails: [{ primary: true, type: 'work', value: 'office@acme.test' }],
  });
  expect(await signIn('office@acme.test')).toBe(after);
  expect(await signIn('old-office@acme.test')).toBe(before);
});

test('an administrator whose own copy is behind is asked to send a sync again, which then runs', async () => {
  const { realm, component, scim } = federated;
  const id = await importUser('admin');
  const clients = await realm.admin.clients.find({ clientId: 'realm-management' });
  const client = clients[0]?.id ?? '';
  const role = await realm.admin.clients.findRole({ id: client, roleName: 'manage-users' });
  await realm.admin.users.addClientRoleMappings({
    id,
    clientUniqueId: client,
    roles: [{ id: role?.id ?? '', name: role?.name ?? '' }],
  });
  const { accessToken = '' } = await realm.login('admin@acme.test', userPassword);
  const post = async (path: string) => {
    const response = await fetch(`${realm.server.url}/admin/realms/${realm.name}/realmbridge/${component.id}${path}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${accessToken}` },
      signal: AbortSignal.timeout(30_000),
    });
    return { status: response.status, body: await response.json() };
  };
  await silenceFeed();
  for (const [n, path] of ['/sync', `/users/${id}/sync`].entries()) {
    await setByScim(scim, id, 'title', `Captain ${n}`);
    expect(await post(path)).toMatchObject({ status: 409, body: { error: 'caller_changed' } });
    await eventually(
      `the answer to ${path}`,
      () => post(path),
      ({ status }) => status === 200,
    );
  }
});
