// GET /export: that it is complete, says so, and fits together with the feed.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestBridge, type TestBridge } from '../support/bridge.ts';
import { createStoreFactory, type StoreFactory } from '../support/store-factory.ts';
import { createUserStorageClient } from '../support/user-storage-client.ts';

let bridge: TestBridge;
let store: StoreFactory;

beforeAll(async () => {
  bridge = await createTestBridge();
  store = createStoreFactory(bridge.database);
});
afterAll(() => bridge.close());

let count = 0;
async function setUp(directories: number) {
  const made = [];
  for (let n = 0; n < directories; n += 1) {
    count += 1;
    made.push(await bridge.services.directories.createDirectory({ slug: `export-${count}` }));
  }
  const client = await createUserStorageClient(
    bridge,
    made.map(({ slug }) => slug),
  );
  return { client, ids: made.map(({ id }) => id), slugs: made.map(({ slug }) => slug) };
}

describe('GET /export', () => {
  it('lists groups, then visible users, between a header and an end that counts them', async () => {
    const {
      client,
      ids: [upper = '', lower = ''],
      slugs: [slug],
    } = await setUp(2);
    const anna = await store.newUser(upper, { userName: 'anna' });
    await store.newUser(lower, { userName: 'anna' });
    const bertil = await store.newUser(lower, { userName: 'bertil' });
    const sales = await store.newGroup(upper, 'Sales', [anna.id]);
    const lines = await client.export();
    expect(lines).toEqual([
      {
        kind: 'header',
        cursor: expect.any(String),
        revision: expect.any(String),
        time: expect.any(Number),
        attributes: expect.arrayContaining(['department']),
      },
      { kind: 'group', state: 'present', group: (await client.get(`/groups/${sales.id}`)).body },
      { kind: 'user', state: 'present', user: (await client.get(`/users/${anna.id}`)).body },
      { kind: 'user', state: 'present', user: (await client.get(`/users/${bertil.id}`)).body },
      { kind: 'end', users: 2, groups: 1 },
    ]);
    expect(lines[1].group.path).toEqual([slug, 'Sales']);
    expect(lines[0].revision).toBe((await client.get('/')).body.revision);
  });

  it('names what a switched-off directory has, so that nobody takes it for gone', async () => {
    const {
      client,
      ids: [first = '', second = ''],
      slugs: [, slug = ''],
    } = await setUp(2);
    const served = await store.newUser(first);
    const kept = await store.newUser(second);
    const group = await store.newGroup(second, 'Kept');
    await bridge.services.federations.setDirectory(client.slug, slug, { enabled: false });
    const lines = await client.export();
    expect(lines.slice(1)).toEqual([
      { kind: 'group', state: 'read-only', group: expect.objectContaining({ id: group.id, path: [slug, 'Kept'] }) },
      { kind: 'user', state: 'present', user: expect.objectContaining({ id: served.id }) },
      { kind: 'user', state: 'read-only', id: kept.id },
      { kind: 'end', users: 2, groups: 1 },
    ]);
  });

  it('is complete over many pages', async () => {
    const {
      client,
      ids: [first = '', second = ''],
    } = await setUp(2);
    const ids = [...(await store.newUsers(first, 'a', 2_000)), ...(await store.newUsers(second, 'b', 1_001))];
    const lines = await client.export();
    expect(lines.at(-1)).toEqual({ kind: 'end', users: 3_001, groups: 0 });
    expect(lines.slice(1, -1).map((line) => line.user.id)).toEqual([
      ...ids.slice(0, 2_000).sort(),
      ...ids.slice(2_000).sort(),
    ]);
  });

  it('hands over to the feed without losing what changes meanwhile', async () => {
    const scim = await bridge.directory();
    const client = await createUserStorageClient(bridge, [scim.directory.slug]);
    await store.newUsers(scim.directory.id, 'old', 1_500);
    const response = await bridge.app.request(`/user-storage/v1/${client.slug}/export`, {
      headers: { Authorization: `Bearer ${client.token}` },
    });
    const reader = response.body?.getReader();
    if (!reader) throw new Error('no body');
    const header = JSON.parse(new TextDecoder().decode((await reader.read()).value));
    // The cursor was taken, no row was read yet.
    const created = await scim.post('/Users', {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName: 'late',
    });
    await reader.cancel();
    const { items } = (await client.changes(header.cursor)).body;
    expect(items).toMatchObject([{ kind: 'user', id: created.body.id, state: 'present' }]);
  });

  it('breaks off without an end when it fails on the way', async () => {
    const {
      client,
      ids: [first = ''],
    } = await setUp(1);
    await store.newUsers(first, 'x', 10);
    const response = await bridge.app.request(`/user-storage/v1/${client.slug}/export`, {
      headers: { Authorization: `Bearer ${client.token}` },
    });
    const reader = response.body?.getReader();
    if (!reader) throw new Error('no body');
    await reader.read();
    await bridge.database.pool.query('alter table users rename to users_gone');
    try {
      await expect(reader.read()).rejects.toThrow();
    } finally {
      await bridge.database.pool.query('alter table users_gone rename to users');
    }
  });
});
