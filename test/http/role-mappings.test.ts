// Groups in groups and the roles that groups bring, as Keycloak reads them; and whom a change of mappings alters.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../../bridge/app.ts';
import { createLogger } from '../../bridge/platform/log.ts';
import { type Answer, createTestBridge, readAnswer, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { newGroup, newUser, patchOp } from '../support/scim.ts';
import { createUserStorageClient, type UserStorageClient } from '../support/user-storage-client.ts';

const adminToken = 'an-admin-token-of-at-least-32-characters';
let bridge: TestBridge;
let scim: ScimClient;
let client: UserStorageClient;
let anna = '';
let bob = '';
let all = '';
let sales = '';

beforeAll(async () => {
  bridge = await createTestBridge();
});
afterAll(() => bridge.close());

beforeEach(async () => {
  scim = await bridge.directory();
  client = await createUserStorageClient(bridge, [scim.directory.slug]);
  anna = (await newUser(scim, 'anna'))['id'];
  bob = (await newUser(scim, 'bob'))['id'];
  all = (await newGroup(scim, 'All', [bob]))['id'];
  sales = (await newGroup(scim, 'Sales', [anna]))['id'];
});

async function call(method: string, path: string, body?: unknown, slug = client.slug): Promise<Answer> {
  const app = createApp({ services: bridge.services, logger: createLogger('silent'), adminToken });
  return readAnswer(
    await app.request(`/api/v1/federations/${slug}/role-mappings${path}`, {
      method,
      headers: { Authorization: `Bearer ${adminToken}`, 'Content-Type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }),
  );
}

async function members(group: string, op: 'add' | 'remove', member: string): Promise<void> {
  const operation =
    op === 'add' ? { op, path: 'members', value: [{ value: member }] } : { op, path: `members[value eq "${member}"]` };
  expect((await scim.patch(`/Groups/${group}`, patchOp(operation))).status).toBeLessThan(300);
}

const group = async (id: string) => (await client.get(`/groups/${id}`)).body;
const path = (...names: string[]) => [scim.directory.slug, ...names];
/** The groups that the feed tells after `cursor`, by id. */
async function toldAfter(cursor: string, query: Record<string, string> = {}) {
  const told = new Map<string, { state: string; group?: { path: string[]; roles: unknown[] } }>();
  for (let after = cursor; ; ) {
    const { body } = await client.changes(after, query);
    for (const item of body.items) if (item.kind === 'group') told.set(item.id, item);
    after = body.cursor;
    if (!body.more) return told;
  }
}
const wish = (name: string, role: string, over: Record<string, unknown> = {}) => ({
  directory: scim.directory.slug,
  group: { displayName: name },
  role,
  ...over,
});

describe('a group in a group', () => {
  it('says which groups are above it, in every call', async () => {
    expect(await group(sales)).toMatchObject({ path: path('Sales'), parents: [], roles: [] });
    const { version } = await group(sales);
    await members(all, 'add', sales);
    const shown = await group(sales);
    expect(shown).toMatchObject({ path: path('All', 'Sales'), parents: [all] });
    expect(shown.version).not.toBe(version);
    expect((await client.get('/groups', { search: 'sales' })).body.groups).toEqual([shown]);
    expect((await client.get('/groups/lookup', { path: path('Sales') })).body).toEqual(shown);
    expect((await client.export()).filter(({ kind }) => kind === 'group').map((line) => line.group)).toContainEqual(
      shown,
    );
  });

  it('is told by the feed with all that is in it, when it comes, goes, or what is above it is renamed or deleted', async () => {
    const team = (await newGroup(scim, 'Team'))['id'];
    await members(sales, 'add', team);
    let cursor = await client.cursor();
    await members(all, 'add', sales);
    let told = await toldAfter(cursor);
    expect([...told.keys()].sort()).toEqual([sales, team].sort());
    expect(told.get(team)?.group?.path).toEqual(path('All', 'Sales', 'Team'));

    cursor = await client.cursor();
    await scim.patch(`/Groups/${all}`, patchOp({ op: 'replace', path: 'displayName', value: 'Everybody' }));
    told = await toldAfter(cursor, { max: '1' });
    expect([...told.keys()].sort()).toEqual([all, sales, team].sort());
    expect(told.get(team)?.group?.path).toEqual(path('Everybody', 'Sales', 'Team'));

    cursor = await client.cursor();
    expect((await scim.delete(`/Groups/${all}`)).status).toBe(204);
    told = await toldAfter(cursor);
    expect(told.get(all)?.state).toBe('absent');
    expect(told.get(sales)?.group?.path).toEqual(path('Sales'));

    cursor = await client.cursor();
    await members(sales, 'remove', team);
    expect((await toldAfter(cursor)).get(team)?.group?.path).toEqual(path('Team'));
  });

  it('that contains itself by way of another stands below the older one', async () => {
    await members(all, 'add', sales);
    await members(sales, 'add', all);
    expect((await group(sales)).path).toEqual(path('All', 'Sales'));
    expect((await group(all)).path).toEqual(path('All'));
    const cursor = await client.cursor();
    await members(all, 'remove', sales);
    const told = await toldAfter(cursor);
    expect(told.get(sales)?.group?.path).toEqual(path('Sales'));
    expect(told.get(all)?.group?.path).toEqual(path('Sales', 'All'));
  });
});

describe('role mappings', () => {
  it('are put on the groups, and told by the federation’s revision', async () => {
    await members(all, 'add', sales);
    const cursor = await client.cursor();
    const mappings = [
      wish('ALL', 'everyone'),
      { directory: scim.directory.slug, group: { id: sales }, client: 'shop', role: 'editor' },
    ];
    const put = await call('PUT', '', { mappings });
    expect(put.status, JSON.stringify(put.body)).toBe(200);
    expect(put.body.mappings).toEqual([
      { ...wish('ALL', 'everyone'), client: null, allowAdmin: false },
      { ...mappings[1], allowAdmin: false },
    ]);
    expect((await call('GET', '')).body).toEqual(put.body);
    expect((await client.changes(cursor)).body.items).toMatchObject([{ kind: 'federation' }]);
    expect((await group(all)).roles).toEqual([{ client: null, role: 'everyone', allowAdmin: false }]);
    // What All brings reaches Sales in Keycloak, below it.
    expect((await group(sales)).roles).toEqual([{ client: 'shop', role: 'editor', allowAdmin: false }]);
    const next = await client.cursor();
    await call('PUT', '', put.body);
    expect((await client.changes(next)).body.items).toEqual([]);
  });

  it('of a group that contains another beside the tree are put on that one too, as long as it does', async () => {
    const guests = (await newGroup(scim, 'Guests', [sales]))['id'];
    await members(all, 'add', sales);
    await call('PUT', '', { mappings: [wish('Guests', 'guest')] });
    expect(await group(sales)).toMatchObject({ path: path('All', 'Sales'), roles: [{ role: 'guest' }] });
    const cursor = await client.cursor();
    await members(guests, 'remove', sales);
    expect((await toldAfter(cursor)).get(sales)?.group?.roles).toEqual([]);
  });

  it('leave with their directory, and do not come back with it', async () => {
    await call('PUT', '', { mappings: [wish('All', 'everyone')] });
    await bridge.services.federations.removeDirectory(client.slug, scim.directory.slug);
    await bridge.services.federations.addDirectory(client.slug, scim.directory.slug);
    expect((await call('GET', '')).body).toEqual({ mappings: [] });
  });

  it.each([
    [{ directory: 'nowhere' }, /mappings\.0: federation ".*" has no directory "nowhere"/],
    [{ role: 'admin' }, /administers Keycloak/],
    [{ client: 'realm-management', role: 'view-users' }, /administers Keycloak/],
    [{ role: ' x' }, /no blanks/],
    [{ group: { id: 'x' } }, /mappings\.0\.group/],
    [{ group: {} }, /mappings\.0\.group/],
  ])('are refused with what is wrong: %j', async (over, problem) => {
    const refused = await call('PUT', '', { mappings: [wish('All', 'everyone', over)] });
    expect(refused).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(refused.body.detail).toMatch(problem);
    expect((await call('GET', '')).body).toEqual({ mappings: [] });
  });

  it('to an administrator’s role, or twice the same, need a word and are refused', async () => {
    const admin = wish('All', 'view-users', { client: 'realm-management', allowAdmin: true });
    expect((await call('PUT', '', { mappings: [admin] })).status).toBe(200);
    const twice = await call('PUT', '', { mappings: [wish('All', 'a'), wish('all', 'a')] });
    expect(twice.body.detail).toMatch(/mappings\.1: .*twice/);
  });

  it('of a federation that is not there are absent', async () => {
    for (const [method, sub] of [
      ['GET', ''],
      ['PUT', ''],
      ['POST', '/preview'],
    ] as const) {
      const answer = await call(method, sub, method === 'GET' ? undefined : { mappings: [] }, 'nowhere');
      expect([answer.status, answer.body.code]).toEqual([404, 'federation_absent']);
    }
  });
});

describe('the preview', () => {
  it('names who would gain and lose what, those in nested groups too, and changes nothing', async () => {
    await members(all, 'add', sales);
    await call('PUT', '', { mappings: [wish('Sales', 'seller')] });
    const { status, body } = await call('POST', '/preview', {
      mappings: [wish('All', 'everyone'), wish('Nobody', 'ghost')],
    });
    expect(status, JSON.stringify(body)).toBe(200);
    const user = (id: string, username: string) => ({ id, username, directory: scim.directory.slug });
    expect(body).toEqual({
      roles: [
        {
          client: null,
          role: 'seller',
          gain: { count: 0, users: [] },
          lose: { count: 1, users: [user(anna, 'anna')] },
        },
        {
          client: null,
          role: 'everyone',
          gain: { count: 2, users: [user(anna, 'anna'), user(bob, 'bob')] },
          lose: { count: 0, users: [] },
        },
      ],
      unmatched: [{ ...wish('Nobody', 'ghost'), client: null, allowAdmin: false }],
    });
    expect((await call('GET', '')).body.mappings).toHaveLength(1);
  });

  it('counts nobody twice, nobody who has the role anyway, and names as many as it is asked to', async () => {
    await members(sales, 'add', bob);
    await call('PUT', '', { mappings: [wish('All', 'everyone')] });
    const { body } = await call('POST', '/preview?max=1', {
      mappings: [wish('All', 'everyone'), wish('Sales', 'everyone')],
    });
    expect(body.roles).toMatchObject([
      { role: 'everyone', gain: { count: 1, users: [{ id: anna }] }, lose: { count: 0 } },
    ]);
    const both = await call('POST', '/preview?max=1', { mappings: [wish('All', 'a'), wish('Sales', 'a')] });
    expect(both.body.roles.at(-1)).toMatchObject({ role: 'a', gain: { count: 2, users: [{ username: 'anna' }] } });
    expect((await call('POST', '/preview?max=0', { mappings: [] })).status).toBe(400);
  });
});
