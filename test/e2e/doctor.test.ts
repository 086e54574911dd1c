// The doctor on a real chain: content when all is well, and naming each link that is broken.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { readConfig } from '../../bridge/config.ts';
import { type RunningBridge, serve } from '../../bridge/main.ts';
import { type CommandLine, createCommandLine } from '../support/command-line.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { type TestRealm, useRealm } from '../support/keycloak.ts';
import { freePort } from '../support/postgres-setup.ts';

interface Check {
  id: string;
  status: string;
  detail: string;
  remedy?: string;
}

const realmName = `doctor-${randomBytes(4).toString('hex')}`;
let database: TestDatabase;
let realm: TestRealm;
let folder: string;
let port: number;
let bridge: RunningBridge | undefined;

const bridgeUrl = () => `http://127.0.0.1:${port}`;
const start = async () => {
  const env = {
    DATABASE_URL: database.url,
    HOST: '127.0.0.1',
    PORT: String(port),
    METRICS_PORT: '0',
    LOG_LEVEL: 'silent',
  };
  bridge = await serve(await readConfig(env));
};
const stop = async () => {
  await bridge?.close();
  bridge = undefined;
};

const shell = (): CommandLine => {
  const { adminUsername, adminPassword } = inject('keycloak');
  const env = { DATABASE_URL: database.url, KEYCLOAK_ADMIN: adminUsername, KEYCLOAK_ADMIN_PASSWORD: adminPassword };
  return createCommandLine(env, folder);
};
const cli: CommandLine['run'] = (...args) => shell().run(...args);
const json: CommandLine['json'] = (...args) => shell().json(...args);

const where = () => [
  '--keycloak',
  inject('keycloak').url,
  '--realm',
  realmName,
  '--federation',
  'acme',
  '--bridge-url',
  bridgeUrl(),
];
const secretFile = async (name: string, secret: string): Promise<string> => {
  const file = join(folder, name);
  await writeFile(file, `${secret}\n`);
  return file;
};

/** The checks that are not as they should be, by id. */
async function examine(...more: string[]): Promise<{ code: number; checks: Map<string, Check> }> {
  const { code, stdout } = await cli('doctor', ...where(), ...more, '--json');
  const { checks }: { checks: Check[] } = JSON.parse(stdout);
  return { code, checks: new Map(checks.filter(({ status }) => status !== 'ok').map((check) => [check.id, check])) };
}

const failedIn = (checks: Map<string, Check>) =>
  [...checks.values()].filter(({ status }) => status === 'failed').map(({ id }) => id);

beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'realmbridge-doctor-'));
  port = await freePort();
  await start();
  await json('directory', 'create', 'acme-entra');
  const { token } = await json('token', 'create', '--directory', 'acme-entra');
  await secretFile('directory-token', token);
  await json('federation', 'create', 'acme');
  await json('federation', 'add-directory', 'acme', 'acme-entra');
  const connected = await json('connect', ...where(), '--create-realm');
  await secretFile('failover-password', connected.failoverAdmin.password);
  realm = useRealm(realmName);
});

afterAll(async () => {
  await realm?.drop().catch(() => undefined);
  await stop();
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

const secrets = () => [
  ...['--directory', 'acme-entra', '--directory-token-file', join(folder, 'directory-token')],
  ...['--failover-password-file', join(folder, 'failover-password')],
];

test('connect on the command line tells people the password once, and never the token', async () => {
  const shown = await cli('connect', ...where(), '--reset-failover-password', '--rotate-token');
  expect(shown.code, shown.stderr).toBe(0);
  expect(shown.stdout).toMatch(/✓ set a new password/);
  expect(shown.stdout).not.toMatch(/rb_federation_[\w-]{20,}/);
  const [, password = ''] = /Password: +(\S+)/.exec(shown.stdout) ?? [];
  expect(shown.stdout.split(password)).toHaveLength(2);
  await secretFile('failover-password', password);

  const again = await cli('connect', ...where());
  expect(again).toMatchObject({ code: 0, stdout: expect.stringMatching(/Nothing to do/) });
  expect(again.stdout).not.toContain(password);
});

test('all is well: nothing fails, the failover admin logs in, Keycloak reads from the bridge', async () => {
  const { code, checks } = await examine(...secrets());
  expect([...checks.keys()]).toEqual(['default-secret']);
  expect(code).toBe(0);
  const people = await cli('doctor', ...where(), ...secrets());
  expect(people.stdout).toMatch(/✓ Failover login: "failover-admin" logs in and can administer the realm/);
  expect(people.stdout).toMatch(/✓ Keycloak to bridge: Keycloak has just fetched/);
});

test('without a password it says how to try the failover login', async () => {
  const { checks } = await examine();
  expect(checks.get('failover-login')).toMatchObject({
    status: 'skipped',
    remedy: expect.stringContaining('/console/'),
  });
});

test('the bridge is stopped: the bridge and the way from Keycloak to it, and nothing else', async () => {
  await stop();
  try {
    const { code, checks } = await examine('--failover-password-file', join(folder, 'failover-password'));
    expect(failedIn(checks)).toEqual(['bridge', 'link']);
    expect(checks.get('link')?.detail).toMatch(/can't read from the bridge/);
    expect(code).toBe(1);
  } finally {
    await start();
  }
});

test('a wrong directory token, a wrong failover password: each is named, with the way to a new one', async () => {
  const wrong = await secretFile('wrong', 'not-it');
  const { checks } = await examine(
    '--directory',
    'acme-entra',
    '--directory-token-file',
    wrong,
    '--failover-password-file',
    wrong,
  );
  expect(failedIn(checks)).toEqual(['directory-token', 'failover-login']);
  expect(checks.get('directory-token')?.remedy).toContain('token create');
  expect(checks.get('failover-login')?.remedy).toContain('--reset-failover-password');
});

test('a wrong token in the component: Keycloak is told 401', async () => {
  const [component] = await realm.admin.components.find({ type: 'org.keycloak.storage.UserStorageProvider' });
  const id = component?.id ?? '';
  await realm.admin.components.update(
    { id },
    { ...component, config: { ...component?.config, token: ['rb_federation_wrong'] } },
  );
  const { checks } = await examine();
  expect(failedIn(checks)).toEqual(['link']);
  expect(checks.get('link')).toMatchObject({
    detail: expect.stringMatching(/refuses the component's token/),
    remedy: expect.stringContaining('--rotate-token'),
  });
  await json('connect', ...where(), '--rotate-token');
  expect(failedIn((await examine()).checks)).toEqual([]);
});

test('a disabled component, and one that asks somewhere else', async () => {
  const [component] = await realm.admin.components.find({ type: 'org.keycloak.storage.UserStorageProvider' });
  const id = component?.id ?? '';
  const update = (config: Record<string, string[]>) =>
    realm.admin.components.update({ id }, { ...component, config: { ...component?.config, ...config } });
  await update({ enabled: ['false'] });
  const disabled = (await examine()).checks;
  expect(failedIn(disabled)).toEqual(['component']);
  expect(disabled.get('component')?.detail).toMatch(/is disabled/);
  expect(disabled.get('link')?.status).toBe('skipped');

  await update({ enabled: ['true'], bridgeUrl: ['http://127.0.0.1:9'] });
  const elsewhere = (await examine()).checks;
  expect(elsewhere.get('component')).toMatchObject({
    status: 'warning',
    detail: expect.stringContaining('http://127.0.0.1:9'),
  });
  expect(failedIn(elsewhere)).toEqual(['link']);
  await json('connect', ...where());
  expect(failedIn((await examine()).checks)).toEqual([]);
});

test('a federation whose directory is off, and one without a valid token', async () => {
  await json('federation', 'set-directory', 'acme', 'acme-entra', '--enabled', 'false');
  const off = (await examine()).checks;
  expect(off.get('federation')).toMatchObject({ status: 'failed', remedy: expect.stringContaining('--enabled true') });
  await json('federation', 'set-directory', 'acme', 'acme-entra', '--enabled', 'true');
  const tokens: { id: string; state: string }[] = await json('token', 'list', '--federation', 'acme');
  for (const { id } of tokens.filter(({ state }) => state === 'live'))
    await json('token', 'revoke', id, '--federation', 'acme');
  const revoked = (await examine()).checks;
  expect(failedIn(revoked)).toEqual(expect.arrayContaining(['federation', 'component']));
  await json('connect', ...where());
  expect(failedIn((await examine()).checks)).toEqual([]);
});

test('a failover admin that is disabled, has lost its role, or is gone', async () => {
  const { id = '' } = (await realm.getUser('failover-admin')) ?? {};
  await realm.admin.users.update({ id }, { enabled: false });
  expect((await examine(...secrets())).checks.get('failover-admin')?.detail).toMatch(/is disabled/);
  await realm.admin.users.update({ id }, { enabled: true });

  const [client] = await realm.admin.clients.find({ clientId: 'realm-management' });
  const clientUniqueId = client?.id ?? '';
  const roles = await realm.admin.users.listClientRoleMappings({ id, clientUniqueId });
  await realm.admin.users.delClientRoleMappings({
    id,
    clientUniqueId,
    roles: roles.map((role) => ({ id: role.id ?? '', name: role.name ?? '' })),
  });
  const powerless = (await examine(...secrets())).checks;
  expect(powerless.get('failover-admin')?.detail).toMatch(/realm-admin/);
  expect(powerless.get('failover-login')?.status).toBe('warning');
  await json('connect', ...where());
  expect(failedIn((await examine(...secrets())).checks)).toEqual([]);

  await realm.admin.users.del({ id });
  expect((await examine()).checks.get('failover-admin')?.detail).toMatch(/no user "failover-admin"/);
  await json('connect', ...where());
  expect(failedIn((await examine()).checks)).toEqual([]);
});

test('a login that Keycloak refuses, a realm that is absent, a Keycloak that is not there', async () => {
  const wrong = await secretFile('wrong', 'not-it');
  const refused = (await examine('--admin-password-file', wrong)).checks;
  expect(failedIn(refused)).toEqual(['keycloak-admin']);
  expect(refused.get('component')?.status).toBe('skipped');
  expect(failedIn((await examine('--realm', 'nowhere')).checks)).toEqual(['realm']);
  const gone = (await examine('--keycloak', 'http://127.0.0.1:9')).checks;
  expect(failedIn(gone)).toEqual(['keycloak']);
  expect(gone.get('keycloak-admin')?.status).toBe('skipped');
});
