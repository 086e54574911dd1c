// The user names that a federation never serves: by the management API, and what comes of it at once.
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AdminCall, createAdminApi } from '../support/admin-api.ts';
import { createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { type CommandLine, createCommandLine } from '../support/command-line.ts';
import { newUser } from '../support/scim.ts';
import { createUserStorageClient, type UserStorageClient } from '../support/user-storage-client.ts';

let bridge: TestBridge;
let call: AdminCall;
let line: CommandLine;
let scim: ScimClient;
let keycloak: UserStorageClient;
const names = (username = '') => `/federations/${keycloak.slug}/reserved-usernames${username && `/${username}`}`;

beforeAll(async () => {
  bridge = await createTestBridge();
  ({ call } = createAdminApi(bridge));
  line = createCommandLine({ DATABASE_URL: bridge.database.url }, tmpdir());
  scim = await bridge.directory();
  keycloak = await createUserStorageClient(bridge, [scim.directory.slug]);
});
afterAll(() => bridge.close());

const lookUp = async (username: string) => (await keycloak.get('/users/lookup', { username })).body;

test('whoever has a name that is reserved is served no more, and Keycloak is told; released, it is served again', async () => {
  const { id } = await newUser(scim, 'Root');
  expect((await lookUp('root')).id).toBe(id);
  const start = await keycloak.cursor();
  const reserved = await call('PUT', names('ROOT'), { reason: 'the failover administrator' });
  expect([reserved.status, reserved.body]).toEqual([200, { username: 'root', reason: 'the failover administrator' }]);
  expect((await lookUp('root')).code).toBe('user_absent');
  const told = await keycloak.changes(start);
  expect(told.body.items).toMatchObject([{ kind: 'federation', reasons: ['federation.updated'] }]);
  expect((await keycloak.get('/')).body.reservedUsernames).toEqual(['root']);
  const why = await call('GET', `/federations/${keycloak.slug}/explain?username=root`);
  expect(why.body.users[0].verdict).toEqual({ outcome: 'reserved', reason: 'the failover administrator' });

  expect((await call('DELETE', names('rOOt'))).status).toBe(204);
  expect((await lookUp('root')).id).toBe(id);
  expect((await call('GET', names())).body).toEqual([]);
});

test('a reason can be changed, and names with a slash or an umlaut are names', async () => {
  for (const [name, reason] of [
    ['a/b', 'one'],
    ['Ünal ß', 'one'],
    ['a/b', 'two'],
  ] as const)
    expect((await call('PUT', names(encodeURIComponent(name)), { reason })).status).toBe(200);
  expect((await call('GET', names())).body).toEqual([
    { username: 'a/b', reason: 'two' },
    { username: 'ünal ß', reason: 'one' },
  ]);
  for (const name of ['A/B', 'ünal ß'])
    expect((await call('DELETE', names(encodeURIComponent(name)))).status).toBe(204);
});

test('each of it is in the audit log', async () => {
  const { body } = await call('GET', `/audit?federation=${keycloak.slug}`);
  const types = body.entries.map(({ type }: { type: string }) => type);
  expect(types).toContain('federation.username_reserved');
  expect(types).toContain('federation.username_released');
});

test('so many names only', async () => {
  await bridge.database.pool.query(
    `insert into reserved_usernames (federation_id, username_key, reason)
     select $1, 'name-' || n, 'x' from generate_series(1, 1000) n`,
    [keycloak.federationId],
  );
  const refused = await call('PUT', names('one-more'), { reason: 'x' });
  expect([refused.status, refused.body.code]).toEqual([409, 'conflict']);
  expect((await call('PUT', names('name-1'), { reason: 'y' })).status).toBe(200);
  await bridge.database.pool.query('delete from reserved_usernames');
});

test.each([
  ['no reason', 'PUT', () => names('x'), {}, 400, 'invalid_request'],
  ['an empty reason', 'PUT', () => names('x'), { reason: ' ' }, 400, 'invalid_request'],
  ['a reason without end', 'PUT', () => names('x'), { reason: 'x'.repeat(201) }, 400, 'invalid_request'],
  ['a name of blanks', 'PUT', () => names('%20'), { reason: 'x' }, 400, 'invalid_request'],
  ['a name that nobody can have', 'PUT', () => names('a%00'), { reason: 'x' }, 400, 'invalid_request'],
  ['too long a name', 'PUT', () => names('x'.repeat(513)), { reason: 'x' }, 400, 'invalid_request'],
  ['releasing what is not reserved', 'DELETE', () => names('anna'), undefined, 404, 'reserved_username_absent'],
  ['releasing what nobody can have', 'DELETE', () => names('a%00'), undefined, 404, 'reserved_username_absent'],
  ['an unknown federation', 'GET', () => '/federations/no/reserved-usernames', undefined, 404, 'federation_absent'],
])('%s is refused', async (_what, method, path, body, status, code) => {
  const refused = await call(method, path(), body);
  expect([refused.status, refused.body.code], JSON.stringify(refused.body)).toEqual([status, code]);
});

test('the command line does the same', async () => {
  const { slug } = keycloak;
  const run = (...args: string[]) => line.run('federation', 'reserved-usernames', ...args);
  expect((await run('list', slug)).stdout).toBe(`Federation "${slug}" has no reserved user names.\n`);
  const added = await run('add', slug, 'Break-Glass', '--reason', 'the local administrator');
  expect([added.code, added.stdout]).toEqual([0, `✓ federation "${slug}" never serves the user name "break-glass"\n`]);
  expect(await line.json('federation', 'reserved-usernames', 'list', slug)).toEqual([
    { username: 'break-glass', reason: 'the local administrator' },
  ]);
  expect((await run('list', slug)).stdout).toMatch(/break-glass +the local administrator/);
  expect((await run('add', slug, 'x')).code).toBe(2);
  expect((await run('remove', slug, 'BREAK-GLASS')).stdout).toContain('(it was reserved: the local administrator)');
  const again = await run('remove', slug, 'break-glass');
  expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('has not reserved the user name')]);
});
