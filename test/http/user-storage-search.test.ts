// GET /users and GET /users/count: what they find, that they agree, and that nothing in a parameter is more than text.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENTERPRISE_USER_SCHEMA } from '../../bridge/scim/schema/enterprise-user-schema.ts';
import { createTestBridge, type TestBridge } from '../support/bridge.ts';
import { createStoreFactory } from '../support/store-factory.ts';
import { createUserStorageClient, type UserStorageClient } from '../support/user-storage-client.ts';

let bridge: TestBridge;
let client: UserStorageClient;

beforeAll(async () => {
  bridge = await createTestBridge();
  const store = createStoreFactory(bridge.database);
  const upper = await bridge.services.directories.createDirectory({ slug: 'upper' });
  const lower = await bridge.services.directories.createDirectory({ slug: 'lower' });
  client = await createUserStorageClient(bridge, ['upper', 'lower']);
  await store.newUser(upper.id, {
    userName: 'anna',
    email: 'anna@acme.test',
    givenName: 'Anna',
    familyName: 'Quist',
    resource: {
      displayName: 'Anna Quist',
      title: 'Vice "President": Sales',
      phoneNumbers: [{ value: '1', type: 'work' }, { value: '2' }],
      [ENTERPRISE_USER_SCHEMA]: { department: 'Sales', costCenter: '42', manager: { value: 'boss' } },
    },
  });
  await store.newUser(upper.id, {
    userName: 'anna.maria',
    email: 'am@acme.test',
    givenName: 'Anna Maria',
    familyName: 'Öberg',
    active: false,
    resource: { [ENTERPRISE_USER_SCHEMA]: { department: 'Sales', costCenter: '43' } },
  });
  await store.newUser(upper.id, { userName: '50%_off\\', email: null, givenName: 'Per*cent', familyName: "O'Hara" });
  await store.newUser(lower.id, {
    userName: 'Bertil',
    email: 'bertil@acme.test',
    givenName: 'Bertil',
    familyName: 'Quist',
  });
  await store.newUser(lower.id, {
    userName: 'ANNA',
    email: 'shadowed@acme.test',
    givenName: 'Anna',
    familyName: 'Quist',
  });
});
afterAll(() => bridge.close());

type Query = Record<string, string | string[]>;

/** The usernames that a query finds; the count must say the same. */
async function find(query: Query): Promise<string[]> {
  const listed = await client.get('/users', query);
  expect(listed.status).toBe(200);
  const names = listed.body.users.map((user: { username: string }) => user.username);
  const { first, max, ...filter } = query;
  if (first === undefined && max === undefined) {
    expect((await client.get('/users/count', filter)).body).toEqual({ count: names.length });
  }
  return names;
}

const everybody = ['50%_off\\', 'anna', 'anna.maria', 'Bertil'];

describe('GET /users', () => {
  it.each<[Query, string[]]>([
    [{}, everybody],
    [{ search: '' }, everybody],
    [{ search: '  ' }, everybody],
    [{ search: '*' }, everybody],
    [{ search: 'ann' }, ['anna', 'anna.maria']],
    [{ search: 'QUIST' }, ['anna', 'Bertil']],
    [{ search: 'quist bert' }, ['Bertil']],
    [{ search: 'nna' }, []],
    [{ search: '*nna' }, ['anna', 'anna.maria']],
    [{ search: '*maria' }, ['anna.maria']],
    [{ search: 'a*a@acme' }, ['anna']],
    [{ search: '"anna"' }, ['anna']],
    [{ search: '"anna maria"' }, ['anna.maria']],
    [{ search: '"Anna Maria" öb' }, ['anna.maria']],
    [{ search: 'Öberg' }, ['anna.maria']],
    [{ search: '"an"' }, []],
    [{ search: '""' }, []],
    [{ search: '"anna' }, []],
    [{ search: '%' }, []],
    [{ search: '_' }, []],
    [{ search: '50%_OFF\\' }, ['50%_off\\']],
    [{ search: '50\\' }, []],
    [{ search: "o'h" }, ['50%_off\\']],
    [{ search: "' or 1=1 --" }, []],
    [{ search: 'shadowed' }, []],
    [{ search: 'a\0' }, []],
  ])('finds by %j', async (query, names) => {
    expect(await find(query)).toEqual(names);
  });

  it.each<[Query, string[]]>([
    [{ username: 'NNA' }, ['anna', 'anna.maria']],
    [{ username: 'ANNA', exact: 'true' }, ['anna']],
    [{ username: 'ann', exact: 'true' }, []],
    [{ username: '*' }, []],
    [{ username: '%_' }, ['50%_off\\']],
    [{ username: '\0' }, []],
    [{ email: '@acme' }, ['anna', 'anna.maria', 'Bertil']],
    [{ email: 'AM@acme.test', exact: 'true' }, ['anna.maria']],
    [{ firstName: 'ANNA' }, ['anna', 'anna.maria']],
    [{ firstName: 'anna', exact: 'true' }, ['anna']],
    [{ firstName: 'per*' }, ['50%_off\\']],
    [{ lastName: 'öBERG', exact: 'true' }, ['anna.maria']],
    [{ lastName: 'uis', firstName: 'ber' }, ['Bertil']],
    [{ enabled: 'true' }, ['50%_off\\', 'anna', 'Bertil']],
    [{ enabled: 'false' }, ['anna.maria']],
    [{ enabled: 'false', search: 'bertil' }, []],
  ])('filters by %j', async (query, names) => {
    expect(await find(query)).toEqual(names);
  });

  it.each<[Query, string[]]>([
    [{ attribute: 'department:Sales' }, ['anna', 'anna.maria']],
    [{ attribute: 'department:sales' }, []],
    [{ attribute: ['department:Sales', 'costCenter:42'] }, ['anna']],
    [{ attribute: 'title:Vice "President": Sales' }, ['anna']],
    [{ attribute: 'phoneNumbers:2' }, ['anna']],
    [{ attribute: 'manager:boss' }, ['anna']],
    [{ attribute: 'displayName:Anna Quist' }, ['anna']],
    [{ attribute: 'department:' }, []],
    [{ attribute: 'userName:anna' }, []],
    [{ attribute: 'constructor:x' }, []],
    [{ attribute: '__proto__:x' }, []],
    [{ attribute: 'title:\0' }, []],
    [{ attribute: 'department:Sales', username: 'maria', enabled: 'false' }, ['anna.maria']],
  ])('filters by %j', async (query, names) => {
    expect(await find(query)).toEqual(names);
  });

  it('pages in a stable order', async () => {
    const pages = [];
    for (let first = 0; first < 5; first += 2) pages.push(await find({ first: String(first), max: '2' }));
    expect(pages).toEqual([everybody.slice(0, 2), everybody.slice(2), []]);
    expect(await find({ max: '0' })).toEqual([]);
    expect(await find({ first: '2000000000', max: '1000' })).toEqual([]);
  });

  it('fills its pages though most of those who match are shadowed', async () => {
    const store = createStoreFactory(bridge.database);
    const slugs = ['same-1', 'same-2', 'same-3', 'same-4'];
    for (const slug of slugs) {
      const { id } = await bridge.services.directories.createDirectory({ slug });
      await store.newUsers(id, 'same', 20);
    }
    const same = await createUserStorageClient(bridge, slugs);
    const page = async (first: number) => {
      const { users } = (await same.get('/users', { first: String(first), max: '8' })).body;
      return users.map(
        (user: { username: string; directory: string }) => `${user.directory} ${user.username.slice(-2)}`,
      );
    };
    const all = Array.from({ length: 20 }, (_, n) => `same-1 ${String(n + 1).padStart(2, '0')}`);
    expect([await page(0), await page(8), await page(16)]).toEqual([all.slice(0, 8), all.slice(8, 16), all.slice(16)]);
    expect((await same.get('/users/count')).body.count).toBe(20);
  });

  it.each<[string, Query]>([
    ['max', { max: '1001' }],
    ['max', { max: '-1' }],
    ['max', { max: '1e2' }],
    ['first', { first: 'x' }],
    ['first', { first: '99999999999' }],
    ['exact', { exact: 'yes' }],
    ['enabled', { enabled: '' }],
    ['attribute', { attribute: 'department' }],
    ['attribute', { attribute: ['department:Sales', ':x'] }],
    ['search', { search: ['a', 'b'] }],
    ['search', { search: 'x'.repeat(1_001) }],
  ])('refuses a bad %s and names it', async (name, query) => {
    const { status, body } = await client.get('/users', query);
    expect([status, body.code]).toEqual([400, 'invalid_request']);
    expect(body.detail).toMatch(new RegExp(`^${name}: `));
  });
});
