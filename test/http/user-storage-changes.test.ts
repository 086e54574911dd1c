// GET /changes: nothing is missed, everything is told as the resulting state.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../bridge/platform/ids.ts';
import { createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { createStoreFactory, insertEvent, insertUser, type StoreFactory } from '../support/store-factory.ts';
import { createUserStorageClient, type UserStorageClient } from '../support/user-storage-client.ts';

const userSchema = 'urn:ietf:params:scim:schemas:core:2.0:User';
const groupSchema = 'urn:ietf:params:scim:schemas:core:2.0:Group';

let bridge: TestBridge;
let store: StoreFactory;

beforeAll(async () => {
  bridge = await createTestBridge();
  store = createStoreFactory(bridge.database);
});
afterAll(() => bridge.close());

async function created(scim: ScimClient, path: string, body: Record<string, unknown>): Promise<string> {
  const answer = await scim.post(path, body);
  expect(answer.status).toBe(201);
  return answer.body.id;
}
const newUser = (scim: ScimClient, userName: string, over: Record<string, unknown> = {}) =>
  created(scim, '/Users', { schemas: [userSchema], userName, ...over });
const newGroup = (scim: ScimClient, displayName: string, members: string[] = []) =>
  created(scim, '/Groups', { schemas: [groupSchema], displayName, members: members.map((value) => ({ value })) });

async function patch(scim: ScimClient, path: string, ...operations: Record<string, unknown>[]): Promise<void> {
  const answer = await scim.patch(path, {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: operations,
  });
  expect(answer.status).toBeLessThan(300);
}
const set = (path: string, value: unknown) => ({ op: 'replace', path, value });

/** A federation of `directories` directories that take SCIM, first in precedence first. */
async function setUp(directories = 1) {
  const made: ScimClient[] = [];
  for (let n = 0; n < directories; n += 1) made.push(await bridge.directory());
  const client = await createUserStorageClient(
    bridge,
    made.map(({ directory }) => directory.slug),
  );
  const [first, second = first] = made;
  if (!first || !second) throw new Error('no directory');
  return { client, first, second };
}

/** All items after a cursor, over as many answers as it takes. */
async function follow(client: UserStorageClient, cursor: string, query: Record<string, string> = {}) {
  const items = [];
  const sizes = [];
  for (;;) {
    const { status, body } = await client.changes(cursor, query);
    expect(status).toBe(200);
    items.push(...body.items);
    sizes.push(body.items.length);
    cursor = body.cursor;
    if (!body.more) return { items, cursor, sizes };
  }
}

describe('items', () => {
  it('tell a created, updated and deleted user', async () => {
    const { client, first } = await setUp();
    const start = await client.cursor();
    expect((await client.changes(start)).body).toEqual({ cursor: start, more: false, items: [] });

    const id = await newUser(first, 'anna');
    const after = await follow(client, start);
    expect(after.items).toEqual([
      {
        kind: 'user',
        id,
        state: 'present',
        user: (await client.get(`/users/${id}`)).body,
        reasons: ['user.created'],
        endSessions: false,
        directory: first.directory.slug,
        position: '3',
        at: expect.any(Number),
      },
    ]);

    await patch(first, `/Users/${id}`, set('title', 'Engineer'));
    const updated = await follow(client, after.cursor);
    expect(updated.items).toMatchObject([
      {
        id,
        state: 'present',
        user: { attributes: { title: ['Engineer'] } },
        reasons: ['user.updated'],
        endSessions: false,
      },
    ]);

    await first.delete(`/Users/${id}`);
    const deleted = await follow(client, updated.cursor);
    expect(deleted.items).toEqual([
      expect.objectContaining({ id, state: 'absent', reasons: ['user.deleted'], endSessions: true }),
    ]);
    expect(deleted.items[0]).not.toHaveProperty('user');
    expect((await follow(client, deleted.cursor)).items).toEqual([]);
  });

  it('tell several changes of one user as one, with the state at the end', async () => {
    const { client, first } = await setUp();
    const start = await client.cursor();
    const id = await newUser(first, 'anna');
    const other = await newUser(first, 'bertil');
    await patch(first, `/Users/${id}`, set('title', 'one'));
    await patch(first, `/Users/${id}`, set('title', 'two'));
    const { items } = await follow(client, start);
    expect(items).toMatchObject([
      { id, user: { attributes: { title: ['two'] } }, reasons: ['user.created', 'user.updated'], position: '6' },
      { id: other, position: '4' },
    ]);
  });

  it.each([
    ['a deactivation', set('active', false), 'user.deactivated', { enabled: false }],
    ['a new password', set('password', 'n3w-password'), 'user.password_changed', { enabled: true }],
  ])('end the sessions after %s', async (_, operation, reason, user) => {
    const { client, first } = await setUp();
    const id = await newUser(first, 'anna');
    const start = await client.cursor();
    await patch(first, `/Users/${id}`, operation);
    const { items } = await follow(client, start);
    expect(items).toMatchObject([{ id, state: 'present', endSessions: true, user }]);
    expect(items[0].reasons).toContain(reason);
  });

  it('end the sessions even when the user is active again at the end', async () => {
    const { client, first } = await setUp();
    const id = await newUser(first, 'anna');
    const start = await client.cursor();
    await patch(first, `/Users/${id}`, set('active', false));
    await patch(first, `/Users/${id}`, set('active', true));
    expect((await follow(client, start)).items).toMatchObject([{ id, endSessions: true, user: { enabled: true } }]);
  });

  it('never tell a reserved name', async () => {
    const { client, first } = await setUp();
    await bridge.services.federations.reserveUsername(client.slug, 'admin', 'local account');
    const start = await client.cursor();
    const id = await newUser(first, 'Admin');
    expect((await follow(client, start)).items).toEqual([expect.objectContaining({ id, state: 'absent' })]);
  });
});

describe('groups', () => {
  it('come before the users who are in them', async () => {
    const { client, first } = await setUp();
    const start = await client.cursor();
    const anna = await newUser(first, 'anna');
    const sales = await newGroup(first, 'Sales', [anna]);
    const { items } = await follow(client, start);
    expect(items).toMatchObject([
      { kind: 'group', id: sales, state: 'present', group: { name: 'Sales', path: [first.directory.slug, 'Sales'] } },
      { kind: 'user', id: anna, user: { groups: [{ id: sales }] }, reasons: ['user.created', 'group.member_added'] },
    ]);
  });

  it('tell their members who came and who went', async () => {
    const { client, first } = await setUp();
    const [anna, bertil, carl] = [
      await newUser(first, 'anna'),
      await newUser(first, 'bertil'),
      await newUser(first, 'carl'),
    ];
    const sales = await newGroup(first, 'Sales', [anna, carl]);
    const start = await client.cursor();
    await patch(first, `/Groups/${sales}`, { op: 'add', path: 'members', value: [{ value: bertil }] });
    await patch(first, `/Groups/${sales}`, { op: 'remove', path: `members[value eq "${anna}"]` });
    const { items } = await follow(client, start);
    expect(items.filter((item: { kind: string }) => item.kind === 'user')).toMatchObject([
      { id: bertil, reasons: ['group.member_added'], user: { groups: [{ id: sales }] }, endSessions: false },
      { id: anna, reasons: ['group.member_removed'], user: { groups: [] }, endSessions: false },
    ]);
  });

  it('say nothing of members that are no users', async () => {
    const { client, first } = await setUp();
    const start = await client.cursor();
    await newGroup(first, 'Sales', ['not-a-user', newId()]);
    expect((await follow(client, start)).items).toMatchObject([{ kind: 'group' }]);
  });

  it('tell all members when they are renamed, and when they are deleted', async () => {
    const { client, first } = await setUp();
    const anna = await newUser(first, 'anna');
    const bertil = await newUser(first, 'bertil');
    const sales = await newGroup(first, 'Sales', [anna, bertil]);
    const start = await client.cursor();
    await patch(first, `/Groups/${sales}`, set('displayName', 'Selling'));
    const renamed = await follow(client, start);
    expect(renamed.items).toMatchObject([
      { kind: 'group', id: sales, group: { name: 'Selling' } },
      { kind: 'user', id: anna, user: { groups: [{ name: 'Selling' }] }, reasons: ['group.updated'] },
      { kind: 'user', id: bertil },
    ]);
    await first.delete(`/Groups/${sales}`);
    expect((await follow(client, renamed.cursor)).items).toMatchObject([
      { kind: 'group', id: sales, state: 'absent', reasons: ['group.deleted'] },
      { kind: 'user', id: anna, user: { groups: [] }, endSessions: false },
      { kind: 'user', id: bertil, user: { groups: [] } },
    ]);
  });

  it('tell the many members of one renamed group over several answers, each once', async () => {
    const { client, first } = await setUp();
    const ids = await store.newUsers(first.directory.id, 'm', 25);
    const group = await store.newGroup(first.directory.id, 'Many', ids);
    const start = await client.cursor();
    const late = await newUser(first, 'before');
    await store.newEvent(first.directory.id, 'group.updated', group.id, {
      changes: { displayName: { before: 'Few', after: 'Many' } },
    });
    await patch(first, `/Users/${late}`, set('title', 'after'));
    const { items, sizes } = await follow(client, start, { max: '10' });
    expect(sizes).toEqual([1, 10, 10, 7]);
    const users = items.filter((item: { kind: string }) => item.kind === 'user').map((item: { id: string }) => item.id);
    expect(users).toEqual([late, ...ids.toSorted(), late]);
    expect(items.filter((item: { kind: string }) => item.kind === 'group')).toHaveLength(1);
  });

  it('tell the many members of a group that was renamed twice', { timeout: 20_000 }, async () => {
    const { client, first } = await setUp();
    const ids = await store.newUsers(first.directory.id, 'm', 25);
    const group = await store.newGroup(first.directory.id, 'Many', ids);
    const start = await client.cursor();
    for (const [before, after] of [
      ['Few', 'Some'],
      ['Some', 'Many'],
    ]) {
      await store.newEvent(first.directory.id, 'group.updated', group.id, {
        changes: { displayName: { before, after } },
      });
    }
    const { items } = await follow(client, start, { max: '10' });
    const users = items.filter((item: { kind: string }) => item.kind === 'user').map((item: { id: string }) => item.id);
    expect(users).toEqual([...ids.toSorted(), ...ids.toSorted()]);
  });

  it('tell the many former members of a deleted group over several answers', async () => {
    const { client, first } = await setUp();
    const ids = await store.newUsers(first.directory.id, 'm', 12);
    const start = await client.cursor();
    await store.newEvent(first.directory.id, 'group.deleted', newId(), { affectedUsers: ids });
    const { items, sizes } = await follow(client, start, { max: '5' });
    expect(sizes).toEqual([5, 5, 3]);
    expect(items.map((item: { id: string }) => item.id).slice(1)).toEqual(ids.toSorted());
  });
});

describe('shadowing', () => {
  it('removes the hidden user before the one that hides it comes, and brings it back', async () => {
    const { client, first, second } = await setUp(2);
    const lower = await newUser(second, 'Same');
    const start = await client.cursor();
    const upper = await newUser(first, 'same');
    const hidden = await follow(client, start);
    expect(hidden.items).toMatchObject([
      {
        id: lower,
        state: 'absent',
        directory: second.directory.slug,
        position: '3',
        reasons: ['user.shadowing_changed'],
        endSessions: true,
      },
      { id: upper, state: 'present', directory: first.directory.slug, position: '3', reasons: ['user.created'] },
    ]);

    await first.delete(`/Users/${upper}`);
    const back = await follow(client, hidden.cursor);
    expect(back.items).toMatchObject([
      { id: upper, state: 'absent', endSessions: true },
      { id: lower, state: 'present', reasons: ['user.shadowing_changed'], endSessions: false },
    ]);
  });

  it('flips with a rename and with a changed e-mail', async () => {
    const { client, first, second } = await setUp(2);
    const emails = (value: string) => [{ value, primary: true }];
    const upper = await newUser(first, 'upper', { emails: emails('upper@example.com') });
    const one = await newUser(second, 'one', { emails: emails('one@example.com') });
    const two = await newUser(second, 'two', { emails: emails('two@example.com') });
    const states = async (cursor: string) => {
      const { items, cursor: next } = await follow(client, cursor);
      return {
        next,
        by: Object.fromEntries(items.map((item: { id: string; state: string }) => [item.id, item.state])),
      };
    };
    const start = await client.cursor();
    await patch(first, `/Users/${upper}`, set('userName', 'ONE'));
    const renamed = await states(start);
    expect(renamed.by).toEqual({ [upper]: 'present', [one]: 'absent' });
    await patch(first, `/Users/${upper}`, set('userName', 'upper'), set('emails', emails('TWO@example.com')));
    expect((await states(renamed.next)).by).toEqual({ [upper]: 'present', [one]: 'present', [two]: 'absent' });
  });

  it('does not reach up: a lower directory changes nothing above it', async () => {
    const { client, first, second } = await setUp(2);
    await newUser(first, 'same');
    const start = await client.cursor();
    const lower = await newUser(second, 'same');
    expect((await follow(client, start)).items).toEqual([expect.objectContaining({ id: lower, state: 'absent' })]);
  });
});

describe('the federation', () => {
  it.each<[string, (client: UserStorageClient, second: ScimClient) => Promise<unknown>]>([
    [
      'a toggle',
      ({ slug }, { directory }) => bridge.services.federations.setDirectory(slug, directory.slug, { enabled: false }),
    ],
    [
      "a directory's own toggle",
      (_, { directory }) => bridge.services.directories.updateDirectory(directory.slug, { enabled: false }),
    ],
    [
      'another order',
      ({ slug }, { directory }) => bridge.services.federations.setDirectory(slug, directory.slug, { priority: 5 }),
    ],
    [
      'a directory less',
      ({ slug }, { directory }) => bridge.services.federations.removeDirectory(slug, directory.slug),
    ],
    ['a deleted directory', (_, { directory }) => bridge.services.directories.deleteDirectory(directory.slug)],
    ['a reserved name', ({ slug }) => bridge.services.federations.reserveUsername(slug, 'admin', 'local account')],
  ])('tells %s once, with the new revision', async (_, change) => {
    const { client, second } = await setUp(2);
    await newUser(second, 'anna');
    const start = await client.cursor();
    const before = (await client.get('/')).body.revision;
    await change(client, second);
    const { items, cursor } = await follow(client, start);
    const { revision } = (await client.get('/')).body;
    expect(revision).not.toBe(before);
    expect(items).toEqual([{ kind: 'federation', revision, reasons: ['federation.updated'], at: expect.any(Number) }]);
    expect((await follow(client, cursor)).items).toEqual([]);
  });

  it('goes on with the other directories, and starts a new one at its end', async () => {
    const { client, first } = await setUp();
    const start = await client.cursor();
    const added = await bridge.directory();
    await newUser(added, 'before');
    await bridge.services.federations.addDirectory(client.slug, added.directory.slug);
    const anna = await newUser(first, 'anna');
    const { items, cursor } = await follow(client, start, { max: '1' });
    expect(items).toMatchObject([{ kind: 'federation' }, { kind: 'user', id: anna }]);
    const bertil = await newUser(added, 'bertil');
    expect((await follow(client, cursor)).items).toMatchObject([{ kind: 'user', id: bertil }]);
  });

  it('tells what happens in a switched-off directory as read-only, and a deletion as such', async () => {
    const { client, first } = await setUp();
    const anna = await newUser(first, 'anna');
    const bertil = await newUser(first, 'bertil');
    const sales = await newGroup(first, 'Sales', [anna]);
    await bridge.services.federations.setDirectory(client.slug, first.directory.slug, { enabled: false });
    const start = await client.cursor();
    await patch(first, `/Users/${anna}`, set('title', 'unseen'));
    await patch(first, `/Groups/${sales}`, set('displayName', 'Unseen'));
    await first.delete(`/Users/${bertil}`);
    const { items } = await follow(client, start);
    expect(items).toEqual([
      expect.objectContaining({ id: bertil, state: 'absent', endSessions: true }),
      expect.objectContaining({ id: anna, state: 'read-only', endSessions: false }),
    ]);
    expect(JSON.stringify(items)).not.toContain('unseen');
  });
});

describe('order', () => {
  it('misses no event of a transaction that commits late', async () => {
    const { client, first } = await setUp();
    const { id: directoryId } = first.directory;
    const start = await client.cursor();
    let commit = () => {};
    const committed = new Promise<void>((resolve) => {
      commit = resolve;
    });
    let written = () => {};
    const wrote = new Promise<void>((resolve) => {
      written = resolve;
    });
    const early = newId();
    const late = store.write(directoryId, async (scope) => {
      await insertUser(scope, directoryId, { id: early });
      await insertEvent(scope, directoryId, 'user.created', early);
      written();
      await committed;
    });
    await wrote;
    const quick = await newUser(first, 'quick');
    const seen = await follow(client, start);
    expect(seen.items).toMatchObject([{ id: quick, position: '3' }]);
    commit();
    await late;
    expect((await follow(client, seen.cursor)).items).toMatchObject([{ id: early, state: 'present', position: '4' }]);
  });

  it('misses nothing and repeats no position while many write at once', async () => {
    const { client, first, second } = await setUp(2);
    let cursor = await client.cursor();
    const ids = new Set<string>();
    let done = false;
    const writing = Promise.all(
      [first, second].flatMap((scim) =>
        [1, 2].map(async (writer) => {
          for (let n = 0; n < 20; n += 1) ids.add(await newUser(scim, `${scim.directory.slug}-${writer}-${n}`));
        }),
      ),
    ).then(() => {
      done = true;
    });
    const seen: { id: string; directory: string; position: string }[] = [];
    for (let last = false; !last; ) {
      last = done;
      const next = await follow(client, cursor, { max: '7' });
      seen.push(...next.items);
      cursor = next.cursor;
    }
    await writing;
    expect(new Set(seen.map((item) => item.id))).toEqual(ids);
    expect(seen).toHaveLength(ids.size);
    for (const { directory } of [first, second]) {
      const positions = seen.filter((item) => item.directory === directory.slug).map((item) => Number(item.position));
      expect(positions).toEqual(positions.toSorted((a, b) => a - b));
    }
  });

  it('tells a rolled-back change to nobody', async () => {
    const { client, first } = await setUp();
    const { id: directoryId } = first.directory;
    const start = await client.cursor();
    const undone = store.write(directoryId, async (scope) => {
      const { id } = await insertUser(scope, directoryId);
      await insertEvent(scope, directoryId, 'user.created', id);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect((await follow(client, start)).items).toEqual([]);
  });
});

describe('cursors', () => {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

  it.each<[string, (own: Record<string, unknown>) => string]>([
    ['no base64', () => '%%%'],
    ['no JSON', () => Buffer.from('{').toString('base64url')],
    ['empty', () => ''],
    ['of another version', (own) => encode({ ...own, v: 2 })],
    ['of another federation', (own) => encode({ ...own, f: newId() })],
    ['with a negative position', (own) => encode({ ...own, p: { [newId()]: -1 } })],
    ['with a position that is text', (own) => encode({ ...own, p: { [newId()]: '1' } })],
    ['with a directory that is no id', (own) => encode({ ...own, p: { "x'": 1 } })],
    ['with more than a cursor has', (own) => encode({ ...own, x: 1 })],
    ['without positions', ({ p: _, ...own }) => encode(own)],
  ])('are refused when they are %s', async (_, forge) => {
    const { client } = await setUp();
    const own = JSON.parse(Buffer.from(await client.cursor(), 'base64url').toString());
    const { status, body } = await client.changes(forge(own));
    expect([status, body.code]).toEqual([400, 'invalid_request']);
    expect(body.detail).toMatch(/^after: /);
  });

  it('of another federation are refused though its directory is shared', async () => {
    const { client, first } = await setUp();
    const other = await createUserStorageClient(bridge, [first.directory.slug]);
    expect((await client.changes(await other.cursor())).body.code).toBe('invalid_request');
  });

  it('show nothing of a directory that the federation does not have', async () => {
    const { client } = await setUp();
    const foreign = await bridge.directory();
    await newUser(foreign, 'secret');
    const own = JSON.parse(Buffer.from(await client.cursor(), 'base64url').toString());
    const { body } = await client.changes(encode({ ...own, p: { ...own.p, [foreign.directory.id]: 0 } }));
    expect(body.items).toEqual([]);
  });

  it('expire when the log ends before them, or was pruned behind them', async () => {
    const { client, first } = await setUp();
    const { id: directoryId } = first.directory;
    const start = await client.cursor();
    await newUser(first, 'anna');
    await newUser(first, 'bertil');
    const { cursor } = await follow(client, start);
    await store.write(directoryId, (scope) =>
      scope.deleteFrom('events').where('directory_id', '=', directoryId).where('position', '<=', 3).execute(),
    );
    const pruned = await client.changes(start);
    expect([pruned.status, pruned.body.code]).toEqual([410, 'cursor_expired']);
    expect((await client.changes(cursor)).status).toBe(200);
    await store.write(directoryId, (scope) =>
      scope.updateTable('event_heads').set({ position: 1 }).where('directory_id', '=', directoryId).execute(),
    );
    expect((await client.changes(cursor)).body.code).toBe('cursor_expired');
  });

  it.each([
    ['wait', { wait: '31' }],
    ['wait', { wait: '-1' }],
    ['max', { max: '0' }],
    ['max', { max: '1001' }],
  ] as const)('come with a sensible %s: %j is refused', async (name, query) => {
    const { client } = await setUp();
    const { body } = await client.changes(await client.cursor(), query);
    expect(body.code).toBe('invalid_request');
    expect(body.detail).toMatch(new RegExp(`^${name}: `));
  });
});

describe('waiting', () => {
  /** Starts a wait of 20 s and answers what came and after how many ms, counted from `happens`. */
  async function wokenBy(client: UserStorageClient, happens: () => Promise<unknown>) {
    const waiting = client.changes(await client.cursor(), { wait: '20' });
    await sleep(100);
    const started = performance.now();
    await happens();
    const { body } = await waiting;
    return { items: body.items, ms: performance.now() - started };
  }

  it('ends within a second of a change', async () => {
    const { client, first } = await setUp();
    const { items, ms } = await wokenBy(client, () => newUser(first, 'anna'));
    expect(items).toMatchObject([{ kind: 'user', state: 'present' }]);
    expect(ms).toBeLessThan(900);
  });

  it('ends within a second of a change to the federation', async () => {
    const { client, first } = await setUp();
    const { items, ms } = await wokenBy(client, () =>
      bridge.services.federations.setDirectory(client.slug, first.directory.slug, { enabled: false }),
    );
    expect(items).toMatchObject([{ kind: 'federation' }]);
    expect(ms).toBeLessThan(900);
  });

  it('notices a change that nobody signalled', async () => {
    const { client, first } = await setUp();
    const { items, ms } = await wokenBy(client, async () => {
      const { id } = await store.newUser(first.directory.id);
      await store.newEvent(first.directory.id, 'user.created', id);
    });
    expect(items).toHaveLength(1);
    expect(ms).toBeLessThan(1_900);
  });

  it('ends empty when its time is over', async () => {
    const { client } = await setUp();
    const cursor = await client.cursor();
    const started = performance.now();
    const { body } = await client.changes(cursor, { wait: '1' });
    expect(body).toEqual({ cursor, more: false, items: [] });
    expect(performance.now() - started).toBeGreaterThan(950);
    expect(performance.now() - started).toBeLessThan(1_600);
  });

  it('ends when the client goes away', async () => {
    const { client } = await setUp();
    const gone = new AbortController();
    const started = performance.now();
    const waiting = client.get(
      '/changes',
      { after: await client.cursor(), wait: '20' },
      { signal: gone.signal, headers: { Authorization: `Bearer ${client.token}` } },
    );
    await sleep(50);
    gone.abort();
    await waiting;
    expect(performance.now() - started).toBeLessThan(900);
  });

  it('ends when the server stops', async () => {
    const stopping = await createTestBridge();
    const client = await createUserStorageClient(stopping, [(await stopping.directory()).directory.slug]);
    const cursor = await client.cursor();
    const started = performance.now();
    const waiting = client.changes(cursor, { wait: '20' });
    await sleep(50);
    stopping.services.federations.close();
    expect((await waiting).body).toEqual({ cursor, more: false, items: [] });
    expect(performance.now() - started).toBeLessThan(900);
    await stopping.close();
  });
});
