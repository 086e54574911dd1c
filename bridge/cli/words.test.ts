// Durations, tables and failures: what the command line reads and says.
import { expect, test } from 'vitest';
import { ConfigError } from '../config.ts';
import { KeycloakError } from '../keycloak/errors.ts';
import { MigrationRefusedError } from '../platform/db/migrate.ts';
import { ApiError } from '../platform/http/api-error.ts';
import { parseDuration } from './duration.ts';
import { failureOf } from './failure.ts';
import { formatTable, formatTime } from './table.ts';

test.each([
  ['30m', 1_800_000],
  ['12h', 43_200_000],
  ['90d', 7_776_000_000],
  ['4W', 2_419_200_000],
])('%s is a duration', (text, milliseconds) => {
  expect(parseDuration(text)).toBe(milliseconds);
});

test.each(['', '90', 'd', '0d', '-1d', '1.5h', '90 days', '1y', '4000d', '99999999999999d', '１d', 'constructor'])(
  '%s is no duration',
  (text) => {
    expect(parseDuration(text)).toBeUndefined();
  },
);

test('a table is as wide as its cells, and ends without blanks', () => {
  expect(
    formatTable(
      ['SLUG', 'NAME'],
      [
        ['acme-entra', 'A'],
        ['b', '日本'],
      ],
    ),
  ).toBe('SLUG        NAME\nacme-entra  A\nb           日本');
});

test('a name can not move the cursor or forge a line', () => {
  expect(formatTable(['NAME'], [['a\u001b[2Jb\nc\u202ed']])).toBe('NAME\na\ufffd[2Jb\ufffdc\ufffdd');
});

test('a time is shown in UTC to the minute', () => {
  expect(formatTime(new Date('2026-11-22T20:01:59.999Z'))).toBe('2026-11-22 20:01');
  expect(formatTime(null)).toBe('-');
});

const refused = Object.assign(new AggregateError([Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })], ''), {
  code: 'ECONNREFUSED',
});

test.each<[string, unknown, number, string]>([
  ['a missing directory', new ApiError('directory_absent', 'There is no directory "x".'), 1, 'directory_absent'],
  ['a bad configuration', new ConfigError([{ key: 'PORT', message: 'is bad' }]), 78, 'configuration'],
  ['a database that is ahead', new MigrationRefusedError('too new'), 78, 'migration_refused'],
  ['a database that is down', refused, 1, 'database_econnrefused'],
  ['a pool that waited too long', new Error('timeout exceeded when trying to connect'), 1, 'database_timeout'],
  ['a refused login', new KeycloakError('login_refused', 'no', { remedy: 'try' }), 1, 'keycloak_login_refused'],
  ['anything else', new Error('first line\nat stack'), 1, 'failed'],
  ['what is no error', 'text', 1, 'failed'],
])('%s is one clear line', (_name, error, exitCode, code) => {
  const failure = failureOf(error);
  expect(failure).toMatchObject({ exitCode, code });
  if (!(error instanceof ConfigError)) expect(failure.message).not.toContain('\n');
});
