// Passwords that an identity provider pushes: what counts as a change, and what is never told.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { eventsOf } from '../support/scim.ts';

let bridge: TestBridge;
let scim: ScimClient;

beforeAll(async () => {
  bridge = await createTestBridge();
  scim = await bridge.directory();
});
afterAll(() => bridge.close());

async function eventTypes(): Promise<string[]> {
  return (await eventsOf(bridge, scim)).map(({ type }) => type);
}

test('the password that the user has already is no change, by PUT or by PATCH, and another one is', async () => {
  const user = { userName: 'pia', password: 'Same-Password-1', active: true };
  const { id } = (await scim.post('/Users', user)).body;
  const again = await scim.put(`/Users/${id}`, user);
  expect(again.body.meta.version).toBe('W/"1"');
  const patch = (password: string) =>
    scim.patch(`/Users/${id}`, {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: [{ op: 'replace', value: { password } }],
    });
  expect((await patch('Same-Password-1')).body.meta.version).toBe('W/"1"');
  expect(await eventTypes()).toEqual(['user.created']);
  const changed = await patch('Another-Password-2');
  expect(changed.body.meta.version).toBe('W/"2"');
  expect(JSON.stringify(changed.body)).not.toContain('Another-Password-2');
  expect(await eventTypes()).toEqual(['user.created', 'user.password_changed']);
});

test.each([
  ['userName', { userName: 'u'.repeat(256) }],
  ['emails.value', { userName: 'long-mail', emails: [{ value: `${'m'.repeat(250)}@acme.test` }] }],
])('a %s that no Keycloak could hold is refused', async (name, body) => {
  const refused = await scim.post('/Users', body);
  expect(refused.body).toMatchObject({ status: '400', scimType: 'invalidValue' });
  expect(refused.body.detail).toContain(name);
});
