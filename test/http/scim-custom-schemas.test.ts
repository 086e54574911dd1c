// What a directory that declares a schema of its own does with it over SCIM.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { badge, badgeSchema, declare } from '../support/declared-schemas.ts';
import {
  enterprise,
  eventsOf,
  filtered,
  groupSchema,
  listSchema,
  newUser,
  patchOp,
  pluck,
  userSchema,
} from '../support/scim.ts';

let bridge: TestBridge;
let scim: ScimClient;

beforeAll(async () => {
  bridge = await createTestBridge();
  scim = await bridge.directory('acme');
  await declare(bridge, scim, badgeSchema);
});
afterAll(() => bridge.close());

let count = 0;
const user = (values: Record<string, unknown> | undefined, client = scim, more = {}) =>
  newUser(client, `user${++count}`, { ...(values && { [badge]: values }), ...more });
const names = async (filter: string, client = scim) =>
  pluck((await client.get(filtered('/Users', filter))).body, 'userName');

describe('discovery', () => {
  test('shows the schema where it was declared, and nowhere else', async () => {
    const types = await scim.get('/ResourceTypes/User');
    expect(types.body.schemaExtensions).toEqual([
      { schema: enterprise, required: false },
      { schema: badge, required: false },
    ]);
    const schema = await scim.get(`/Schemas/${badge}`);
    expect(schema.body).toMatchObject({ id: badge, name: 'Badge', description: 'What opens doors' });
    expect(schema.body.attributes[0]).toEqual({
      name: 'number',
      type: 'string',
      multiValued: false,
      description: '',
      required: false,
      caseExact: false,
      mutability: 'readWrite',
      returned: 'default',
      uniqueness: 'none',
    });
    expect(schema.body.attributes.map((attribute: { type: string }) => attribute.type)).toContain('binary');
    expect(pluck((await scim.get('/Schemas')).body, 'id')).toContain(badge);
    const other = await bridge.directory();
    expect((await other.get(`/Schemas/${badge}`)).status).toBe(404);
    expect((await other.get('/ResourceTypes/User')).body.schemaExtensions).toHaveLength(1);
  });
});

describe('a user', () => {
  const values = {
    number: 'A-17',
    code: 'aB',
    colour: 'Red',
    level: 3,
    weight: 1.5,
    valid: false,
    issued: '2026-01-31T12:00:00+01:00',
    photo: 'https://acme.test/1.png',
    chip: 'AQID',
    rooms: ['1a', '2b'],
    floors: [1, 2],
    owner: { name: 'Facilities', cost: 12 },
    keys: [{ value: 'k1', type: 'door', primary: true, count: 2 }, { value: 'k2' }],
  };

  test('keeps values of every type, and says so in schemas', async () => {
    const made = await user(values);
    expect(made[badge]).toEqual(values);
    expect(made.schemas).toEqual([userSchema, badge]);
    expect((await scim.get(`/Users/${made.id}`)).body).toEqual(made);
    const [event] = (await eventsOf(bridge, scim)).slice(-1);
    expect(event?.data.changes?.[badge]).toEqual({ before: null, after: values });
  });

  test('has the names of its attributes in any case, and gets them in the schema’s', async () => {
    const made = await newUser(scim, 'cases', { [badge.toUpperCase()]: { NUMBER: 'x', colour: 'gREEN' } });
    expect(made[badge]).toEqual({ number: 'x', colour: 'Green' });
  });

  test.each([
    ['level', '3', 'whole number'],
    ['level', 1.5, 'whole number'],
    ['weight', 'heavy', 'a number'],
    ['valid', 'maybe', 'true or false'],
    ['issued', 'yesterday', 'date and time'],
    ['issued', '0000-01-01T00:00:00Z', 'date and time'],
    ['rooms', { a: 1 }, 'rooms'],
    ['colour', 'Blue', 'one of'],
    ['owner', 'me', 'an object'],
    ['number', 'x'.repeat(513), '512 characters'],
  ])('is refused with %s %j', async (name, value, said) => {
    const answer = await scim.post('/Users', { schemas: [userSchema], userName: 'bad', [badge]: { [name]: value } });
    expect(answer.body).toMatchObject({ status: '400', scimType: 'invalidValue' });
    expect(answer.body.detail).toContain(said);
  });

  test('loses by PUT what the body leaves out', async () => {
    const made = await user(values);
    const body = { schemas: [userSchema, badge], userName: made.userName, [badge]: { level: 9 } };
    const replaced = await scim.put(`/Users/${made.id}`, body);
    expect(replaced.body[badge]).toEqual({ level: 9 });
    expect(await names(`${badge}:number eq "A-17" and id eq "${made.id}"`)).toEqual([]);
    expect(await names(`${badge}:level eq 9`)).toEqual([made.userName]);
    const gone = await scim.put(`/Users/${made.id}`, { schemas: [userSchema], userName: made.userName });
    expect(gone.body).not.toHaveProperty([badge]);
    expect(gone.body.schemas).toEqual([userSchema]);
  });

  test('shows what is asked for by URN', async () => {
    const { id } = await user(values);
    const shown = async (query: string) => (await scim.get(`/Users/${id}?${query}`)).body;
    expect(await shown(`attributes=${badge}:number`)).toEqual({
      schemas: [userSchema, badge],
      id,
      [badge]: { number: 'A-17' },
    });
    expect((await shown(`attributes=${badge}:keys.count`))[badge]).toEqual({ keys: [{ count: 2 }] });
    expect((await shown(`attributes=${badge}`))[badge]).toEqual(values);
    expect(Object.keys((await shown(`excludedAttributes=${badge}:keys,${badge}:rooms`))[badge])).not.toContain('keys');
    expect(await shown(`excludedAttributes=${badge}`)).not.toHaveProperty([badge]);
  });

  test('without a value of the schema looks as ever', async () => {
    const made = await user(undefined);
    expect(made.schemas).toEqual([userSchema]);
  });
});

describe('PATCH', () => {
  test.each<[string, unknown, Record<string, unknown>]>([
    ['by a path', [{ op: 'add', path: `${badge}:level`, value: 4 }], { number: 'n', level: 4 }],
    ['without a path', [{ op: 'replace', value: { [badge]: { level: 4 } } }], { number: 'n', level: 4 }],
    ['with the URN in the key', [{ op: 'add', value: { [`${badge}:number`]: 'm' } }], { number: 'm' }],
    ['with the URN as path', [{ op: 'add', path: badge, value: { rooms: ['1'] } }], { number: 'n', rooms: ['1'] }],
    [
      'of a sub-attribute',
      [{ op: 'add', path: `${badge}:owner.name`, value: 'o' }],
      { number: 'n', owner: { name: 'o' } },
    ],
    [
      'of one element',
      [
        { op: 'add', path: `${badge}:keys`, value: [{ value: 'a' }, { value: 'b' }] },
        { op: 'replace', path: `${badge}:keys[value eq "b"].count`, value: 7 },
        { op: 'remove', path: `${badge}:keys[value eq "a"]` },
      ],
      { number: 'n', keys: [{ value: 'b', count: 7 }] },
    ],
    [
      'of simple values',
      [
        { op: 'add', path: `${badge}:floors`, value: [1, 2, 2] },
        { op: 'add', path: `${badge}:floors`, value: [3] },
        { op: 'remove', path: `${badge}:floors[value eq 1]` },
      ],
      { number: 'n', floors: [2, 3] },
    ],
  ])('works %s', async (_how, operations, after) => {
    const { id } = await user({ number: 'n' });
    const answer = await scim.patch(`/Users/${id}`, patchOp(...(operations as unknown[])));
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    expect(answer.body[badge]).toEqual(after);
  });

  test('takes the whole extension away by its URN, and its keys with it', async () => {
    const made = await user({ number: 'soon-gone', level: 1 });
    const answer = await scim.patch(`/Users/${made.id}`, patchOp({ op: 'remove', path: badge }));
    expect(answer.body).not.toHaveProperty([badge]);
    expect(answer.body.schemas).toEqual([userSchema]);
    expect(await names(`${badge}:number eq "soon-gone"`)).toEqual([]);
  });

  test('that changes nothing leaves the version as it is', async () => {
    const made = await user({ number: 'same' });
    const answer = await scim.patch(
      `/Users/${made.id}`,
      patchOp({ op: 'add', path: `${badge}:number`, value: 'same' }),
    );
    expect(answer.body.meta).toEqual(made.meta);
  });
});

describe('filters, sorting and lists', () => {
  let client: ScimClient;
  beforeAll(async () => {
    client = await bridge.directory();
    await declare(bridge, client, badgeSchema);
    const all = [
      { number: 'Ab1', code: 'Ab1', level: 10, weight: 0.30000000000000004, issued: '2026-01-01T00:00:00Z' },
      { number: 'aB2', code: 'aB2', level: 9, weight: 0.3, issued: '2026-01-01T00:30:00+01:00' },
      { number: 'b', level: -1, valid: true, issued: '2025-12-31T23:45:00', rooms: ['X1', 'x2'] },
      {
        keys: [
          { value: 'k', type: 'door', count: 1 },
          { value: 'l', type: 'gate', count: 2 },
        ],
      },
    ];
    for (const [index, values] of all.entries()) await newUser(client, `u${index}`, { [badge]: values });
  });

  test.each([
    ['number eq "AB1"', ['u0']],
    ['code eq "AB1"', []],
    ['code eq "Ab1"', ['u0']],
    ['number sw "ab"', ['u0', 'u1']],
    ['number co "b"', ['u0', 'u1', 'u2']],
    ['number pr', ['u0', 'u1', 'u2']],
    ['level eq 10', ['u0']],
    ['level gt 9', ['u0']],
    ['level lt 0', ['u2']],
    ['weight eq 0.3', ['u1']],
    ['weight gt 0.3', ['u0']],
    ['valid eq true', ['u2']],
    ['issued eq "2025-12-31T23:30:00Z"', ['u1']],
    ['issued lt "2025-12-31T23:50:00Z"', ['u1', 'u2']],
    ['rooms eq "x1"', ['u2']],
    ['rooms[value sw "X"]', ['u2']],
    ['keys.value eq "K"', ['u3']],
    ['keys[value eq "k" and count eq 1]', ['u3']],
    ['keys[value eq "k" and count eq 2]', []],
    ['keys eq "l"', ['u3']],
  ])('%s', async (filter, found) => {
    expect(await names(`${badge}:${filter}`, client)).toEqual(found);
    expect(await names(`not (${badge}:${filter})`, client)).toEqual(
      ['u0', 'u1', 'u2', 'u3'].filter((name) => !found.includes(name)),
    );
  });

  test('sort numbers as numbers and times as instants, also by cursor', async () => {
    const sorted = async (by: string, more = '') =>
      pluck((await client.get(`/Users?sortBy=${badge}:${by}${more}`)).body, 'userName');
    expect(await sorted('level')).toEqual(['u2', 'u1', 'u0', 'u3']);
    expect(await sorted('level', '&sortOrder=descending')).toEqual(['u0', 'u1', 'u2', 'u3']);
    expect(await sorted('issued')).toEqual(['u1', 'u2', 'u0', 'u3']);
    expect(await sorted('valid')).toEqual(['u2', 'u0', 'u1', 'u3']);
    for (const by of ['level', 'issued', 'number']) {
      const walked: unknown[] = [];
      let cursor: string | undefined = '';
      while (cursor !== undefined) {
        const page = await client.get(`/Users?count=1&sortBy=${badge}:${by}&cursor=${encodeURIComponent(cursor)}`);
        expect(page.status, JSON.stringify(page.body)).toBe(200);
        walked.push(...pluck(page.body, 'userName'));
        cursor = page.body.nextCursor;
      }
      expect(walked, by).toEqual(await sorted(by));
    }
  });

  test('name the attribute where the directory has it, and are refused where it has not', async () => {
    const other = await bridge.directory();
    const refused = await other.get(filtered('/Users', `${badge}:number eq "x"`));
    expect(refused.body).toMatchObject({ status: '400', scimType: 'invalidFilter' });
    const everywhere = await client.get(`/?filter=${encodeURIComponent(`${badge}:number eq "ab1"`)}`);
    expect(everywhere.body).toMatchObject({ schemas: [listSchema], totalResults: 1 });
  });

  test('find what came by bulk', async () => {
    const operations = ['one', 'two'].map((userName) => ({
      method: 'POST',
      path: '/Users',
      bulkId: userName,
      data: { schemas: [userSchema, badge], userName, [badge]: { number: `bulk-${userName}`, level: 77 } },
    }));
    const answer = await client.post('/Bulk', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: operations,
    });
    expect(answer.body.Operations.map(({ status }: { status: string }) => status)).toEqual(['201', '201']);
    expect(await names(`${badge}:number eq "BULK-two"`, client)).toEqual(['two']);
    expect(await names(`${badge}:level eq 77`, client)).toEqual(['one', 'two']);
  });
});

describe('characteristics', () => {
  const urn = 'urn:ietf:params:scim:schemas:extension:Acme:2.0:User';
  const declared = (over: Record<string, unknown>, profile: 'auto' | 'rfc' = 'auto') =>
    bridge.directory(undefined, profile).then(async (client) => {
      await declare(bridge, client, { id: urn, name: 'Acme', resourceType: 'User', ...over });
      return client;
    });
  const post = (client: ScimClient, userName: string, values?: Record<string, unknown>) =>
    client.post('/Users', { schemas: [userSchema], userName, ...(values && { [urn]: values }) });

  test('unique values are kept apart, without case where the attribute has none', async () => {
    const client = await declared({ attributes: [{ name: 'staffId', uniqueness: 'server' }] });
    const first = await post(client, 'a', { staffId: 'S1' });
    const second = await post(client, 'b', { staffId: 's1' });
    expect(second.body).toMatchObject({ status: '409', scimType: 'uniqueness' });
    expect(second.body.detail).toContain('staffId');
    expect((await post(client, 'b', { staffId: 's2' })).status).toBe(201);
    const taken = await client.patch(
      `/Users/${first.body.id}`,
      patchOp({ op: 'replace', path: `${urn}:staffId`, value: 'S2' }),
    );
    expect(taken.body).toMatchObject({ status: '409', scimType: 'uniqueness' });
    expect((await client.get(`/Users/${first.body.id}`)).body[urn]).toEqual({ staffId: 'S1' });
    await client.delete(`/Users/${first.body.id}`);
    expect((await post(client, 'c', { staffId: 'S1' })).status).toBe(201);
    const operations = ['S1', 'S3'].map((staffId) => ({
      method: 'POST',
      path: '/Users',
      bulkId: staffId,
      data: { schemas: [userSchema], userName: staffId, [urn]: { staffId } },
    }));
    const bulk = await client.post('/Bulk', { Operations: operations });
    expect(bulk.body.Operations).toMatchObject([
      { status: '409', response: { scimType: 'uniqueness' } },
      { status: '201' },
    ]);
  });

  test('a required attribute is required of whoever has the extension', async () => {
    const client = await declared({ attributes: [{ name: 'site', required: true }, { name: 'desk' }] });
    expect((await post(client, 'without')).status).toBe(201);
    const refused = await post(client, 'half', { desk: '1' });
    expect(refused.body).toMatchObject({ status: '400', scimType: 'invalidValue' });
    expect(refused.body.detail).toContain('site');
    const whole = await post(client, 'whole', { site: 'Bonn', desk: '1' });
    const removed = await client.patch(`/Users/${whole.body.id}`, patchOp({ op: 'remove', path: `${urn}:site` }));
    expect(removed.body).toMatchObject({ status: '400', scimType: 'mutability' });
    expect((await client.patch(`/Users/${whole.body.id}`, patchOp({ op: 'remove', path: urn }))).status).toBe(200);
  });

  test('a required extension is required of everybody', async () => {
    const client = await declared({ required: true, attributes: [{ name: 'site' }] });
    expect((await client.get('/ResourceTypes/User')).body.schemaExtensions).toContainEqual({
      schema: urn,
      required: true,
    });
    expect((await post(client, 'without')).body).toMatchObject({ status: '400', scimType: 'invalidValue' });
    const { body } = await post(client, 'with', { site: 'Bonn' });
    const removed = await client.patch(`/Users/${body.id}`, patchOp({ op: 'remove', path: urn }));
    expect(removed.status).toBe(400);
  });

  test('an immutable value stays as it was first set', async () => {
    const client = await declared({ attributes: [{ name: 'born', mutability: 'immutable' }, { name: 'desk' }] });
    const { body } = await post(client, 'a', { desk: '1' });
    const set = (value: string) =>
      client.patch(`/Users/${body.id}`, patchOp({ op: 'add', path: `${urn}:born`, value }));
    expect((await set('Bonn')).status).toBe(200);
    expect((await set('Bonn')).status).toBe(200);
    expect((await set('Ulm')).body).toMatchObject({ status: '400', scimType: 'mutability' });
    const put = (born: string) =>
      client.put(`/Users/${body.id}`, { schemas: [userSchema], userName: 'a', [urn]: { born } });
    expect((await put('Ulm')).body).toMatchObject({ status: '400', scimType: 'mutability' });
    expect((await put('Bonn')).body[urn]).toEqual({ born: 'Bonn' });
  });

  test('what is returned follows the schema', async () => {
    const client = await declared({
      attributes: [
        { name: 'always', returned: 'always' },
        { name: 'request', returned: 'request' },
        { name: 'never', returned: 'never' },
        { name: 'default' },
      ],
    });
    const all = { always: '1', request: '2', never: '3', default: '4' };
    const { body } = await post(client, 'a', all);
    expect(body[urn]).toEqual({ always: '1', default: '4' });
    const shown = async (query: string) => (await client.get(`/Users/${body.id}?${query}`)).body[urn];
    expect(await shown(`attributes=${urn}:request`)).toEqual({ always: '1', request: '2' });
    expect(await shown(`attributes=${urn}:never,userName`)).toEqual({ always: '1' });
    const oracle = await client.get(filtered('/Users', `${urn}:never eq "3"`));
    expect(oracle.body).toMatchObject({ status: '400', scimType: 'invalidFilter' });
  });

  test('the strict profile knows the schema’s URN and no other', async () => {
    const client = await declared({ attributes: [{ name: 'site' }] }, 'rfc');
    const body = (schemas: string[], values: object) => ({ schemas, userName: 'x', [urn]: values });
    const unknown = await client.post('/Users', body([userSchema, urn], { sight: 'x' }));
    expect(unknown.body).toMatchObject({ status: '400', scimType: 'invalidSyntax' });
    expect((await client.post('/Users', body([userSchema, urn], { site: 'x' }))).status).toBe(201);
  });
});

describe('a group', () => {
  const urn = 'urn:acme:scim:schemas:1.0:Team';
  test('has extensions of its own, indexed and unique like those of users', async () => {
    const client = await bridge.directory();
    await declare(bridge, client, {
      id: urn,
      name: 'Team',
      resourceType: 'Group',
      attributes: [
        { name: 'costCentre', indexed: true },
        { name: 'mail', uniqueness: 'server' },
      ],
    });
    const post = (displayName: string, values: object) =>
      client.post('/Groups', { schemas: [groupSchema], displayName, [urn]: values });
    const { body } = await post('A', { costCentre: 'C1', mail: 'a@acme.test' });
    expect(body).toMatchObject({ schemas: [groupSchema, urn], [urn]: { costCentre: 'C1' } });
    expect((await post('B', { mail: 'A@acme.test' })).body).toMatchObject({ status: '409', scimType: 'uniqueness' });
    expect((await post('B', { costCentre: 'c1' })).status).toBe(201);
    const found = await client.get(filtered('/Groups', `${urn}:costCentre eq "C1"`));
    expect(pluck(found.body, 'displayName')).toEqual(['A', 'B']);
    await client.patch(`/Groups/${body.id}`, patchOp({ op: 'replace', path: `${urn}:costCentre`, value: 'C2' }));
    const after = await client.get(filtered('/Groups', `${urn}:costCentre eq "C2"`));
    expect(pluck(after.body, 'displayName')).toEqual(['A']);
    const replaced = await client.put(`/Groups/${body.id}`, { schemas: [groupSchema], displayName: 'A' });
    expect(replaced.body).not.toHaveProperty([urn]);
    expect((await post('C', { mail: 'a@acme.test' })).status).toBe(201);
  });
});
