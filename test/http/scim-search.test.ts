// Queries over all resource types at a directory's root (RFC 7644 §3.4.2.1, §3.4.3), and /Me.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, type Body, createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { enterprise, newGroup, newUser, pluck, searchSchema } from '../support/scim.ts';

let bridge: TestBridge;
let scim: ScimClient;
let anna: Body;
let ben: Body;
let sales: Body;
let empty: Body;

beforeAll(async () => {
  bridge = await createTestBridge();
  scim = await bridge.directory();
  anna = await newUser(scim, 'anna', {
    externalId: 'x-1',
    displayName: 'Beta',
    title: 'Boss',
    [enterprise]: { department: 'D' },
  });
  sales = await newGroup(scim, 'Alpha', [anna.id]);
  ben = await newUser(scim, 'ben', { displayName: 'Gamma', emails: [{ value: 'ben@x.test', type: 'work' }] });
  empty = await newGroup(scim, 'Delta');
  // Another directory's resources never show.
  const other = await bridge.directory();
  await newUser(other, 'anna', { externalId: 'x-1' });
});
afterAll(() => bridge.close());

const root = (query: Record<string, string> = {}): Promise<Answer> => scim.get(`?${new URLSearchParams(query)}`);
const find = async (filter: string): Promise<unknown[]> => {
  const answer = await root({ filter });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  expect(answer.body.totalResults).toBe(answer.body.Resources.length);
  return pluck(answer.body, 'id');
};

test('all resources come in the order of their creation, with what their endpoints show', async () => {
  const answer = await root();
  expect(answer.status).toBe(200);
  expect(answer.body).toMatchObject({ totalResults: 4, startIndex: 1, itemsPerPage: 4 });
  expect(pluck(answer.body, 'id')).toEqual([anna, sales, ben, empty].map(({ id }) => id));
  expect(answer.body.Resources.map(({ meta }: Body) => meta.resourceType)).toEqual(['User', 'Group', 'User', 'Group']);
  const endpoints = ['Users', 'Groups', 'Users', 'Groups'];
  for (const [index, resource] of answer.body.Resources.entries()) {
    expect(resource).toEqual((await scim.get(`/${endpoints[index]}/${resource.id}`)).body);
  }
  expect((await scim.get('/?count=0')).body).toMatchObject({ totalResults: 4, Resources: [] });
});

test('the directory "default" has its root at the plain path', async () => {
  const plain = await bridge.directory('default');
  const answer = await bridge.send('/scim/v2?count=1', { headers: { Authorization: `Bearer ${plain.token}` } });
  expect(answer).toMatchObject({ status: 200, body: { totalResults: 0 } });
});

describe('a filter', () => {
  test('holds for every resource type that has the attribute', async () => {
    expect(await find('displayName sw "b" or displayName eq "alpha"')).toEqual([anna.id, sales.id]);
    expect(await find('externalId eq "x-1"')).toEqual([anna.id]);
    expect(await find(`id eq "${sales.id}"`)).toEqual([sales.id]);
    expect(await find('meta.resourceType eq "Group"')).toEqual([sales.id, empty.id]);
    expect(await find(`members[value eq "${anna.id}"]`)).toEqual([sales.id]);
    expect(await find(`${enterprise}:department eq "d"`)).toEqual([anna.id]);
  });

  test('takes an attribute that a type does not have for absent', async () => {
    const groups = [sales.id, empty.id];
    expect(await find('userName pr')).toEqual([anna.id, ben.id]);
    expect(await find('not (userName pr)')).toEqual(groups);
    expect(await find('title ne "Boss"')).toEqual([sales.id, ben.id, empty.id]);
    expect(await find('title eq null')).toEqual([sales.id, ben.id, empty.id]);
    expect(await find('title ne null')).toEqual([anna.id]);
    expect(await find('emails[type eq "work"] or displayName eq "delta"')).toEqual([ben.id, empty.id]);
    expect(await find('not (emails[type eq "work"])')).toEqual([anna.id, ...groups]);
    expect(await find('emails[nothing pr]')).toEqual([]);
    expect(await find('emails[not (nothing pr)]')).toEqual([ben.id]);
    expect(await find('schemas[nothing pr]')).toEqual([]);
    expect(await find('nothing eq "x"')).toEqual([]);
    expect(await find('nothing.at.all gt 3')).toEqual([]);
    expect(await find('not (nothing eq "x")')).toHaveLength(4);
  });

  test('is refused where it is wrong for every type', async () => {
    for (const filter of ['userName eq', 'active gt true', 'password eq "x"', 'active eq "maybe"']) {
      expect(await root({ filter }), filter).toMatchObject({ status: 400, body: { scimType: 'invalidFilter' } });
    }
  });
});

describe('a page', () => {
  test('is cut out of all types together', async () => {
    const all = [anna.id, sales.id, ben.id, empty.id];
    const paged: unknown[] = [];
    for (const startIndex of ['1', '2', '3', '4', '5']) {
      const { body } = await root({ startIndex, count: '1' });
      expect(body.totalResults).toBe(4);
      paged.push(...pluck(body, 'id'));
    }
    expect(paged).toEqual(all);
  });

  test('is sorted by what the types have in common, and the rest comes last', async () => {
    const sorted = async (sortBy: string, sortOrder = 'ascending') =>
      pluck((await root({ sortBy, sortOrder })).body, 'id');
    expect(await sorted('displayName')).toEqual([sales.id, anna.id, empty.id, ben.id]);
    expect(await sorted('displayName', 'descending')).toEqual([ben.id, empty.id, anna.id, sales.id]);
    expect(await sorted('userName', 'descending')).toEqual([ben.id, anna.id, sales.id, empty.id]);
    expect(await sorted('id')).toEqual([anna.id, sales.id, ben.id, empty.id].sort());
    expect(await sorted('meta.lastModified', 'descending')).toEqual([empty.id, ben.id, sales.id, anna.id]);
    for (const sortBy of ['nothing', 'emails', 'password']) {
      expect(await root({ sortBy }), sortBy).toMatchObject({ status: 400, body: { scimType: 'invalidValue' } });
    }
  });

  test.each([{}, { sortBy: 'displayName' }, { sortBy: 'userName', sortOrder: 'descending' }])(
    'goes on by cursor over all types (%o)',
    async (order) => {
      const walked: unknown[] = [];
      let cursor: string | undefined = '';
      while (cursor !== undefined) {
        const { body }: Answer = await root({ ...order, count: '1', cursor });
        walked.push(...pluck(body, 'id'));
        cursor = body.nextCursor;
      }
      expect(walked).toEqual(pluck((await root(order)).body, 'id'));
    },
  );

  test('shows of each type what is asked for', async () => {
    const { body } = await root({ attributes: 'displayName,members.value' });
    expect(body.Resources[0]).toEqual({ schemas: anna.schemas, id: anna.id, displayName: 'Beta' });
    expect(body.Resources[1]).toEqual({
      schemas: sales.schemas,
      id: sales.id,
      displayName: 'Alpha',
      members: [{ value: anna.id }],
    });
    const without = await root({ excludedAttributes: 'members,groups,meta' });
    for (const resource of without.body.Resources) {
      expect(Object.keys(resource)).not.toEqual(expect.arrayContaining(['meta']));
      expect(resource).not.toHaveProperty('members');
      expect(resource).not.toHaveProperty('groups');
    }
    expect((await root({ attributes: 'id', excludedAttributes: 'meta', filter: 'nothing pr' })).status).toBe(400);
  });
});

describe('POST /.search', () => {
  test('asks the same in a body', async () => {
    const answer = await scim.post('/.search', {
      schemas: [searchSchema],
      filter: 'displayName sw "b" or displayName eq "alpha"',
      sortBy: 'displayName',
      sortOrder: 'descending',
      attributes: ['displayName'],
      count: 1,
    });
    expect(answer).toMatchObject({ status: 200, body: { totalResults: 2, itemsPerPage: 1 } });
    expect(answer.body.Resources).toEqual([{ schemas: anna.schemas, id: anna.id, displayName: 'Beta' }]);
  });

  test('needs its schema, and no more than the right to read', async () => {
    expect(await scim.post('/.search', { filter: 'id pr' })).toMatchObject({
      status: 400,
      body: { scimType: 'invalidSyntax' },
    });
    const { token } = await bridge.services.directories.createToken(scim.directory.slug, { scopes: ['read'] });
    const answer = await scim.post('/.search', { schemas: [searchSchema] }, { Authorization: `Bearer ${token}` });
    expect(answer.status).toBe(200);
  });

  test('keeps to the limits of lists and filters', async () => {
    const search = (more: object) => scim.post('/.search', { schemas: [searchSchema], ...more });
    expect((await search({ count: 1_000_000 })).body.itemsPerPage).toBe(4);
    for (const filter of [
      '('.repeat(20_000),
      new Array(300).fill('id pr').join(' or '),
      `id eq "${'x'.repeat(5_000)}"`,
    ]) {
      expect(await search({ filter })).toMatchObject({ status: 400, body: { scimType: 'invalidFilter' } });
    }
    expect((await scim.post('/.search', `{"schemas":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)).status).toBe(400);
  });
});

test('other methods at the root are 405', async () => {
  for (const [path, method, allow] of [
    ['', 'PUT', 'GET'],
    ['', 'POST', 'GET'],
    ['/.search', 'GET', 'POST'],
  ]) {
    const answer = await bridge.send(`/scim/v2/${scim.directory.slug}${path}`, {
      method: method ?? '',
      headers: { Authorization: `Bearer ${scim.token}` },
    });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe(allow);
  }
});

test('/Me is not implemented, since a token is no user', async () => {
  expect(await scim.get('/Me')).toMatchObject({ status: 501, body: { status: '501' } });
  expect((await scim.patch('/Me', {})).status).toBe(501);
});
