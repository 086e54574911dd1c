// The management API: what an operator's script can do, and that nobody else can.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp } from '../../bridge/app.ts';
import { createLogger } from '../../bridge/platform/log.ts';
import { type Answer, createTestBridge, readAnswer, type TestBridge } from '../support/bridge.ts';

const adminToken = 'an-admin-token-of-at-least-32-characters';
let bridge: TestBridge;
let call: (method: string, path: string, body?: unknown, token?: string | null) => Promise<Answer>;

beforeAll(async () => {
  bridge = await createTestBridge();
  const app = createApp({ services: bridge.services, logger: createLogger('silent'), adminToken });
  call = async (method, path, body, token = adminToken) =>
    readAnswer(
      await app.request(`/api/v1${path}`, {
        method,
        headers: {
          ...(token !== null && { Authorization: `Bearer ${token}` }),
          ...(body !== undefined && { 'Content-Type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    );
});
afterAll(() => bridge.close());

test('a token is rotated: both work during the overlap, then the new one alone', async () => {
  await call('POST', '/directories', { slug: 'rotating' });
  const old = (await call('POST', '/directories/rotating/tokens', { name: 'Okta', scopes: ['read'] })).body;
  const rotated = await call('POST', `/directories/rotating/tokens/${old.id}/rotate`, { overlapSeconds: 3_600 });
  expect(rotated.status, JSON.stringify(rotated.body)).toBe(201);
  expect(rotated.body).toMatchObject({ expiresAt: null, previous: { id: old.id, scopes: ['read'] } });
  const statusWith = async (token: string) =>
    (await bridge.send('/scim/v2/rotating/Users', { headers: { Authorization: `Bearer ${token}` } })).status;
  expect([await statusWith(old.token), await statusWith(rotated.body.token)]).toEqual([200, 200]);
  const listed = (await call('GET', '/directories/rotating/tokens')).body;
  expect(listed.map((token: { name: string; scopes: string[] }) => [token.name, token.scopes])).toEqual([
    ['Okta', ['read']],
    ['Okta', ['read']],
  ]);

  const last = await call('POST', `/directories/rotating/tokens/${rotated.body.id}/rotate`, { overlapSeconds: 0 });
  expect(await statusWith(rotated.body.token)).toBe(401);
  expect(await statusWith(last.body.token)).toBe(200);
  for (const id of [rotated.body.id, '0199f0c2-8c1e-7aaa-9d2c-2f6f0c1f7b11']) {
    expect((await call('POST', `/directories/rotating/tokens/${id}/rotate`, {})).body.code).toBe('token_absent');
  }
  await call('POST', '/directories', { slug: 'foreign' });
  const foreign = await call('POST', `/directories/foreign/tokens/${last.body.id}/rotate`, {});
  expect(foreign.body.code).toBe('token_absent');
  expect(
    (await call('POST', `/directories/rotating/tokens/${last.body.id}/rotate`, { overlapSeconds: 1e9 })).status,
  ).toBe(400);
});

test('an issuer of JWTs is trusted, disabled and removed', async () => {
  await call('POST', '/directories', { slug: 'trusting' });
  const issuer = {
    issuer: 'https://login.example.com/tenant/',
    audience: 'api://scim',
    requiredClaims: { appid: ['client'], tid: ['tenant'] },
    scopes: ['read'],
  };
  const made = await call('POST', '/directories/trusting/issuers', issuer);
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  expect(made.body).toEqual({
    ...issuer,
    id: expect.any(String),
    jwksUrl: null,
    enabled: true,
    createdAt: expect.any(String),
    lastUsedAt: null,
  });
  expect((await call('POST', '/directories/trusting/issuers', issuer)).body.code).toBe('conflict');
  expect((await call('GET', '/directories/trusting/issuers')).body).toEqual([made.body]);
  const at = `/directories/trusting/issuers/${made.body.id}`;
  expect((await call('PATCH', at, { enabled: false })).body).toEqual({ ...made.body, enabled: false });
  await call('POST', '/directories', { slug: 'distrusting' });
  const foreign = at.replace('trusting', 'distrusting');
  expect((await call('PATCH', foreign, { enabled: true })).body.code).toBe('issuer_absent');
  expect((await call('DELETE', foreign)).body.code).toBe('issuer_absent');
  expect((await call('DELETE', at)).status).toBe(204);
  expect((await call('DELETE', at)).status).toBe(404);
  for (const bad of [{ requiredClaims: { tid: ['x'] } }, { issuer: 'http://plain.example.com' }, { audience: '' }]) {
    const refused = await call('POST', '/directories/trusting/issuers', { ...issuer, ...bad });
    expect([refused.status, refused.body.code], JSON.stringify(refused.body)).toEqual([400, 'invalid_request']);
  }
});

test('a directory is made, changed, given a token that works, and deleted with everything in it', async () => {
  const made = await call('POST', '/directories', { slug: 'acme', profile: 'entra' });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  expect(made.body).toMatchObject({ slug: 'acme', name: 'acme', profile: 'entra', enabled: true });
  expect((await call('POST', '/directories', { slug: 'acme' })).body.code).toBe('conflict');

  const token = await call('POST', '/directories/acme/tokens', { name: 'Entra', scopes: ['read'] });
  expect(token.status).toBe(201);
  const asProvider = { headers: { Authorization: `Bearer ${token.body.token}` } };
  expect((await bridge.send('/scim/v2/acme/Users', asProvider)).status).toBe(200);
  const listed = await call('GET', '/directories/acme/tokens');
  expect(listed.body).toEqual([expect.objectContaining({ id: token.body.id, name: 'Entra', revokedAt: null })]);
  expect(JSON.stringify(listed.body)).not.toContain(token.body.token);
  expect((await call('DELETE', `/directories/acme/tokens/${token.body.id}`)).status).toBe(204);
  expect((await bridge.send('/scim/v2/acme/Users', asProvider)).status).toBe(401);
  expect((await call('DELETE', `/directories/acme/tokens/${token.body.id}`)).body.code).toBe('token_absent');

  expect((await call('PATCH', '/directories/acme', { enabled: false })).body).toMatchObject({ enabled: false });
  expect((await call('DELETE', '/directories/acme')).status).toBe(204);
  expect((await call('GET', '/directories/acme')).body).toMatchObject({ status: 404, code: 'directory_absent' });
});

test('directories are put into a federation, reordered, toggled and taken out', async () => {
  await call('POST', '/directories', { slug: 'one' });
  await call('POST', '/directories', { slug: 'two' });
  expect((await call('POST', '/federations', { slug: 'people' })).body).toMatchObject({ directories: [] });
  await call('PUT', '/federations/people/directories/one', {});
  await call('PUT', '/federations/people/directories/two', { priority: 20, enabled: false });
  const first = await call('GET', '/federations/people');
  expect(first.body.directories).toEqual([
    { slug: 'one', priority: 10, enabled: true, organization: null, identityLink: null },
    { slug: 'two', priority: 20, enabled: false, organization: null, identityLink: null },
  ]);
  const swapped = await call('PUT', '/federations/people/directories/two', { priority: 10, enabled: true });
  expect(swapped.body.directories.map((directory: { slug: string }) => directory.slug)).toEqual(['two', 'one']);
  expect(swapped.body.revision).not.toBe(first.body.revision);
  expect((await call('DELETE', '/federations/people/directories/one')).status).toBe(204);
  const token = await call('POST', '/federations/people/tokens', { name: 'Keycloak' });
  const asKeycloak = { headers: { Authorization: `Bearer ${token.body.token}` } };
  const seen = await bridge.send('/user-storage/v1/people', asKeycloak);
  expect(seen.body.directories).toEqual([expect.objectContaining({ slug: 'two', enabled: true })]);
});

test('a federation lists its tokens without their secrets, and is deleted with them', async () => {
  await call('POST', '/federations', { slug: 'short-lived' });
  const token = (await call('POST', '/federations/short-lived/tokens', { name: 'Keycloak' })).body;
  const listed = await call('GET', '/federations/short-lived/tokens');
  expect(listed.body).toEqual([
    {
      id: token.id,
      name: 'Keycloak',
      prefix: token.prefix,
      createdAt: expect.any(String),
      expiresAt: null,
      revokedAt: null,
      lastUsedAt: null,
    },
  ]);
  expect(JSON.stringify(listed.body)).not.toContain(token.token);
  expect((await call('DELETE', '/federations/short-lived')).status).toBe(204);
  for (const method of ['GET', 'DELETE']) {
    expect((await call(method, '/federations/short-lived')).body.code).toBe('federation_absent');
  }
  const asKeycloak = { headers: { Authorization: `Bearer ${token.token}` } };
  expect((await bridge.send('/user-storage/v1/short-lived', asKeycloak)).status).toBe(401);
});

test('a directory is bound to an organization and an identity provider, and unbound again', async () => {
  await call('POST', '/directories', { slug: 'bound' });
  const path = '/federations/people/directories/bound';
  const made = await call('PUT', path, {
    organization: 'acme',
    identityLink: { provider: 'oidc', subject: 'USERNAME' },
  });
  expect(made.status, JSON.stringify(made.body)).toBe(200);
  const shown = (answer: Answer) => answer.body.directories.find((one: { slug: string }) => one.slug === 'bound');
  const identityLink = { provider: 'oidc', subject: 'userName', unlinkedUsers: 'allow' };
  expect(shown(made)).toMatchObject({ organization: 'acme', identityLink });
  const changed = await call('PUT', path, { organization: null, identityLink: { unlinkedUsers: 'refuse' } });
  expect(shown(changed)).toMatchObject({
    organization: null,
    identityLink: { ...identityLink, unlinkedUsers: 'refuse' },
  });
  expect(shown(await call('PUT', path, { identityLink: null }))).toMatchObject({ identityLink: null });
  expect((await call('PUT', path, { identityLink: { subject: 'title' } })).body).toMatchObject({
    code: 'invalid_request',
    detail: expect.stringContaining('identityLink.provider'),
  });
  await call('DELETE', path);
});

test('nobody manages without the admin token, and nobody at all when none is configured', async () => {
  for (const token of [null, 'wrong', `${adminToken}x`]) {
    const refused = await call('GET', '/directories', undefined, token);
    expect(refused.status).toBe(401);
    const challenge = `Bearer realm="Realmbridge management"${token ? ', error="invalid_token"' : ''}`;
    expect(refused.headers.get('www-authenticate')).toBe(challenge);
    expect(refused.body.code).toBe('unauthorized');
  }
  const unconfigured = await bridge.send('/api/v1/directories', { headers: { Authorization: `Bearer ${adminToken}` } });
  expect(unconfigured.status).toBe(401);
});

test.each([
  ['a bad slug', 'POST', '/directories', { slug: 'No Good' }, 'slug'],
  ['a name with a NUL character', 'POST', '/directories', { slug: 'x', name: 'a\0b' }, 'name'],
  ['half a surrogate pair', 'POST', '/federations', { slug: 'x', name: 'a\ud800' }, 'name'],
  ['an unknown profile', 'POST', '/directories', { slug: 'x', profile: 'ibm' }, 'profile'],
  ['an unknown member', 'POST', '/directories', { slug: 'x', colour: 'red' }, 'colour'],
  ['a priority that is no number', 'PUT', '/federations/people/directories/two', { priority: 'high' }, 'priority'],
])('%s is refused by its name', async (_what, method, path, body, named) => {
  const refused = await call(method, path, body);
  expect(refused.body).toMatchObject({ status: 400, code: 'invalid_request' });
  expect(refused.body.detail).toContain(named);
});

test('the OpenAPI document describes every management route', async () => {
  const { body } = await bridge.send('/api/openapi.json');
  expect(Object.keys(body.paths)).toContain('/api/v1/directories/{slug}/tokens');
  expect(body.paths['/api/v1/federations/{slug}/directories/{directory}']).toHaveProperty('put');
});
