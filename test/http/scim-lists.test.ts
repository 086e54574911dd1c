// Lists over HTTP: pages, totals, order (RFC 7644 §3.4.2).
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeIn } from '../../bridge/platform/db/scope.ts';
import { createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { filtered, listSchema, newGroup, newUser, patchOp, pluck, searchSchema } from '../support/scim.ts';

let bridge: TestBridge;
let scim: ScimClient;
const names = Array.from({ length: 25 }, (_, index) => `user-${String(index).padStart(2, '0')}`);

beforeAll(async () => {
  bridge = await createTestBridge();
  scim = await bridge.directory();
  // In reverse, so that the order of creation is not the order of names.
  for (const name of names.toReversed()) {
    const index = Number(name.slice(-2));
    await newUser(scim, name, {
      ...(index % 5 !== 0 && { title: `Title ${String.fromCharCode(65 + (index % 5))}` }),
      displayName: index % 2 === 0 ? `even ${index}` : `Odd ${index}`,
    });
  }
});
afterAll(() => bridge.close());

test('a list says how many there are, where it starts and how many it shows', async () => {
  const page = await scim.get('/Users?startIndex=4&count=3');
  expect(page.status).toBe(200);
  expect(page.body).toMatchObject({ schemas: [listSchema], totalResults: 25, startIndex: 4, itemsPerPage: 3 });
  expect(page.body.Resources).toHaveLength(3);
});

test('pages of any size join to the whole list, also while users change', async () => {
  const whole = pluck((await scim.get('/Users')).body, 'id');
  expect(whole).toHaveLength(25);
  const joined: unknown[] = [];
  for (let start = 1; start <= 25; start += 4) {
    const page = await scim.get(`/Users?startIndex=${start}&count=4`);
    joined.push(...pluck(page.body, 'id'));
    await scim.patch(`/Users/${joined.at(-1)}`, patchOp({ op: 'replace', path: 'nickName', value: `n${start}` }));
  }
  expect(joined).toEqual(whole);
});

test.each([
  ['startIndex=0', { startIndex: 1, itemsPerPage: 25 }],
  ['startIndex=-7&count=2', { startIndex: 1, itemsPerPage: 2 }],
  ['count=0', { totalResults: 25, itemsPerPage: 0, Resources: [] }],
  ['count=-1', { totalResults: 25, itemsPerPage: 0, Resources: [] }],
  ['startIndex=26', { totalResults: 25, startIndex: 26, itemsPerPage: 0, Resources: [] }],
  ['startIndex=25&count=10', { totalResults: 25, startIndex: 25, itemsPerPage: 1 }],
  ['count=99999999999999999999', { itemsPerPage: 25 }],
  ['startIndex=99999999999999999999', { totalResults: 25, itemsPerPage: 0 }],
  ['startIndex=&count=', { startIndex: 1, itemsPerPage: 25 }],
  ['aadOptscim062020', { itemsPerPage: 25 }],
])('?%s is answered in bounds', async (query, expected) => {
  const page = await scim.get(`/Users?${query}`);
  expect(page.status, JSON.stringify(page.body)).toBe(200);
  expect(page.body).toMatchObject(expected);
});

test.each(['startIndex=one', 'count=1.5', 'count=1e2', 'count=NaN', 'sortBy=userName&sortOrder=sideways'])(
  '?%s is 400 invalidValue',
  async (query) => {
    const page = await scim.get(`/Users?${query}`);
    expect(page.status).toBe(400);
    expect(page.body.scimType).toBe('invalidValue');
  },
);

test('a list never has more than the advertised maximum', async () => {
  const config = await scim.get('/ServiceProviderConfig');
  expect(config.body.filter.maxResults).toBe(1_000);
  const big = await bridge.directory();
  const { id } = big.directory;
  await writeIn(bridge.database.pool, id, (scope) =>
    sql`
      insert into users (directory_id, id, user_name, user_name_key, active, resource, version, created_at, last_modified_at)
      select ${id}, gen_random_uuid(), 'u' || n, 'u' || n, true, jsonb_build_object('userName', 'u' || n), 1, now(), now()
      from generate_series(1, 1005) as n`.execute(scope),
  );
  const all = await big.get('/Users?count=5000&attributes=userName');
  expect(all.body).toMatchObject({ totalResults: 1_005, itemsPerPage: 1_000 });
  const usual = await big.get('/Users?attributes=userName');
  expect(usual.body).toMatchObject({ totalResults: 1_005, itemsPerPage: 100 });
  const rest = await big.get('/Users?startIndex=1001&count=1000&attributes=userName');
  expect(rest.body).toMatchObject({ totalResults: 1_005, startIndex: 1_001, itemsPerPage: 5 });
  const ids = new Set([...pluck(all.body, 'id'), ...pluck(rest.body, 'id')]);
  expect(ids.size).toBe(1_005);
});

test('the total counts what the filter matches, whatever the page', async () => {
  const page = await scim.get(filtered('/Users', 'displayName sw "EVEN"', '&count=2&startIndex=3'));
  expect(page.body).toMatchObject({ totalResults: 13, startIndex: 3, itemsPerPage: 2 });
});

describe('sorting', () => {
  test('goes by the attribute, ascending unless asked otherwise', async () => {
    const up = await scim.get('/Users?sortBy=userName');
    expect(pluck(up.body, 'userName')).toEqual(names);
    const down = await scim.get('/Users?sortBy=USERNAME&sortOrder=Descending&count=3');
    expect(pluck(down.body, 'userName')).toEqual(names.toReversed().slice(0, 3));
  });

  test('ignores case', async () => {
    const sorted = pluck((await scim.get('/Users?sortBy=displayName')).body, 'displayName').map(String);
    expect(sorted[0]).toMatch(/^even/);
    expect(sorted.at(-1)).toMatch(/^Odd/);
  });

  test.each(['ascending', 'descending'])(
    'puts users without the attribute last when %s, and pages stay stable',
    async (order) => {
      const whole = await scim.get(`/Users?sortBy=title&sortOrder=${order}`);
      const titles = pluck(whole.body, 'title');
      expect(titles.slice(-5)).toEqual([undefined, undefined, undefined, undefined, undefined]);
      const joined: unknown[] = [];
      for (let start = 1; start <= 25; start += 7) {
        const page = await scim.get(`/Users?sortBy=title&sortOrder=${order}&startIndex=${start}&count=7`);
        joined.push(...pluck(page.body, 'id'));
      }
      expect(joined).toEqual(pluck(whole.body, 'id'));
    },
  );

  test.each(['id', 'externalId', 'active', 'name.familyName', 'meta.created', 'meta.lastModified'])(
    'by %s works',
    async (path) => {
      const sorted = await scim.get(`/Users?sortBy=${path}`);
      expect(sorted.status, JSON.stringify(sorted.body)).toBe(200);
      expect(sorted.body.Resources).toHaveLength(25);
    },
  );

  test.each(['nonsense', 'name', 'phoneNumbers', 'password', '__proto__', 'constructor', '%00'])(
    'by %s is 400 invalidValue',
    async (path) => {
      const answer = await scim.get(`/Users?sortBy=${path}`);
      expect(answer.status).toBe(400);
      expect(answer.body.scimType).toBe('invalidValue');
    },
  );
});

test('groups are listed the same way', async () => {
  for (const name of ['g-b', 'G-a', 'g-c']) await newGroup(scim, name);
  const page = await scim.get('/Groups?sortBy=displayName&count=2');
  expect(page.body).toMatchObject({ totalResults: 3, startIndex: 1, itemsPerPage: 2 });
  expect(pluck(page.body, 'displayName')).toEqual(['G-a', 'g-b']);
});

describe('POST to .search', () => {
  test('asks what a GET asks', async () => {
    const answer = await scim.post('/Users/.search', {
      schemas: [searchSchema],
      filter: 'displayName sw "even"',
      attributes: ['userName'],
      sortBy: 'userName',
      sortOrder: 'descending',
      startIndex: 2,
      count: 2,
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ schemas: [listSchema], totalResults: 13, startIndex: 2, itemsPerPage: 2 });
    expect(pluck(answer.body, 'userName')).toEqual(['user-22', 'user-20']);
    expect(answer.body.Resources[0]).not.toHaveProperty('displayName');
  });

  test.each([
    [{ filter: 'x eq 1' }, 'invalidSyntax'],
    [{ schemas: [searchSchema], filter: 'nonsense' }, 'invalidFilter'],
    [{ schemas: [searchSchema], count: 'many' }, 'invalidValue'],
    [{ schemas: [searchSchema], filter: { a: 1 } }, 'invalidValue'],
    [{ schemas: [searchSchema], attributes: ['a'], excludedAttributes: ['b'] }, 'invalidValue'],
    [[], 'invalidSyntax'],
  ])('refuses %j with %s', async (body, scimType) => {
    const answer = await scim.post('/Users/.search', body);
    expect(answer.status).toBe(400);
    expect(answer.body.scimType).toBe(scimType);
  });
});
