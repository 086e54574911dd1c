// A federation is changed while Keycloak runs on it: directories come, swap places, are renamed, switched off and on, and nobody
// loses what Keycloak knows of them. `realmbridge explain` tells each state as it is.
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type CommandLine, createCommandLine } from '../support/command-line.ts';
import {
  createFederatedRealm,
  eventually,
  type FederatedRealm,
  pushUser,
  setByScim,
  timed,
  userPassword,
} from '../support/federated-realm.ts';
import { claimsOf, type TokenAnswer } from '../support/keycloak.ts';
import { authorizationUrl, openBrowser } from '../support/login-pages.ts';
import { oneTimePassword } from '../support/one-time-password.ts';

let stage: FederatedRealm;
let line: CommandLine;
let anna = '';
let berta = '';
let session: TokenAnswer;
let kept: { roles: unknown; credentials: unknown };

/** What Keycloak alone knows of Anna. */
async function keptByKeycloak(): Promise<typeof kept> {
  const { users } = stage.realm.admin;
  const roles = await users.listRealmRoleMappings({ id: anna });
  return { roles: roles.map(({ name }) => name).sort(), credentials: await users.getCredentials({ id: anna }) };
}

const inKeycloak = (id: string) => stage.realm.admin.users.findOne({ id });

async function stillHerself(): Promise<void> {
  expect(await keptByKeycloak()).toEqual(kept);
  session = await stage.realm.refresh(session.refreshToken ?? '');
  expect(session.status, JSON.stringify(session)).toBe(200);
  expect(claimsOf(session.accessToken ?? '')['sub']).toBe(anna);
}

const explain = (name: string) =>
  line.json('explain', name, '--federation', 'acme', '--keycloak', inject('keycloak').url, '--realm', stage.realm.name);

/** How long a change took to arrive; told, not judged, because a busy machine takes longer. */
async function arrives<T>(what: string, read: () => Promise<T>, holds: (value: T) => boolean): Promise<void> {
  const { ms } = await timed(() => eventually(what, read, holds));
  process.stdout.write(`${what}: ${Math.round(ms)} ms after the change\n`);
}

beforeAll(async () => {
  stage = await createFederatedRealm({ name: 'changing' });
  const { realm, scim, bridge } = stage;
  const { adminUsername, adminPassword } = inject('keycloak');
  const env = {
    DATABASE_URL: bridge.databaseUrl,
    KEYCLOAK_ADMIN: adminUsername,
    KEYCLOAK_ADMIN_PASSWORD: adminPassword,
  };
  line = createCommandLine(env, tmpdir());
  anna = await pushUser(scim, 'anna');
  await eventually(
    'the import',
    () => inKeycloak(anna),
    (user) => user !== null && user !== undefined,
  );
  await realm.admin.roles.create({ name: 'auditor' });
  const role = await realm.admin.roles.findOneByName({ name: 'auditor' });
  await realm.admin.users.addRealmRoleMappings({ id: anna, roles: [{ id: role?.id ?? '', name: 'auditor' }] });
  session = await realm.login('anna@acme.test', userPassword);
  expect(session.status, JSON.stringify(session)).toBe(200);
  const browser = openBrowser(realm);
  await browser.go(authorizationUrl(realm, { kc_action: 'CONFIGURE_TOTP' }));
  await browser.submit({ username: 'anna@acme.test', password: userPassword });
  const totpSecret = browser.field('totpSecret') ?? '';
  await browser.submit({ totp: oneTimePassword(totpSecret), totpSecret, userLabel: 'phone' });
  expect(browser.landing(), browser.text()).toMatch(/code=/);
  kept = await keptByKeycloak();
  expect(kept).toMatchObject({ roles: expect.arrayContaining(['auditor']), credentials: [{ type: 'otp' }] });
});

afterAll(() => stage?.close());

test('a served user is explained with what Keycloak has', async () => {
  expect(await explain('anna@acme.test')).toMatchObject({
    served: { id: anna, directory: 'acme' },
    login: { works: true },
    readers: [{ lastSeenAt: expect.any(String) }],
    keycloak: {
      component: { id: stage.component.id, state: 'connected', enabled: true },
      copy: { id: anna, component: stage.component.id, directory: 'acme', enabled: true },
      account: { locked: false, requiredActions: [] },
    },
    keycloakProblem: null,
  });
});

test('a directory that is added while Keycloak runs brings its users', async () => {
  const { directories, federations } = stage.bridge.services;
  await directories.createDirectory({ slug: 'branch' });
  const { token } = await directories.createToken('branch', {});
  berta = await pushUser(stage.bridge.scim('branch', token), 'berta');
  await federations.addDirectory('acme', 'branch');
  await arrives(
    'the import of the added directory',
    () => inKeycloak(berta),
    (user) => user?.enabled === true,
  );
  await stillHerself();
});

test('a directory that changes its place or its name takes nothing from its users', async () => {
  const { directories, federations } = stage.bridge.services;
  await federations.setDirectory('acme', 'branch', { priority: 5 });
  await directories.updateDirectory('acme', { name: 'Acme Incorporated' });
  await setByScim(stage.scim, anna, 'userName', 'anna.quist@acme.test');
  await arrives(
    'the new name of a user',
    () => inKeycloak(anna),
    (user) => user?.username === 'anna.quist@acme.test',
  );
  await stillHerself();
  expect(await explain('anna.quist@acme.test')).toMatchObject({ served: { id: anna }, login: { works: true } });
});

test('a directory that is switched off keeps its users as they are, and has them back when it is on again', async () => {
  const { federations } = stage.bridge.services;
  const verdictOf = async () => {
    const { body } = await stage.component.call('GET', `/users/${berta}/explain`);
    return body['bridge'];
  };
  await federations.setDirectory('acme', 'branch', { enabled: false });
  await arrives('switching off', verdictOf, (bridge) => JSON.stringify(bridge).includes('unavailable'));
  expect((await inKeycloak(berta))?.enabled).toBe(true);
  const off = await explain('berta@acme.test');
  expect(off).toMatchObject({ served: null, users: [{ id: berta, verdict: { outcome: 'directory-disabled' } }] });
  expect(off.login).toMatchObject({ works: false });
  await federations.setDirectory('acme', 'branch', { enabled: true });
  await arrives('switching on', verdictOf, (bridge) => JSON.stringify(bridge).includes('found'));
  await arrives(
    'a login',
    () => stage.realm.login('berta@acme.test', userPassword),
    ({ status }) => status === 200,
  );
  expect(claimsOf((await stage.realm.login('berta@acme.test', userPassword)).accessToken ?? '')['sub']).toBe(berta);
  await stillHerself();
});

test('a name that a local user of the realm has is explained as that', async () => {
  await stage.realm.admin.users.create({ username: 'local@acme.test', enabled: true });
  const token = await stage.bridge.services.directories.createToken('branch', {});
  await pushUser(stage.bridge.scim('branch', token.token), 'local');
  const told = await explain('local@acme.test');
  expect(told).toMatchObject({ served: { directory: 'branch' }, login: { works: false } });
  expect(told.login.checks).toContainEqual(expect.objectContaining({ id: 'keycloak-copy', status: 'failed' }));
});
