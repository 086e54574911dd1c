// ETag, If-Match and If-None-Match (RFC 7644 §3.14).
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { groupSchema, newGroup, newUser, patchOp, userSchema } from '../support/scim.ts';

let bridge: TestBridge;
let scim: ScimClient;

beforeAll(async () => {
  bridge = await createTestBridge();
  scim = await bridge.directory();
});
afterAll(() => bridge.close());

describe.each(['Users', 'Groups'] as const)('%s', (endpoint) => {
  const make = (name: string) => (endpoint === 'Users' ? newUser(scim, name) : newGroup(scim, name));
  const whole = (name: string, title: string) =>
    endpoint === 'Users'
      ? { schemas: [userSchema], userName: name, title }
      : { schemas: [groupSchema], displayName: name, externalId: title };
  const change = (value: string) => patchOp({ op: 'replace', path: 'externalId', value });

  test('the header is the version in meta and counts changes', async () => {
    const { id } = await make('counted');
    for (const [index, value] of ['a', 'b', 'b'].entries()) {
      const answer = await scim.patch(`/${endpoint}/${id}?attributes=meta`, change(value));
      expect(answer.headers.get('etag')).toBe(`W/"${Math.min(index + 2, 3)}"`);
      expect(answer.body.meta.version).toBe(answer.headers.get('etag'));
    }
  });

  test('If-Match with another version is 412 and changes nothing', async () => {
    const before = await make('matched');
    const stale = { 'If-Match': 'W/"7", "8"' };
    for (const answer of [
      await scim.put(`/${endpoint}/${before.id}`, whole('matched-2', 'T'), stale),
      await scim.patch(`/${endpoint}/${before.id}`, change('x'), stale),
      await scim.delete(`/${endpoint}/${before.id}`, stale),
    ]) {
      expect(answer.status).toBe(412);
      expect(answer.body.status).toBe('412');
    }
    expect((await scim.get(`/${endpoint}/${before.id}`)).body).toEqual(before);
  });

  test('If-Match with the current version, weak or strong, or a star lets the change through', async () => {
    const { id } = await make('passes');
    expect((await scim.put(`/${endpoint}/${id}`, whole('passes', 'T'), { 'If-Match': 'W/"1"' })).status).toBe(200);
    expect((await scim.patch(`/${endpoint}/${id}`, change('u'), { 'If-Match': '"0", "2"' })).status).toBeLessThan(300);
    expect((await scim.patch(`/${endpoint}/${id}`, change('v'), { 'If-Match': '*' })).status).toBeLessThan(300);
    expect((await scim.delete(`/${endpoint}/${id}`, { 'If-Match': 'W/"4"' })).status).toBe(204);
  });

  test('If-Match on what is not there is 404', async () => {
    const absent = `/${endpoint}/0198c0de-0000-7000-8000-000000000000`;
    expect((await scim.delete(absent, { 'If-Match': '*' })).status).toBe(404);
  });

  test('If-None-Match with the current version is 304 without a body', async () => {
    const { id } = await make('cached');
    const same = await scim.get(`/${endpoint}/${id}`, { 'If-None-Match': 'W/"1"' });
    expect([same.status, same.body, same.headers.get('etag')]).toEqual([304, undefined, 'W/"1"']);
    expect((await scim.get(`/${endpoint}/${id}`, { 'If-None-Match': '*' })).status).toBe(304);
    expect((await scim.get(`/${endpoint}/${id}`, { 'If-None-Match': 'W/"2"' })).status).toBe(200);
  });

  test('of two writers with the same version one wins', async () => {
    const { id } = await make('raced');
    const answers = await Promise.all(
      ['a', 'b', 'c', 'd'].map((value) => scim.patch(`/${endpoint}/${id}`, change(value), { 'If-Match': 'W/"1"' })),
    );
    const statuses = answers.map((answer) => answer.status).sort();
    expect(statuses[0]).toBeLessThan(300);
    expect(statuses.slice(1)).toEqual([412, 412, 412]);
  });
});
