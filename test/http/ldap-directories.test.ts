// LDAP directories in the management API and on the command line. No LDAP server is needed: what is told of one that does
// not answer is part of it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../../bridge/app.ts';
import { runCli } from '../../bridge/cli/program.ts';
import { createOutgoing } from '../../bridge/platform/http/outgoing.ts';
import { createLogger } from '../../bridge/platform/log.ts';
import { type Answer, createTestBridge, readAnswer, type TestBridge } from '../support/bridge.ts';

const adminToken = 'an-admin-token-of-at-least-32-characters';
const allowed = '127.0.0.0/8';
const bindPassword = 'the-password-of-the-reader';
const ldap = {
  preset: 'openldap',
  // Nobody listens there.
  urls: ['ldap://127.0.0.1:9'],
  startTls: false,
  bindDn: 'cn=reader,dc=example,dc=test',
  users: { base: 'ou=people,dc=example,dc=test' },
};
let bridge: TestBridge;
let folder: string;
let call: (method: string, path: string, body?: unknown) => Promise<Answer>;

beforeAll(async () => {
  bridge = await createTestBridge({ outgoing: createOutgoing({ allow: [allowed] }) });
  folder = await mkdtemp(join(tmpdir(), 'realmbridge-ldap-cli-'));
  const app = createApp({ services: bridge.services, logger: createLogger('silent'), adminToken });
  call = async (method, path, body) =>
    readAnswer(
      await app.request(`/api/v1${path}`, {
        method,
        headers: { Authorization: `Bearer ${adminToken}`, 'Content-Type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    );
});
afterAll(async () => {
  await bridge?.close();
  await rm(folder, { recursive: true, force: true });
});

async function cli(env: Record<string, string>, ...args: string[]) {
  const said = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof said) => ({
    write: (text: string) => {
      said[name] += text;
    },
  });
  const full = { DATABASE_URL: bridge.database.url, OUTGOING_ALLOW: allowed, ...env };
  const code = await runCli(args, { env: full, cwd: folder, stdout: stream('stdout'), stderr: stream('stderr') });
  return { code, ...said };
}

describe('the management API', () => {
  test('makes an LDAP directory, and shows its settings without the password', async () => {
    const made = await call('POST', '/directories', { slug: 'ad', kind: 'ldap', ldap: { ...ldap, bindPassword } });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    expect(made.body).toMatchObject({ slug: 'ad', kind: 'ldap', enabled: true, health: 'ok', seenAt: null });
    const { status, body } = await call('GET', '/directories/ad/ldap');
    expect(status).toBe(200);
    expect(body).toMatchObject({ ...ldap, groups: null, schedule: { changesSeconds: 30 }, removals: { listings: 3 } });
    expect(JSON.stringify([made.body, body])).not.toContain(bindPassword);
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['no settings', { slug: 'x', kind: 'ldap' }, 'ldap: '],
    ['settings for the kind scim', { slug: 'x', ldap: { ...ldap, bindPassword } }, 'ldap: '],
    ['a profile', { slug: 'x', kind: 'ldap', profile: 'okta', ldap: { ...ldap, bindPassword } }, 'profile: '],
    ['no password', { slug: 'x', kind: 'ldap', ldap }, 'ldap.bindPassword: '],
    ['an empty password', { slug: 'x', kind: 'ldap', ldap: { ...ldap, bindPassword: '' } }, 'ldap.bindPassword: '],
  ])('refuses a new directory with %s', async (_name, body, told) => {
    const answer = await call('POST', '/directories', body);
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request']);
    expect(answer.body.detail).toContain(told);
  });

  test.each<[Record<string, unknown>, string]>([
    [{ urls: [] }, 'urls'],
    [{ urls: ['https://ldap.example.test'] }, 'ldap://HOST'],
    [{ urls: ['ldap://ldap.example.test/dc=example'] }, 'ldap://HOST'],
    [{ urls: ['ldaps://10.1.2.3'] }, 'OUTGOING_ALLOW'],
    [{ bindDn: 'reader' }, 'distinguished name'],
    [{ users: { base: '' } }, 'users.base'],
    [{ users: { base: 'ou=x', filter: '(uid=a' } }, 'LDAP filter'],
    [{ users: { base: 'ou=x', filter: 'uid=a' } }, 'LDAP filter'],
    [{ ca: 'not a certificate' }, 'PEM'],
    [{ userAttributes: { nickname2: 'x' } }, 'no attribute "nickname2"'],
    [{ userAttributes: { password: 'userPassword' } }, '"password" can\'t be mapped'],
    [{ userAttributes: { photos: 'jpegPhoto' } }, '"photos" can\'t be mapped'],
    [{ userAttributes: { userName: null } }, 'userName must be mapped'],
    [{ userAttributes: { title: 'no spaces' } }, 'name of an attribute'],
    [{ groupAttributes: { members: 'member' } }, '"members" can\'t be mapped'],
    [{ schedule: { changesSeconds: 1 } }, 'schedule.changesSeconds'],
    [{ surprise: true }, 'surprise'],
  ])('refuses the settings %j', async (over, told) => {
    const answer = await call('PUT', '/directories/ad/ldap', { ...ldap, ...over });
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request']);
    expect(answer.body.detail).toContain(told);
  });

  test('changes the settings and keeps the password that is not given', async () => {
    const changed = await call('PUT', '/directories/ad/ldap', { ...ldap, pageSize: 200 });
    expect([changed.status, changed.body.pageSize]).toEqual([200, 200]);
  });

  test('tells at a test and in the status that no server answers', async () => {
    const { body } = await call('POST', '/directories/ad/ldap/test');
    expect(body).toMatchObject({
      ok: false,
      outage: true,
      steps: [{ step: 'connect', ok: false, problem: 'unreachable' }],
    });
    const stored = await call('POST', '/ldap/test', { ...ldap, bindPassword });
    expect(stored.body).toEqual(body);
    expect((await call('POST', '/directories/ad/ldap/sync', {})).status).toBe(202);
    expect((await call('GET', '/directories/ad/ldap/status')).body).toMatchObject({
      health: 'ok',
      lastFullAt: null,
      held: null,
      refused: { count: 0, first: [] },
    });
    await call('PATCH', '/directories/ad', { enabled: false });
    expect((await call('GET', '/directories/ad/ldap/status')).body.health).toBe('disabled');
    expect((await call('GET', '/directories/ad')).body.health).toBe('disabled');
    await call('PATCH', '/directories/ad', { enabled: true });
  });

  test('says of a directory that is pushed to that there is no LDAP server, and of none that it is not there', async () => {
    await call('POST', '/directories', { slug: 'pushed' });
    for (const [method, path, body] of [
      ['GET', 'ldap', undefined],
      ['PUT', 'ldap', ldap],
      ['POST', 'ldap/test', undefined],
      ['GET', 'ldap/status', undefined],
      ['POST', 'ldap/sync', {}],
    ] as const) {
      expect((await call(method, `/directories/pushed/${path}`, body)).body.code).toBe('conflict');
      expect((await call(method, `/directories/nobody/${path}`, body)).body.code).toBe('directory_absent');
    }
  });
});

describe('the command line', () => {
  const options = ['--kind', 'ldap', '--preset', 'active-directory', '--url', 'ldap://127.0.0.1:9', '--no-start-tls'];
  const where = ['--bind-dn', 'cn=reader,dc=acme', '--users', 'ou=people,dc=acme', '--groups', 'ou=groups,dc=acme'];

  test('makes, shows and changes a directory', async () => {
    await writeFile(join(folder, 'password'), `${bindPassword}\n`);
    const made = await cli({}, 'directory', 'create', 'acme', ...options, ...where, '--password-file', 'password');
    expect([made.code, made.stderr]).toEqual([0, '']);
    expect(made.stdout).toContain('created directory "acme"');
    const shown = await cli({}, 'directory', 'show', 'acme');
    expect(shown.stdout).toMatch(/acme: "acme", ldap, enabled[\s\S]*Source: ok since[\s\S]*last reached -/);
    const updated = await cli({}, 'directory', 'ldap', 'update', 'acme', '--user-filter', '(objectClass=user)');
    expect([updated.code, updated.stderr]).toEqual([0, '']);
    const settings = JSON.parse((await cli({}, 'directory', 'ldap', 'show', 'acme', '--json')).stdout);
    expect(settings).toMatchObject({
      preset: 'active-directory',
      users: { base: 'ou=people,dc=acme', filter: '(objectClass=user)' },
      groups: { base: 'ou=groups,dc=acme' },
    });
    expect(made.stdout + shown.stdout + JSON.stringify(settings)).not.toContain(bindPassword);
  });

  test('reads settings from a file, and the password from the environment', async () => {
    await writeFile(join(folder, 'ldap.json'), JSON.stringify(ldap));
    const args = ['directory', 'create', 'from-file', '--kind', 'ldap', '--settings', 'ldap.json', '--json'];
    expect(await cli({}, ...args)).toMatchObject({ code: 2, stderr: expect.stringContaining('LDAP_BIND_PASSWORD') });
    const made = await cli({ LDAP_BIND_PASSWORD: bindPassword }, ...args);
    expect([made.code, made.stderr]).toEqual([0, '']);
    expect(JSON.parse(made.stdout)).toMatchObject({ slug: 'from-file', kind: 'ldap', health: 'ok' });
  });

  test.each<[string[], string]>([
    [['--kind', 'ldap'], '--preset'],
    [['--url', 'ldap://x'], '--kind ldap'],
    [[...options, ...where.slice(2)], '--bind-dn'],
    [[...options, ...where, '--profile', 'okta'], '--profile'],
    [[...options, ...where, '--password-file', 'nowhere'], "can't be read"],
  ])('refuses `directory create x %j`', async (args, told) => {
    const { code, stderr } = await cli({ LDAP_BIND_PASSWORD: bindPassword }, 'directory', 'create', 'x', ...args);
    expect(code).toBe(2);
    expect(stderr).toContain(told);
  });

  test('a test that fails says why and ends with 1', async () => {
    const { code, stdout } = await cli({}, 'directory', 'test', 'acme');
    expect(code).toBe(1);
    expect(stdout).toMatch(/✗ ldap:\/\/127\.0\.0\.1:9 connect \(unreachable\)[\s\S]*it looks like an outage/);
    expect((await cli({}, 'directory', 'sync', 'acme')).code).toBe(0);
  });
});
