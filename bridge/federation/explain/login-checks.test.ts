import { describe, expect, test } from 'vitest';
import type { ExplainedDirectory, ExplainedUser } from './explanation.ts';
import { checkLogin, type LoginFacts, worksBy } from './login-checks.ts';

const now = new Date('2026-11-23T12:00:00Z');
const seen = '2026-11-23T08:00:00.000Z';

const user: ExplainedUser = {
  directory: 'corp',
  id: '01900000-0000-7000-8000-000000000001',
  username: 'anna',
  email: 'anna@corp.test',
  active: true,
  hasPassword: null,
  identityLink: null,
  createdAt: seen,
  updatedAt: seen,
  verdict: { outcome: 'served' },
  lastEvent: null,
  lastRequest: null,
  held: [],
};
const directory: ExplainedDirectory = {
  slug: 'corp',
  name: 'Corp',
  kind: 'ldap',
  priority: 10,
  enabled: true,
  directoryEnabled: true,
  health: 'ok',
  healthSince: seen,
  heardAt: seen,
  remarks: [],
};

const facts = (over: Partial<LoginFacts> = {}): LoginFacts => ({
  federation: 'people',
  asked: { username: 'anna' },
  deleted: null,
  user,
  directory,
  readers: [],
  now,
  ...over,
});
const shown = (over: Partial<LoginFacts>) => checkLogin(facts(over)).map(({ id, status }) => `${id} ${status}`);
const wellUpTo = ['known ok', 'directory ok', 'precedence ok', 'active ok'];

describe('a user of an LDAP directory', () => {
  test('gets the password checked by the server, which may know more', () => {
    const checks = checkLogin(facts());
    expect(checks.map(({ id, status }) => `${id} ${status}`)).toEqual([...wellUpTo, 'source ok', 'password ok']);
    expect(worksBy(checks)).toBe(true);
  });

  test('can’t log in while the server can’t be reached, and is told since when', () => {
    const away = { ...directory, health: 'unavailable' as const };
    expect(shown({ directory: away })).toEqual([...wellUpTo, 'source failed', 'password ok']);
    const [detail] = checkLogin(facts({ directory: away })).flatMap((one) => (one.id === 'source' ? [one.detail] : []));
    expect(detail).toContain(`since ${seen}`);
  });

  test('may log in while the server is in trouble', () => {
    const checks = checkLogin(facts({ directory: { ...directory, health: 'degraded' } }));
    expect(checks).toContainEqual(expect.objectContaining({ id: 'source', status: 'warning' }));
    expect(worksBy(checks)).toBe(true);
  });
});

test.each(['deactivate', 'delete'] as const)(
  'a leaver whose going is held (%s) can log in, and is told to be one',
  (operation) => {
    const held = [{ operation, group: null, at: seen, actor: 'token:rb_scim_a', requestId: 'request-1' }];
    const checks = checkLogin(facts({ user: { ...user, held } }));
    expect(worksBy(checks)).toBe(true);
    const [guard] = checks.filter(({ id }) => id === 'guard');
    expect(guard?.status).toBe('warning');
    for (const word of [operation, seen, 'token:rb_scim_a', 'request-1', 'realmbridge guard show corp']) {
      expect(guard?.detail).toContain(word);
    }
  },
);

test('what would come later is not checked of somebody who doesn’t get that far', () => {
  const off = { ...user, verdict: { outcome: 'directory-disabled' as const } };
  expect(shown({ user: off, directory: { ...directory, enabled: false } })).toEqual(['known ok', 'directory failed']);
});

describe('a Keycloak that reads changes', () => {
  const reader = { name: 'people token:rb_federation_a', lastSeenAt: seen, behind: 0, hasLastEvent: true };

  test.each([
    ['has been silent for hours', reader, 'warning'],
    ['never asked', { ...reader, lastSeenAt: null }, 'warning'],
    ['asked a moment ago', { ...reader, lastSeenAt: '2026-11-23T11:59:00.000Z' }, 'ok'],
    ['lacks the last change', { ...reader, lastSeenAt: now.toISOString(), hasLastEvent: false }, 'warning'],
  ])('that %s is told so, and stops nobody', (_what, one, status) => {
    const checks = checkLogin(facts({ readers: [one] }));
    expect(checks.at(-1)).toMatchObject({ id: 'feed', status });
    expect(worksBy(checks)).toBe(true);
  });
});
