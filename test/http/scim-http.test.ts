// The HTTP around SCIM: discovery, media types, methods, base URLs (RFC 7644 §3.1, §4).
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../../bridge/app.ts';
import { createLocalSignal } from '../../bridge/events/signal.ts';
import { systemClock } from '../../bridge/platform/clock.ts';
import { connectStore } from '../../bridge/platform/db/connect.ts';
import { createLogger } from '../../bridge/platform/log.ts';
import { createPasswordHasher } from '../../bridge/platform/secrets/passwords.ts';
import { createServices } from '../../bridge/services.ts';
import { type Body, createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { freePort } from '../support/postgres-setup.ts';
import { enterprise, errorSchema, groupSchema, listSchema, newUser, patchOp, userSchema } from '../support/scim.ts';

let bridge: TestBridge;
let scim: ScimClient;

beforeAll(async () => {
  bridge = await createTestBridge();
  scim = await bridge.directory('http');
});
afterAll(() => bridge.close());

const base = 'http://localhost/scim/v2/http';

describe('discovery', () => {
  test('ServiceProviderConfig says what is there and what is not', async () => {
    const { status, body } = await scim.get('/ServiceProviderConfig');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
      patch: { supported: true },
      bulk: { supported: true, maxOperations: 1_000, maxPayloadSize: 2_097_152 },
      filter: { supported: true, maxResults: 1_000 },
      changePassword: { supported: true },
      sort: { supported: true },
      etag: { supported: true },
      authenticationSchemes: [{ type: 'oauthbearertoken', primary: true }],
      meta: { resourceType: 'ServiceProviderConfig', location: `${base}/ServiceProviderConfig` },
    });
    expect((await scim.post('/Bulk', {})).status).toBe(400);
  });

  test.each([
    ['ResourceTypes', ['User', 'Group']],
    ['Schemas', [userSchema, enterprise, groupSchema]],
  ])('/%s lists all, and each is found by its id in any case', async (endpoint, ids) => {
    const list = await scim.get(`/${endpoint}`);
    expect(list.status).toBe(200);
    expect(list.body).toMatchObject({ schemas: [listSchema], totalResults: ids.length, itemsPerPage: ids.length });
    expect(list.body.Resources.map((resource: Body) => resource.id).sort()).toEqual([...ids].sort());
    for (const resource of list.body.Resources) {
      expect(resource.meta.location).toBe(`${base}/${endpoint}/${resource.id}`);
      expect((await scim.get(`/${endpoint}/${resource.id}`)).body).toEqual(resource);
      expect((await scim.get(`/${endpoint}/${encodeURIComponent(resource.id.toUpperCase())}`)).body).toEqual(resource);
    }
    const absent = await scim.get(`/${endpoint}/urn:nobody`);
    expect([absent.status, absent.body.schemas]).toEqual([404, [errorSchema]]);
  });

  test('the schemas describe what users really have', async () => {
    const { attributes } = (await scim.get(`/Schemas/${userSchema}`)).body;
    const byName = Object.fromEntries(attributes.map((attribute: Body) => [attribute.name, attribute]));
    expect(byName.userName).toMatchObject({ required: true, caseExact: false, uniqueness: 'server' });
    expect(byName.password).toMatchObject({ mutability: 'writeOnly', returned: 'never' });
    expect(byName.groups).toMatchObject({ mutability: 'readOnly', multiValued: true });
    expect(byName.emails.subAttributes.map((sub: Body) => sub.name)).toEqual(['value', 'display', 'type', 'primary']);
  });

  test.each(['/ServiceProviderConfig', '/ResourceTypes', '/ResourceTypes/User', '/Schemas', `/Schemas/${userSchema}`])(
    '%s is read only and takes no filter',
    async (path) => {
      for (const answer of [
        await scim.post(path, {}),
        await scim.put(path, {}),
        await scim.patch(path, {}),
        await scim.delete(path),
      ]) {
        expect([answer.status, answer.headers.get('allow'), answer.body.status]).toEqual([405, 'GET', '405']);
      }
      expect((await scim.get(`${path}?filter=id eq "x"`)).status).toBe(403);
    },
  );
});

describe('media types', () => {
  const create = (userName: string, headers: Record<string, string>) =>
    scim.post('/Users', { schemas: [userSchema], userName }, headers);

  test.each([
    'application/scim+json',
    'application/json',
    'application/json; charset=utf-8',
    'Application/SCIM+JSON;charset=UTF-8',
    '',
  ])('a body may come as "%s"', async (type) => {
    expect((await create(`in-${type}`, { 'Content-Type': type })).status).toBe(201);
  });

  test.each([
    'text/plain',
    'application/xml',
    'application/x-www-form-urlencoded',
    'application/scim',
    'multipart/form-data; boundary=x',
  ])('a body as "%s" is 415', async (type) => {
    const user = await newUser(scim, `media ${type}`);
    for (const answer of [
      await create('never', { 'Content-Type': type }),
      await scim.put(`/Users/${user.id}`, { schemas: [userSchema], userName: 'never' }, { 'Content-Type': type }),
      await scim.patch(`/Users/${user.id}`, patchOp({ op: 'remove', path: 'title' }), { 'Content-Type': type }),
      await scim.post('/Users/.search', {}, { 'Content-Type': type }),
    ]) {
      expect(answer.status).toBe(415);
      expect(answer.body).toMatchObject({ schemas: [errorSchema], status: '415' });
    }
  });

  test('requests without a body may carry any content type', async () => {
    const { id } = await newUser(scim, 'typed delete');
    expect((await scim.get(`/Users/${id}`, { 'Content-Type': 'text/plain' })).status).toBe(200);
    expect((await scim.delete(`/Users/${id}`, { 'Content-Type': 'application/x-www-form-urlencoded' })).status).toBe(
      204,
    );
  });

  test.each([
    [undefined, 'application/scim+json'],
    ['*/*', 'application/scim+json'],
    ['application/scim+json', 'application/scim+json'],
    ['application/scim+json, application/json', 'application/scim+json'],
    ['application/json', 'application/json'],
    ['application/json, text/plain, */*', 'application/json'],
    ['APPLICATION/JSON', 'application/json'],
    ['text/html', 'application/scim+json'],
  ])('Accept: %s is answered as %s', async (accept, expected) => {
    const headers: Record<string, string> = accept === undefined ? {} : { Accept: accept };
    for (const path of ['/Users', '/ServiceProviderConfig', '/Users/absent', '/nowhere']) {
      const answer = await scim.get(path, headers);
      expect(answer.headers.get('content-type')?.split(';')[0], path).toBe(expected);
    }
  });
});

describe('methods and paths', () => {
  test('what an endpoint does not do is 405 with Allow', async () => {
    const { id } = await newUser(scim, 'methods');
    for (const [answer, allow] of [
      [await scim.put('/Users', {}), 'GET, POST'],
      [await scim.patch('/Groups', {}), 'GET, POST'],
      [await scim.delete('/Users'), 'GET, POST'],
      [await scim.post(`/Users/${id}`, {}), 'GET, PUT, PATCH, DELETE'],
    ] as const) {
      expect([answer.status, answer.headers.get('allow'), answer.body.status]).toEqual([405, allow, '405']);
    }
    expect((await scim.get(`/Users/${id}`)).status).toBe(200);
  });

  test('/Me is 501, said plainly', async () => {
    for (const answer of [await scim.post('/Me', {}), await scim.get('/Me')]) {
      expect([answer.status, answer.body.schemas, answer.body.status]).toEqual([501, [errorSchema], '501']);
    }
  });

  test.each(['/users', '/Nothing', '/Users/a/b', '/Users/%', '/%00', '/Users/..%2fGroups', '/v2/Users'])(
    '%s is 404 with a SCIM error',
    async (path) => {
      const answer = await scim.get(path);
      expect([answer.status, answer.body.schemas, answer.body.status]).toEqual([404, [errorSchema], '404']);
    },
  );

  test('a slash at the end of a collection changes nothing', async () => {
    expect((await scim.get('/Users/?count=1')).body).toMatchObject({ schemas: [listSchema], itemsPerPage: 1 });
    expect((await scim.post('/Users/', { schemas: [userSchema], userName: 'slash' })).status).toBe(201);
    expect((await scim.get('/Groups/')).status).toBe(200);
  });

  test('HEAD is GET without a body', async () => {
    const { id } = await newUser(scim, 'headed');
    const headers = { Authorization: `Bearer ${scim.token}` };
    const answer = await bridge.send(`/scim/v2/http/Users/${id}`, { method: 'HEAD', headers });
    expect([answer.status, answer.body, answer.headers.get('etag')]).toEqual([200, undefined, 'W/"1"']);
  });
});

test('addresses follow the public URL, or a trusted proxy', async () => {
  const { id } = await newUser(scim, 'located');
  const authorization = { Authorization: `Bearer ${scim.token}` };
  const forwarded = { ...authorization, 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'scim.acme.test' };
  const logger = createLogger('silent');
  const fixed = createApp({ services: bridge.services, logger, publicUrl: 'https://public.acme.test' });
  const trusting = createApp({ services: bridge.services, logger, trustProxy: true });
  for (const [app, expected] of [
    [fixed, 'https://public.acme.test'],
    [trusting, 'https://scim.acme.test'],
    [bridge.app, 'http://localhost'],
  ] as const) {
    const response = await app.request(`/scim/v2/http/Users/${id}`, { headers: forwarded });
    const location = `${expected}/scim/v2/http/Users/${id}`;
    expect(response.headers.get('location')).toBe(location);
    expect(await response.json()).toMatchObject({ meta: { location } });
  }
});

test('an outage of the database is 503 with Retry-After, and says nothing of its cause', async () => {
  const url = new URL(bridge.database.url);
  url.port = String(await freePort());
  const store = connectStore({ url: url.href });
  const services = createServices({
    store,
    clock: systemClock,
    passwords: createPasswordHasher(),
    signal: createLocalSignal(),
  });
  const app = createApp({ services, logger: createLogger('silent') });
  const response = await app.request('/scim/v2/http/Users', { headers: { Authorization: `Bearer ${scim.token}` } });
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
  expect(await response.json()).toEqual({
    schemas: [errorSchema],
    status: '503',
    detail: 'The bridge can not reach its database now.',
  });
  services.federations.close();
  await store.close();
});
