// A day of an operator at the command line: directories, federations, tokens and issuers on a real database.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createToleranceUsesRepository } from '../../bridge/directories/tolerance-uses-repository.ts';
import { type CommandLine, createCommandLine } from '../support/command-line.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let folder: string;
let shell: CommandLine;

beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'realmbridge-cli-'));
  shell = createCommandLine({ DATABASE_URL: database.url }, folder);
});

afterAll(async () => {
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

const run = (...args: string[]) => shell.run(...args);
const json = (...args: string[]) => shell.json(...args);

test('a schema is declared from a file, listed and taken back', async () => {
  await json('directory', 'create', 'with-schema');
  const file = join(folder, 'badge.json');
  const urn = 'urn:acme:scim:schemas:1.0:Badge';
  const write = (schema: unknown) => writeFile(file, typeof schema === 'string' ? schema : JSON.stringify(schema));
  await write({ id: urn, name: 'Badge', resourceType: 'User', attributes: [{ name: 'number', indexed: true }] });
  const declared = await run('directory', 'schema', 'put', 'with-schema', file);
  expect(declared).toMatchObject({ code: 0, stdout: `✓ declared ${urn} for directory "with-schema"\n` });
  expect(await json('directory', 'schema', 'list', 'with-schema')).toMatchObject([{ id: urn, resourceType: 'User' }]);
  expect(await json('directory', 'schema', 'put', 'with-schema', file)).toMatchObject({ created: false, dropped: 0 });
  // What is shown can be declared again.
  await write(await json('directory', 'schema', 'show', 'with-schema', urn));
  expect(await json('directory', 'schema', 'put', 'with-schema', file)).toMatchObject({ schema: { id: urn } });
  await write({ id: urn, name: 'Badge', resourceType: 'User', attributes: [{ name: 'number', type: 'text' }] });
  const wrong = await run('directory', 'schema', 'put', 'with-schema', file);
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('attributes.0.type') });
  await write('{');
  expect((await run('directory', 'schema', 'put', 'with-schema', file)).stderr).toContain('is not JSON');
  expect((await run('directory', 'schema', 'put', 'with-schema', `${file}.no`)).stderr).toContain("can't be read");
  expect(await json('directory', 'schema', 'delete', 'with-schema', urn)).toEqual({ deleted: urn, dropped: 0 });
  const gone = await run('directory', 'schema', 'delete', 'with-schema', urn);
  expect(gone).toMatchObject({ code: 1, stderr: expect.stringContaining('realmbridge directory schema list') });
  await run('directory', 'delete', 'with-schema', '--yes');
});

test('a resource type is declared from a file, listed and taken back', async () => {
  await json('directory', 'create', 'with-type');
  const file = join(folder, 'device.json');
  const schema = { id: 'urn:acme:scim:schemas:1.0:Device', name: 'Device', attributes: [{ name: 'serial' }] };
  await writeFile(file, JSON.stringify({ name: 'Device', endpoint: '/Devices', schema }));
  const declared = await run('directory', 'resource-type', 'put', 'with-type', file);
  expect(declared).toMatchObject({ code: 0, stdout: expect.stringContaining('declared Device at /Devices') });
  const listed = await json('directory', 'resource-type', 'list', 'with-type');
  expect(listed).toMatchObject([{ name: 'Device', endpoint: '/Devices', schema: { id: schema.id } }]);
  expect(await json('directory', 'resource-type', 'show', 'with-type', 'device')).toEqual(listed[0]);
  await writeFile(file, JSON.stringify({ name: 'Device', endpoint: '/devices', schema }));
  const wrong = await run('directory', 'resource-type', 'put', 'with-type', file);
  expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('endpoint') });
  const deleted = await json('directory', 'resource-type', 'delete', 'with-type', 'Device');
  expect(deleted).toEqual({ deleted: 'Device', dropped: 0 });
  const gone = await run('directory', 'resource-type', 'delete', 'with-type', 'Device');
  expect(gone).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('realmbridge directory resource-type list'),
  });
  await run('directory', 'delete', 'with-type', '--yes');
});

test('a directory is made, listed, changed, disabled and enabled', async () => {
  const created = await run('directory', 'create', 'acme-entra', '--name', 'Acme (Entra)', '--profile', 'entra');
  expect(created).toMatchObject({ code: 0, stderr: '' });
  expect(created.stdout).toContain('realmbridge token create --directory acme-entra');

  expect(await json('directory', 'list')).toEqual([
    {
      slug: 'acme-entra',
      name: 'Acme (Entra)',
      kind: 'scim',
      profile: 'entra',
      enabled: true,
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
    },
  ]);
  expect(await json('directory', 'update', 'acme-entra', '--profile', 'auto')).toMatchObject({ profile: 'auto' });
  expect(await json('directory', 'disable', 'acme-entra')).toMatchObject({ enabled: false });
  const table = await run('directory', 'list');
  expect(table.stdout).toMatch(/^SLUG +NAME +KIND +PROFILE +STATE/);
  expect(table.stdout).toMatch(/acme-entra +Acme \(Entra\) +scim +auto +disabled/);
  expect(await json('directory', 'enable', 'acme-entra')).toMatchObject({ enabled: true });
});

test('a directory shows which tolerances of its profile were needed', async () => {
  const { rows } = await database.pool.query<{ id: string }>("select id from directories where slug = 'acme-entra'");
  const id = rows[0]?.id ?? '';
  expect((await run('directory', 'show', 'acme-entra')).stdout).toContain('No request has needed a tolerance');
  const now = new Date();
  const use = { tolerance: 'pathKeys' as const, uses: 3, firstUsedAt: now, lastUsedAt: now };
  await createToleranceUsesRepository(database.pool).addUses(id, [use]);
  const shown = await json('directory', 'show', 'acme-entra');
  expect(shown).toMatchObject({ slug: 'acme-entra', profile: 'auto' });
  expect(shown.tolerances).toContainEqual(expect.objectContaining({ name: 'pathKeys', allowed: true, uses: 3 }));
  const text = (await run('directory', 'show', 'acme-entra')).stdout;
  expect(text).toMatch(/pathKeys +yes +3 /);
  expect(text).toContain('pathKeys: Entra, aadOptscim062020');
  expect(text).toContain('So far the stricter profile google would have accepted all of these');
});

test('a federation asks its directories in the order that was set', async () => {
  await json('directory', 'create', 'acme-okta');
  await json('federation', 'create', 'acme', '--name', 'Acme');
  await json('federation', 'add-directory', 'acme', 'acme-entra');
  await json('federation', 'add-directory', 'acme', 'acme-okta', '--priority', '5');
  const changed = await json('federation', 'set-directory', 'acme', 'acme-entra', '--enabled', 'false');
  expect(changed).toMatchObject({
    slug: 'acme',
    directories: [
      { slug: 'acme-okta', priority: 5, enabled: true, directoryEnabled: true },
      { slug: 'acme-entra', priority: 10, enabled: false, directoryEnabled: true },
    ],
  });
  expect((await run('federation', 'list')).stdout).toContain('5 acme-okta, 10 acme-entra (off)');
  expect((await json('federation', 'remove-directory', 'acme', 'acme-okta')).directories).toHaveLength(1);
});

test('a directory is bound to an organization and an identity provider, and unbound', async () => {
  const set = (...options: string[]) => json('federation', 'set-directory', 'acme', 'acme-entra', ...options);
  const first = ({ directories }: { directories: { slug: string }[] }) =>
    directories.find(({ slug }) => slug === 'acme-entra');
  const bound = await set('--organization', 'acme-inc', '--identity-provider', 'oidc', '--unlinked-users', 'refuse');
  expect(first(bound)).toMatchObject({
    organization: 'acme-inc',
    identityLink: { provider: 'oidc', subject: 'externalId', unlinkedUsers: 'refuse' },
  });
  const unbound = await set('--no-organization', '--no-identity-provider');
  expect(first(unbound)).toMatchObject({ organization: null, identityLink: null });
});

test('a token is shown once, listed by its first characters, and revoked', async () => {
  const made = await json(
    'token',
    'create',
    '--directory',
    'acme-entra',
    '--name',
    'Entra',
    '--expires',
    '90d',
    '--scope',
    'read',
  );
  expect(made.token).toMatch(/^rb_scim_/);
  expect(Date.parse(made.expiresAt) - Date.now()).toBeGreaterThan(89 * 86_400_000);

  const listed = await run('token', 'list', '--directory', 'acme-entra', '--json');
  expect(listed.stdout).not.toContain(made.token);
  expect(JSON.parse(listed.stdout)).toMatchObject([
    { id: made.id, name: 'Entra', scopes: ['read'], state: 'live', revokedAt: null },
  ]);
  expect((await run('token', 'list', '--directory', 'acme-entra')).stdout).not.toContain(made.token);

  await json('token', 'revoke', made.prefix, '--directory', 'acme-entra');
  expect(await json('token', 'list', '--directory', 'acme-entra')).toMatchObject([{ state: 'revoked' }]);
  const again = await run('token', 'revoke', made.id, '--directory', 'acme-entra');
  expect(again).toMatchObject({ code: 1, stdout: '' });
  expect(again.stderr).toContain('no live token');
});

test('a person sees the token once, with what it is for', async () => {
  const made = await createCommandLine({ DATABASE_URL: database.url, PUBLIC_URL: 'https://bridge.test/' }, folder).run(
    'token',
    'create',
    '--directory',
    'acme-entra',
  );
  expect(made.stdout.match(/rb_scim_[\w-]{43}/g)).toHaveLength(1);
  expect(made.stdout).toContain('https://bridge.test/scim/v2/acme-entra');
  const federation = await run('token', 'create', '--federation', 'acme');
  expect(federation.stdout).toMatch(/rb_federation_/);
});

test('a token is rotated with an overlap', async () => {
  const made = await json('token', 'create', '--directory', 'acme-entra', '--name', 'Rotated', '--expires', '90d');
  const rotated = await json('token', 'rotate', made.prefix, '--directory', 'acme-entra', '--overlap', '2h');
  expect(rotated).toMatchObject({ directory: 'acme-entra', previous: { id: made.id } });
  expect(rotated.token).toMatch(/^rb_scim_/);
  const hours = (text: string) => (Date.parse(text) - Date.now()) / 3_600_000;
  expect(hours(rotated.previous.expiresAt)).toBeCloseTo(2, 1);
  expect(hours(rotated.expiresAt)).toBeCloseTo(90 * 24, 0);
  const person = await run('token', 'rotate', rotated.id, '--directory', 'acme-entra');
  expect(person.stdout).toMatch(/rb_scim_[\w-]{43}/);
  expect(person.stdout).toContain(`${rotated.prefix}…, works until`);
  const gone = await run('token', 'rotate', 'rb_scim_nobody', '--directory', 'acme-entra');
  expect(gone).toMatchObject({ code: 1, stdout: '' });
  for (const id of [made.id, rotated.id]) await json('token', 'revoke', id, '--directory', 'acme-entra');
  const { id } = (await json('token', 'list', '--directory', 'acme-entra')).at(-1);
  await json('token', 'revoke', id, '--directory', 'acme-entra');
});

test('an issuer of JWTs is trusted, listed, disabled, enabled and removed', async () => {
  const add = (...more: string[]) => [
    ...['directory', 'issuer', 'add', 'acme-entra', '--issuer', 'https://login.acme.test/', '--audience', 'scim'],
    ...more,
  ];
  const made = await json(
    ...add('--claim', 'azp=a', '--claim', 'azp=b', '--scope-claim', 'roles', '--read-value', 'R'),
  );
  expect(made).toMatchObject({
    issuer: 'https://login.acme.test/',
    jwksUrl: null,
    requiredClaims: { azp: ['a', 'b'] },
    scopeClaim: 'roles',
    readValue: 'R',
    writeValue: 'write',
    enabled: true,
  });
  expect((await run('directory', 'issuer', 'list', 'acme-entra')).stdout).toMatch(/azp=a\|b +roles: R, write +enabled/);
  expect(await json('directory', 'issuer', 'disable', 'acme-entra', made.id)).toMatchObject({ enabled: false });
  expect(await json('directory', 'issuer', 'enable', 'acme-entra', made.id)).toMatchObject({ enabled: true });
  expect(await run(...add('--claim', 'azp=a'))).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--scope'),
  });
  expect(await run(...add('--claim', 'azp'))).toMatchObject({ code: 2 });
  const unbound = await run(...add('--claim', 'tid=t', '--scope', 'read'));
  expect(unbound).toMatchObject({ code: 1, stderr: expect.stringContaining('must bind one of sub') });
  const twice = await run(...add('--claim', 'azp=a', '--scope', 'read', 'write'));
  expect(twice).toMatchObject({ code: 1, stderr: expect.stringContaining('already') });
  expect(await json('directory', 'issuer', 'remove', 'acme-entra', made.id)).toEqual({
    removed: made.id,
    directory: 'acme-entra',
  });
  const again = await run('directory', 'issuer', 'remove', 'acme-entra', made.id);
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('issuer list') });
});

test('status counts what is there', async () => {
  const status = await json('status');
  expect(status).toMatchObject({
    versions: { realmbridge: expect.any(String), node: process.versions.node },
    migrations: { pending: [], unknown: [] },
    directories: [
      { slug: 'acme-entra', users: 0, groups: 0, events: expect.any(Number), lastWriteAt: null },
      { slug: 'acme-okta', users: 0 },
    ],
    federations: [{ slug: 'acme', users: 0, liveTokens: 1, directories: [{ slug: 'acme-entra', enabled: false }] }],
    consumers: [],
  });
  expect((await run('status')).stdout).toMatch(/acme +10 acme-entra \(off\)/);
});

test('a federation is shown with its directories', async () => {
  expect(await json('federation', 'show', 'acme')).toMatchObject({
    slug: 'acme',
    directories: [{ slug: 'acme-entra' }],
  });
  expect((await run('federation', 'show', 'acme')).stdout).toContain('Asked in this order: 10 acme-entra (off)');
  expect(await run('federation', 'show', 'nowhere')).toMatchObject({ code: 1, stdout: '' });
});

test('settings of an LDAP server can be tried before there is a directory', async () => {
  const settings = ['--preset', 'openldap', '--bind-dn', 'cn=admin', '--users', 'ou=people'];
  const refused = await run(
    'directory',
    'test',
    ...settings,
    '--url',
    'ldap://nowhere.invalid',
    '--password-file',
    'x',
  );
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining("x can't be read") });
  const file = join(folder, 'bind-password');
  await writeFile(file, 'secret');
  const given = ['--password-file', file, '--url', 'ldap://nowhere.invalid'];
  const tried = await run('directory', 'test', ...settings, ...given, '--json');
  expect(tried.code, tried.stderr).toBe(1);
  expect(JSON.parse(tried.stdout)).toMatchObject({ ok: false, steps: [{ step: 'connect', ok: false }] });
  expect(await run('directory', 'test', 'acme-entra', '--url', 'ldap://x')).toMatchObject({ code: 2 });
  expect(await run('directory', 'test')).toMatchObject({ code: 2 });
});

test('deleting asks for --yes', async () => {
  const asked = await run('directory', 'delete', 'acme-okta');
  expect(asked).toMatchObject({ code: 2, stdout: '' });
  expect(asked.stderr).toContain('--yes');
  expect(await json('directory', 'delete', 'acme-okta', '--yes')).toEqual({ deleted: 'acme-okta' });
  expect(await json('federation', 'delete', 'acme', '--yes')).toEqual({ deleted: 'acme' });
  expect(await json('federation', 'list')).toEqual([]);
});
