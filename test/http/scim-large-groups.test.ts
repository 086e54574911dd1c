// Groups with so many members that they are read while they are sent.
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeIn } from '../../bridge/platform/db/scope.ts';
import { type Body, createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { groupSchema, newGroup, newUser, patchOp } from '../support/scim.ts';

let bridge: TestBridge;
let scim: ScimClient;

beforeAll(async () => {
  bridge = await createTestBridge({ poolSize: 2 });
  scim = await bridge.directory();
});
afterAll(() => bridge.close());

const memberOf = (n: number): string => `member-${String(n).padStart(6, '0')}`;

async function groupOf(name: string, count: number, client = scim): Promise<string> {
  const { id } = await newGroup(client, name);
  const directoryId = client.directory.id;
  await writeIn(bridge.database.pool, directoryId, (scope) =>
    sql`insert into group_members (directory_id, group_id, member_id, created_at)
      select ${directoryId}, ${id}, 'member-' || lpad(n::text, 6, '0'), now() from generate_series(1, ${count}::int) as n`.execute(
      scope,
    ),
  );
  return id;
}

const request = (id: string): Promise<Response> =>
  Promise.resolve(
    bridge.app.request(`/scim/v2/${scim.directory.slug}/Groups/${id}`, {
      headers: { Authorization: `Bearer ${scim.token}` },
    }),
  );

test.each([999, 1_000, 1_001, 9_999, 10_000, 10_001, 25_000])('a group of %i members has each once', async (count) => {
  const id = await groupOf(`of ${count}`, count);
  const { status, body } = await scim.get(`/Groups/${id}`);
  expect(status).toBe(200);
  const values = body.members.map(({ value }: { value: string }) => value);
  expect(values).toEqual(Array.from({ length: count }, (_, index) => memberOf(index + 1)));
});

test.each(['POST', 'PUT', 'PATCH'] as const)(
  'a %s of a group with very many members answers with each once',
  async (method) => {
    const members = Array.from({ length: 12_000 }, (_, index) => ({ value: memberOf(index + 1) }));
    const body = { schemas: [groupSchema], displayName: `by ${method}`, members };
    const answer = await (async () => {
      if (method === 'POST') return scim.post('/Groups', body);
      const { id } = await newGroup(scim, `by ${method}`);
      if (method === 'PUT') return scim.put(`/Groups/${id}`, body);
      return scim.patch(`/Groups/${id}?attributes=members`, patchOp({ op: 'add', path: 'members', value: members }));
    })();
    expect(answer.status).toBe(method === 'POST' ? 201 : 200);
    expect(answer.headers.get('etag')).toBe(answer.body.meta?.version ?? 'W/"2"');
    expect(answer.body.members).toEqual(members);
  },
);

test('a bulk request that asks for them has all members in its answer', async () => {
  const members = Array.from({ length: 1_500 }, (_, index) => ({ value: memberOf(index + 1) }));
  const { id } = await newGroup(scim, 'in bulk');
  const data = { schemas: [groupSchema], displayName: 'in bulk', members };
  const { body } = await scim.post('/Bulk?attributes=members', {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
    Operations: [{ method: 'PUT', path: `/Groups/${id}`, data }],
  });
  expect(body.Operations[0].status).toBe('200');
  expect(body.Operations[0].response.members).toHaveLength(1_500);
});

describe('a list of groups with very many members together', () => {
  const sizes = [12_000, 0, 3, 11_000];
  const expected = sizes.map((size) => Array.from({ length: size }, (_, index) => memberOf(index + 1)));
  let large: ScimClient;
  beforeAll(async () => {
    large = await bridge.directory();
    for (const [index, size] of sizes.entries()) await groupOf(`large ${index}`, size, large);
    await newUser(large, 'somebody');
  });
  const valuesOf = (resources: Body[]): string[][] =>
    resources.map(({ members = [] }: Body) => members.map(({ value }: Body) => value));

  test.each([
    ['by index', '/Groups?sortBy=displayName'],
    ['by index, with a part of each member', '/Groups?sortBy=displayName&attributes=members.value'],
    ['by index, without a part of each member', '/Groups?sortBy=displayName&excludedAttributes=members.display'],
    ['by cursor', '/Groups?sortBy=displayName&cursor'],
  ])('has each once %s', async (_how, path) => {
    const { status, body } = await large.get(path);
    expect(status).toBe(200);
    expect(body).toMatchObject({ totalResults: 4, itemsPerPage: 4 });
    expect(valuesOf(body.Resources)).toEqual(expected);
    expect(body.Resources[1]).not.toHaveProperty('members');
  });

  test('stands beside users at the root', async () => {
    const { body } = await large.get('/');
    expect(body).toMatchObject({ totalResults: 5, itemsPerPage: 5 });
    expect(body.Resources.map(({ userName = '' }: Body) => userName)).toEqual(['', '', '', '', 'somebody']);
    expect(valuesOf(body.Resources)).toEqual([...expected, []]);
  });

  test('is read while it is sent, and nobody holds a connection meanwhile', async () => {
    const lists = await Promise.all(
      Array.from({ length: 5 }, () =>
        bridge.app.request(`/scim/v2/${large.directory.slug}/Groups`, {
          headers: { Authorization: `Bearer ${large.token}` },
        }),
      ),
    );
    const readers = lists.map((response) => response.body?.getReader());
    for (const reader of readers) expect((await reader?.read())?.value?.length).toBeLessThan(1_000);
    expect((await large.get('/Groups?excludedAttributes=members')).status).toBe(200);
    for (const reader of readers) await reader?.cancel();
  });
});

test('clients that are slow to read a large group hold no connection', async () => {
  const id = await groupOf('slowly read', 25_000);
  const slow = await Promise.all(Array.from({ length: 5 }, () => request(id)));
  const readers = slow.map((response) => response.body?.getReader());
  for (const reader of readers) await reader?.read();
  expect((await scim.get(`/Groups/${id}?excludedAttributes=members`)).status).toBe(200);
  for (const reader of readers) await reader?.cancel();
});

test('when the store fails in the middle, the answer breaks off and does not end as if it were whole', async () => {
  const id = await groupOf('breaking off', 25_000);
  const response = await request(id);
  const reader = response.body?.getReader();
  await reader?.read();
  await bridge.database.pool.query('alter table group_members rename to group_members_away');
  try {
    const readAll = async (): Promise<void> => {
      for (;;) if ((await reader?.read())?.done !== false) return;
    };
    await expect(readAll()).rejects.toThrow();
  } finally {
    await bridge.database.pool.query('alter table group_members_away rename to group_members');
  }
});
