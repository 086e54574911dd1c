// What an operator does by the command line after the first `connect`: offline passwords, attributes of a schema of one's own,
// and removals that are held.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type CommandLine, createCommandLine } from '../support/command-line.ts';
import {
  addDirectory,
  type Component,
  eventually,
  pushCrowd,
  pushUser,
  setByScim,
  useComponent,
  userPassword,
} from '../support/federated-realm.ts';
import { createTestClient, type TestRealm, useRealm } from '../support/keycloak.ts';
import { type BridgeUnderTest, type ScimCalls, startBridge } from '../support/running-bridge.ts';

const realmName = `again-${randomBytes(4).toString('hex')}`;
const badge = 'urn:acme:scim:schemas:1.0:Badge';

let bridge: BridgeUnderTest;
let scim: ScimCalls;
let folder: string;
let shell: CommandLine;
let realm: TestRealm;
let component: Component;

const where = () => ['--keycloak', inject('keycloak').url, '--realm', realmName, '--federation', 'acme'];
const connect = (...more: string[]) => shell.json('connect', ...where(), '--bridge-url', bridge.url, ...more);

beforeAll(async () => {
  bridge = await startBridge();
  ({ scim } = await addDirectory(bridge, 'acme'));
  folder = await mkdtemp(join(tmpdir(), 'realmbridge-again-'));
  const { adminUsername, adminPassword } = inject('keycloak');
  shell = createCommandLine(
    { DATABASE_URL: bridge.databaseUrl, KEYCLOAK_ADMIN: adminUsername, KEYCLOAK_ADMIN_PASSWORD: adminPassword },
    folder,
  );
  const connected = await connect(
    '--create-realm',
    ...['--offline-password', 'true', '--offline-password-max-age', '7'],
  );
  realm = useRealm(realmName);
  await createTestClient(realm);
  component = useComponent(realm, connected.componentId, 'again');
  await component.connected();
});

afterAll(async () => {
  await realm?.drop().catch(() => undefined);
  await bridge?.close();
  await rm(folder, { recursive: true, force: true });
});

const offlinePasswords = async (id: string) =>
  (await realm.admin.users.getCredentials({ id })).filter(({ type }) => type === 'realmbridge-offline-password');

const login = (username: string) =>
  eventually(
    `the login of ${username}`,
    () => realm.login(username, userPassword),
    ({ status }) => status === 200,
  );

test('--offline-password keeps confirmed passwords, stays without being said again, and false forgets them', async () => {
  const id = await pushUser(scim, 'anna');
  await login('anna@acme.test');
  await eventually(
    'the offline password',
    () => offlinePasswords(id),
    ({ length }) => length === 1,
  );
  expect((await realm.admin.components.findOne({ id: component.id }))?.config).toMatchObject({
    offlinePassword: ['true'],
    offlinePasswordMaxAgeDays: ['7'],
  });
  expect((await connect()).changed).toBe(false);

  await bridge.stop();
  try {
    expect((await login('anna@acme.test')).status).toBe(200);
  } finally {
    await bridge.start();
  }
  expect((await connect('--offline-password', 'false')).changed).toBe(true);
  expect(await offlinePasswords(id)).toEqual([]);
});

test('an attribute of a schema of one’s own is declared and imported when connect runs again', async () => {
  const file = join(folder, 'badge.json');
  await writeFile(
    file,
    JSON.stringify({ id: badge, name: 'Badge', resourceType: 'User', attributes: [{ name: 'number' }] }),
  );
  await shell.json('directory', 'schema', 'put', 'acme', file);
  const id = await pushUser(scim, 'berta', { [badge]: { number: 'B-17' } });
  await login('berta@acme.test');
  await shell.json('federation', 'attributes', 'map', 'acme', `${badge}:number`, 'badgeNumber');
  const again = await connect();
  expect(again.steps.map(({ text }: { text: string }) => text).join()).toMatch(/declare .*badgeNumber/);
  const numberOf = async () => (await realm.admin.users.findOne({ id }))?.attributes?.['badgeNumber']?.[0];
  await eventually('the attribute', numberOf, (value) => value === 'B-17');
  await setByScim(scim, id, `${badge}:number`, 'B-18');
  await eventually('its change', numberOf, (value) => value === 'B-18');
  const user = await realm.admin.users.findOne({ id });
  const changed = { ...user, attributes: { ...user?.attributes, badgeNumber: ['mine'] } };
  await expect(realm.admin.users.update({ id }, changed)).rejects.toThrow(/badgeNumber|read.?only/i);
  expect((await connect()).changed).toBe(false);
});

test('the component’s cache settings are such that a Save in Keycloak’s console keeps them', async () => {
  const read = async () => (await realm.admin.components.findOne({ id: component.id }))?.config ?? {};
  expect(await read()).toMatchObject({ cachePolicy: ['DEFAULT'] });
  await component.configure({ cachePolicy: 'MAX_LIFESPAN', maxLifespan: '300000' });
  // All that the console shows of the number, and sends back.
  await component.configure({ maxLifespan: '3' });
  expect(await read()).toMatchObject({ cachePolicy: ['MAX_LIFESPAN'], maxLifespan: ['300000'] });
  await component.configure({ maxLifespan: '60000' });
  expect(await read()).toMatchObject({ maxLifespan: ['60000'] });
});

test('removals that are held are told by sync, and go through when they are released', async () => {
  const { token } = await shell
    .json('directory', 'create', 'crowd')
    .then(() => shell.json('token', 'create', '--directory', 'crowd'));
  await shell.json('federation', 'add-directory', 'acme', 'crowd');
  const crowd = bridge.scim('crowd', token);
  await pushCrowd(crowd, 60);
  const before = await eventually(
    'the arrival of the crowd',
    () => realm.admin.users.count(),
    (count) => count > 60,
  );
  await bridge.services.federations.removeDirectory('acme', 'crowd');
  await eventually('the held removal', component.status, ({ removalsHeld }) => removalsHeld !== undefined);
  const held = await shell.run('sync', ...where());
  expect(held).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/60 failed[\s\S]*removal of 60 users.*is held/),
  });
  expect(await realm.admin.users.count()).toBe(before);
  expect(await shell.json('sync', ...where(), '--release-removals')).toMatchObject({
    component: { id: component.id },
    removed: 60,
    failed: 0,
  });
  expect(await realm.admin.users.count()).toBe(before - 60);
});

test.each([
  ['a realm that is absent', ['--realm', 'nowhere'], /There is no realm "nowhere"/],
  [
    'a federation that no component reads',
    ['--federation', 'nobody'],
    /no component of Realmbridge for federation "nobody"/,
  ],
  ['a Keycloak that is not there', ['--keycloak', 'http://127.0.0.1:9'], /can't be reached/],
])('sync says what is wrong with %s', async (_, wrong, words) => {
  expect(await shell.run('sync', ...where(), ...wrong)).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(words),
  });
});

test('sync says so when the bridge can’t be read', async () => {
  await bridge.stop();
  try {
    const failed = await shell.run('sync', ...where(), '--json');
    expect(failed.code, failed.stderr).toBe(1);
    expect(JSON.parse(failed.stdout).error).toMatchObject({ message: expect.stringContaining('could not be read') });
  } finally {
    await bridge.start();
  }
});
