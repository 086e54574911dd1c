// A leaver whose new state can't be written into Keycloak as a whole is kept out all the same.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { requireConnected } from '../support/connected-realm.ts';
import { createTestRealm, type TestRealm } from '../support/keycloak.ts';
import { type BridgeUnderTest, type ScimCalls, startBridge } from '../support/running-bridge.ts';

const password = 'Correct-Horse-7';
const patchSchema = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
let bridge: BridgeUnderTest;
let realm: TestRealm;
let scim: ScimCalls;

beforeAll(async () => {
  bridge = await startBridge();
  const { directories, federations } = bridge.services;
  await directories.createDirectory({ slug: 'acme' });
  const { token } = await directories.createToken('acme', {});
  scim = bridge.scim('acme', token);
  await federations.createFederation({ slug: 'people' });
  await federations.addDirectory('people', 'acme', {});
  realm = await createTestRealm();
  await requireConnected(bridge, realm, { federation: 'people' });
});

afterAll(async () => {
  await realm?.drop();
  await bridge?.close();
});

test('a user who is renamed to a local user’s name and deactivated at once is disabled and logged out', async () => {
  await realm.admin.users.create({ username: 'boss', enabled: true });
  const { body } = await scim('POST', '/Users', { userName: 'gone', password, active: true });
  const login = await realm.login('gone', password);
  expect(login.status, JSON.stringify(login)).toBe(200);

  await scim('PATCH', `/Users/${body.id}`, {
    schemas: [patchSchema],
    Operations: [{ op: 'replace', value: { userName: 'boss', active: false } }],
  });
  await expect
    .poll(async () => (await realm.admin.users.findOne({ id: body.id }))?.enabled, { timeout: 60_000, interval: 100 })
    .toBe(false);
  expect((await realm.refresh(login.refreshToken ?? '')).error).toBe('invalid_grant');
  expect((await realm.getUser('boss'))?.id).not.toBe(body.id);
});

test('a leaver who was locked out that way, and comes back as the user was before, is let in again', async () => {
  await realm.admin.users.create({ username: 'chief', enabled: true });
  const { body } = await scim('POST', '/Users', { userName: 'back', password, active: true });
  expect((await realm.login('back', password)).status).toBe(200);
  const set = (value: Record<string, unknown>) =>
    scim('PATCH', `/Users/${body.id}`, { schemas: [patchSchema], Operations: [{ op: 'replace', value }] });
  const isEnabled = async () => (await realm.admin.users.findOne({ id: body.id }))?.enabled;

  await set({ userName: 'chief', active: false });
  await expect.poll(isEnabled, { timeout: 60_000, interval: 100 }).toBe(false);
  await set({ userName: 'back', active: true });
  await expect.poll(isEnabled, { timeout: 60_000, interval: 100 }).toBe(true);
  expect((await realm.login('back', password)).status).toBe(200);
});
