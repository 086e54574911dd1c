// Resource types that a directory declares for itself: the whole protocol, as for users and groups.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../../bridge/app.ts';
import { createLogger } from '../../bridge/platform/log.ts';
import { type Answer, createTestBridge, readAnswer, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { declare, declareType, device, deviceType } from '../support/declared-schemas.ts';
import { eventsOf, filtered, newGroup, newUser, patchOp, pluck, searchSchema, userSchema } from '../support/scim.ts';

const adminToken = 'an-admin-token-of-at-least-32-characters';
const lease = 'urn:acme:scim:schemas:1.0:Lease';
let bridge: TestBridge;
let scim: ScimClient;
let call: (method: string, path: string, body?: unknown) => Promise<Answer>;

beforeAll(async () => {
  bridge = await createTestBridge();
  const app = createApp({ services: bridge.services, logger: createLogger('silent'), adminToken });
  call = async (method, path, body) =>
    readAnswer(
      await app.request(`/api/v1/directories/${path}`, {
        method,
        headers: {
          Authorization: `Bearer ${adminToken}`,
          ...(body !== undefined && { 'Content-Type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    );
  scim = await withDevices('acme');
});
afterAll(() => bridge.close());

async function withDevices(slug?: string): Promise<ScimClient> {
  const client = await bridge.directory(slug);
  await declareType(bridge, client, deviceType);
  await declare(bridge, client, {
    id: lease,
    name: 'Lease',
    resourceType: 'Device',
    attributes: [
      { name: 'until', type: 'dateTime' },
      { name: 'contract', indexed: true },
    ],
  });
  return client;
}

let count = 0;
async function newDevice(values: Record<string, unknown> = {}, client = scim) {
  const answer = await client.post('/Devices', { schemas: [device], serial: `S-${++count}`, ...values });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body;
}
const serials = async (filter: string, client = scim) =>
  pluck((await client.get(filtered('/Devices', filter))).body, 'serial');

describe('discovery', () => {
  test('shows the type, its schema and its extension in this directory alone', async () => {
    const { body } = await scim.get('/ResourceTypes/Device');
    expect(body).toMatchObject({
      id: 'Device',
      name: 'Device',
      endpoint: '/Devices',
      description: 'What people work with',
      schema: device,
      schemaExtensions: [{ schema: lease, required: false }],
    });
    expect(pluck((await scim.get('/ResourceTypes')).body, 'id')).toEqual(['User', 'Group', 'Device']);
    expect((await scim.get(`/Schemas/${device}`)).body.attributes[0]).toMatchObject({
      name: 'serial',
      uniqueness: 'server',
    });
    const other = await bridge.directory();
    for (const path of ['/Devices', '/Devices/x', '/ResourceTypes/Device', `/Schemas/${device}`]) {
      const answer = await other.get(path);
      expect(answer.body).toMatchObject({ status: '404' });
    }
    expect((await other.post('/Devices', {})).status).toBe(404);
  });
});

describe('a resource', () => {
  test('is created, read, replaced, patched and deleted, each with its event', async () => {
    const client = await withDevices();
    const owner = await newUser(client, 'owner');
    const made = await newDevice(
      { externalId: 'e1', displayName: 'Laptop', price: 9.5, owner: { value: owner.id }, [lease]: { contract: 'C' } },
      client,
    );
    expect(made).toMatchObject({
      schemas: [device, lease],
      externalId: 'e1',
      owner: { value: owner.id },
      meta: { resourceType: 'Device', version: 'W/"1"', location: expect.stringMatching(/\/Devices\/[0-9a-f-]{36}$/) },
    });
    const read = await client.get(`/Devices/${made.id}`);
    expect(read.body).toEqual(made);
    expect(read.headers.get('etag')).toBe('W/"1"');
    expect(read.headers.get('location')).toBe(made.meta.location);
    expect((await client.get(`/Devices/${made.id}`, { 'If-None-Match': 'W/"1"' })).status).toBe(304);

    const body = { schemas: [device], serial: made.serial, displayName: 'Notebook', retired: true };
    const stale = await client.put(`/Devices/${made.id}`, body, { 'If-Match': 'W/"9"' });
    expect(stale.status).toBe(412);
    const replaced = await client.put(`/Devices/${made.id}`, body, { 'If-Match': 'W/"1"' });
    expect(replaced.body).toMatchObject({ ...body, meta: { version: 'W/"2"' } });
    expect(replaced.body).not.toHaveProperty('price');
    expect(replaced.body).not.toHaveProperty([lease]);

    const patch = patchOp(
      { op: 'add', path: 'ports', value: [{ value: 'usb1', type: 'usb', speed: 5 }, { value: 'lan' }] },
      { op: 'replace', path: 'ports[value eq "lan"].speed', value: 10 },
      { op: 'add', path: `${lease}:contract`, value: 'D' },
    );
    const patched = await client.patch(`/Devices/${made.id}`, patch);
    expect(patched.body.ports).toEqual([
      { value: 'usb1', type: 'usb', speed: 5 },
      { value: 'lan', speed: 10 },
    ]);
    expect(patched.body.schemas).toEqual([device, lease]);
    const again = await client.patch(`/Devices/${made.id}`, patchOp({ op: 'replace', path: 'retired', value: true }));
    expect(again.body.meta).toEqual(patched.body.meta);

    expect((await client.delete(`/Devices/${made.id}`)).status).toBe(204);
    expect((await client.get(`/Devices/${made.id}`)).status).toBe(404);
    expect((await client.delete(`/Devices/${made.id}`)).status).toBe(404);
    const events = (await eventsOf(bridge, client)).filter(({ resourceType }) => resourceType === 'Device');
    expect(events.map(({ type, resourceId, resourceVersion }) => [type, resourceId, resourceVersion])).toEqual([
      ['resource.created', made.id, 1],
      ['resource.updated', made.id, 2],
      ['resource.updated', made.id, 3],
      ['resource.deleted', made.id, 3],
    ]);
    expect(events[1]?.data.changes).toMatchObject({ displayName: { before: 'Laptop', after: 'Notebook' } });
  });

  test('keeps to its schema', async () => {
    const post = async (values: object) => (await scim.post('/Devices', { schemas: [device], ...values })).body;
    expect(await post({ displayName: 'x' })).toMatchObject({ status: '400', scimType: 'invalidValue' });
    expect(await post({ serial: 'x', price: 'dear' })).toMatchObject({ status: '400', scimType: 'invalidValue' });
    expect(await post({ serial: 'x', owner: { $ref: 'a' } })).toMatchObject({
      status: '400',
      scimType: 'invalidValue',
    });
    const first = await newDevice({ bought: '2026-01-01T00:00:00Z' });
    expect(await post({ serial: first.serial })).toMatchObject({ status: '409', scimType: 'uniqueness' });
    expect((await newDevice({ serial: first.serial.toLowerCase() })).serial).toBe(first.serial.toLowerCase());
    const at = `/Devices/${first.id}`;
    const removed = await scim.patch(at, patchOp({ op: 'remove', path: 'serial' }));
    expect(removed.body).toMatchObject({ status: '400', scimType: 'mutability' });
    const changed = await scim.patch(at, patchOp({ op: 'replace', path: 'bought', value: '2026-02-01T00:00:00Z' }));
    expect(changed.body).toMatchObject({ status: '400', scimType: 'mutability' });
    const other = await newDevice();
    const taken = await scim.patch(
      `/Devices/${other.id}`,
      patchOp({ op: 'replace', path: 'serial', value: first.serial }),
    );
    expect(taken.body).toMatchObject({ status: '409', scimType: 'uniqueness' });
    const asked = await scim.post('/Devices?attributes=serial', { schemas: [device], serial: 'asked', price: 1 });
    expect(Object.keys(asked.body).sort()).toEqual(['id', 'schemas', 'serial']);
  });

  test('is no user, no group and no other type, whoever asks by its id', async () => {
    const client = await withDevices();
    await declareType(bridge, client, {
      ...deviceType,
      name: 'Room',
      endpoint: '/Rooms',
      schema: { ...deviceType.schema, id: 'urn:acme:scim:schemas:1.0:Room' },
    });
    const { id, serial } = await newDevice({}, client);
    const user = await newUser(client, 'anna');
    for (const path of [`/Users/${id}`, `/Groups/${id}`, `/Rooms/${id}`, `/Devices/${user.id}`, '/Devices/nobody']) {
      expect((await client.get(path)).status, path).toBe(404);
      expect((await client.delete(path)).status, path).toBe(404);
      expect((await client.patch(path, patchOp({ op: 'add', path: 'displayName', value: 'x' }))).status).toBe(404);
    }
    // What is unique is so among the resources of one type.
    const room = await client.post('/Rooms', { schemas: ['urn:acme:scim:schemas:1.0:Room'], serial });
    expect(room.status).toBe(201);
    expect((await client.get('/Rooms')).body.totalResults).toBe(1);
    expect((await scim.get(`/Devices/${id}`)).status).toBe(404);
    expect((await client.put(`/Rooms/${id}`, { serial: 'new' })).status).toBe(404);
  });

  test('is answered like any other for methods and media types that are wrong', async () => {
    const notAllowed = await scim.put('/Devices', {});
    expect([notAllowed.status, notAllowed.headers.get('allow')]).toEqual([405, 'GET, POST']);
    expect((await scim.post('/Devices/x', {})).headers.get('allow')).toBe('GET, PUT, PATCH, DELETE');
    expect((await scim.post('/Devices', 'x', { 'Content-Type': 'text/plain' })).status).toBe(415);
    expect((await scim.get('/devices')).status).not.toBe(200);
  });
});

describe('lists', () => {
  let client: ScimClient;
  beforeAll(async () => {
    client = await withDevices();
    const all = [
      { serial: 'a', displayName: 'Big', price: 10, owner: { value: 'U1' }, bought: '2026-01-01T01:00:00+01:00' },
      { serial: 'b', displayName: 'bigger', price: 9, ports: [{ value: 'p', speed: 1 }], externalId: 'X' },
      {
        serial: 'c',
        price: 9.5,
        ports: [
          { value: 'p', speed: 2 },
          { value: 'q', speed: 1 },
        ],
        retired: true,
      },
    ];
    for (const one of all) await newDevice(one, client);
    await newUser(client, 'anna', { displayName: 'Big' });
    await newGroup(client, 'people');
  });

  test.each([
    ['serial eq "a"', ['a']],
    ['serial eq "A"', []],
    ['displayName eq "BIG"', ['a']],
    ['displayName sw "big"', ['a', 'b']],
    ['displayName co "igg"', ['b']],
    ['price gt 9', ['a', 'c']],
    ['owner.value eq "u1"', ['a']],
    ['owner eq "u1"', ['a']],
    ['bought eq "2026-01-01T00:00:00Z"', ['a']],
    ['ports[value eq "p" and speed eq 1]', ['b']],
    ['ports.value eq "p" and ports.speed eq 1', ['b', 'c']],
    ['externalId eq "X"', ['b']],
    ['retired eq true or price le 9', ['b', 'c']],
    ['not (retired pr)', ['a', 'b']],
    ['meta.resourceType eq "Device"', ['a', 'b', 'c']],
    ['id eq "x"', []],
  ])('filter by %s', async (filter, found) => {
    expect(await serials(filter, client)).toEqual(found);
    const search = await client.post('/Devices/.search', { schemas: [searchSchema], filter });
    expect(search.body.totalResults).toBe(found.length);
  });

  test('refuse attributes that the type has not', async () => {
    const refused = await client.get(filtered('/Devices', 'userName eq "x"'));
    expect(refused.body).toMatchObject({ status: '400', scimType: 'invalidFilter' });
  });

  test('are sorted and paged by index and by cursor', async () => {
    const page = await client.get('/Devices?sortBy=price&startIndex=2&count=1&attributes=serial');
    expect(page.body).toMatchObject({ totalResults: 3, startIndex: 2, itemsPerPage: 1, Resources: [{ serial: 'c' }] });
    expect(page.body.Resources[0]).not.toHaveProperty('price');
    const walked: unknown[] = [];
    let cursor: string | undefined = '';
    while (cursor !== undefined) {
      const { body }: Answer = await client.get(`/Devices?sortBy=price&sortOrder=descending&count=2&cursor=${cursor}`);
      walked.push(...pluck(body, 'serial'));
      cursor = body.nextCursor;
    }
    expect(walked).toEqual(['a', 'c', 'b']);
  });

  test('at the root hold all types together', async () => {
    const all = await client.get('/');
    expect(all.body.Resources.map((one: { meta: { resourceType: string } }) => one.meta.resourceType)).toEqual([
      'Device',
      'Device',
      'Device',
      'User',
      'Group',
    ]);
    const big = await client.get(`/?filter=${encodeURIComponent('displayName eq "big"')}`);
    expect(big.body.totalResults).toBe(2);
    const search = await client.post('/.search', { schemas: [searchSchema], filter: 'serial pr', count: 2 });
    expect(search.body).toMatchObject({ totalResults: 3, itemsPerPage: 2 });
  });
});

test('bulk requests hold resources of all types, with references between them', async () => {
  const client = await withDevices();
  const doomed = await newDevice({}, client);
  const kept = await newDevice({}, client);
  const answer = await client.post('/Bulk', {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
    Operations: [
      {
        method: 'POST',
        path: '/Devices',
        bulkId: 'd',
        data: { schemas: [device], serial: 'bulk', owner: { value: 'bulkId:u' } },
      },
      { method: 'POST', path: '/Users', bulkId: 'u', data: { schemas: [userSchema], userName: 'bulk' } },
      { method: 'POST', path: '/Devices', bulkId: 'e', data: { schemas: [device], serial: 'bulk' } },
      { method: 'PATCH', path: `/Devices/${kept.id}`, data: patchOp({ op: 'add', path: 'price', value: 3 }) },
      { method: 'PUT', path: '/Devices/bulkId:d', data: { serial: 'bulk', owner: { value: 'bulkId:u' }, price: 1 } },
      { method: 'DELETE', path: `/Devices/${doomed.id}` },
    ],
  });
  expect(answer.body.Operations.map(({ status }: { status: string }) => status)).toEqual([
    '201',
    '201',
    '409',
    '200',
    '200',
    '204',
  ]);
  const anna = await client.get(filtered('/Users', 'userName eq "bulk"'));
  const { body } = await client.get(filtered('/Devices', 'serial eq "bulk"'));
  expect(body.Resources).toMatchObject([{ owner: { value: anna.body.Resources[0].id }, price: 1 }]);
  expect(await serials(`owner.value eq "${anna.body.Resources[0].id}"`, client)).toEqual(['bulk']);
});

test('Keycloak’s feed goes on past them and tells nothing of them', async () => {
  const client = await withDevices();
  const { services } = bridge;
  await services.federations.createFederation({ slug: 'people' });
  await services.federations.addDirectory('people', client.directory.slug, {});
  const { token } = await services.federations.createToken('people', {});
  const as = { headers: { Authorization: `Bearer ${token}` } };
  const exported = await bridge.app.request('/user-storage/v1/people/export', as);
  const lines = (await exported.text()).trim().split('\n');
  const { cursor } = JSON.parse(lines[0] ?? '{}');
  expect(cursor).toBeTypeOf('string');
  const { id } = await newDevice({}, client);
  await client.delete(`/Devices/${id}`);
  const user = await newUser(client, 'fed');
  const changes = await bridge.send(`/user-storage/v1/people/changes?after=${encodeURIComponent(cursor)}`, as);
  expect(changes.status).toBe(200);
  expect(JSON.stringify(changes.body)).toContain(user.id);
  expect(JSON.stringify(changes.body)).not.toContain(id);
});

describe('a declaration', () => {
  const named = (over: Record<string, unknown>) => ({ ...deviceType, ...over });
  test.each<[string, Record<string, unknown>, string]>([
    ['with the name of a standard type', { name: 'user' }, 'taken by SCIM'],
    ['with a name of two words', { name: 'My Device' }, 'name'],
    ['with the endpoint of a standard type', { endpoint: '/Users' }, 'taken'],
    ['with an endpoint like a directory’s', { endpoint: '/devices' }, 'capital letter'],
    ['with an endpoint without a slash', { endpoint: 'Devices' }, 'slash'],
    ['with a common attribute', { schema: { ...deviceType.schema, attributes: [{ name: 'externalid' }] } }, 'already'],
    ['with a core URN', { schema: { ...deviceType.schema, id: userSchema } }, 'keep for themselves'],
    [
      'with a bad attribute',
      { schema: { ...deviceType.schema, attributes: [{ name: '1' }] } },
      'schema.attributes.0.name',
    ],
    ['without a schema', { schema: undefined }, 'schema'],
  ])('%s is refused', async (_what, over, said) => {
    const client = await bridge.directory();
    const type = named(over);
    const at = `${client.directory.slug}/resource-types/${encodeURIComponent(type.name)}`;
    const refused = await call('PUT', at, type);
    expect(refused.body).toMatchObject({ status: 400, code: 'invalid_request' });
    expect(refused.body.detail).toContain(said);
    expect((await client.get('/ResourceTypes')).body.totalResults).toBe(2);
  });

  test('is made, read, changed and taken back; resources and extensions keep it in place', async () => {
    const client = await bridge.directory();
    const at = `${client.directory.slug}/resource-types`;
    const made = await call('PUT', `${at}/Device`, deviceType);
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    expect((await call('GET', at)).body).toEqual([made.body]);
    expect((await call('GET', `${at}/device`)).body).toEqual(made.body);
    expect((await call('PUT', `${at}/Device`, made.body)).status).toBe(200);
    expect((await call('GET', `${at}/Room`)).body).toMatchObject({ status: 404, code: 'resource_type_absent' });
    const same = { ...deviceType, name: 'Other', schema: { ...deviceType.schema, id: 'urn:acme:other' } };
    expect((await call('PUT', `${at}/Other`, same)).body.detail).toContain('taken');

    const { id, serial } = await newDevice({ price: 3, displayName: 'x' }, client);
    const { attributes } = deviceType.schema;
    const withSchema = (list: unknown[], over = {}) =>
      named({ schema: { ...deviceType.schema, attributes: list, ...over } });
    const without = await call('PUT', `${at}/Device`, withSchema(attributes.filter(({ name }) => name !== 'price')));
    expect(without.body).toMatchObject({ status: 409, detail: expect.stringContaining('"price"') });
    const demanding = await call('PUT', `${at}/Device`, withSchema([...attributes, { name: 'site', required: true }]));
    expect(demanding.body).toMatchObject({ status: 409, detail: expect.stringContaining('lack') });
    expect((await call('PUT', `${at}/Device`, withSchema(attributes, { id: 'urn:acme:new' }))).body.code).toBe(
      'conflict',
    );
    const indexed = attributes.map((one) => (one.name === 'price' ? { ...one, indexed: true } : one));
    expect((await call('PUT', `${at}/Device`, withSchema(indexed))).status).toBe(200);
    expect(await serials('price eq 3', client)).toEqual([serial]);
    expect(await serials('displayName eq "X"', client)).toEqual([serial]);

    await declare(bridge, client, {
      id: lease,
      name: 'Lease',
      resourceType: 'Device',
      attributes: [{ name: 'until' }],
    });
    await client.patch(`/Devices/${id}`, patchOp({ op: 'add', path: `${lease}:until`, value: 'x' }));
    expect((await call('DELETE', `${at}/Device`)).body).toMatchObject({
      status: 409,
      detail: expect.stringContaining(lease),
    });
    const schema = `${client.directory.slug}/schemas/${lease}`;
    expect((await call('DELETE', schema)).body).toMatchObject({
      status: 409,
      detail: expect.stringContaining('1 resources'),
    });
    expect((await call('DELETE', `${schema}?values=drop`)).body).toEqual({ dropped: 1 });
    const [dropped] = (await eventsOf(bridge, client)).slice(-1);
    expect(dropped).toMatchObject({ type: 'resource.updated', resourceType: 'Device', resourceId: id });
    expect((await call('DELETE', `${at}/Device`)).body).toMatchObject({
      status: 409,
      detail: expect.stringContaining('There are 1'),
    });
    expect((await call('DELETE', `${at}/Device?values=drop`)).body).toEqual({ dropped: 1 });
    const [deleted] = (await eventsOf(bridge, client)).slice(-1);
    expect(deleted).toMatchObject({ type: 'resource.deleted', resourceId: id });
    expect(deleted?.data.changes).toMatchObject({ serial: { before: serial, after: null } });
    expect((await client.get(`/Devices/${id}`)).status).toBe(404);
    expect((await client.get('/')).body.totalResults).toBe(0);
    expect((await call('PUT', `${at}/Device`, deviceType)).status).toBe(201);
    expect((await newDevice({ serial }, client)).serial).toBe(serial);
  });
});
