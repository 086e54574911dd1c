// The event log through the management API: complete, in order, and without secrets.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../../bridge/app.ts';
import { createLogger } from '../../bridge/platform/log.ts';
import {
  type Answer,
  type Body,
  createTestBridge,
  readAnswer,
  type ScimClient,
  type TestBridge,
} from '../support/bridge.ts';
import { badge, badgeSchema, declare, declareType } from '../support/declared-schemas.ts';
import { newGroup, newUser, patchOp, userSchema } from '../support/scim.ts';

const adminToken = 'an-admin-token-of-at-least-32-characters';
let bridge: TestBridge;
let app: TestBridge['app'];

beforeAll(async () => {
  bridge = await createTestBridge();
  app = createApp({ services: bridge.services, logger: createLogger('silent'), adminToken });
});
afterAll(async () => {
  bridge.services.eventLog.close();
  await bridge.close();
});

async function events(query: Record<string, string>): Promise<Answer> {
  return readAnswer(
    await app.request(`/api/v1/events?${new URLSearchParams(query).toString()}`, {
      headers: { Authorization: `Bearer ${adminToken}` },
    }),
  );
}

/** Every new directory's log begins with the directory and the token of the test's client. */
const made = 2;

/** Everything about users and groups after a cursor, page by page. */
async function walk(query: Record<string, string>): Promise<{ events: Body[]; cursor: string }> {
  const seen: Body[] = [];
  for (let page = (await events(query)).body; ; page = (await events({ ...query, after: page.cursor })).body) {
    seen.push(...page.events.filter(({ resource }: Body) => ['User', 'Group'].includes(resource.type)));
    if (!page.more) return { events: seen, cursor: page.cursor };
  }
}

const of = (scim: ScimClient) => ({ directory: scim.directory.slug });
const types = (listed: Body[]): string[] => listed.map(({ type }) => type);

describe('an event', () => {
  test('says what was changed by whom in which request, from what to what', async () => {
    const scim = await bridge.directory();
    const { id } = await newUser(scim, 'anna');
    const changed = await scim.patch(`/Users/${id}`, patchOp({ op: 'replace', path: 'title', value: 'Head' }), {
      'X-Request-Id': 'request-of-the-test',
    });
    expect(changed.status, JSON.stringify(changed.body)).toBe(200);
    const { events: seen } = await walk(of(scim));
    expect(types(seen)).toEqual(['user.created', 'user.updated']);
    expect(seen[1]).toEqual({
      id: `${scim.directory.id}.4`,
      type: 'user.updated',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      directory: { id: scim.directory.id, slug: scim.directory.slug },
      position: 4,
      actor: expect.stringMatching(/^token:/),
      requestId: changed.headers.get('x-request-id'),
      profile: 'auto',
      resource: { type: 'User', id, version: 2 },
      changes: { title: { before: null, after: 'Head' } },
      members: [],
    });
  });

  test('names the profile under which its request was understood then, and none where an operator acted', async () => {
    const scim = await bridge.directory('dialects', 'entra');
    await newUser(scim, 'anna');
    await bridge.services.directories.updateDirectory('dialects', { profile: 'okta' });
    const data = { schemas: [userSchema], userName: 'berta' };
    const bulk = {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: [{ method: 'POST', path: '/Users', bulkId: 'a', data }],
    };
    expect((await scim.post('/Bulk', bulk)).body).toMatchObject({ Operations: [{ status: '201' }] });
    const { body } = await events(of(scim));
    expect(body.events.map(({ type, profile }: Body) => [type, profile])).toEqual([
      ['directory.created', null],
      ['token.created', null],
      ['user.created', 'entra'],
      ['directory.updated', null],
      ['user.created', 'okta'],
    ]);
  });

  test('tells each kind of change', async () => {
    const scim = await bridge.directory();
    const { id } = await newUser(scim, 'anna');
    const group = await newGroup(scim, 'Ops', [id]);
    await scim.patch(`/Users/${id}`, patchOp({ op: 'replace', path: 'active', value: false }));
    await scim.patch(`/Users/${id}`, patchOp({ op: 'replace', path: 'active', value: true }));
    await scim.patch(`/Groups/${group.id}`, patchOp({ op: 'remove', path: `members[value eq "${id}"]` }));
    await scim.delete(`/Groups/${group.id}`);
    await scim.delete(`/Users/${id}`);
    expect(types((await walk(of(scim))).events)).toEqual([
      'user.created',
      'group.created',
      'group.member_added',
      'user.deactivated',
      'user.activated',
      'group.member_removed',
      'group.deleted',
      'user.deleted',
    ]);
  });

  test('holds neither a password nor the token that was used', async () => {
    const scim = await bridge.directory();
    const password = 'Correct-Horse-Battery-1';
    const made = await scim.post('/Users', { schemas: [userSchema], userName: 'berta', password });
    await scim.patch(`/Users/${made.body.id}`, patchOp({ op: 'replace', path: 'password', value: `${password}2` }));
    const { events: seen } = await walk(of(scim));
    expect(types(seen)).toContain('user.password_changed');
    const text = JSON.stringify(seen);
    expect(text).not.toContain(password);
    expect(text).not.toContain('argon2');
    expect(text).not.toContain(scim.token);
  });
});

describe('what a directory declares as never returned', () => {
  const vault = 'urn:acme:scim:schemas:1.0:Vault';
  const schema = (over: object = {}) => ({
    id: vault,
    name: 'Vault',
    resourceType: 'User',
    attributes: [
      { name: 'pin', returned: 'never' as const },
      { name: 'floor' },
      {
        name: 'safes',
        type: 'complex' as const,
        multiValued: true,
        subAttributes: [{ name: 'value' }, { name: 'code', returned: 'never' as const }],
      },
      { name: 'owner', type: 'complex' as const, subAttributes: [{ name: 'code', returned: 'never' as const }] },
    ],
    ...over,
  });
  const secrets = {
    pin: 'pin-4711',
    floor: '3',
    safes: [{ value: 'left', code: 'code-4712' }, { code: 'code-4713' }],
    owner: { code: 'code-4714' },
  };
  const vaults = (listed: Body[]) => listed.map(({ type, changes }) => [type, changes[vault]]);
  const told = { floor: '3', safes: [{ value: 'left' }] };

  test('is in no event of a user, whatever becomes of it; a change of nothing else is told as one', async () => {
    const scim = await bridge.directory();
    await declare(bridge, scim, schema());
    const { id } = await newUser(scim, 'anna', { [vault]: secrets });
    const set = async (path: string, value: unknown) => {
      const answer = await scim.patch(`/Users/${id}`, patchOp({ op: 'replace', path: `${vault}:${path}`, value }));
      expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    };
    await set('pin', 'pin-4715');
    await set('floor', '4');
    await scim.delete(`/Users/${id}`);
    const { events: seen } = await walk(of(scim));
    expect(JSON.stringify(seen)).not.toMatch(/(pin|code)-471/);
    const changed = { ...told, floor: '4' };
    expect(vaults(seen)).toEqual([
      ['user.created', { before: null, after: told }],
      ['user.updated', undefined],
      ['user.updated', { before: told, after: changed }],
      ['user.deleted', { before: changed, after: null }],
    ]);
    expect(seen.map(({ resource }) => resource.version)).toEqual([1, 2, 3, 3]);
  });

  test('is in no event of a bulk request or a group, nor in what was at a past moment', async () => {
    const scim = await bridge.directory();
    const team = 'urn:acme:scim:schemas:1.0:Team';
    await declare(bridge, scim, schema());
    await declare(bridge, scim, schema({ id: team, resourceType: 'Group' }));
    const made = await scim.post('/Bulk', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: [
        { method: 'POST', path: '/Users', bulkId: 'a', data: { userName: 'anna', [vault]: secrets } },
        { method: 'POST', path: '/Groups', bulkId: 'b', data: { displayName: 'Ops', [team]: secrets } },
      ],
    });
    expect(made.body.Operations.map(({ status }: Body) => status)).toEqual(['201', '201']);
    const { events: seen } = await walk(of(scim));
    expect(types(seen)).toEqual(['user.created', 'group.created']);
    expect(JSON.stringify(seen)).toContain('left');
    expect(JSON.stringify(seen)).not.toMatch(/(pin|code)-471/);
    const { past } = await bridge.services.history.readHistory({
      ...{ directory: scim.directory.slug, of: 'anna', limit: 10, at: new Date() },
    });
    expect(past?.resource).toMatchObject({ [vault]: told });
    expect(JSON.stringify(past)).not.toMatch(/(pin|code)-471/);
  });

  test('is in no event of values that go with their schema, or of resources that go with their type', async () => {
    const scim = await bridge.directory();
    await declare(bridge, scim, schema());
    await newUser(scim, 'anna', { [vault]: secrets });
    const fewer = schema().attributes.filter(({ name }) => name !== 'floor');
    await declare(bridge, scim, schema({ attributes: fewer }), 'drop');
    await bridge.services.schemas.deleteSchema(scim.directory.slug, vault, 'drop');
    const safe = { ...schema(), name: 'Safe', id: `${vault}:Safe` };
    const { resourceType: _user, ...core } = safe;
    await declareType(bridge, scim, { name: 'Safe', endpoint: '/Safes', schema: core });
    const made = await scim.post('/Safes', { schemas: [safe.id], ...secrets });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    await bridge.services.types.deleteType(scim.directory.slug, 'Safe', 'drop');
    const { events: seen } = (await events({ ...of(scim), type: 'user.*, resource.*' })).body;
    expect(JSON.stringify(seen)).not.toMatch(/(pin|code)-471/);
    const rest = { safes: [{ value: 'left' }] };
    expect(vaults(seen).slice(0, 3)).toEqual([
      ['user.created', { before: null, after: told }],
      ['user.updated', { before: told, after: rest }],
      ['user.updated', { before: rest, after: null }],
    ]);
    expect(seen.slice(3).map(({ type, changes }: Body) => [type, changes])).toEqual([
      ['resource.created', { floor: { before: null, after: '3' }, safes: { before: null, after: rest.safes } }],
      ['resource.deleted', { floor: { before: '3', after: null }, safes: { before: rest.safes, after: null } }],
    ]);
  });
});

describe('the resource of an event', () => {
  test('comes on request as it is now, with its custom attributes, and null when it is gone', async () => {
    const scim = await bridge.directory();
    await declare(bridge, scim, badgeSchema);
    const kept = await newUser(scim, 'anna', { [badge]: { number: '1' } });
    await scim.patch(`/Users/${kept.id}`, patchOp({ op: 'replace', path: `${badge}:number`, value: '2' }));
    const gone = await newUser(scim, 'berta');
    const group = await newGroup(scim, 'Ops', [kept.id]);
    await scim.delete(`/Users/${gone.id}`);
    const page = (await events({ ...of(scim), include: 'resource' })).body;
    const current = (type: string, id: string) =>
      page.events.find((event: Body) => event.type === type && event.resource.id === id).resource.current;
    const shown = (await scim.get(`/Users/${kept.id}`)).body;
    const { groups: _groups, ...withoutGroups } = shown;
    expect(current('user.created', kept.id)).toEqual(withoutGroups);
    expect(current('user.updated', kept.id)).toMatchObject({ [badge]: { number: '2' } });
    expect(current('user.created', gone.id)).toBeNull();
    expect(current('group.created', group.id)).toMatchObject({ displayName: 'Ops', meta: { resourceType: 'Group' } });
    expect(current('directory.created', scim.directory.id)).toBeNull();
    const without = (await events(of(scim))).body.events;
    for (const { resource } of without) expect(resource).not.toHaveProperty('current');
  });

  test('is of the same directory, whatever an event of another one says', async () => {
    const [one, two] = [await bridge.directory(), await bridge.directory()];
    const { id } = await newUser(one, 'anna');
    await newUser(two, 'berta');
    const read = await bridge.services.currentResources.readCurrent(two.directory.slug, [id], 'http://x');
    expect(read.size).toBe(0);
  });
});

describe('the cursor', () => {
  test('walks the log in pages, each event once, and goes on where it was', async () => {
    const scim = await bridge.directory();
    for (const name of ['a', 'b', 'c', 'd', 'e']) await newUser(scim, name);
    const first = (await events({ ...of(scim), limit: '4' })).body;
    expect(first.events.map(({ position }: Body) => position)).toEqual([1, 2, 3, 4]);
    expect(first.more).toBe(true);
    const rest = await walk({ ...of(scim), limit: '2', after: first.cursor });
    expect(rest.events.map(({ position }) => position)).toEqual([5, 6, 7]);
    await newUser(scim, 'f');
    expect((await walk({ ...of(scim), after: rest.cursor })).events.map(({ position }) => position)).toEqual([8]);
  });

  test('holds its place in each directory, also in one that is made later', async () => {
    const one = await bridge.directory();
    await newUser(one, 'a');
    const { cursor } = await walk({});
    const two = await bridge.directory();
    await newUser(two, 'b');
    await newUser(one, 'c');
    const { events: seen } = await walk({ after: cursor });
    expect(seen.map(({ directory, position }) => [directory.slug, position]).sort()).toEqual(
      [
        [one.directory.slug, made + 2],
        [two.directory.slug, made + 1],
      ].sort(),
    );
  });

  test('begins at the end when asked to, or so many events before it', async () => {
    const scim = await bridge.directory();
    for (const name of ['a', 'b', 'c']) await newUser(scim, name);
    expect((await events({ ...of(scim), last: '2' })).body.events.map(({ position }: Body) => position)).toEqual([
      4, 5,
    ]);
    const { cursor, events: none } = (await events({ ...of(scim), after: 'now' })).body;
    expect(none).toEqual([]);
    await newUser(scim, 'd');
    expect((await walk({ ...of(scim), after: cursor })).events.map(({ position }) => position)).toEqual([6]);
  });

  test('misses nothing and repeats nothing while many write at once', async () => {
    const scim = await bridge.directory();
    const ids = new Set<string>();
    let done = false;
    const writing = Promise.all(
      [1, 2, 3, 4].map(async (writer) => {
        for (let n = 0; n < 15; n += 1) ids.add((await newUser(scim, `w${writer}-${n}`)).id);
      }),
    ).then(() => {
      done = true;
    });
    const seen: Body[] = [];
    let after: string | undefined;
    for (let last = false; !last; ) {
      last = done;
      const next = await walk({ ...of(scim), limit: '7', ...(after !== undefined && { after }) });
      seen.push(...next.events);
      after = next.cursor;
    }
    await writing;
    expect(seen.map(({ position }) => position)).toEqual(Array.from({ length: 60 }, (_, index) => made + index + 1));
    expect(new Set(seen.map(({ resource }) => resource.id))).toEqual(ids);
  });
});

describe('a filter', () => {
  test('by type finds exact types and all that begin alike', async () => {
    const scim = await bridge.directory();
    const { id } = await newUser(scim, 'anna');
    await newGroup(scim, 'Ops', [id]);
    await scim.delete(`/Users/${id}`);
    expect(types((await walk({ ...of(scim), type: 'user.deleted' })).events)).toEqual(['user.deleted']);
    const all = types((await walk({ ...of(scim), type: 'user.*, group.created', limit: '1' })).events);
    expect(all).toEqual(['user.created', 'group.created', 'user.deleted']);
  });

  test('by directory tells nothing of another', async () => {
    const [one, two] = [await bridge.directory(), await bridge.directory()];
    await newUser(one, 'a');
    await newUser(two, 'b');
    const { events: seen } = await walk(of(one));
    expect(seen.map(({ directory }) => directory.slug)).toEqual([one.directory.slug]);
  });
});

describe('waiting', () => {
  test('ends with the first event that matches', async () => {
    const scim = await bridge.directory();
    const { cursor } = (await events({ ...of(scim), after: 'now' })).body;
    const waiting = events({ ...of(scim), after: cursor, wait: '30', type: 'user.deleted' });
    const { id } = await newUser(scim, 'anna');
    await scim.delete(`/Users/${id}`);
    expect(types((await waiting).body.events)).toEqual(['user.deleted']);
  });

  test('ends empty when its time is over', async () => {
    const scim = await bridge.directory();
    expect((await events({ ...of(scim), type: 'user.*', wait: '1' })).body).toMatchObject({ events: [], more: false });
  });
});

test.each([
  ['a type that there is not', { type: 'user.renamed' }, 400, 'user.created'],
  ['a cursor of something else', { after: 'bm90IG91cnM' }, 400, 'after'],
  ['a cursor with more behind it', { after: 'AQ!' }, 400, 'after'],
  ['a cursor and a count', { after: 'AQ', last: '3' }, 400, 'last'],
  ['too many events', { limit: '1001' }, 400, 'limit'],
  ['no event', { limit: '0' }, 400, 'limit'],
  ['something else to include', { include: 'members' }, 400, 'include'],
  ['a long wait', { wait: '31' }, 400, 'wait'],
  ['a directory that there is not', { directory: 'nowhere' }, 404, 'nowhere'],
])('%s is refused in words', async (_, query, status, part) => {
  const answer = await events(query);
  expect(answer.status, JSON.stringify(answer.body)).toBe(status);
  expect(answer.body.detail).toContain(part);
});

test('nobody reads the log without the admin token', async () => {
  const scim = await bridge.directory();
  for (const token of ['wrong', scim.token]) {
    const answer = await app.request('/api/v1/events', { headers: { Authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(401);
  }
});
