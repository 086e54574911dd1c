import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ConfigError, readConfig } from './config.ts';

const url = 'postgres://bridge@db:5432/realmbridge';
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'realmbridge-config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function fileWith(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

async function problemsOf(env: Record<string, string>): Promise<ConfigError> {
  try {
    await readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
  }
  throw new Error('the configuration was accepted');
}

test('secrets come from files, without the line end that editors leave', async () => {
  const secret = 'f'.repeat(40);
  const config = await readConfig({
    DATABASE_URL_FILE: fileWith('url', `${url}\n`),
    AUTHENTICATION_SECRET_FILE: fileWith('secret', `${secret}\n`),
    ADMIN_TOKEN_FILE: fileWith('admin', secret),
    SECRETS_KEY_FILE: fileWith('key', secret),
  });
  expect(config.database.url).toBe(url);
  expect(config.authenticationSecret).toBe(secret);
  expect(config.adminToken).toBe(secret);
  expect(config.secretsKeys).toEqual([secret]);
});

test('a password of its own takes the place of the one in the URL, whatever its characters', async () => {
  const password = 'a:b@c/d%e f?g#h';
  const file = fileWith('password', `${password}\n`);
  for (const given of [url, 'postgres://bridge:old@db:5432/realmbridge']) {
    const made = new URL((await readConfig({ DATABASE_URL: given, DATABASE_PASSWORD_FILE: file })).database.url);
    expect(decodeURIComponent(made.password)).toBe(password);
    expect(made.href.replace(/:[^:]*@/, '@')).toBe(url);
  }
});

test('every bad key is named at once, the files too, and no value is shown', async () => {
  const { problems, message } = await problemsOf({
    DATABASE_URL: 'mysql://root:hunter2@db/x',
    PORT: '99999',
    LOG_LEVEL: 'loud-hunter2',
    ADMIN_TOKEN: 'hunter2',
    ADMIN_TOKEN_FILE: '/nowhere/admin-token',
    AUTHENTICATION_SECRET_FILE: '/nowhere/secret',
    DATABASE_PASSWORD_FILE: fileWith('empty', '\n'),
  });
  expect(new Set(problems.map(({ key }) => key))).toEqual(
    new Set([
      'DATABASE_URL',
      'PORT',
      'LOG_LEVEL',
      'ADMIN_TOKEN',
      'ADMIN_TOKEN_FILE',
      'AUTHENTICATION_SECRET_FILE',
      'DATABASE_PASSWORD_FILE',
    ]),
  );
  expect(message).not.toContain('hunter2');
  expect(problems).toContainEqual({
    secret: 'AUTHENTICATION_SECRET',
    key: 'AUTHENTICATION_SECRET_FILE',
    message: "names a file that can't be read (ENOENT)",
  });
});

test('a bad value in a file is told of the file, once', async () => {
  const { problems } = await problemsOf({ DATABASE_URL: url, ADMIN_TOKEN_FILE: fileWith('short', 'short') });
  expect(problems).toEqual([{ key: 'ADMIN_TOKEN_FILE', message: 'must have at least 32 characters' }]);
  expect((await problemsOf({ DATABASE_URL_FILE: '/nowhere/url' })).problems).toHaveLength(1);
});

test('several keys may seal secrets, one a line', async () => {
  const [first, second] = ['1'.repeat(32), '2'.repeat(32)];
  const file = fileWith('keys', `${first}\n${second}\n`);
  expect((await readConfig({ DATABASE_URL: url, SECRETS_KEY_FILE: file })).secretsKeys).toEqual([first, second]);
  const { problems } = await problemsOf({ DATABASE_URL: url, SECRETS_KEY_FILE: fileWith('keys', `${first}\nshort`) });
  expect(problems).toEqual([{ key: 'SECRETS_KEY_FILE', message: 'must have at least 32 characters a line' }]);
});

test.each<[Record<string, string>, string, string]>([
  [{}, 'KEY_VAULT_URL', 'is required'],
  [{ KEY_VAULT_URL: 'http://vault.example.com' }, 'KEY_VAULT_URL', 'must be an https URL'],
  [{ KEY_VAULT_URL: 'https://10.1.2.3' }, 'KEY_VAULT_URL', 'names an address that OUTGOING_ALLOW does not allow'],
  [
    { KEY_VAULT_URL: 'https://vault.example.com', ADMIN_TOKEN_FILE: '/x' },
    'ADMIN_TOKEN_KEY_VAULT_SECRET',
    "can't be set together with ADMIN_TOKEN_FILE",
  ],
  [
    { KEY_VAULT_URL: 'https://vault.example.com', ADMIN_TOKEN_KEY_VAULT_SECRET: '../keys' },
    'ADMIN_TOKEN_KEY_VAULT_SECRET',
    'must be the name of a secret: letters, digits and hyphens',
  ],
])('a vault that is not well named is told before it is asked: %j', async (over, key, message) => {
  const { problems } = await problemsOf({ DATABASE_URL: url, ADMIN_TOKEN_KEY_VAULT_SECRET: 'admin-token', ...over });
  expect(problems).toContainEqual(expect.objectContaining({ key, message }));
});

test('what comes from the environment alone is not read again', async () => {
  expect((await readConfig({ DATABASE_URL: url, ADMIN_TOKEN: 'x'.repeat(32) })).rereading).toBeUndefined();
  const file = fileWith('again', 'x'.repeat(32));
  const { rereading } = await readConfig({ DATABASE_URL: url, ADMIN_TOKEN_FILE: file });
  expect(rereading).toMatchObject({ everyMs: 60_000, overlapMs: 300_000, secrets: ['ADMIN_TOKEN'] });
  expect(
    await readConfig({ DATABASE_URL: url, ADMIN_TOKEN_FILE: file, SECRETS_REREAD_SECONDS: '0' }),
  ).not.toHaveProperty('rereading');
});
