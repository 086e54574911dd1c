// What a directory is bound to in Keycloak, as the provider reads it: told per directory and per user, and never missed.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestBridge, type TestBridge } from '../support/bridge.ts';
import { userSchema } from '../support/scim.ts';
import { createUserStorageClient, type UserStorageClient } from '../support/user-storage-client.ts';

let bridge: TestBridge;
let client: UserStorageClient;
let userId = '';

beforeAll(async () => {
  bridge = await createTestBridge();
  const { services } = bridge;
  await services.directories.createDirectory({ slug: 'acme' });
  const { token } = await services.directories.createToken('acme', {});
  client = await createUserStorageClient(bridge, ['acme']);
  const made = await bridge.send('/scim/v2/acme/Users', {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/scim+json' },
    body: JSON.stringify({ schemas: [userSchema], userName: 'anna@acme.test', externalId: '00u1', title: 'T-9' }),
  });
  userId = made.body.id;
});
afterAll(() => bridge.close());

const readUser = async () => (await client.get(`/users/${userId}`)).body;
const bind = (set: Parameters<TestBridge['services']['federations']['setDirectory']>[2]) =>
  bridge.services.federations.setDirectory(client.slug, 'acme', set);

test('a binding is told per directory and per user, in the export too', async () => {
  const before = await readUser();
  expect(before).toMatchObject({ organization: null, identityLink: null });
  await bind({ organization: 'acme-inc', identityLink: { provider: 'acme-oidc', unlinkedUsers: 'refuse' } });
  expect((await client.get('')).body.directories).toEqual([
    expect.objectContaining({
      slug: 'acme',
      organization: 'acme-inc',
      identityLink: { provider: 'acme-oidc', subject: 'externalId', unlinkedUsers: 'refuse' },
    }),
  ]);
  const bound = await readUser();
  expect(bound).toMatchObject({
    organization: 'acme-inc',
    identityLink: { provider: 'acme-oidc', subject: '00u1', username: 'anna@acme.test' },
  });
  expect(bound.version).not.toBe(before.version);
  const line = (await client.export()).find(({ kind }) => kind === 'user');
  expect(line.user).toEqual(bound);
});

test('a changed binding gives the federation another revision, an item in the feed, and users another version', async () => {
  const cursor = await client.cursor();
  const { revision } = (await client.get('')).body;
  const { version } = await readUser();
  await bind({ identityLink: { subject: 'title' } });
  expect((await client.get('')).body.revision).not.toBe(revision);
  expect((await client.changes(cursor)).body.items).toEqual([expect.objectContaining({ kind: 'federation' })]);
  const user = await readUser();
  expect(user.identityLink).toMatchObject({ provider: 'acme-oidc', subject: 'T-9' });
  expect(user.version).not.toBe(version);
});

test('without its binding a user is as it was', async () => {
  await bind({ organization: null, identityLink: null });
  expect(await readUser()).toMatchObject({ organization: null, identityLink: null });
});

test('what can’t be bound is refused by its name, and changes nothing', async () => {
  const before = (await client.get('')).body;
  for (const [set, named] of [
    [{ organization: '' }, 'organization'],
    [{ identityLink: {} }, 'identityLink.provider'],
    [{ identityLink: { provider: 'acme-oidc', subject: 'emails[' } }, 'identityLink.subject'],
  ] as const) {
    await expect(bind(set)).rejects.toMatchObject({ code: 'invalid_request', message: expect.stringContaining(named) });
  }
  expect((await client.get('')).body).toMatchObject({ revision: before.revision, directories: before.directories });
});
