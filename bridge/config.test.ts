import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ConfigError, parseConfig } from './config.ts';

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

function problemsOf(env: Record<string, string>): ConfigError {
  try {
    parseConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
  }
  throw new Error('the configuration was accepted');
}

test('secrets come from files, without the line end that editors leave', () => {
  const secret = 'f'.repeat(40);
  const config = parseConfig({
    DATABASE_URL_FILE: fileWith('url', `${url}\n`),
    AUTHENTICATION_SECRET_FILE: fileWith('secret', `${secret}\n`),
    ADMIN_TOKEN_FILE: fileWith('admin', secret),
    SECRETS_KEY_FILE: fileWith('key', secret),
  });
  expect(config.database.url).toBe(url);
  expect(config.authenticationSecret).toBe(secret);
  expect(config.adminToken).toBe(secret);
  expect(config.secretsKey).toBe(secret);
});

test('a password of its own takes the place of the one in the URL, whatever its characters', () => {
  const password = 'a:b@c/d%e f?g#h';
  const file = fileWith('password', `${password}\n`);
  for (const given of [url, 'postgres://bridge:old@db:5432/realmbridge']) {
    const made = new URL(parseConfig({ DATABASE_URL: given, DATABASE_PASSWORD_FILE: file }).database.url);
    expect(decodeURIComponent(made.password)).toBe(password);
    expect(made.href.replace(/:[^:]*@/, '@')).toBe(url);
  }
});

test('every bad key is named at once, the files too, and no value is shown', () => {
  const { problems, message } = problemsOf({
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
    key: 'AUTHENTICATION_SECRET_FILE',
    message: "names a file that can't be read (ENOENT)",
  });
});

test('a bad value in a file is told of the file, once', () => {
  const { problems } = problemsOf({ DATABASE_URL: url, ADMIN_TOKEN_FILE: fileWith('short', 'short') });
  expect(problems).toEqual([{ key: 'ADMIN_TOKEN_FILE', message: 'must have at least 32 characters' }]);
  expect(problemsOf({ DATABASE_URL_FILE: '/nowhere/url' }).problems).toHaveLength(1);
});
