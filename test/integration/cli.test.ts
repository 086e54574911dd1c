// The command line as people and scripts use it: a process of its own on a real database.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../../bridge/cli/program.ts';
import { createToleranceUsesRepository } from '../../bridge/directories/tolerance-uses-repository.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

const script = fileURLToPath(new URL('../../bridge/cli.ts', import.meta.url));

interface Run {
  code: number;
  stdout: string;
  stderr: string;
}

let database: TestDatabase;
let folder: string;

beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'realmbridge-cli-'));
});

afterAll(async () => {
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

/** Runs the command line in this process: the same code, without a second for each process to start. */
async function runWith(env: Record<string, string>, ...args: string[]): Promise<Run> {
  const said = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof said) => ({
    write: (text: string) => {
      said[name] += text;
    },
  });
  const code = await runCli(args, { env, cwd: folder, stdout: stream('stdout'), stderr: stream('stderr') });
  return { code, ...said };
}

/** Runs it as a process with nothing but the given environment; one that does not end by itself is a failure. */
function startWith(env: Record<string, string>, ...args: string[]): Promise<Run> {
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [script, ...args],
      { cwd: folder, env: { PATH: process.env['PATH'] ?? '', ...env }, timeout: 25_000 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code;
        if (typeof code === 'number') resolve({ code, stdout, stderr });
        else reject(new Error(`realmbridge ${args.join(' ')} did not end by itself\n${stdout}\n${stderr}`));
      },
    );
  });
}

const run = (...args: string[]): Promise<Run> => runWith({ DATABASE_URL: database.url }, ...args);

/** Runs with --json and answers the one document that was printed. */
// biome-ignore lint/suspicious/noExplicitAny: assertions reach deep into documents of any shape
async function json(...args: string[]): Promise<any> {
  const { code, stdout, stderr } = await run(...args, '--json');
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
}

describe('as a process', () => {
  test('it prints its result, changes the database and ends', async () => {
    const env = { DATABASE_URL: database.url };
    expect(await startWith(env, 'directory', 'create', 'by-process')).toMatchObject({ code: 0, stderr: '' });
    const listed = await startWith(env, 'directory', 'list', '--json');
    expect(JSON.parse(listed.stdout)).toMatchObject([{ slug: 'by-process' }]);
    // Running bridges are told of this one: the connection for that must not keep the process alive.
    expect(await startWith(env, 'directory', 'disable', 'by-process')).toMatchObject({ code: 0 });
    expect(await startWith(env, 'directory', 'delete', 'by-process', '--yes')).toMatchObject({ code: 0 });
  });

  test.each([
    ['a failure', 1, { DATABASE_URL: 'postgres://u:hidden@127.0.0.1:1/x' }, /refused the connection/],
    ['a bad configuration', 78, { DATABASE_URL: 'mysql://u:hidden@db' }, /DATABASE_URL must be/],
  ])('%s has its exit code, and no stack trace', async (_name, code, env, message) => {
    const failed = await startWith(env, 'status');
    expect(failed).toMatchObject({ code, stdout: '' });
    expect(failed.stderr).toMatch(message);
    expect(failed.stderr).not.toMatch(/hidden|\n\s+at /);
  });

  test('help and wrong usage need no configuration', async () => {
    const help = await startWith({}, '--help');
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toContain('Usage: realmbridge');
    expect(await startWith({}, 'frob')).toMatchObject({ code: 2, stdout: '' });
  });
});

describe('a day of an operator', () => {
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
    const made = await runWith(
      { DATABASE_URL: database.url, PUBLIC_URL: 'https://bridge.test/' },
      ...['token', 'create', '--directory', 'acme-entra'],
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
    expect((await run('directory', 'issuer', 'list', 'acme-entra')).stdout).toMatch(
      /azp=a\|b +roles: R, write +enabled/,
    );
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
        { slug: 'acme-entra', users: 0, groups: 0, events: 0, lastWriteAt: null },
        { slug: 'acme-okta', users: 0 },
      ],
      federations: [{ slug: 'acme', users: 0, liveTokens: 1, directories: [{ slug: 'acme-entra', enabled: false }] }],
      consumers: [],
    });
    expect((await run('status')).stdout).toMatch(/acme +10 acme-entra \(off\)/);
  });

  test('deleting asks for --yes', async () => {
    const asked = await run('directory', 'delete', 'acme-okta');
    expect(asked).toMatchObject({ code: 2, stdout: '' });
    expect(asked.stderr).toContain('--yes');
    expect(await json('directory', 'delete', 'acme-okta', '--yes')).toEqual({ deleted: 'acme-okta' });
    expect(await json('federation', 'delete', 'acme', '--yes')).toEqual({ deleted: 'acme' });
    expect(await json('federation', 'list')).toEqual([]);
  });
});

describe('a mistake is one clear line and the right exit code', () => {
  test.each([
    ['an unknown directory', 1, /no directory "nobody"/, ['token', 'create', '--directory', 'nobody']],
    ['a slug that can not be one', 1, /lower-case letters/, ['directory', 'create', 'Not A Slug']],
    ['an unknown command', 2, /unknown command 'frob'/, ['frob']],
    ['an unknown option', 2, /unknown option/, ['status', '--frob']],
    ['a missing argument', 2, /missing required argument/, ['directory', 'create']],
    ['a profile that is none', 2, /Allowed choices/, ['directory', 'create', 'x', '--profile', 'nope']],
    ['a duration that is none', 2, /12h, 90d/, ['token', 'create', '--directory', 'x', '--expires', 'soon']],
    ['no owner of a token', 2, /--directory SLUG or --federation SLUG/, ['token', 'list']],
    ['two owners of a token', 2, /cannot be used with/, ['token', 'list', '--directory', 'a', '--federation', 'b']],
    ['a federation token with scopes', 2, /--scope/, ['token', 'create', '--federation', 'a', '--scope', 'read']],
    ['nothing to change', 2, /--priority, --enabled/, ['federation', 'set-directory', 'a', 'b']],
    [
      'a mapping of both',
      2,
      /either --all or --first/,
      ['federation', 'attributes', 'map', 'a', 'title', 'b', '--all', '--first'],
    ],
    ['a file that is not there', 2, /can't be read/, ['federation', 'attributes', 'import', 'a', 'nowhere.json']],
    ['connect to nowhere', 2, /--keycloak, --realm, --federation/, ['connect']],
    [
      'connect without a login',
      2,
      /--admin-password-file/,
      [
        'connect',
        '--keycloak',
        'http://127.0.0.1:1',
        '--realm',
        'r',
        '--federation',
        'f',
        '--bridge-url',
        'http://127.0.0.1:2',
      ],
    ],
  ])('%s', async (_name, code, message, args) => {
    const failed = await run(...args);
    expect(failed.code, failed.stderr).toBe(code);
    expect(failed.stderr).toMatch(message);
    expect(failed.stderr).not.toMatch(/\n\s+at /);
    expect(failed.stdout).toBe('');
  });

  test('with --json a failure is a document, too', async () => {
    const failed = await run('directory', 'enable', 'nobody', '--json');
    expect(failed.code).toBe(1);
    expect(JSON.parse(failed.stdout)).toEqual({
      error: { code: 'directory_absent', message: 'There is no directory "nobody".', remedy: expect.any(String) },
    });
    const misused = await run('token', 'list', '--json', '--frob');
    expect(misused.code).toBe(2);
    expect(JSON.parse(misused.stdout)).toMatchObject({ error: { code: 'usage' } });
  });

  test('a configuration that is not usable names every bad variable and no value', async () => {
    const failed = await runWith({ DATABASE_URL: 'mysql://root:hidden@db', PORT: 'eighty' }, 'directory', 'list');
    expect(failed.code).toBe(78);
    expect(failed.stderr).toMatch(/DATABASE_URL must be[\s\S]*PORT/);
    expect(failed.stderr).not.toContain('hidden');
    const missing = await runWith({}, 'status');
    expect(missing).toMatchObject({ code: 78, stdout: '' });
    expect(missing.stderr).toContain('npm start');
  });

  test.each([
    ['is not there', 'postgres://u:hidden@127.0.0.1:1/x', /refused the connection/],
    ['has an unknown host', 'postgres://u:hidden@no-such-host.invalid/x', /host/],
  ])('a database that %s is told in words', async (_name, url, message) => {
    const failed = await runWith({ DATABASE_URL: url }, 'status');
    expect(failed.code).toBe(1);
    expect(failed.stderr).toMatch(message);
    expect(failed.stderr).not.toContain('hidden');
    expect(failed.stderr).not.toMatch(/\n\s+at /);
  });
});

test.each([
  [[], 'Usage: realmbridge'],
  [['token', 'create'], '--expires'],
  [['connect'], '--dry-run'],
  [['doctor'], '--directory-token-file'],
])('--help of %j', async (args, text) => {
  const help = await runWith({}, ...args, '--help');
  expect(help).toMatchObject({ code: 0, stderr: '' });
  expect(help.stdout).toContain(text);
});

test('migrate prepares an empty database, and finds nothing to do the second time', async () => {
  const empty = await createTestDatabase({ empty: true });
  try {
    const env = { DATABASE_URL: empty.url };
    const early = await runWith(env, 'directory', 'list');
    expect(early.code).toBe(1);
    expect(early.stderr).toContain('realmbridge migrate');
    const planned = await runWith(env, 'migrate', '--dry-run', '--json');
    expect(JSON.parse(planned.stdout)).toMatchObject({ dryRun: true, applied: [] });
    const first = JSON.parse((await runWith(env, 'migrate', '--json')).stdout);
    expect(first.appliedNow).toEqual(JSON.parse(planned.stdout).pending);
    expect((await runWith(env, 'migrate')).stdout).toBe('The database is up to date.\n');
    expect((await runWith(env, 'directory', 'list')).code).toBe(0);
  } finally {
    await empty.drop();
  }
});

test('without DATABASE_URL the running development system is used, and that is said', async () => {
  await mkdir(join(folder, '.realmbridge'), { recursive: true });
  const file = join(folder, '.realmbridge', 'dev.json');
  await writeFile(file, JSON.stringify({ bridge: { url: 'http://127.0.0.1:2' }, database: { url: database.url } }));
  try {
    const listed = await runWith({}, 'directory', 'list', '--json');
    expect(listed).toMatchObject({ code: 0, stderr: expect.stringContaining('dev.json') });
    expect(JSON.parse(listed.stdout)).toBeInstanceOf(Array);
    expect((await run('directory', 'list')).stderr).toBe('');
  } finally {
    await rm(file);
  }
});

describe('doctor', () => {
  test('reports each link, skips what builds on a broken one, and fails', async () => {
    const examined = await runWith(
      { DATABASE_URL: 'postgres://u:hidden@127.0.0.1:1/x', KEYCLOAK_ADMIN_PASSWORD: 'hidden' },
      ...[
        'doctor',
        '--json',
        '--bridge-url',
        'http://127.0.0.1:2',
        '--keycloak',
        'http://127.0.0.1:3',
        '--realm',
        'r',
        '--federation',
        'f',
      ],
    );
    expect(examined.code, examined.stderr).toBe(1);
    const { healthy, checks } = JSON.parse(examined.stdout);
    expect(healthy).toBe(false);
    const statuses = Object.fromEntries(
      checks.map((check: { id: string; status: string }) => [check.id, check.status]),
    );
    expect(statuses).toMatchObject({
      configuration: 'ok',
      database: 'failed',
      migrations: 'skipped',
      directory: 'skipped',
      federation: 'skipped',
      bridge: 'failed',
      clocks: 'skipped',
      keycloak: 'failed',
      'keycloak-admin': 'skipped',
      component: 'skipped',
      'failover-admin': 'skipped',
    });
    for (const check of checks) if (check.status === 'failed') expect(check.remedy).toMatch(/\w/);
    expect(examined.stdout + examined.stderr).not.toContain('hidden');
  });

  test('a configuration that is not usable is its first finding', async () => {
    const examined = await runWith({}, 'doctor');
    expect(examined.code).toBe(1);
    expect(examined.stdout).toMatch(/✗ Configuration: DATABASE_URL is required/);
  });

  test('it is content with a database, a directory and a federation that are right', async () => {
    await json('directory', 'create', 'healthy');
    await json('token', 'create', '--directory', 'healthy');
    await json('federation', 'create', 'healthy');
    await json('federation', 'add-directory', 'healthy', 'healthy');
    await json('token', 'create', '--federation', 'healthy');
    const examined = await run('doctor', '--federation', 'healthy');
    expect(examined.code, examined.stdout).toBe(0);
    expect(examined.stdout).toMatch(/✓ Federation healthy: "healthy" serves healthy/);
    expect(examined.stdout).toMatch(/0 failed/);
  });
});
