// Attribute mappings as data of the federation: set through the management API, seen by Keycloak.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../../bridge/app.ts';
import { createLogger } from '../../bridge/platform/log.ts';
import { type Answer, createTestBridge, readAnswer, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { enterprise, newUser } from '../support/scim.ts';
import { createStoreFactory } from '../support/store-factory.ts';
import { createUserStorageClient, type UserStorageClient } from '../support/user-storage-client.ts';

const adminToken = 'an-admin-token-of-at-least-32-characters';
let bridge: TestBridge;
let scim: ScimClient;
let client: UserStorageClient;
let id = '';

beforeAll(async () => {
  bridge = await createTestBridge();
});
afterAll(() => bridge.close());

beforeEach(async () => {
  scim = await bridge.directory();
  client = await createUserStorageClient(bridge, [scim.directory.slug]);
  const user = await newUser(scim, 'anna', {
    title: 'Boss',
    locale: 'de',
    phoneNumbers: [
      { type: 'mobile', value: '1' },
      { type: 'work', value: '2' },
      { type: 'Work', value: '3' },
    ],
    [enterprise]: { department: 'Sales', manager: { value: 'the-boss' } },
  });
  id = user['id'];
});

async function call(method: string, body?: unknown, slug = client.slug): Promise<Answer> {
  const app = createApp({ services: bridge.services, logger: createLogger('silent'), adminToken });
  return readAnswer(
    await app.request(`/api/v1/federations/${slug}/attribute-mappings`, {
      method,
      headers: { Authorization: `Bearer ${adminToken}`, 'Content-Type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }),
  );
}

const user = async () => (await client.get(`/users/${id}`)).body;
const found = async (attribute: string): Promise<string[]> =>
  (await client.get('/users', { attribute })).body.users.map((one: { username: string }) => one.username);

describe('the default mappings', () => {
  it('are shown, and are the same when they are set as they are shown', async () => {
    const { status, body } = await call('GET');
    expect(status).toBe(200);
    expect(body.default).toBe(true);
    expect(body.mappings).toContainEqual({
      path: `${enterprise}:manager.value`,
      attribute: 'manager',
      multiValued: false,
    });
    const { version } = await user();
    const cursor = await client.cursor();
    expect((await call('PUT', { mappings: body.mappings })).body).toEqual(body);
    expect((await user()).version).toBe(version);
    expect((await client.changes(cursor)).body.items).toEqual([]);
  });
});

describe('other mappings', () => {
  const mappings = [
    { path: 'Title', attribute: 'jobTitle' },
    { path: 'phoneNumbers[type eq "work"].value', attribute: 'workPhone' },
    { path: 'phoneNumbers[type eq "work"].value', attribute: 'firstWorkPhone', multiValued: false },
    { path: `${enterprise}:manager`, attribute: 'boss' },
  ];

  it('replace the attributes, the version of each user, and what a search finds', async () => {
    const before = await user();
    expect(before.attributes).toMatchObject({ title: ['Boss'], phoneNumbers: ['1', '2', '3'], department: ['Sales'] });
    const put = await call('PUT', { mappings });
    expect(put.body).toEqual({
      default: false,
      mappings: [
        { path: 'title', attribute: 'jobTitle', multiValued: false },
        { path: 'phoneNumbers[type eq "work"].value', attribute: 'workPhone', multiValued: true },
        { path: 'phoneNumbers[type eq "work"].value', attribute: 'firstWorkPhone', multiValued: false },
        { path: `${enterprise}:manager`, attribute: 'boss', multiValued: false },
      ],
    });
    const after = await user();
    expect(after.attributes).toEqual({
      jobTitle: ['Boss'],
      workPhone: ['2', '3'],
      firstWorkPhone: ['2'],
      boss: ['the-boss'],
      locale: ['de'],
    });
    expect(after.version).not.toBe(before.version);
    expect(await found('jobTitle:Boss')).toEqual(['anna']);
    expect(await found('title:Boss')).toEqual([]);
    expect((await client.get('/users/count', { attribute: 'title:Boss' })).body).toEqual({ count: 0 });
    expect(await found('workPhone:3')).toEqual(['anna']);
    expect(await found('workPhone:1')).toEqual([]);
    expect(await found('boss:the-boss')).toEqual(['anna']);
    expect(await found('locale:de')).toEqual(['anna']);
  });

  it('reach into extensions of a directory’s own, and search agrees with what is shown', async () => {
    const urn = 'urn:acme:params:scim:schemas:badges:2.0:User';
    const store = createStoreFactory(bridge.database);
    const doors = [
      { site: 'North', codes: ['1', '2'] },
      { site: 'South', codes: ['3'] },
    ];
    const resource = { [urn]: { badge: 7, active: true, sites: ['A', 'B'], doors } };
    await store.newUser(scim.directory.id, { userName: 'berta', resource });
    await call('PUT', {
      mappings: [
        { path: `${urn}:badge`, attribute: 'badge' },
        { path: `${urn}:active`, attribute: 'badgeActive' },
        { path: `${urn}:sites`, attribute: 'sites' },
        { path: `${urn}:doors[site eq "north"].codes`, attribute: 'codes' },
        { path: `${urn}:nothing.here`, attribute: 'nothing' },
      ],
    });
    const { attributes } = (await client.get('/users/lookup', { username: 'berta' })).body;
    expect(attributes).toEqual({ badge: ['7'], badgeActive: ['true'], sites: ['A', 'B'], codes: ['1', '2'] });
    for (const [name, values] of Object.entries<string[]>(attributes)) {
      for (const value of values) expect(await found(`${name}:${value}`), name).toEqual(['berta']);
    }
    for (const other of ['badge:8', 'sites:C', 'codes:3', 'nothing:x', 'badge:true'])
      expect(await found(other)).toEqual([]);
  });

  it('are told by the feed, and named in the federation and in the export', async () => {
    const cursor = await client.cursor();
    await call('PUT', { mappings });
    const { items } = (await client.changes(cursor)).body;
    expect(items).toEqual([expect.objectContaining({ kind: 'federation', reasons: ['federation.updated'] })]);
    const attributes = ['jobTitle', 'workPhone', 'firstWorkPhone', 'boss'];
    expect((await client.get('')).body).toMatchObject({ attributes, revision: items[0].revision });
    const [header, line] = await client.export();
    expect(header).toMatchObject({ kind: 'header', attributes });
    expect(line.user).toEqual(await user());
  });

  it('give way to the default ones again', async () => {
    const before = await user();
    await call('PUT', { mappings });
    expect((await call('DELETE')).body.default).toBe(true);
    expect(await user()).toEqual(before);
  });

  it('may be none', async () => {
    expect((await call('PUT', { mappings: [] })).body).toEqual({ default: false, mappings: [] });
    expect((await user()).attributes).toEqual({ locale: ['de'] });
  });

  it('concern one federation only', async () => {
    const other = await createUserStorageClient(bridge, [scim.directory.slug]);
    await call('PUT', { mappings });
    expect((await other.get(`/users/${id}`)).body.attributes).toHaveProperty('department');
  });

  it.each([
    [{ mappings: [{ path: 'title', attribute: 'email' }] }, /mappings\.0: the Keycloak attribute "email" is reserved/],
    [{ mappings: [{ path: 'titel', attribute: 'x' }] }, /mappings\.0: User has no attribute "titel"/],
    [{ mappings: [{ path: 'title' }] }, /mappings\.0\.attribute/],
    [{ mappings: Array.from({ length: 101 }, (_, n) => ({ path: 'title', attribute: `a${n}` })) }, /mappings/],
    [{}, /mappings/],
  ])('are refused with what is wrong: %#', async (body, problem) => {
    const refused = await call('PUT', body);
    expect(refused).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(refused.body.detail).toMatch(problem);
    expect((await call('GET')).body.default).toBe(true);
  });

  it('are refused for a federation that is not there', async () => {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const { status, body } = await call(method, method === 'PUT' ? { mappings } : undefined, 'nowhere');
      expect([status, body.code]).toEqual([404, 'federation_absent']);
    }
  });
});
