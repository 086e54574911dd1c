// The typed client of the management API: as the OpenAPI document is now, and against the real app.
import openapiTS, { astToString } from 'openapi-typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../../bridge/app.ts';
import { createManagementClient, type ManagementClient, type Shapes } from '../../bridge/client/management-client.ts';
import { createLogger } from '../../bridge/platform/log.ts';
import { createTestBridge, type TestBridge } from '../support/bridge.ts';

const adminToken = 'an-admin-token-of-at-least-32-characters';
const head =
  '// The types of the REST surfaces. Generated from the OpenAPI document by `npm run sync:client`; not to be edited.\n';
let bridge: TestBridge;
let app: TestBridge['app'];
let client: ManagementClient;

beforeAll(async () => {
  bridge = await createTestBridge();
  app = createApp({ services: bridge.services, logger: createLogger('silent'), adminToken });
  client = createManagementClient({
    url: 'http://localhost/',
    token: adminToken,
    fetch: async (request) => app.request(request),
  });
});
afterAll(async () => {
  bridge.services.eventLog.close();
  await bridge.close();
});

test('its types are current; if they are not: npm run sync:client', async () => {
  const document = await (await app.request('/api/openapi.json')).text();
  // What has a default may be left out.
  const types = astToString(await openapiTS(Buffer.from(document), { defaultNonNullable: false }));
  await expect(`${head}${types}`).toMatchFileSnapshot('../../bridge/client/api.d.ts');
});

describe('the client', () => {
  test('makes, reads, changes and deletes, with the shapes that the document says', async () => {
    const made = await client.POST('/api/v1/directories', { body: { slug: 'acme', profile: 'entra' } });
    expect(made.error).toBeUndefined();
    const directory: Shapes['Directory'] | undefined = made.data;
    expect(directory).toMatchObject({ slug: 'acme', profile: 'entra', enabled: true });
    const at = { params: { path: { slug: 'acme' } } };
    const token = await client.POST('/api/v1/directories/{slug}/tokens', { ...at, body: { scopes: ['read'] } });
    const asProvider = { headers: { Authorization: `Bearer ${token.data?.token}` } };
    expect((await app.request('/scim/v2/acme/Users', asProvider)).status).toBe(200);
    await client.PATCH('/api/v1/directories/{slug}', { ...at, body: { enabled: false } });
    expect((await client.GET('/api/v1/directories/{slug}', at)).data?.enabled).toBe(false);
    expect((await client.GET('/api/v1/directories')).data?.map(({ slug }) => slug)).toEqual(['acme']);
    expect((await client.DELETE('/api/v1/directories/{slug}', at)).response.status).toBe(204);
  });

  test('writes what is in a path as the path needs it', async () => {
    await client.POST('/api/v1/directories', { body: { slug: 'declaring' } });
    const urn = 'urn:acme:scim:schemas:1.0:Badge';
    const params = { path: { slug: 'declaring', urn } };
    const put = await client.PUT('/api/v1/directories/{slug}/schemas/{urn}', {
      params,
      body: { id: urn, name: 'Badge', resourceType: 'User', attributes: [{ name: 'level', type: 'integer' }] },
    });
    expect(put.error, JSON.stringify(put.error)).toBeUndefined();
    expect((await client.GET('/api/v1/directories/{slug}/schemas/{urn}', { params })).data?.id).toBe(urn);
  });

  test('reads the event log and the audit log from cursor to cursor', async () => {
    await client.POST('/api/v1/directories', { body: { slug: 'logged' } });
    const query = { directory: 'logged', type: 'directory.*' };
    const first = await client.GET('/api/v1/events', { params: { query } });
    expect(first.data?.events.map(({ type, actor }) => [type, actor])).toEqual([
      ['directory.created', 'token:ADMIN_TOKEN'],
    ]);
    const after = first.data?.cursor ?? '';
    const next = await client.GET('/api/v1/events', { params: { query: { ...query, after } } });
    expect(next.data?.events).toEqual([]);
    const audit = await client.GET('/api/v1/audit', { params: { query: { directory: 'logged', last: '1' } } });
    expect(audit.data?.entries[0]?.resource.name).toBe('logged');
  });

  test('tells a refusal as the problem that the bridge answered', async () => {
    const absent = await client.GET('/api/v1/federations/{slug}', { params: { path: { slug: 'nowhere' } } });
    expect(absent.data).toBeUndefined();
    const problem: Shapes['Problem'] | undefined = absent.error;
    expect(problem).toMatchObject({ status: 404, code: 'federation_absent' });
    const stranger = createManagementClient({
      url: 'http://localhost',
      token: 'wrong',
      fetch: async (request) => app.request(request),
    });
    expect((await stranger.GET('/api/v1/directories')).error?.code).toBe('unauthorized');
  });

  test('lets no mistake through the compiler', async () => {
    // @ts-expect-error there is no such profile
    const profile = await client.POST('/api/v1/directories', { body: { slug: 'x', profile: 'nobody' } });
    // @ts-expect-error a slug is needed
    const body = await client.POST('/api/v1/directories', { body: {} });
    for (const { error } of [profile, body]) expect(error?.code).toBe('invalid_request');
    // @ts-expect-error the user-storage API is for Keycloak's provider
    const other = await client.GET('/user-storage/v1/{federation}', { params: { path: { federation: 'x' } } });
    expect(other.response.status).toBe(401);
  });

  test('gives up on a bridge that doesn’t answer', async () => {
    const never = createManagementClient({
      url: 'http://localhost',
      token: adminToken,
      timeoutMs: 50,
      fetch: (request) =>
        new Promise((_, reject) => request.signal.addEventListener('abort', () => reject(request.signal.reason))),
    });
    await expect(never.GET('/api/v1/directories')).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});
