// The rules that hold for every call, and the calls on single users and groups.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Clock } from '../../bridge/platform/clock.ts';
import { newId } from '../../bridge/platform/ids.ts';
import { ENTERPRISE_USER_SCHEMA } from '../../bridge/scim/schema/enterprise-user-schema.ts';
import { createTestBridge, type TestBridge } from '../support/bridge.ts';
import { createStoreFactory, type StoreFactory } from '../support/store-factory.ts';
import { createUserStorageClient, type UserStorageClient } from '../support/user-storage-client.ts';

let now = new Date();
const clock: Clock = { now: () => now };
let bridge: TestBridge;
let store: StoreFactory;

beforeAll(async () => {
  bridge = await createTestBridge({ clock });
  store = createStoreFactory(bridge.database);
});
afterAll(() => bridge.close());

let count = 0;
async function newDirectory(): Promise<{ id: string; slug: string }> {
  count += 1;
  return bridge.services.directories.createDirectory({ slug: `store-${count}` });
}

/** A federation over new directories, first in precedence first. */
async function setUp(directories = 1) {
  const made = [];
  for (let n = 0; n < directories; n += 1) made.push(await newDirectory());
  const client = await createUserStorageClient(
    bridge,
    made.map(({ slug }) => slug),
  );
  const [first, second] = made;
  if (!first) throw new Error('no directory');
  return { client, first, second: second ?? first, directories: made };
}

describe('authentication', () => {
  let mine: UserStorageClient;
  let foreign: UserStorageClient;
  const call = (slug: string, headers: Record<string, string>) => bridge.send(`/user-storage/v1/${slug}`, { headers });

  beforeAll(async () => {
    mine = (await setUp()).client;
    foreign = (await setUp()).client;
  });

  it('lets a token of the federation in', async () => {
    const answer = await call(mine.slug, { Authorization: `Bearer ${mine.token}` });
    expect(answer.status).toBe(200);
  });

  it.each([
    ['no token', () => [mine.slug, {}] as const],
    ['a malformed header', () => [mine.slug, { Authorization: mine.token }] as const],
    ['another scheme', () => [mine.slug, { Authorization: `Basic ${mine.token}` }] as const],
    ['a wrong token', () => [mine.slug, { Authorization: 'Bearer rb_federation_wrong' }] as const],
    ["another federation's token", () => [mine.slug, { Authorization: `Bearer ${foreign.token}` }] as const],
    ['a federation that does not exist', () => ['nobody', { Authorization: `Bearer ${mine.token}` }] as const],
    ['a slug that none can have', () => ['%00', { Authorization: `Bearer ${mine.token}` }] as const],
  ])('refuses %s with the same answer', async (_, request) => {
    const [slug, headers] = request();
    const answer = await call(slug, headers);
    expect(answer.status).toBe(401);
    // It says whether a bearer token came at all (RFC 6750 §3.1), and nothing more.
    const sent = Object.values(headers).some((value) => String(value).startsWith('Bearer '));
    const error = sent ? ', error="invalid_token"' : '';
    expect(answer.headers.get('WWW-Authenticate')).toBe(`Bearer realm="Realmbridge federation"${error}`);
    expect(answer.headers.get('Realmbridge-Api')).toBe('1');
    expect(answer.headers.get('Content-Type')).toBe('application/problem+json');
    expect({ ...answer.body, requestId: '' }).toEqual({
      type: 'about:blank',
      title: 'Unauthorized',
      status: 401,
      code: 'unauthorized',
      detail: 'A valid token of this federation is required.',
      requestId: '',
    });
  });

  it('refuses a directory token', async () => {
    const { token } = await bridge.directory();
    expect((await call(mine.slug, { Authorization: `Bearer ${token}` })).status).toBe(401);
  });

  it('refuses an expired token, and a revoked one after two seconds at most', async () => {
    const { federations } = bridge.services;
    const expiring = await federations.createToken(mine.slug, { expiresAt: new Date(now.getTime() + 60_000) });
    const revoked = await federations.createToken(mine.slug);
    const statusOf = async ({ token }: { token: string }) =>
      (await call(mine.slug, { Authorization: `Bearer ${token}` })).status;
    expect([await statusOf(expiring), await statusOf(revoked)]).toEqual([200, 200]);
    await federations.revokeToken(mine.slug, revoked.id);
    now = new Date(now.getTime() + 2_001);
    expect([await statusOf(expiring), await statusOf(revoked)]).toEqual([200, 401]);
    now = new Date(now.getTime() + 57_000);
    expect(await statusOf(expiring)).toBe(200);
    now = new Date(now.getTime() + 1_000);
    expect(await statusOf(expiring)).toBe(401);
  });

  it('notes when a token was used last', async () => {
    await call(mine.slug, { Authorization: `Bearer ${mine.token}` });
    const tokens = await bridge.services.federations.listTokens(mine.slug);
    expect(tokens[0]?.lastUsedAt).toBeInstanceOf(Date);
  });
});

describe('every answer', () => {
  it.each([
    ['/', 200],
    ['/nowhere', 404],
    ['/users/nobody/nothing', 404],
    ['/users?max=x', 400],
  ])('carries the version of the API: %s', async (path, status) => {
    const { client } = await setUp();
    const answer = await client.get(path);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('Realmbridge-Api')).toBe('1');
  });

  it('does not prove absence where there is no route', async () => {
    const { client } = await setUp();
    expect((await client.get('/nowhere')).body.code).toBe('not_found');
    const outside = await bridge.send('/user-storage/v1');
    expect(outside.body.code).toBe('not_found');
    expect(outside.headers.get('Realmbridge-Api')).toBe('1');
  });

  it('keeps the cause of a failure to itself, and carries the version then too', async () => {
    const { client } = await setUp();
    await bridge.database.pool.query('alter table users rename to users_gone');
    try {
      const answer = await client.get('/users/count');
      expect(answer.status).toBe(500);
      expect(answer.headers.get('Realmbridge-Api')).toBe('1');
      expect(answer.body.code).toBe('internal_error');
      expect(JSON.stringify(answer.body)).not.toContain('users_gone');
    } finally {
      await bridge.database.pool.query('alter table users_gone rename to users');
    }
  });
});

describe('GET /', () => {
  it('says what the federation is', async () => {
    const { client, first, second } = await setUp(2);
    await bridge.services.federations.setDirectory(client.slug, second.slug, { enabled: false });
    await bridge.services.federations.reserveUsername(client.slug, 'Failover-Admin', 'the way in when all else fails');
    const { status, body } = await client.get('');
    expect(status).toBe(200);
    expect(body).toEqual({
      federation: client.slug,
      apiVersion: 1,
      revision: expect.any(String),
      time: now.getTime(),
      directories: [
        {
          slug: first.slug,
          name: expect.any(String),
          kind: 'scim',
          priority: 10,
          enabled: true,
          health: 'ok',
          organization: null,
          identityLink: null,
        },
        {
          slug: second.slug,
          name: expect.any(String),
          kind: 'scim',
          priority: 20,
          enabled: false,
          health: 'disabled',
          organization: null,
          identityLink: null,
        },
      ],
      reservedUsernames: ['failover-admin'],
      attributes: expect.arrayContaining(['displayName', 'department', 'manager']),
    });
    expect((await client.get('/')).body.federation).toBe(client.slug);
  });
});

describe('GET /users/{id}', () => {
  it('gives the user as the contract says', async () => {
    const { client, first } = await setUp();
    const managerId = newId();
    const user = await store.newUser(first.id, {
      userName: 'Anna@Acme.test',
      email: 'Anna.Quist@acme.test',
      givenName: 'Anna',
      familyName: 'Quist',
      externalId: 'anna',
      resource: {
        displayName: 'Anna Quist',
        nickName: '',
        title: 'Engineer',
        phoneNumbers: [{ value: '+46 1', type: 'work' }, { type: 'home' }, { value: '+46 2' }],
        [ENTERPRISE_USER_SCHEMA]: { department: 'Sales', manager: { value: managerId } },
      },
    });
    const zebra = await store.newGroup(first.id, 'Zebra', [user.id]);
    const sales = await store.newGroup(first.id, 'Sales', [user.id]);
    const { status, body } = await client.get(`/users/${user.id}`);
    expect(status).toBe(200);
    expect(body).toEqual({
      id: user.id,
      username: 'Anna@Acme.test',
      email: 'Anna.Quist@acme.test',
      firstName: 'Anna',
      lastName: 'Quist',
      enabled: true,
      directory: first.slug,
      externalId: 'anna',
      version: expect.any(String),
      createdAt: expect.any(Number),
      attributes: {
        displayName: ['Anna Quist'],
        title: ['Engineer'],
        phoneNumbers: ['+46 1', '+46 2'],
        department: ['Sales'],
        manager: [managerId],
      },
      groups: [
        { id: sales.id, name: 'Sales', path: [first.slug, 'Sales'] },
        { id: zebra.id, name: 'Zebra', path: [first.slug, 'Zebra'] },
      ],
      organization: null,
      identityLink: null,
      readOnly: null,
    });
    expect((await client.get(`/users/${user.id.toUpperCase()}`)).body).toEqual(body);
  });

  it('serves an inactive user as not enabled', async () => {
    const { client, first } = await setUp();
    const { id } = await store.newUser(first.id, { active: false });
    expect((await client.get(`/users/${id}`)).body.enabled).toBe(false);
  });

  it('gives another version when a group is joined or renamed, and the same one otherwise', async () => {
    const { client, first } = await setUp();
    const { id } = await store.newUser(first.id);
    const versionOf = async () => (await client.get(`/users/${id}`)).body.version;
    const versions = [await versionOf(), await versionOf()];
    expect(versions[0]).toBe(versions[1]);
    const group = await store.newGroup(first.id, 'Sales', [id]);
    const joined = await versionOf();
    await store.write(first.id, (scope) =>
      scope.updateTable('groups').set({ display_name: 'Sales 2' }).where('id', '=', group.id).execute(),
    );
    expect(new Set([versions[0], joined, await versionOf()]).size).toBe(3);
  });

  it.each([
    ['unknown', newId()],
    ['no UUID', 'anna'],
    ['one with a NUL', '%00'],
    ['one with broken UTF-8', '%ff'],
    ['one with a quote', "'--"],
  ])('proves the absence of an id that is %s', async (_, id) => {
    const { client } = await setUp();
    const { status, headers, body } = await client.get(`/users/${id}`);
    expect([status, body.code]).toEqual([404, 'user_absent']);
    expect(headers.get('Realmbridge-Api')).toBe('1');
  });

  it("proves the absence of another federation's user", async () => {
    const mine = await setUp();
    const foreign = await setUp();
    const { id } = await store.newUser(foreign.first.id);
    const absent = await mine.client.get(`/users/${newId()}`);
    const other = await mine.client.get(`/users/${id}`);
    expect({ ...other.body, requestId: '' }).toEqual({ ...absent.body, requestId: '' });
    expect(other.status).toBe(404);
  });

  it('keeps the user of a switched-off directory known, whichever switch it was', async () => {
    const { client, first } = await setUp();
    const { federations, directories } = bridge.services;
    const { id } = await store.newUser(first.id);
    await federations.setDirectory(client.slug, first.slug, { enabled: false });
    const attachment = await client.get(`/users/${id}`);
    expect([attachment.status, attachment.body.code]).toEqual([409, 'directory_disabled']);
    await federations.setDirectory(client.slug, first.slug, { enabled: true });
    expect((await client.get(`/users/${id}`)).status).toBe(200);
    await directories.updateDirectory(first.slug, { enabled: false });
    const whole = await client.get(`/users/${id}`);
    expect([whole.status, whole.body.code]).toEqual([409, 'directory_disabled']);
    await directories.updateDirectory(first.slug, { enabled: true });
    expect((await client.get(`/users/${id}`)).status).toBe(200);
  });

  it('proves the absence of users of a directory that was taken out', async () => {
    const { client, first } = await setUp();
    const { id } = await store.newUser(first.id);
    await bridge.services.federations.removeDirectory(client.slug, first.slug);
    expect((await client.get(`/users/${id}`)).body.code).toBe('user_absent');
  });
});

describe('resolution', () => {
  it.each(['username', 'email'] as const)('hides the user of the lower directory that has the same %s', async (key) => {
    const { client, first, second } = await setUp(2);
    const same = key === 'username' ? { userName: 'Same' } : { email: 'Same@example.com' };
    const winner = await store.newUser(first.id, same);
    const loser = await store.newUser(
      second.id,
      key === 'username' ? { userName: 'sAME' } : { email: 'sAME@example.com' },
    );
    const outcome = async () => ({
      found: (await client.get('/users/lookup', { [key]: key === 'username' ? 'same' : 'same@example.com' })).body.id,
      winner: (await client.get(`/users/${winner.id}`)).status,
      loser: (await client.get(`/users/${loser.id}`)).body.code ?? 200,
      listed: (await client.get('/users')).body.users.map((user: { id: string }) => user.id),
      count: (await client.get('/users/count')).body.count,
    });
    expect(await outcome()).toEqual({
      found: winner.id,
      winner: 200,
      loser: 'user_absent',
      listed: [winner.id],
      count: 1,
    });

    // The priorities swap.
    await bridge.services.federations.setDirectory(client.slug, second.slug, { priority: 10 });
    expect((await client.get(`/users/${winner.id}`)).body.code).toBe('user_absent');
    expect((await client.get(`/users/${loser.id}`)).status).toBe(200);
    expect((await client.get('/users')).body.users.map((user: { id: string }) => user.id)).toEqual([loser.id]);

    // The directory that wins now is switched off: the other one's user comes up, and this one stays known.
    await bridge.services.federations.setDirectory(client.slug, second.slug, { enabled: false });
    expect((await client.get(`/users/${winner.id}`)).status).toBe(200);
    expect((await client.get(`/users/${loser.id}`)).status).toBe(409);
    expect((await client.get('/users/count')).body.count).toBe(1);
  });

  it('lets an inactive user hide others', async () => {
    const { client, first, second } = await setUp(2);
    await store.newUser(first.id, { userName: 'same', active: false });
    const loser = await store.newUser(second.id, { userName: 'same' });
    expect((await client.get('/users/lookup', { username: 'same' })).body.enabled).toBe(false);
    expect((await client.get(`/users/${loser.id}`)).status).toBe(404);
  });

  it('lets a hidden user hide others', async () => {
    const { client, directories } = await setUp(3);
    const [a, b, c] = directories.map(({ id }) => id);
    await store.newUser(a ?? '', { userName: 'one', email: 'one@example.com' });
    await store.newUser(b ?? '', { userName: 'one', email: 'two@example.com' });
    const third = await store.newUser(c ?? '', { userName: 'three', email: 'two@example.com' });
    expect((await client.get(`/users/${third.id}`)).body.code).toBe('user_absent');
  });

  it('never serves a reserved name, and lets it hide nobody', async () => {
    const { client, first, second } = await setUp(2);
    const { federations } = bridge.services;
    const admin = await store.newUser(first.id, { userName: 'Failover-Admin', email: 'shared@example.com' });
    const other = await store.newUser(second.id, { userName: 'other', email: 'shared@example.com' });
    await federations.reserveUsername(client.slug, 'failover-ADMIN', 'local account');
    expect((await client.get(`/users/${admin.id}`)).body.code).toBe('user_absent');
    expect((await client.get('/users/lookup', { username: 'failover-admin' })).body.code).toBe('user_absent');
    expect((await client.get('/users/lookup', { email: 'shared@example.com' })).body.id).toBe(other.id);
    expect((await client.verifyPassword(admin.id, 'x')).body.code).toBe('user_absent');
    expect((await client.get('/users/count')).body.count).toBe(1);
    await federations.releaseUsername(client.slug, 'failover-admin');
    expect((await client.get('/users/lookup', { email: 'shared@example.com' })).body.id).toBe(admin.id);
  });

  it('serves nobody while the federation has no directory', async () => {
    const client = await createUserStorageClient(bridge);
    expect((await client.get('/users')).body).toEqual({ users: [] });
    expect((await client.get('/users/count')).body).toEqual({ count: 0 });
    expect((await client.get('/groups')).body).toEqual({ groups: [] });
    expect((await client.get(`/users/${newId()}`)).body.code).toBe('user_absent');
    expect((await client.changes(await client.cursor())).body.items).toEqual([]);
    expect((await client.export()).map((line) => line.kind)).toEqual(['header', 'end']);
  });
});

describe('GET /users/lookup', () => {
  it('finds by username or e-mail, whatever the case', async () => {
    const { client, first } = await setUp();
    const { id } = await store.newUser(first.id, { userName: 'Ömer', email: 'Ömer@example.com' });
    expect((await client.get('/users/lookup', { username: 'öMER' })).body.id).toBe(id);
    expect((await client.get('/users/lookup', { email: 'öMER@EXAMPLE.com' })).body.id).toBe(id);
  });

  it.each([
    ['username', '%'],
    ['username', '\0'],
    ['email', 'a\0b'],
    ['username', ''],
  ])('proves the absence of the %s %j', async (key, value) => {
    const { client, first } = await setUp();
    await store.newUser(first.id);
    expect((await client.get('/users/lookup', { [key]: value })).body.code).toBe('user_absent');
  });

  it.each([{}, { username: 'a', email: 'b' }, { username: ['a', 'b'] }])('refuses %j', async (query) => {
    const { client } = await setUp();
    const { status, body } = await client.get('/users/lookup', query as Record<string, string | string[]>);
    expect([status, body.code]).toEqual([400, 'invalid_request']);
    expect(body.detail).toContain('username');
  });
});

describe('POST /users/{id}/verify-password', () => {
  const password = 'correct horse';
  const post = (client: UserStorageClient, id: string, body: string, headers: Record<string, string> = {}) =>
    bridge.send(`/user-storage/v1/${client.slug}/users/${id}/verify-password`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${client.token}`, 'Content-Type': 'application/json', ...headers },
      body,
    });

  async function withPassword(over: { active?: boolean } = {}) {
    const scim = await bridge.directory();
    const created = await scim.post('/Users', {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName: 'anna',
      password,
      ...over,
    });
    const client = await createUserStorageClient(bridge, [scim.directory.slug]);
    return { client, directory: scim.directory, id: String(created.body.id) };
  }

  it('tells right from wrong, with the version of the user', async () => {
    const { client, id } = await withPassword();
    const { version } = (await client.get(`/users/${id}`)).body;
    expect((await client.verifyPassword(id, password)).body).toEqual({ result: 'valid', version, enabled: true });
    expect((await client.verifyPassword(id, 'wrong')).body).toEqual({ result: 'invalid', version, enabled: true });
    expect((await client.verifyPassword(id, '')).body.result).toBe('invalid');
    expect((await client.verifyPassword(id, `${password}\0`)).body.result).toBe('invalid');
  });

  it('checks the password of an inactive user and says that it is not enabled', async () => {
    const { client, id } = await withPassword({ active: false });
    expect((await client.verifyPassword(id, password)).body).toMatchObject({ result: 'valid', enabled: false });
  });

  it('says when there is no password', async () => {
    const { client, first } = await setUp();
    const { id } = await store.newUser(first.id);
    expect((await client.verifyPassword(id, password)).body).toMatchObject({ result: 'no-password', enabled: true });
  });

  it('does not judge while the directory is switched off', async () => {
    const { client, directory, id } = await withPassword();
    await bridge.services.federations.setDirectory(client.slug, directory.slug, { enabled: false });
    const { status, body } = await client.verifyPassword(id, password);
    expect([status, body]).toEqual([
      200,
      { result: 'unavailable', reason: 'directory_disabled', retryAfterSeconds: expect.any(Number) },
    ]);
  });

  it('proves the absence of an unknown user', async () => {
    const { client } = await setUp();
    expect((await client.verifyPassword(newId(), password)).body.code).toBe('user_absent');
    expect((await client.verifyPassword('nobody', password)).body.code).toBe('user_absent');
  });

  it.each([
    ['no JSON', '{"password":', {}, 400, 'invalid_request'],
    ['no password', '{}', {}, 400, 'invalid_request'],
    ['a password that is no string', '{"password":1}', {}, 400, 'invalid_request'],
    ['another content type', '{"password":"x"}', { 'Content-Type': 'text/plain' }, 400, 'invalid_request'],
    ['too much', `{"password":"${'x'.repeat(65_536)}"}`, {}, 413, 'too_large'],
  ] as const)('refuses %s', async (_, body, headers, status, code) => {
    const { client, id } = await withPassword();
    const answer = await post(client, id, body, headers);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.headers.get('Realmbridge-Api')).toBe('1');
    expect(answer.body.detail).not.toContain('xxx');
  });
});

describe('groups', () => {
  it('are found by id and by path', async () => {
    const { client, first } = await setUp();
    const { id } = await store.newGroup(first.id, 'Sales / Nordics');
    const group = {
      id,
      name: 'Sales / Nordics',
      path: [first.slug, 'Sales / Nordics'],
      directory: first.slug,
      parents: [],
      roles: [],
      version: expect.any(String),
    };
    expect((await client.get(`/groups/${id}`)).body).toEqual(group);
    expect((await client.get('/groups/lookup', { path: [first.slug, 'sales / NORDICS'] })).body).toEqual(group);
  });

  it.each([
    ['no-such-directory', 'Sales'],
    ['', ''],
    ['\0', '\0'],
  ])('prove their absence under %j %j', async (directory, name) => {
    const { client } = await setUp();
    expect((await client.get('/groups/lookup', { path: [directory, name] })).body.code).toBe('group_absent');
  });

  it('prove their absence by id, and that of their members', async () => {
    const { client } = await setUp();
    for (const id of [newId(), 'nobody', '%00']) {
      expect((await client.get(`/groups/${id}`)).body.code).toBe('group_absent');
      expect((await client.get(`/groups/${id}/members`)).body.code).toBe('group_absent');
    }
  });

  it.each([{}, { path: 'one' }, { path: ['one', 'two', 'three'] }])('refuse the path %j', async (query) => {
    const { client } = await setUp();
    const { body } = await client.get('/groups/lookup', query as Record<string, string | string[]>);
    expect(body.code).toBe('invalid_request');
    expect(body.detail).toContain('path');
  });

  it('are searched and counted', async () => {
    const { client, first, second } = await setUp(2);
    for (const name of ['Sales', 'Pre-Sales', '100%', 'Other']) await store.newGroup(first.id, name);
    await store.newGroup(second.id, 'Sales');
    const names = async (query: Record<string, string>) => {
      const { groups } = (await client.get('/groups', query)).body;
      const { first: _first, max: _max, ...filter } = query;
      if (!('max' in query)) expect((await client.get('/groups/count', filter)).body.count).toBe(groups.length);
      return groups.map((group: { name: string }) => group.name);
    };
    expect(await names({})).toEqual(['100%', 'Other', 'Pre-Sales', 'Sales', 'Sales']);
    expect(await names({ search: 'SALES' })).toEqual(['Pre-Sales', 'Sales', 'Sales']);
    expect(await names({ search: 'sales', exact: 'true' })).toEqual(['Sales', 'Sales']);
    expect(await names({ search: '%' })).toEqual(['100%']);
    expect(await names({ search: '\0' })).toEqual([]);
    expect(await names({ first: '1', max: '2' })).toEqual(['Other', 'Pre-Sales']);
  });

  it('are kept, not denied, while their directory is switched off', async () => {
    const { client, first } = await setUp();
    const { id } = await store.newGroup(first.id, 'Sales');
    await bridge.services.federations.setDirectory(client.slug, first.slug, { enabled: false });
    for (const path of [`/groups/${id}`, `/groups/${id}/members`]) {
      const { status, body } = await client.get(path);
      expect([status, body.code]).toEqual([409, 'directory_disabled']);
    }
    expect((await client.get('/groups/lookup', { path: [first.slug, 'Sales'] })).status).toBe(409);
    expect((await client.get('/groups')).body.groups).toEqual([]);
    expect((await client.get('/groups/count')).body.count).toBe(0);
  });

  it('list their visible members page by page', async () => {
    const { client, first, second } = await setUp(2);
    await store.newUser(first.id, { userName: 'hidden' });
    const members = [];
    for (const userName of ['c', 'A', 'b', 'hidden']) members.push(await store.newUser(second.id, { userName }));
    const { id } = await store.newGroup(
      second.id,
      'Sales',
      members.map((member) => member.id),
    );
    const names = async (query: Record<string, string>) =>
      (await client.get(`/groups/${id}/members`, query)).body.users.map((user: { username: string }) => user.username);
    expect(await names({})).toEqual(['A', 'b', 'c']);
    expect(await names({ first: '1', max: '1' })).toEqual(['b']);
    expect(await names({ first: '3' })).toEqual([]);
  });
});

describe('/api/openapi.json', () => {
  it('describes every call of the user-storage API', async () => {
    const { status, body } = await bridge.send('/api/openapi.json');
    expect(status).toBe(200);
    expect(body.openapi).toMatch(/^3\.1/);
    const paths = Object.keys(body.paths).filter((path) => path.startsWith('/user-storage/'));
    expect(paths.sort()).toEqual(
      [
        '',
        '/changes',
        '/export',
        '/groups',
        '/groups/count',
        '/groups/lookup',
        '/groups/{id}',
        '/groups/{id}/members',
        '/users',
        '/users/count',
        '/users/lookup',
        '/users/{id}',
        '/users/{id}/verify-password',
      ].map((path) => `/user-storage/v1/{federation}${path}`),
    );
    const { get } = body.paths['/user-storage/v1/{federation}/users/{id}'];
    expect(get.security).toEqual([{ federationToken: [] }]);
    expect(Object.keys(get.responses)).toEqual(['200', '401', '404', '409', '429', '500', '503']);
    expect(body.components.securitySchemes.federationToken).toMatchObject({ type: 'http', scheme: 'bearer' });
  });
});
