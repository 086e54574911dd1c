// Declaring schemas by the management API: what is refused, and what a change does to the values that are there.
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createApp } from '../../bridge/app.ts';
import { createLocalSignal } from '../../bridge/events/signal.ts';
import { createLogger } from '../../bridge/platform/log.ts';
import { createPasswordHasher } from '../../bridge/platform/secrets/passwords.ts';
import { createServices } from '../../bridge/services.ts';
import { type Answer, createTestBridge, readAnswer, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { badge, badgeSchema, declare } from '../support/declared-schemas.ts';
import { eventsOf, filtered, newUser, patchOp, pluck, userSchema } from '../support/scim.ts';

const adminToken = 'an-admin-token-of-at-least-32-characters';
let bridge: TestBridge;
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
});
afterAll(() => bridge.close());

const simple = (attributes: unknown[], over: Record<string, unknown> = {}) => ({
  id: badge,
  name: 'Badge',
  resourceType: 'User',
  attributes,
  ...over,
});
const path = (client: ScimClient, urn = badge) => `${client.directory.slug}/schemas/${urn}`;
const put = (client: ScimClient, schema: unknown, query = '') => call('PUT', `${path(client)}${query}`, schema);
const names = async (client: ScimClient, filter: string) =>
  pluck((await client.get(filtered('/Users', filter))).body, 'userName');

test('a schema is declared, listed, read, changed and taken back', async () => {
  const client = await bridge.directory();
  const made = await put(client, badgeSchema);
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  expect(made.body).toMatchObject({ dropped: 0, schema: { id: badge, required: false } });
  expect(made.body.schema.attributes[0]).toMatchObject({
    name: 'number',
    type: 'string',
    indexed: true,
    returned: 'default',
  });
  expect((await call('GET', path(client))).body).toEqual(made.body.schema);
  expect((await call('GET', `${client.directory.slug}/schemas`)).body).toEqual([made.body.schema]);
  // What was read can be written back.
  expect((await put(client, made.body.schema)).status).toBe(200);
  expect((await call('GET', `${path(client, badge.toUpperCase())}`)).status).toBe(200);
  expect((await call('DELETE', path(client))).body).toEqual({ dropped: 0 });
  expect((await call('GET', path(client))).body).toMatchObject({ status: 404, code: 'schema_absent' });
  expect((await call('DELETE', path(client))).body.code).toBe('schema_absent');
  expect((await client.get(`/Schemas/${badge}`)).status).toBe(404);
  expect((await call('GET', 'nowhere/schemas')).body.code).toBe('directory_absent');
  const { body } = await bridge.send('/api/openapi.json');
  expect(body.paths['/api/v1/directories/{slug}/schemas/{urn}']).toHaveProperty('put');
});

describe('a declaration is refused, and told why,', () => {
  const one = (over: Record<string, unknown>) => simple([{ name: 'a', ...over }]);
  const sub = (over: Record<string, unknown>) => one({ type: 'complex', subAttributes: [{ name: 's', ...over }] });
  const named = (id: string) => simple([{ name: 'a' }], { id });
  test.each<[string, unknown, string]>([
    ['without attributes', simple([]), 'attributes'],
    ['with an unknown member', simple([{ name: 'a' }], { colour: 1 }), 'colour'],
    ['for an unknown resource type', simple([{ name: 'a' }], { resourceType: 'Device' }), 'resource type "Device"'],
    ['with something else than a URN', named('badge'), 'must be a URN'],
    ['with a URN of core schemas', named('urn:ietf:params:scim:schemas:core:2.0:Badge'), 'keep for themselves'],
    ['with the enterprise URN', named('urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'), 'keep for'],
    ['with a URN that ends inside of another', named(`${userSchema}:more`), 'keep for themselves'],
    ['with a URN that is too long', named(`urn:acme:${'x'.repeat(200)}`), '200 characters'],
    ['with a name that begins with a digit', one({ name: '1a' }), 'attributes.0.name'],
    ['with a name with a dot', one({ name: 'a.b' }), 'attributes.0.name'],
    ['with the name __proto__', one({ name: '__proto__' }), 'attributes.0.name'],
    ['with the name constructor', one({ name: 'constructor' }), 'attributes.0.name'],
    ['with the name schemas', one({ name: 'Schemas' }), 'schemas'],
    ['with one name twice', simple([{ name: 'a' }, { name: 'A' }]), 'without case'],
    ['with an unknown type', one({ type: 'text' }), 'attributes.0.type'],
    ['with a complex attribute without parts', one({ type: 'complex' }), 'needs sub-attributes'],
    ['with parts of a simple attribute', one({ subAttributes: [{ name: 's' }] }), 'only a complex'],
    ['with complex parts', sub({ type: 'complex' }), 'never complex'],
    ['with parts of parts', sub({ subAttributes: [] }), 'subAttributes'],
    ['with parts of several values', sub({ multiValued: true }), 'one value'],
    ['with parts of one name', one({ type: 'complex', subAttributes: [{ name: 's' }, { name: 'S' }] }), 'without case'],
    ['with what nobody could write', one({ mutability: 'readOnly' }), 'readOnly'],
    ['with what nobody could read', one({ mutability: 'writeOnly' }), 'writeOnly'],
    ['with global uniqueness', one({ uniqueness: 'global' }), 'uniqueness'],
    ['with an index on binary', one({ type: 'binary', indexed: true }), 'neither indexed nor unique'],
    [
      'with an index on a complex attribute',
      one({ type: 'complex', indexed: true, subAttributes: [{ name: 's' }] }),
      'sub-attributes can',
    ],
    ['with an index on what is never returned', one({ indexed: true, returned: 'never' }), 'never returned'],
    ['with canonical numbers', one({ type: 'integer', canonicalValues: ['1'] }), 'canonicalValues'],
    ['with a reference to nothing', one({ type: 'reference' }), 'referenceTypes'],
    ['with reference types of a string', one({ referenceTypes: ['User'] }), 'referenceTypes'],
    ['with too many attributes', simple(Array.from({ length: 101 }, (_, n) => ({ name: `a${n}` }))), 'attributes'],
    [
      'with too many indexes',
      simple(Array.from({ length: 17 }, (_, n) => ({ name: `a${n}`, indexed: true }))),
      'at most 16',
    ],
    ['with a NUL character', simple([{ name: 'a', description: 'a\0b' }]), 'NUL'],
  ])('%s', async (_what, schema, said) => {
    const client = await bridge.directory();
    const { id } = schema as { id: string };
    const refused = await call('PUT', path(client, encodeURIComponent(id)), schema);
    expect(refused.body).toMatchObject({ status: 400, code: 'invalid_request' });
    expect(refused.body.detail).toContain(said);
    expect(refused.body.detail).not.toContain('..');
    expect((await client.get('/Schemas')).body.totalResults).toBe(3);
  });

  test('under another address than its own', async () => {
    const client = await bridge.directory();
    const refused = await call('PUT', path(client, 'urn:acme:other'), badgeSchema);
    expect(refused.body).toMatchObject({ status: 400, detail: expect.stringContaining('id') });
  });

  test('when it can’t be told from another of the directory, or is one too many', async () => {
    const client = await bridge.directory();
    await put(client, badgeSchema);
    const inside = `${badge}:number`;
    const refused = await call('PUT', path(client, inside), { ...badgeSchema, id: inside });
    expect(refused.body).toMatchObject({ status: 400, detail: expect.stringContaining(badge) });
    for (let n = 1; n < 20; n += 1) {
      await declare(bridge, client, { ...badgeSchema, id: `urn:acme:n${n}:x`, attributes: [{ name: 'a' }] });
    }
    const id = 'urn:acme:n20:x';
    const tooMany = await call('PUT', path(client, id), { ...badgeSchema, id });
    expect(tooMany.body).toMatchObject({ status: 409, code: 'conflict', detail: expect.stringContaining('20') });
  });
});

describe('a change', () => {
  test('to an attribute with values is refused, unless they may be dropped', async () => {
    const client = await bridge.directory();
    await put(client, simple([{ name: 'a', indexed: true }, { name: 'b' }]));
    const both = await newUser(client, 'both', { [badge]: { a: 'x', b: 'y' } });
    const onlyA = await newUser(client, 'only-a', { [badge]: { a: 'x' } });
    await newUser(client, 'none');
    for (const schema of [
      simple([{ name: 'b' }]),
      simple([{ name: 'a', type: 'integer' }, { name: 'b' }]),
      simple([{ name: 'a', multiValued: true }, { name: 'b' }]),
      simple([{ name: 'A' }, { name: 'b' }]),
    ]) {
      const refused = await put(client, schema);
      expect(refused.body).toMatchObject({ status: 409, code: 'conflict' });
      expect(refused.body.detail).toContain('2 users have values of "a"');
    }
    const changed = await put(
      client,
      simple([{ name: 'a', type: 'integer', indexed: true }, { name: 'b' }]),
      '?values=drop',
    );
    expect(changed.body).toMatchObject({ dropped: 2 });
    const after = await client.get(`/Users/${both.id}`);
    expect(after.body).toMatchObject({ schemas: [userSchema, badge], [badge]: { b: 'y' } });
    expect(after.body.meta.version).toBe('W/"2"');
    expect((await client.get(`/Users/${onlyA.id}`)).body).not.toHaveProperty([badge]);
    expect((await client.get(`/Users/${onlyA.id}`)).body.schemas).toEqual([userSchema]);
    const events = (await eventsOf(bridge, client)).filter(({ type }) => type === 'user.updated');
    expect(events.map(({ resourceId, resourceVersion, data }) => [resourceId, resourceVersion, data.changes])).toEqual(
      expect.arrayContaining([
        [both.id, 2, { [badge]: { before: { a: 'x', b: 'y' }, after: { b: 'y' } } }],
        [onlyA.id, 2, { [badge]: { before: { a: 'x' }, after: null } }],
      ]),
    );
    await client.patch(`/Users/${both.id}`, patchOp({ op: 'add', path: `${badge}:a`, value: 5 }));
    expect(await names(client, `${badge}:a eq 5`)).toEqual(['both']);
  });

  test('that takes the schema back is refused while there are values, unless they may be dropped', async () => {
    const client = await bridge.directory();
    await put(client, badgeSchema);
    const { id } = await newUser(client, 'holder', { [badge]: { number: '1' } });
    expect((await call('DELETE', path(client))).body).toMatchObject({
      status: 409,
      detail: expect.stringContaining('1 users'),
    });
    expect((await call('DELETE', `${path(client)}?values=drop`)).body).toEqual({ dropped: 1 });
    expect((await client.get(`/Users/${id}`)).body).not.toHaveProperty([badge]);
    await put(client, badgeSchema);
    expect((await client.get(`/Users/${id}`)).body).not.toHaveProperty([badge]);
  });

  test('that adds attributes, words or canonical values leaves the values as they are', async () => {
    const client = await bridge.directory();
    await put(client, simple([{ name: 'a' }]));
    const { id, meta } = await newUser(client, 'holder', { [badge]: { a: 'x' } });
    const changed = await put(client, simple([{ name: 'a', description: 'more' }, { name: 'b' }]));
    expect(changed.body).toMatchObject({ dropped: 0 });
    expect((await client.get(`/Users/${id}`)).body).toMatchObject({ meta, [badge]: { a: 'x' } });
    expect((await client.get(`/Schemas/${badge}`)).body.attributes).toHaveLength(2);
  });

  test('that indexes an attribute finds who had values before', async () => {
    const client = await bridge.directory();
    await put(client, simple([{ name: 'a' }, { name: 'n', type: 'decimal' }]));
    for (const a of ['One', 'two']) await newUser(client, a, { [badge]: { a, n: 1e21 } });
    await put(
      client,
      simple([
        { name: 'a', indexed: true },
        { name: 'n', type: 'decimal', indexed: true },
      ]),
    );
    expect(await names(client, `${badge}:a eq "ONE"`)).toEqual(['One']);
    expect(await names(client, `${badge}:n eq 1e21`)).toEqual(['One', 'two']);
    await put(
      client,
      simple([
        { name: 'a', indexed: true, caseExact: true },
        { name: 'n', type: 'decimal' },
      ]),
    );
    expect(await names(client, `${badge}:a eq "ONE"`)).toEqual([]);
    expect(await names(client, `${badge}:a eq "One"`)).toEqual(['One']);
    expect(await names(client, `${badge}:n eq 1e21`)).toEqual(['One', 'two']);
  });

  test('that makes values unique which are not, or indexes too long ones, is refused', async () => {
    const client = await bridge.directory();
    await put(client, simple([{ name: 'a' }, { name: 'long' }]));
    for (const [n, a] of ['Same', 'same'].entries())
      await newUser(client, `user${n}`, { [badge]: { a, long: 'x'.repeat(600) } });
    const unique = await put(client, simple([{ name: 'a', uniqueness: 'server' }, { name: 'long' }]));
    expect(unique.body).toMatchObject({ status: 409, detail: expect.stringContaining('twice') });
    const indexed = await put(client, simple([{ name: 'a' }, { name: 'long', indexed: true }]));
    expect(indexed.body).toMatchObject({ status: 409, detail: expect.stringContaining('too long') });
    // Nothing of a refused change is left.
    await newUser(client, 'third', { [badge]: { a: 'SAME' } });
    expect(await names(client, `${badge}:a eq "same"`)).toHaveLength(3);
  });

  test('that requires what users lack is refused until they have it', async () => {
    const client = await bridge.directory();
    await put(client, simple([{ name: 'a' }]));
    const { id } = await newUser(client, 'holder', { [badge]: { a: 'x' } });
    const bare = await newUser(client, 'bare');
    const lacking = await put(client, simple([{ name: 'a' }], { required: true }));
    expect(lacking.body).toMatchObject({ status: 409, detail: expect.stringContaining('1 users lack') });
    expect((await put(client, simple([{ name: 'a' }, { name: 'b', required: true }]))).status).toBe(409);
    expect((await put(client, simple([{ name: 'a', required: true }]))).status).toBe(200);
    await client.patch(`/Users/${bare.id}`, patchOp({ op: 'add', path: `${badge}:a`, value: 'y' }));
    expect((await put(client, simple([{ name: 'a' }], { required: true }))).status).toBe(200);
    await client.delete(`/Users/${id}`);
  });

  test('of resource type or spelling needs a new declaration', async () => {
    const client = await bridge.directory();
    await put(client, badgeSchema);
    expect((await put(client, { ...badgeSchema, resourceType: 'Group' })).body.code).toBe('conflict');
    expect((await put(client, { ...badgeSchema, id: badge.toUpperCase() })).body.code).toBe('conflict');
  });
});

describe('another replica', () => {
  test('writes nothing by schemas that have changed meanwhile, and knows the new ones within two seconds', async () => {
    const clock = { now: () => new Date(Date.now() + skew) };
    let skew = 0;
    const replica = createServices({
      store: bridge.database,
      clock,
      passwords: createPasswordHasher({ memoryCost: 1_024, timeCost: 1 }),
      signal: createLocalSignal(),
    });
    const app = createApp({ services: replica, logger: createLogger('silent') });
    const client = await bridge.directory();
    await put(client, simple([{ name: 'a' }]));
    const post = async (method: string, at: string, body: unknown) =>
      readAnswer(
        await app.request(`/scim/v2/${client.directory.slug}${at}`, {
          method,
          headers: { Authorization: `Bearer ${client.token}`, 'Content-Type': 'application/scim+json' },
          body: JSON.stringify(body),
        }),
      );
    const user = (userName: string) => ({ schemas: [userSchema], userName, [badge]: { a: userName } });
    const known = await post('POST', '/Users', user('known'));
    expect(known.status).toBe(201);
    await put(client, simple([{ name: 'a', indexed: true }]));
    const stale = await post('POST', '/Users', user('stale'));
    expect(stale.status).toBe(503);
    expect(stale.headers.get('retry-after')).toBe('5');
    const patch = patchOp({ op: 'replace', path: `${badge}:a`, value: 'z' });
    expect((await post('PATCH', `/Users/${known.body.id}`, patch)).status).toBe(503);
    expect(await names(client, 'userName eq "stale"')).toEqual([]);
    skew = 2_001;
    expect((await post('POST', '/Users', user('fresh'))).status).toBe(201);
    expect(await names(client, `${badge}:a eq "FRESH"`)).toEqual(['fresh']);
    replica.federations.close();
  });

  test('a change waits for writers by the old schemas, and misses none of their values', async () => {
    const client = await bridge.directory();
    await put(client, simple([{ name: 'a' }]));
    const writers = Array.from({ length: 30 }, (_, n) =>
      client.post('/Users', { schemas: [userSchema], userName: `w${n}`, [badge]: { a: 'Same' } }),
    );
    const changed = put(client, simple([{ name: 'a', indexed: true }]));
    const statuses = (await Promise.all(writers)).map(({ status }) => status);
    expect((await changed).status).toBe(200);
    for (const status of statuses) expect([201, 503]).toContain(status);
    const made = statuses.filter((status) => status === 201).length;
    expect(await names(client, `${badge}:a eq "same"`)).toHaveLength(made);
  });
});

test('writers of a directory whose schemas are long in changing hold nobody else up', async () => {
  const client = await bridge.directory();
  const neighbour = await bridge.directory();
  await put(client, simple([{ name: 'a' }]));
  const operator = await bridge.database.pool.connect();
  await operator.query('begin');
  await operator.query('update directories set schema_revision = schema_revision + 1 where id = $1', [
    client.directory.id,
  ]);
  try {
    const writers = Array.from({ length: 12 }, (_, n) =>
      client.post('/Users', { schemas: [userSchema], userName: `w${n}` }),
    );
    expect((await neighbour.get('/Users')).status).toBe(200);
    const refused = await Promise.all(writers);
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([503]));
    expect(refused[0]?.body.detail).toContain('directory is being changed');
    expect(refused[0]?.headers.get('retry-after')).toBe('5');
  } finally {
    await operator.query('rollback');
    operator.release();
  }
  await newUser(client, 'afterwards');
});

test('a user may have a thousand values of each indexed attribute', async () => {
  const client = await bridge.directory();
  const lists = Array.from({ length: 16 }, (_, n) => ({ name: `list${n}`, multiValued: true, indexed: true }));
  await put(client, simple(lists));
  const values = Array.from({ length: 1_000 }, (_, n) => `v${n}`);
  await newUser(client, 'collector', { [badge]: Object.fromEntries(lists.map(({ name }) => [name, values])) });
  expect(await names(client, `${badge}:list15 eq "v999"`)).toEqual(['collector']);
});

test('a cursor sorted by an attribute that has come to be of another type is refused', async () => {
  const client = await bridge.directory();
  await put(client, simple([{ name: 'n' }]));
  for (const n of ['x', 'y']) await newUser(client, n, { [badge]: { n } });
  const sorted = `/Users?sortBy=${encodeURIComponent(`${badge}:n`)}&count=1&cursor`;
  const { body } = await client.get(sorted);
  expect(body.nextCursor).toBeTypeOf('string');
  expect((await put(client, simple([{ name: 'n', type: 'integer' }]), '?values=drop')).status).toBe(200);
  const next = await client.get(`${sorted}=${body.nextCursor}`);
  expect(next.status).toBe(400);
  expect(next.body.scimType).toBe('invalidCursor');
});

test('a directory that declares nothing pays nothing: no statement speaks of schemas', async () => {
  const client = await bridge.directory();
  const query = vi.spyOn(Client.prototype, 'query');
  const statements = async (userName: string) => {
    query.mockClear();
    const { id } = await newUser(client, userName);
    await client.get(`/Users/${id}`);
    await client.patch(`/Users/${id}`, patchOp({ op: 'replace', path: 'title', value: 'x' }));
    await names(client, `userName eq "${userName}"`);
    return query.mock.calls.map(([first]) => String(typeof first === 'object' ? Reflect.get(first, 'text') : first));
  };
  const aboutSchemas = (text: string) => /schema|attribute_keys/.test(text);
  expect((await statements('before')).filter(aboutSchemas)).toEqual([]);
  await put(client, badgeSchema);
  expect((await statements('after')).filter(aboutSchemas)).not.toEqual([]);
  query.mockRestore();
});
