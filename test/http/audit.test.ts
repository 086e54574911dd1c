// Every change that an operator makes is recorded: who, when, in which request, from what to what, and never a secret.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../../bridge/app.ts';
import { actingAs } from '../../bridge/events/actor.ts';
import { createOutgoing } from '../../bridge/platform/http/outgoing.ts';
import { createLogger } from '../../bridge/platform/log.ts';
import { type Answer, type Body, createTestBridge, readAnswer, type TestBridge } from '../support/bridge.ts';
import { badgeSchema, deviceType } from '../support/declared-schemas.ts';

const adminToken = 'an-admin-token-of-at-least-32-characters';
let bridge: TestBridge;
let call: (method: string, path: string, body?: unknown) => Promise<Answer>;

beforeAll(async () => {
  bridge = await createTestBridge({ outgoing: createOutgoing({ allow: ['127.0.0.1'] }) });
  const app = createApp({ services: bridge.services, logger: createLogger('silent'), adminToken });
  call = async (method, path, body) => {
    const answer = await readAnswer(
      await app.request(`/api/v1${path}`, {
        method,
        headers: {
          Authorization: `Bearer ${adminToken}`,
          ...(body !== undefined && { 'Content-Type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    );
    expect(answer.status, `${method} ${path}: ${JSON.stringify(answer.body)}`).toBeLessThan(300);
    return answer;
  };
});
afterAll(() => bridge.close());

const audit = async (query: Record<string, string>): Promise<Body[]> =>
  (await call('GET', `/audit?${new URLSearchParams({ limit: '1000', ...query }).toString()}`)).body.entries;
const events = async (slug: string): Promise<Body[]> => (await call('GET', `/events?directory=${slug}`)).body.events;
const told = (entries: Body[]): [string, unknown][] => entries.map(({ type, changes }) => [type, changes]);
const from = (after: unknown) => ({ before: null, after });
const to = (before: unknown) => ({ before, after: null });

const ldapSettings = {
  preset: 'openldap',
  urls: ['ldap://127.0.0.1:1389'],
  bindDn: 'cn=admin,dc=acme,dc=test',
  bindPassword: 'the-bind-password',
  users: { base: 'ou=people,dc=acme,dc=test' },
};

describe('a change of a directory', () => {
  test('is in the audit log and in the log of the directory, with the request and the actor', async () => {
    const made = await call('POST', '/directories', { slug: 'acme', name: 'Acme' });
    await call('PATCH', '/directories/acme', { name: 'Acme Corp.', enabled: false });
    await call('PATCH', '/directories/acme', { enabled: true });
    // What is as it was before is no change.
    await call('PATCH', '/directories/acme', { name: 'Acme Corp.', enabled: true });
    const entries = await audit({ directory: 'acme' });
    expect(told(entries)).toEqual([
      ['directory.created', { name: from('Acme'), kind: from('scim'), profile: from('auto'), enabled: from(true) }],
      ['directory.updated', { name: { before: 'Acme', after: 'Acme Corp.' } }],
      ['directory.disabled', { enabled: { before: true, after: false } }],
      ['directory.enabled', { enabled: { before: false, after: true } }],
    ]);
    const { id } = await bridge.services.directories.requireDirectory('acme');
    expect(entries[0]).toEqual({
      id: expect.stringMatching(/^\d+$/),
      type: 'directory.created',
      time: made.body.createdAt,
      actor: 'token:ADMIN_TOKEN',
      requestId: made.headers.get('x-request-id'),
      directory: { id, slug: 'acme' },
      federation: null,
      resource: { type: 'Directory', id, name: 'acme' },
      changes: expect.anything(),
    });
    const seen = await events('acme');
    expect(told(seen)).toEqual(told(entries));
    expect(seen[0]).toMatchObject({
      position: 1,
      actor: 'token:ADMIN_TOKEN',
      requestId: made.headers.get('x-request-id'),
      resource: { type: 'Directory', id, version: null },
    });
  });

  test('is remembered when the directory is gone, and so is who deleted it', async () => {
    await call('POST', '/directories', { slug: 'gone' });
    const token = (await call('POST', '/directories/gone/tokens', {})).body;
    await call('DELETE', '/directories/gone');
    const entries = await audit({ directory: 'gone' });
    expect(entries.map(({ type }) => type)).toEqual(['directory.created', 'token.created', 'directory.deleted']);
    expect(entries[2]).toMatchObject({
      actor: 'token:ADMIN_TOKEN',
      changes: { name: to('gone'), enabled: to(true) },
      resource: { type: 'Directory', name: 'gone' },
    });
    expect(JSON.stringify(entries)).not.toContain(token.token);
    // Another of the same name is another directory.
    await call('POST', '/directories', { slug: 'gone' });
    const ids = (await audit({ directory: 'gone' })).map(({ directory }) => directory.id);
    expect(new Set(ids).size).toBe(2);
  });

  test('of its tokens tells which, and never what opens anything', async () => {
    await call('POST', '/directories', { slug: 'keys' });
    const first = (await call('POST', '/directories/keys/tokens', { name: 'Okta', scopes: ['read'] })).body;
    const second = (await call('POST', `/directories/keys/tokens/${first.id}/rotate`, {})).body;
    await call('DELETE', `/directories/keys/tokens/${second.id}`);
    const entries = await audit({ directory: 'keys', type: 'token.*' });
    expect(entries.map(({ type, resource }) => [type, resource])).toEqual([
      ['token.created', { type: 'Token', id: first.id, name: first.prefix }],
      ['token.created', { type: 'Token', id: second.id, name: second.prefix }],
      ['token.updated', { type: 'Token', id: first.id, name: first.prefix }],
      ['token.revoked', { type: 'Token', id: second.id, name: second.prefix }],
    ]);
    expect(entries[0]?.changes).toEqual({
      name: from('Okta'),
      prefix: from(first.prefix),
      scopes: from(['read']),
    });
    expect(entries[1]?.changes).toMatchObject({ replaces: from(first.id) });
    expect(entries[2]?.changes).toEqual({ expiresAt: from(second.previous.expiresAt) });
    const text = JSON.stringify([entries, await events('keys')]);
    for (const { token } of [first, second]) expect(text).not.toContain(token);
  });

  test('of its issuers, schemas and resource types is one too', async () => {
    await call('POST', '/directories', { slug: 'declaring' });
    const issuer = {
      issuer: 'https://login.acme.test',
      audience: 'scim',
      requiredClaims: { sub: ['robot'] },
      scopes: ['read'],
    };
    const { id } = (await call('POST', '/directories/declaring/issuers', issuer)).body;
    await call('PATCH', `/directories/declaring/issuers/${id}`, { enabled: false });
    await call('DELETE', `/directories/declaring/issuers/${id}`);
    const schema = `/directories/declaring/schemas/${encodeURIComponent(badgeSchema.id)}`;
    const declared = (await call('PUT', schema, badgeSchema)).body.schema;
    await call('PUT', schema, badgeSchema);
    await call('DELETE', schema);
    const type = `/directories/declaring/resource-types/${deviceType.name}`;
    const device = (await call('PUT', type, deviceType)).body;
    await call('DELETE', type);
    const entries = (await audit({ directory: 'declaring' })).slice(1);
    expect(entries.map((one) => one.type)).toEqual([
      'issuer.created',
      'issuer.updated',
      'issuer.deleted',
      'schema.created',
      'schema.deleted',
      'resource_type.created',
      'resource_type.deleted',
    ]);
    expect(entries[0]).toMatchObject({
      resource: { type: 'Issuer', id, name: issuer.issuer },
      changes: { audience: from('scim'), requiredClaims: from(issuer.requiredClaims) },
    });
    expect(entries[1]?.changes).toEqual({ enabled: { before: true, after: false } });
    expect(entries[3]?.changes).toMatchObject({ [badgeSchema.id]: { before: null, after: { id: declared.id } } });
    expect(entries[6]?.changes).toMatchObject({ [deviceType.name]: { before: { name: device.name }, after: null } });
    expect(told((await events('declaring')).slice(1))).toEqual(told(entries));
  });

  test('of how it is read from LDAP shows the settings, and of the password only that it changed', async () => {
    await call('POST', '/directories', { slug: 'ad', kind: 'ldap', ldap: ldapSettings });
    const { bindPassword: _, ...without } = ldapSettings;
    const bindDn = 'cn=reader,dc=acme,dc=test';
    await call('PUT', '/directories/ad/ldap', { ...without, bindDn });
    await call('PUT', '/directories/ad/ldap', { ...without, bindDn, bindPassword: 'another-bind-password' });
    await call('POST', '/directories/ad/ldap/sync', { acceptRemovals: true });
    const entries = await audit({ directory: 'ad' });
    expect(told(entries).slice(1)).toEqual([
      ['ldap.updated', { bindDn: { before: ldapSettings.bindDn, after: bindDn } }],
      ['ldap.password_changed', {}],
      ['ldap.sync_requested', { requested: from('accept-removals') }],
    ]);
    expect(entries[0]?.changes.ldap.after).toMatchObject({ urls: ldapSettings.urls, bindDn: ldapSettings.bindDn });
    expect(JSON.stringify([entries, await events('ad')])).not.toContain('bind-password');
  });
});

test('a change of a federation tells which directory, token, name or mapping, from what to what', async () => {
  for (const slug of ['one', 'two']) await call('POST', '/directories', { slug });
  await call('POST', '/federations', { slug: 'people', name: 'People' });
  await call('PUT', '/federations/people/directories/one', { organization: 'acme' });
  await call('PUT', '/federations/people/directories/two', {});
  await call('PUT', '/federations/people/directories/two', { priority: 10 });
  await call('PUT', '/federations/people/directories/two', { enabled: false });
  await call('PUT', '/federations/people/attribute-mappings', {
    mappings: [{ path: 'title', attribute: 'position' }],
  });
  await call('PUT', '/federations/people/role-mappings', {
    mappings: [{ directory: 'one', group: { displayName: 'Ops' }, role: 'operator' }],
  });
  await bridge.services.federations.reserveUsername('people', 'Admin', 'the failover administrator');
  await bridge.services.federations.releaseUsername('people', 'admin');
  const token = (await call('POST', '/federations/people/tokens', { name: 'Keycloak' })).body;
  await call('DELETE', `/federations/people/tokens/${token.id}`);
  await call('DELETE', '/federations/people/directories/one');
  const entries = await audit({ federation: 'people' });
  expect(entries.map(({ type, directory }) => [type, directory?.slug ?? null])).toEqual([
    ['federation.created', null],
    ['federation.directory_added', 'one'],
    ['federation.directory_added', 'two'],
    ['federation.directory_changed', 'one'],
    ['federation.directory_changed', 'two'],
    ['federation.directory_changed', 'two'],
    ['federation.attribute_mappings_changed', null],
    ['federation.role_mappings_changed', null],
    ['federation.username_reserved', null],
    ['federation.username_released', null],
    ['federation.token_created', null],
    ['federation.token_revoked', null],
    ['federation.directory_removed', 'one'],
    // What the mapping named is not there any more.
    ['federation.role_mappings_changed', null],
  ]);
  const changes = told(entries).map(([, one]) => one);
  expect(changes[1]).toMatchObject({ slug: from('one'), priority: from(10), enabled: from(true) });
  expect(changes[1]).toMatchObject({ organization: from('acme') });
  expect(changes.slice(3, 6)).toEqual([
    { priority: { before: 10, after: 20 } },
    { priority: { before: 20, after: 10 } },
    { enabled: { before: true, after: false } },
  ]);
  expect(changes[6]).toMatchObject({ attributeMappings: { after: [{ path: 'title', attribute: 'position' }] } });
  expect(changes[7]).toMatchObject({
    roleMappings: { before: [], after: [{ directory: 'one', groupName: 'Ops', role: 'operator' }] },
  });
  expect(changes[8]).toEqual({ username: from('admin'), reason: from('the failover administrator') });
  expect(changes[9]).toEqual({ username: to('admin'), reason: to('the failover administrator') });
  expect(entries[10]?.resource).toEqual({ type: 'Token', id: token.id, name: token.prefix });
  expect(JSON.stringify(entries)).not.toContain(token.token);
  // Who asks about a directory sees where it was put as well.
  expect((await audit({ directory: 'one' })).map(({ type }) => type)).toContain('federation.directory_removed');
  // Nobody sent these two: the bridge did them by itself.
  expect(entries.filter(({ actor }) => actor === 'bridge').map(({ type }) => type)).toEqual([
    'federation.username_reserved',
    'federation.username_released',
  ]);

  await bridge.services.federations.deleteFederation('people');
  expect((await audit({ federation: 'people' })).at(-1)).toMatchObject({
    type: 'federation.deleted',
    changes: { name: to('People') },
  });
});

test('a change that fails leaves no record, and one that is refused neither', async () => {
  await call('POST', '/directories', { slug: 'once' });
  await expect(bridge.services.directories.createDirectory({ slug: 'once' })).rejects.toThrow('once');
  await call('POST', '/federations', { slug: 'strict' });
  await expect(bridge.services.federations.setDirectory('strict', 'once', { enabled: false })).rejects.toThrow(
    'has no directory',
  );
  expect(await audit({ directory: 'once' })).toHaveLength(1);
  expect(await audit({ federation: 'strict' })).toHaveLength(1);
});

test('entries of many at once come in the order of their ids, and a reader with a cursor misses none', async () => {
  const start = (await call('GET', '/audit?last=1')).body.cursor;
  const slugs = Array.from({ length: 24 }, (_, index) => `crowd-${index}`);
  let done = false;
  const writing = Promise.all(
    slugs.map((slug) => actingAs({ name: `cli:${slug}` }, () => bridge.services.directories.createDirectory({ slug }))),
  ).then(() => {
    done = true;
  });
  const seen: Body[] = [];
  for (let after = start, last = false; !last; ) {
    last = done;
    for (let more = true; more; ) {
      const page = (await call('GET', `/audit?after=${after}&limit=5`)).body;
      seen.push(...page.entries);
      ({ cursor: after, more } = page);
    }
  }
  await writing;
  expect(seen.map(({ directory }) => directory.slug).sort()).toEqual(slugs.toSorted());
  for (const { actor, directory } of seen) expect(actor).toBe(`cli:${directory.slug}`);
  const ids = seen.map(({ id }) => Number(id));
  expect(ids).toEqual(ids.toSorted((a, b) => a - b));
});

test.each([
  ['a type that there is not', { type: 'token.stolen' }, 'token.created'],
  ['a cursor of something else', { after: 'AQGf' }, 'after'],
  ['a cursor and a count', { after: '1', last: '2' }, 'last'],
  ['too many entries', { limit: '1001' }, 'limit'],
  ['a directory that can’t be', { directory: 'No Slug' }, 'directory'],
])('%s is refused in words', async (_, query, part) => {
  const app = createApp({ services: bridge.services, logger: createLogger('silent'), adminToken });
  const answer = await readAnswer(
    await app.request(`/api/v1/audit?${new URLSearchParams(query as Record<string, string>).toString()}`, {
      headers: { Authorization: `Bearer ${adminToken}` },
    }),
  );
  expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request']);
  expect(answer.body.detail).toContain(part);
});
