// The command line as a program: exit codes, what it says of mistakes, and where it finds its database.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCommandLine, type Said } from '../support/command-line.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

const script = fileURLToPath(new URL('../../bridge/cli.ts', import.meta.url));

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

const runWith = (env: Record<string, string>, ...args: string[]) => createCommandLine(env, folder).run(...args);
const run = (...args: string[]) => runWith({ DATABASE_URL: database.url }, ...args);

/** Runs it as a process with nothing but the given environment; one that does not end by itself is a failure. */
function startWith(env: Record<string, string>, ...args: string[]): Promise<Said> {
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
