// Who may use a directory's SCIM endpoint, and how little a refusal tells.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, type Body, createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';
import {
  errorSchema,
  filtered,
  groupSchema,
  newGroup,
  newUser,
  patchOp,
  pluck,
  searchSchema,
  userSchema,
} from '../support/scim.ts';

const start = new Date('2026-11-22T12:00:00Z');
const secret = 'a-secret-of-the-environment';
let now = start;
let bridge: TestBridge;
let scim: ScimClient;
let other: ScimClient;
let user: Body;
let group: Body;

beforeAll(async () => {
  bridge = await createTestBridge({ clock: { now: () => now }, authenticationSecret: secret });
  scim = await bridge.directory('access');
  other = await bridge.directory('other');
  user = await newUser(scim, 'insider');
  group = await newGroup(scim, 'Insiders', [user.id]);
});
afterAll(() => bridge.close());

const withToken = (path: string, authorization: string | undefined, init: RequestInit = {}): Promise<Answer> =>
  bridge.send(path, {
    ...init,
    headers: {
      'Content-Type': 'application/scim+json',
      ...(authorization !== undefined && { Authorization: authorization }),
    },
  });

/** One request for each verb and endpoint, on what is really there. */
const requests = (): [string, string, unknown?][] => [
  ['GET', '/Users'],
  ['GET', `/Users/${user.id}`],
  ['POST', '/Users', { schemas: [userSchema], userName: 'intruder' }],
  ['PUT', `/Users/${user.id}`, { schemas: [userSchema], userName: 'intruder' }],
  ['PATCH', `/Users/${user.id}`, patchOp({ op: 'replace', path: 'active', value: false })],
  ['DELETE', `/Users/${user.id}`],
  ['POST', '/Users/.search', { schemas: [searchSchema] }],
  ['GET', '/Groups'],
  ['GET', `/Groups/${group.id}`],
  ['POST', '/Groups', { schemas: [groupSchema], displayName: 'Intruders' }],
  ['PUT', `/Groups/${group.id}`, { schemas: [groupSchema], displayName: 'Intruders' }],
  ['PATCH', `/Groups/${group.id}`, patchOp({ op: 'remove', path: 'members' })],
  ['DELETE', `/Groups/${group.id}`],
  ['GET', '/ServiceProviderConfig'],
  ['GET', '/Schemas'],
  ['GET', '/ResourceTypes/User'],
  ['POST', '/Bulk', {}],
  ['GET', '?count=0'],
  ['POST', '/.search', { schemas: [searchSchema] }],
  ['GET', '/Me'],
  ['PATCH', '/Me', patchOp({ op: 'replace', path: 'active', value: false })],
  ['GET', '/nothing/here'],
];

async function everywhere(slug: string, authorization: string | undefined): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const [method, path, body] of requests()) {
    const init = { method, ...(body !== undefined && { body: JSON.stringify(body) }) };
    answers.push(await withToken(`/scim/v2/${slug}${path}`, authorization, init));
  }
  return answers;
}

describe('without a valid token everything is 401, and every refusal is the same', () => {
  const bearer = (token: string) => `Bearer ${token}`;
  test.each<[string, () => [string, string | undefined] | Promise<[string, string | undefined]>]>([
    ['no token', () => ['access', undefined]],
    ['an empty header', () => ['access', '']],
    ['a scheme without a token', () => ['access', 'Bearer ']],
    ['another scheme', () => ['access', `Basic ${Buffer.from(`x:${scim.token}`).toString('base64')}`]],
    ['the token alone', () => ['access', scim.token]],
    ['two tokens', () => ['access', `Bearer ${scim.token} ${scim.token}`]],
    ['a wrong token', () => ['access', bearer(`rb_scim_${'A'.repeat(43)}`)]],
    ['a cut token', () => ['access', bearer(scim.token.slice(0, -1))]],
    ['a token in another case', () => ['access', bearer(scim.token.toUpperCase())]],
    ['a huge token', () => ['access', bearer('x'.repeat(100_000))]],
    ['odd bytes', () => ['access', bearer('\u00ff\u00fe')]],
    ["another directory's token", () => ['access', bearer(other.token)]],
    ['a directory that is not there', () => ['absent', bearer(scim.token)]],
    ['the secret of the directory default', () => ['access', bearer(secret)]],
    [
      'a revoked token',
      async () => {
        const { token, id } = await bridge.services.directories.createToken('access', {});
        expect((await withToken('/scim/v2/access/Users', bearer(token))).status).toBe(200);
        await bridge.services.directories.revokeToken('access', id);
        return ['access', bearer(token)];
      },
    ],
    [
      'an expired token',
      async () => {
        const expiresAt = new Date(now.getTime() + 1_000);
        const { token } = await bridge.services.directories.createToken('access', { expiresAt });
        expect((await withToken('/scim/v2/access/Users', bearer(token))).status).toBe(200);
        now = expiresAt;
        return ['access', bearer(token)];
      },
    ],
  ])('%s', async (_, credentials) => {
    const [slug, authorization] = await credentials();
    for (const answer of await everywhere(slug, authorization)) {
      expect(answer.status).toBe(401);
      // Whoever sent no token is told that one is needed, not that it was wrong (RFC 6750 §3.1).
      const error = /^bearer \S/i.test(authorization ?? '') ? ', error="invalid_token"' : '';
      expect(answer.headers.get('www-authenticate')).toBe(`Bearer realm="Realmbridge SCIM"${error}`);
      expect(answer.headers.get('content-type')).toContain('application/scim+json');
      expect(answer.body).toEqual({
        schemas: [errorSchema],
        status: '401',
        detail: 'A valid bearer token for this directory is required.',
      });
    }
  });

  test('and nothing has changed', async () => {
    expect((await scim.get(`/Users/${user.id}`)).body).toMatchObject({ ...user, groups: [{ value: group.id }] });
    expect((await scim.get(`/Groups/${group.id}`)).body).toEqual(group);
    expect((await scim.get('/Users')).body.totalResults).toBe(1);
  });
});

test('the scheme is read in any case', async () => {
  expect((await withToken('/scim/v2/access/Users', `bEARER ${scim.token}`)).status).toBe(200);
});

test('a token that may only read gets 403 for every write', async () => {
  const { token } = await bridge.services.directories.createToken('access', { scopes: ['read'] });
  for (const [index, answer] of (await everywhere('access', `Bearer ${token}`)).entries()) {
    const [method, path] = requests()[index] ?? ['', ''];
    const isRead = method === 'GET' || path.endsWith('.search');
    const read = path.includes('nothing') ? 404 : path === '/Me' ? 501 : 200;
    expect([method, path, answer.status]).toEqual([method, path, isRead ? read : 403]);
    if (isRead) continue;
    expect(answer.body).toMatchObject({ schemas: [errorSchema], status: '403' });
    expect(answer.headers.get('www-authenticate')).toContain('error="insufficient_scope", scope="write"');
  }
  expect((await withToken('/scim/v2/access/Users', `Bearer ${token}`, { method: 'HEAD' })).status).toBe(200);
  expect((await scim.get(`/Users/${user.id}`)).body.active).toBe(true);
});

test('a token that may only write gets 403 for every read, also through a search by POST', async () => {
  const made = await bridge.directory();
  const { token } = await bridge.services.directories.createToken(made.directory.slug, { scopes: ['write'] });
  const send = (method: string, path: string, body?: unknown) =>
    withToken(`/scim/v2/${made.directory.slug}${path}`, `Bearer ${token}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const search = { schemas: [searchSchema] };
  for (const [method, path, body] of [
    ['GET', '/Users', undefined],
    ['GET', '?count=0', undefined],
    ['GET', '/Schemas', undefined],
    ['POST', '/.search', search],
    ['POST', '/Groups/.search', search],
  ] as const) {
    expect((await send(method, path, body)).status, path).toBe(403);
  }
  expect((await send('POST', '/Users', { schemas: [userSchema], userName: 'blind' })).status).toBe(201);
  expect((await send('POST', '/Bulk', {})).status).toBe(400);
});

test('several tokens are live at once, and removing one leaves the others', async () => {
  const first = await bridge.services.directories.createToken('access', {});
  const second = await bridge.services.directories.createToken('access', {});
  await bridge.services.directories.revokeToken('access', first.id);
  expect((await withToken('/scim/v2/access/Users', `Bearer ${first.token}`)).status).toBe(401);
  expect((await withToken('/scim/v2/access/Users', `Bearer ${second.token}`)).status).toBe(200);
});

test("another directory's ids are answered like ids that nobody has", async () => {
  const absent = '0198c0de-0000-7000-8000-000000000000';
  const bodies: [string, string, unknown?][] = [
    ['GET', ''],
    ['PUT', '', { schemas: [userSchema, groupSchema], userName: 'x', displayName: 'x' }],
    ['PATCH', '', patchOp({ op: 'replace', path: 'displayName', value: 'x' })],
    ['DELETE', ''],
  ];
  for (const [endpoint, id] of [
    ['Users', user.id],
    ['Groups', group.id],
  ]) {
    for (const [method, , body] of bodies) {
      const ask = (asked: string) =>
        withToken(`/scim/v2/other/${endpoint}/${asked}`, `Bearer ${other.token}`, {
          method,
          ...(body !== undefined && { body: JSON.stringify(body) }),
        });
      const [foreign, missing] = [await ask(id), await ask(absent)];
      expect(foreign.status).toBe(404);
      expect(JSON.stringify(foreign.body).replaceAll(id, absent)).toBe(JSON.stringify(missing.body));
      expect([...foreign.headers.keys()]).toEqual([...missing.headers.keys()]);
    }
  }
  const list = await other.get(filtered('/Users', `id eq "${user.id}"`));
  expect(list.body.totalResults).toBe(0);
  expect((await scim.get(`/Groups/${group.id}`)).body).toEqual(group);
});

test("another directory's user as a member is an unknown id: it gets neither name nor membership", async () => {
  const made = await newGroup(other, 'Borrowed', [user.id]);
  expect(made.members).toEqual([{ value: user.id }]);
  expect(pluck((await scim.get(filtered('/Users', `id eq "${user.id}"`))).body, 'groups')).toEqual([
    [expect.objectContaining({ value: group.id })],
  ]);
});

test('two directories may have the same userName and the same group', async () => {
  expect((await newUser(other, 'insider')).id).not.toBe(user.id);
  expect((await newGroup(other, 'Insiders')).id).not.toBe(group.id);
});

test('a disabled directory takes nothing and shows nothing, and comes back as it was', async () => {
  await bridge.services.directories.updateDirectory('access', { enabled: false });
  try {
    for (const answer of await everywhere('access', `Bearer ${scim.token}`)) {
      expect(answer.status).toBe(403);
      expect(answer.body).toMatchObject({ schemas: [errorSchema], status: '403' });
    }
    expect((await everywhere('access', 'Bearer wrong')).map((answer) => answer.status)).toEqual(
      requests().map(() => 401),
    );
  } finally {
    await bridge.services.directories.updateDirectory('access', { enabled: true });
  }
  expect((await scim.get(`/Users/${user.id}`)).body).toMatchObject(user);
});

test('a deleted directory is gone with its tokens', async () => {
  const gone = await bridge.directory('gone');
  await newUser(gone, 'left-behind');
  await bridge.services.directories.deleteDirectory('gone');
  expect((await gone.get('/Users')).status).toBe(401);
  const again = await bridge.directory('gone');
  expect((await again.get('/Users')).body.totalResults).toBe(0);
});

describe('the directory `default`', () => {
  test('is nobody before it is made', async () => {
    expect((await withToken('/scim/v2/Users', `Bearer ${secret}`)).status).toBe(401);
  });

  test('answers on plain /scim/v2 and on its name, to the secret and to its tokens', async () => {
    const plain = await bridge.directory('default');
    for (const token of [secret, plain.token]) {
      for (const base of ['/scim/v2', '/scim/v2/default']) {
        const answer = await withToken(`${base}/Users`, `Bearer ${token}`, {
          method: 'POST',
          body: JSON.stringify({ schemas: [userSchema], userName: `${base}-${token.length}` }),
        });
        expect(answer.status, base).toBe(201);
        expect(answer.body.meta.location).toBe(`http://localhost${base}/Users/${answer.body.id}`);
        const again = await withToken(new URL(answer.body.meta.location).pathname, `Bearer ${token}`);
        expect(again.body).toEqual(answer.body);
      }
    }
    expect((await plain.get('/Users')).body.totalResults).toBe(4);
  });

  test('does not take the secret with a wrong letter, nor elsewhere', async () => {
    expect((await withToken('/scim/v2/Users', `Bearer ${secret}x`)).status).toBe(401);
    expect((await withToken('/scim/v2/other/Users', `Bearer ${secret}`)).status).toBe(401);
  });
});
