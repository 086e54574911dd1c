// Which tolerances a directory's identity provider has really needed: counted truthfully, told to the operator.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../../bridge/app.ts';
import { createLogger } from '../../bridge/platform/log.ts';
import { createMetrics } from '../../bridge/platform/metrics.ts';
import type { ToleranceName } from '../../bridge/scim/interop/tolerances.ts';
import { type Answer, createTestBridge, readAnswer, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { filtered, newGroup, newUser, patchOp, userSchema } from '../support/scim.ts';

const adminToken = 'an-admin-token-of-at-least-32-characters';
let bridge: TestBridge;
let scim: ScimClient;
let user: string;
let group: string;

beforeAll(async () => {
  bridge = await createTestBridge();
  scim = await bridge.directory();
  user = (await newUser(scim, 'anna')).id;
  group = (await newGroup(scim, 'Ops', [user])).id;
});
afterAll(() => bridge.close());

async function usesOf(client: ScimClient): Promise<Record<string, number>> {
  const { tolerances } = await bridge.services.toleranceUses.report(client.directory.slug);
  return Object.fromEntries(tolerances.filter(({ uses }) => uses > 0).map(({ name, uses }) => [name, uses]));
}

let types = 0;
const newType = () => `line-${++types}`;

/** A request of each kind, as the field sends it. */
const requests: Record<ToleranceName, (client: ScimClient) => Promise<Answer>> = {
  stringBooleans: (client) => client.patch(`/Users/${user}`, patchOp({ op: 'Replace', path: 'active', value: 'True' })),
  singleElementArrays: (client) =>
    client.patch(`/Users/${user}`, patchOp({ op: 'replace', path: 'active', value: [true] })),
  singleValueForMultiValued: (client) =>
    client.put(`/Users/${user}`, { schemas: [userSchema], userName: 'anna', emails: { value: 'a@x.test' } }),
  bareValues: (client) =>
    client.put(`/Users/${user}`, { schemas: [userSchema], userName: 'anna', emails: ['a@x.test'] }),
  unknownAttributes: (client) =>
    client.put(`/Users/${user}`, { schemas: [userSchema], userName: 'anna', favouriteColour: 'blue' }),
  looseExtensionNames: (client) => client.get(filtered('/Users', 'department eq "Sales"')),
  readOnlyEchoes: (client) =>
    client.patch(`/Groups/${group}`, patchOp({ op: 'replace', value: { meta: {}, displayName: 'Ops' } })),
  pathKeys: (client) => client.patch(`/Users/${user}`, patchOp({ op: 'replace', value: { 'name.givenName': 'A' } })),
  createOnMiss: (client) =>
    client.patch(
      `/Users/${user}`,
      patchOp({ op: 'add', path: `phoneNumbers[type eq "${newType()}"].value`, value: '1' }),
    ),
  removeByValue: (client) =>
    client.patch(`/Groups/${group}`, patchOp({ op: 'Remove', path: 'members', value: [{ value: user }] })),
  unquotedFilterValues: (client) => client.get(filtered('/Users', 'userName eq anna')),
  looseSchemas: (client) => client.put(`/Users/${user}`, { userName: 'anna' }),
  wrappedValues: (client) =>
    client.patch(`/Groups/${group}`, patchOp({ op: 'add', path: 'members', value: { members: [{ value: user }] } })),
};

describe.each(Object.entries(requests))('%s', (name, request) => {
  test('is counted when it let a request through', async () => {
    const before = await usesOf(scim);
    const answer = await request(scim);
    expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
    const after = await usesOf(scim);
    expect({ ...after, [name]: 0 }).toEqual({ ...before, [name]: 0 });
    expect(after[name]).toBe((before[name] ?? 0) + 1);
  });

  test('refuses and counts nothing under the profile rfc', async () => {
    await bridge.services.directories.updateDirectory(scim.directory.slug, { profile: 'rfc' });
    const before = await usesOf(scim);
    try {
      expect((await request(scim)).status).toBe(400);
      expect(await usesOf(scim)).toEqual(before);
    } finally {
      await bridge.services.directories.updateDirectory(scim.directory.slug, { profile: 'auto' });
    }
  });
});

test('a request that was refused after all counts nothing', async () => {
  const other = await bridge.directory();
  const refused = await other.post('/Users', { schemas: [userSchema], userName: '', active: 'True', colour: 'blue' });
  expect(refused.status).toBe(400);
  await newUser(other, 'taken');
  const again = await other.post('/Users', { schemas: [userSchema], userName: 'taken', active: 'True' });
  expect(again.status).toBe(409);
  expect(await usesOf(other)).toEqual({});
});

test('of a bulk request, the operations that succeeded count', async () => {
  const other = await bridge.directory();
  const post = (data: object) => ({ method: 'POST', path: '/Users', data: { schemas: [userSchema], ...data } });
  const Operations = [
    { ...post({ userName: 'one', active: 'True' }), bulkId: 'a' },
    { ...post({ active: true, colour: 'blue' }), bulkId: 'b' },
    { ...post({ userName: 'three' }), bulkId: 'c' },
  ];
  const schemas = ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'];
  const { body } = await other.post('/Bulk', { schemas, Operations });
  expect(body.Operations.map(({ status }: { status: string }) => status)).toEqual(['201', '400', '201']);
  expect(await usesOf(other)).toEqual({ stringBooleans: 1 });
});

test('counts add up over restarts, and a deleted directory holds up no others', async () => {
  const [first, gone] = [await bridge.directory(), await bridge.directory()];
  const { toleranceUses, directories } = bridge.services;
  toleranceUses.record(gone.directory.id, ['pathKeys']);
  toleranceUses.record(first.directory.id, ['pathKeys', 'bareValues']);
  await directories.deleteDirectory(gone.directory.slug);
  await toleranceUses.close();
  toleranceUses.record(first.directory.id, ['pathKeys']);
  expect(await usesOf(first)).toEqual({ pathKeys: 2, bareValues: 1 });
});

test('the operator sees uses, and the strictest profile that would do', async () => {
  const other = await bridge.directory(undefined, 'entra');
  const metrics = createMetrics(bridge.database.pool);
  const app = createApp({ services: bridge.services, logger: createLogger('silent'), adminToken, metrics });
  const slug = other.directory.slug;
  const report = async () =>
    readAnswer(
      await app.request(`/api/v1/directories/${slug}/tolerances`, {
        headers: { Authorization: `Bearer ${adminToken}` },
      }),
    );
  expect((await report()).body).toMatchObject({
    profile: 'entra',
    sufficientProfiles: expect.arrayContaining(['rfc']),
  });

  await app.request(`/scim/v2/${slug}/Users`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${other.token}`, 'Content-Type': 'application/scim+json' },
    body: JSON.stringify({ userName: 'anna', active: 'True' }),
  });
  const { body, status } = await report();
  expect(status).toBe(200);
  expect(body.sufficientProfiles).not.toContain('rfc');
  expect(body.sufficientProfiles).toContain('google');
  const byName = new Map(body.tolerances.map((one: { name: string }) => [one.name, one]));
  expect(byName.get('stringBooleans')).toEqual({
    name: 'stringBooleans',
    note: expect.any(String),
    allowed: true,
    uses: 1,
    firstUsedAt: expect.any(String),
    lastUsedAt: expect.any(String),
  });
  expect(byName.get('singleValueForMultiValued')).toMatchObject({ allowed: false, uses: 0, lastUsedAt: null });
  expect(await metrics.registry.metrics()).toContain(
    `realmbridge_scim_tolerance_uses_total{directory="${slug}",tolerance="looseSchemas"} 1`,
  );
});
