// Paging by cursor (RFC 9865).
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createApp } from '../../bridge/app.ts';
import { createLocalSignal } from '../../bridge/events/signal.ts';
import { systemClock } from '../../bridge/platform/clock.ts';
import { createLogger } from '../../bridge/platform/log.ts';
import { createPasswordHasher } from '../../bridge/platform/secrets/passwords.ts';
import { createServices } from '../../bridge/services.ts';
import {
  type Answer,
  type Body,
  createTestBridge,
  readAnswer,
  type ScimClient,
  type TestBridge,
} from '../support/bridge.ts';
import { newGroup, newUser, patchOp, pluck, searchSchema } from '../support/scim.ts';

let bridge: TestBridge;
let scim: ScimClient;
let now: Date | undefined;

beforeAll(async () => {
  bridge = await createTestBridge({ clock: { now: () => now ?? new Date() } });
});
beforeEach(async () => {
  now = undefined;
  scim = await bridge.directory();
});
afterAll(() => bridge.close());

const page = (query: Record<string, string>, endpoint = '/Users', client = scim): Promise<Answer> =>
  client.get(`${endpoint}?${new URLSearchParams(query)}`);

async function makeUsers(count: number, more: (index: number) => object = () => ({})): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    ids.push((await newUser(scim, `user-${String(index).padStart(3, '0')}`, { ...more(index) })).id);
  }
  return ids;
}

/** Every page from the first to the last; `between` runs after each but the last. */
async function walk(
  query: Record<string, string>,
  options: { endpoint?: string; between?: (pageNumber: number) => Promise<unknown> } = {},
): Promise<Body[]> {
  const pages: Body[] = [];
  let cursor: string | undefined = '';
  while (cursor !== undefined) {
    const answer = await page({ ...query, cursor }, options.endpoint);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    pages.push(answer.body);
    cursor = answer.body.nextCursor;
    if (cursor !== undefined) await options.between?.(pages.length);
  }
  return pages;
}

const idsOf = (pages: Body[]): unknown[] => pages.flatMap((body) => pluck(body, 'id'));

describe('a walk', () => {
  test('begins with an empty cursor and ends on the page without a next one', async () => {
    const ids = await makeUsers(5);
    const pages = await walk({ count: '2' });
    expect(idsOf(pages)).toEqual(ids);
    expect(pages.map(({ itemsPerPage, totalResults }) => [itemsPerPage, totalResults])).toEqual([
      [2, 5],
      [2, 5],
      [1, 5],
    ]);
    for (const body of pages) {
      expect(body).not.toHaveProperty('startIndex');
      expect(body).not.toHaveProperty('previousCursor');
    }
  });

  test('has no empty page at its end', async () => {
    await makeUsers(4);
    expect(await walk({ count: '2' })).toHaveLength(2);
    expect(await walk({ count: '4' })).toHaveLength(1);
  });

  test('of nothing is one empty page', async () => {
    expect(await walk({ filter: 'userName eq "nobody"' })).toMatchObject([{ totalResults: 0, Resources: [] }]);
  });

  test('may change its steps, and count nothing but the total', async () => {
    const ids = await makeUsers(6);
    const none = await page({ count: '0', cursor: '' });
    expect(none.body).toMatchObject({ totalResults: 6, itemsPerPage: 0, Resources: [] });
    const first = await page({ count: '1', cursor: none.body.nextCursor });
    const rest = await page({ count: '1000', cursor: first.body.nextCursor });
    expect(idsOf([first.body, rest.body])).toEqual(ids);
    expect(rest.body).not.toHaveProperty('nextCursor');
  });

  test('keeps to its filter, projection and groups', async () => {
    const ids = await makeUsers(6, (index) => ({ active: index % 2 === 0, title: 'x' }));
    await newGroup(scim, 'Sales', [ids[2] ?? '']);
    const pages = await walk({ filter: 'active eq true', count: '2', attributes: 'groups,userName' });
    expect(idsOf(pages)).toEqual([ids[0], ids[2], ids[4]]);
    expect(pages[0].Resources[1]).toMatchObject({ userName: 'user-002', groups: [{ display: 'Sales' }] });
    expect(pages[0].Resources[1]).not.toHaveProperty('title');
  });

  test('goes over groups with their members', async () => {
    const [anna = ''] = await makeUsers(1);
    const made = [await newGroup(scim, 'A', [anna]), await newGroup(scim, 'B'), await newGroup(scim, 'C', [anna])];
    const pages = await walk({ count: '1' }, { endpoint: '/Groups' });
    expect(idsOf(pages)).toEqual(made.map(({ id }) => id));
    expect(pages[2].Resources[0].members).toMatchObject([{ value: anna, type: 'User' }]);
  });

  test('works by .search', async () => {
    const ids = await makeUsers(3);
    const search = (cursor: string) => scim.post('/Users/.search', { schemas: [searchSchema], count: 2, cursor });
    const first = await search('');
    const second = await search(first.body.nextCursor);
    expect(idsOf([first.body, second.body])).toEqual(ids);
    expect(second.body.nextCursor).toBeUndefined();
  });

  test.each([
    ['userName', 'ascending'],
    ['userName', 'descending'],
    ['displayName', 'ascending'],
    ['displayName', 'descending'],
    ['title', 'ascending'],
    ['title', 'descending'],
    ['active', 'ascending'],
    ['id', 'descending'],
    ['meta.created', 'descending'],
    ['name.familyName', 'ascending'],
  ])('sorted by %s %s meets everybody once, as the index does', async (sortBy, sortOrder) => {
    await makeUsers(9, (index) => ({
      // Some alike, some with nothing to sort by.
      ...(index % 3 !== 0 && { displayName: `Name ${index % 2}`, title: `T${index % 2}` }),
      ...(index % 4 === 0 && { name: { familyName: `Ünal ${9 - index}` } }),
      active: index % 2 === 0,
    }));
    const byIndex = await scim.get(`/Users?sortBy=${sortBy}&sortOrder=${sortOrder}`);
    const pages = await walk({ sortBy, sortOrder, count: '2' });
    expect(pages).toHaveLength(5);
    expect(idsOf(pages)).toEqual(pluck(byIndex.body, 'id'));
  });

  test('with equal times of creation meets everybody once', async () => {
    now = new Date('2026-01-01T00:00:00.123Z');
    const ids = await makeUsers(7);
    expect(idsOf(await walk({ count: '2' }))).toEqual([...ids].sort());
  });
});

test.each([[{}], [{ sortBy: 'userName' }], [{ sortBy: 'userName', sortOrder: 'descending' }]])(
  'while others delete, change and insert, a user who stays is met exactly once (%o)',
  async (order) => {
    const ids = await makeUsers(40);
    const gone = new Set<string>();
    const pages = await walk(
      { ...order, count: '3' },
      {
        // Before, on and after the position, and the last one that was shown.
        between: async (pageNumber) => {
          for (const index of [pageNumber, pageNumber * 3 - 1, pageNumber * 3 + 1, 39 - pageNumber]) {
            const id = ids[index];
            if (id === undefined || gone.has(id)) continue;
            gone.add(id);
            expect((await scim.delete(`/Users/${id}`)).status).toBe(204);
          }
          await newUser(scim, `user-0${pageNumber}-new`);
          const stays = ids.find((id) => !gone.has(id));
          await scim.patch(`/Users/${stays}`, patchOp({ op: 'replace', path: 'title', value: `T${pageNumber}` }));
        },
      },
    );
    const met = idsOf(pages);
    expect(new Set(met).size).toBe(met.length);
    const staying = ids.filter((id) => !gone.has(id));
    expect(staying.length).toBeGreaterThan(5);
    expect(staying.filter((id) => !met.includes(id))).toEqual([]);
  },
);

describe('a cursor', () => {
  const refused = (answer: Answer, scimType: string) =>
    expect(answer, JSON.stringify(answer.body)).toMatchObject({ status: 400, body: { status: '400', scimType } });

  async function firstCursor(query: Record<string, string> = {}): Promise<string> {
    const { body } = await page({ count: '1', ...query, cursor: '' });
    return body.nextCursor;
  }

  test('that was not made here is refused', async () => {
    await makeUsers(3);
    const cursor = await firstCursor();
    const [payload = '', signature = ''] = cursor.split('.');
    const forged = Buffer.from(
      Buffer.from(payload, 'base64url')
        .toString()
        .replace(/^\[(\d)/, '[9$1'),
    ).toString('base64url');
    for (const bad of [
      'x',
      '1',
      '.',
      `${payload}.`,
      `.${signature}`,
      `${forged}.${signature}`,
      `${payload}.${'A'.repeat(43)}`,
      `${cursor}x`,
      'é',
      `${'A'.repeat(9_000)}.${signature}`,
    ]) {
      refused(await page({ cursor: bad }), 'invalidCursor');
    }
  });

  test('is good for its query only, however many it takes at a time', async () => {
    await makeUsers(3);
    const cursor = await firstCursor({ filter: 'active eq true', sortBy: 'userName' });
    const same = { filter: 'active eq true', sortBy: 'userName', cursor };
    expect((await page({ ...same, count: '2', attributes: 'userName' })).status).toBe(200);
    for (const other of [
      { ...same, filter: 'active eq false' },
      { ...same, sortBy: 'displayName' },
      { ...same, sortOrder: 'descending' },
      { cursor },
    ]) {
      refused(await page(other), 'invalidCursor');
    }
    refused(await page(same, '/Groups'), 'invalidFilter');
    refused(await page({ cursor: await firstCursor() }, '/Groups'), 'invalidCursor');
  });

  test('is good for its directory and token only', async () => {
    await makeUsers(3);
    const cursor = await firstCursor();
    const other = await bridge.directory();
    refused(await page({ cursor }, '/Users', other), 'invalidCursor');
    const { token } = await bridge.services.directories.createToken(scim.directory.slug, {});
    const headers = { Authorization: `Bearer ${token}` };
    refused(await scim.get(`/Users?${new URLSearchParams({ cursor })}`, headers), 'invalidCursor');
  });

  test('expires', async () => {
    await makeUsers(3);
    const { body: config } = await scim.get('/ServiceProviderConfig');
    const cursor = await firstCursor();
    now = new Date(Date.now() + (config.pagination.cursorTimeout - 10) * 1_000);
    expect((await page({ cursor })).status).toBe(200);
    now = new Date(Date.now() + (config.pagination.cursorTimeout + 10) * 1_000);
    refused(await page({ cursor }), 'expiredCursor');
  });

  test('with a count that is no number is invalidCount', async () => {
    refused(await page({ cursor: '', count: 'many' }), 'invalidCount');
    refused(await page({ count: 'many' }), 'invalidValue');
  });

  test('is understood by every replica', async () => {
    const ids = await makeUsers(3);
    const cursor = await firstCursor();
    const services = createServices({
      store: bridge.database,
      clock: systemClock,
      passwords: createPasswordHasher(),
      signal: createLocalSignal(),
    });
    const replica = createApp({ services, logger: createLogger('silent') });
    const path = `/scim/v2/${scim.directory.slug}/Users?${new URLSearchParams({ cursor })}`;
    const answer = await readAnswer(
      await replica.request(path, { headers: { Authorization: `Bearer ${scim.token}` } }),
    );
    expect(pluck(answer.body, 'id')).toEqual(ids.slice(1));
    services.federations.close();
  });
});

test('pages go by index unless a cursor is asked for, and the configuration says so', async () => {
  await makeUsers(3);
  const { body } = await page({ count: '2' });
  expect(body).toMatchObject({ startIndex: 1, itemsPerPage: 2, totalResults: 3 });
  expect(body).not.toHaveProperty('nextCursor');
  expect((await scim.get('/ServiceProviderConfig')).body.pagination).toEqual({
    cursor: true,
    index: true,
    defaultPaginationMethod: 'index',
    defaultPageSize: 100,
    maxPageSize: 1_000,
    cursorTimeout: 3_600,
  });
});
