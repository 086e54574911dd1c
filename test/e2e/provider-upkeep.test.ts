// What happens to a Keycloak over the years: its token is kept in a vault, a realm is moved by export and import, the provider's
// jar goes missing and comes back.
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { KeycloakProcess } from '../../bridge/dev/keycloak.ts';
import { providerJar } from '../../bridge/dev/provider.ts';
import {
  addComponent,
  addDirectory,
  type Component,
  eventually,
  pushUser,
  setByScim,
  useComponent,
  userPassword,
} from '../support/federated-realm.ts';
import { createTestRealm, keycloakAdmin, type TestRealm, useRealm } from '../support/keycloak.ts';
import {
  createKeycloakDatabase,
  exportRealm,
  type KeycloakDatabase,
  startKeycloakNode,
} from '../support/keycloak-node.ts';
import { freePort } from '../support/postgres-setup.ts';
import { type BridgeUnderTest, type ScimCalls, startBridge } from '../support/running-bridge.ts';
import { groupSchema } from '../support/scim.ts';

let bridge: BridgeUnderTest;
let scim: ScimCalls;
let database: KeycloakDatabase;
let folder: string;
let place: Parameters<typeof startKeycloakNode>[0];
let node: KeycloakProcess | undefined;
let realm: TestRealm;
let component: Component;
let live: Component;
let token = '';
const ids: Record<string, string> = {};

async function start(jars: readonly string[]): Promise<void> {
  node = await startKeycloakNode(place, { jars, args: [`--vault-dir=${join(folder, 'vault')}`] });
}

async function stop(): Promise<void> {
  await node?.stop();
  node = undefined;
}

beforeAll(async () => {
  bridge = await startBridge();
  const directory = await addDirectory(bridge, 'acme');
  ({ scim, token } = directory);
  ids['anna'] = await pushUser(scim, 'anna');
  ids['berta'] = await pushUser(scim, 'berta');
  await scim('POST', '/Groups', { schemas: [groupSchema], displayName: 'Crew', members: [{ value: ids['anna'] }] });
  const other = await addDirectory(bridge, 'live');
  ids['lisa'] = await pushUser(other.scim, 'lisa');

  folder = await mkdtemp(join(tmpdir(), 'realmbridge-upkeep-'));
  await mkdir(join(folder, 'vault'));
  database = await createKeycloakDatabase(inject('postgres'));
  const admin = { username: 'admin', password: randomBytes(12).toString('base64url') };
  place = {
    port: await freePort(),
    managementPort: await freePort(),
    database: database.place,
    admin,
    logFile: join(folder, 'keycloak.log'),
  };
  await start([providerJar]);
  const server = {
    url: `http://127.0.0.1:${place.port}`,
    adminUsername: admin.username,
    adminPassword: admin.password,
  };
  realm = await createTestRealm(server);
  // A file that was written by hand ends with a newline.
  await writeFile(join(folder, 'vault', `${realm.name}_bridge-token`), `${token}\n`);
  const settings = { bridgeUrl: bridge.url, federation: 'acme', token: `\${vault.bridge-token}` };
  component = await addComponent(realm, { name: 'kept', ...settings });
  live = await addComponent(realm, {
    name: 'live',
    bridgeUrl: bridge.url,
    federation: 'live',
    token: other.token,
    config: { importEnabled: 'false', groupsParent: '/live' },
  });
  await component.connected();
  await live.connected();
}, 600_000);

afterAll(async () => {
  await stop();
  await database?.drop();
  await bridge?.close();
  await rm(folder, { recursive: true, force: true });
});

const lisaId = () => `f:${live.id}:${ids['lisa']}`;
const login = (name: string) =>
  eventually(
    `the login of ${name}`,
    () => realm.login(`${name}@acme.test`, userPassword),
    ({ status }) => status === 200,
  );

test('a token from the vault opens the bridge, is shown as the expression that it is, and is in no log', async () => {
  await login('anna');
  expect((await realm.admin.components.findOne({ id: component.id }))?.config?.['token']).toEqual([
    `\${vault.bridge-token}`,
  ]);
  expect(await readFile(place.logFile, 'utf8')).not.toContain(token);
});

test('a realm that is exported and imported keeps its component’s id, its users, and the ids of those served live', async () => {
  const file = join(folder, 'realm.json');
  expect((await realm.getUser('lisa@acme.test'))?.id).toBe(lisaId());
  const before = await realm.getUser('anna@acme.test');
  await exportRealm(place, realm.name, file, [`--vault-dir=${join(folder, 'vault')}`]);
  await realm.drop();
  await keycloakAdmin('master', realm.server).realms.create(JSON.parse(await readFile(file, 'utf8')));
  realm = useRealm(realm.name, realm.server);
  component = useComponent(realm, component.id, component.name);
  live = useComponent(realm, live.id, live.name);
  await component.connected();
  await live.connected();
  expect(await realm.getUser('anna@acme.test')).toMatchObject({
    id: ids['anna'],
    federationLink: component.id,
    attributes: before?.attributes ?? {},
  });
  expect((await realm.admin.users.listGroups({ id: ids['anna'] ?? '' })).map(({ path }) => path)).toEqual([
    '/realmbridge/acme/Crew',
  ]);
  expect((await realm.getUser('lisa@acme.test'))?.id).toBe(lisaId());
  expect(await component.sync('full')).toMatchObject({ added: 0, updated: 0, removed: 0, failed: 0 });
  await login('anna');
  await login('lisa');
});

test('without the jar imported users keep sessions and data, nobody signs in, and users served live are unknown', async () => {
  const { refreshToken = '' } = await login('anna');
  await stop();
  await start([]);
  expect(await realm.admin.users.findOne({ id: ids['anna'] ?? '' })).toMatchObject({
    enabled: true,
    firstName: 'anna',
  });
  expect((await realm.refresh(refreshToken)).status).toBe(200);
  expect((await realm.login('anna@acme.test', userPassword)).error).toBe('invalid_grant');
  expect(await realm.getUser('lisa@acme.test')).toBeUndefined();
  // What outages.md warns of: they are ordinary local users now.
  const credential = { type: 'password', value: 'Set-Meanwhile-1', temporary: false };
  await realm.admin.users.resetPassword({ id: ids['berta'] ?? '', credential });
  expect((await realm.login('berta@acme.test', 'Set-Meanwhile-1')).status).toBe(200);
});

test('with the jar back all is as before, and what happened meanwhile arrives', async () => {
  await stop();
  await setByScim(scim, ids['anna'] ?? '', 'title', 'Captain');
  await start([providerJar]);
  await component.connected();
  await live.connected();
  await login('anna');
  await login('lisa');
  await eventually(
    'the change',
    () => realm.getUser('anna@acme.test'),
    (user) => user?.attributes?.['title']?.[0] === 'Captain',
  );
  await login('berta');
  expect((await realm.login('berta@acme.test', 'Set-Meanwhile-1')).error).toBe('invalid_grant');
  await expect(realm.admin.users.update({ id: ids['berta'] ?? '' }, { firstName: 'Changed' })).rejects.toThrow();
});
