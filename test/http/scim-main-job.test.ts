// The everyday path through the SCIM endpoints, end to end over one directory.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';

const userSchema = 'urn:ietf:params:scim:schemas:core:2.0:User';
const groupSchema = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const patchSchema = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

let bridge: TestBridge;
let scim: ScimClient;

beforeAll(async () => {
  bridge = await createTestBridge();
  scim = await bridge.directory();
});
afterAll(() => bridge.close());

test('a user is created, found, changed, deactivated and deleted', async () => {
  const created = await scim.post('/Users', {
    schemas: [userSchema, enterprise],
    userName: 'Anna.Q@acme.test',
    externalId: 'anna',
    name: { givenName: 'Anna', familyName: 'Quist' },
    emails: [{ value: 'anna@acme.test', type: 'work', primary: true }],
    active: true,
    [enterprise]: { department: 'Sales' },
  });
  expect(created.status, JSON.stringify(created.body)).toBe(201);
  expect(created.headers.get('content-type')).toContain('application/scim+json');
  const { id } = created.body;
  expect(created.body).toMatchObject({
    userName: 'Anna.Q@acme.test',
    meta: { resourceType: 'User', version: 'W/"1"' },
  });
  expect(created.headers.get('location')).toBe(`http://localhost/scim/v2/${scim.directory.slug}/Users/${id}`);

  for (const filter of [
    'userName eq "anna.q@ACME.test"',
    'externalId eq "anna"',
    'emails[type eq "work"].value eq "anna@acme.test"',
    'emails.value eq "anna@acme.test" and active eq true',
    `id eq "${id}"`,
    `${enterprise}:department sw "sal"`,
  ]) {
    const found = await scim.get(`/Users?filter=${encodeURIComponent(filter)}`);
    expect(found.status, JSON.stringify(found.body)).toBe(200);
    expect(found.body, filter).toMatchObject({ totalResults: 1, startIndex: 1, itemsPerPage: 1, Resources: [{ id }] });
  }
  const missed = await scim.get(`/Users?filter=${encodeURIComponent('externalId eq "ANNA"')}`);
  expect(missed.body).toMatchObject({ totalResults: 0, Resources: [] });

  const patched = await scim.patch(`/Users/${id}`, {
    schemas: [patchSchema],
    Operations: [
      { op: 'Replace', path: 'name.givenName', value: 'Ann' },
      { op: 'Replace', path: 'active', value: 'False' },
    ],
  });
  expect(patched.status, JSON.stringify(patched.body)).toBe(200);
  expect(patched.body).toMatchObject({
    active: false,
    name: { givenName: 'Ann', familyName: 'Quist' },
    meta: { version: 'W/"2"' },
  });

  const group = await scim.post('/Groups', { schemas: [groupSchema], displayName: 'Sales', members: [{ value: id }] });
  expect(group.status, JSON.stringify(group.body)).toBe(201);
  expect(group.body.members).toEqual([
    { value: id, type: 'User', $ref: `http://localhost/scim/v2/${scim.directory.slug}/Users/${id}` },
  ]);
  const withGroups = await scim.get(`/Users/${id}`);
  expect(withGroups.body.groups).toEqual([expect.objectContaining({ value: group.body.id, display: 'Sales' })]);
  const emptied = await scim.patch(`/Groups/${group.body.id}`, {
    schemas: [patchSchema],
    Operations: [{ op: 'Remove', path: 'members', value: [{ $ref: null, value: id }] }],
  });
  expect([emptied.status, emptied.body.members]).toEqual([200, undefined]);
  expect((await scim.get(`/Groups/${group.body.id}`)).body.members).toBeUndefined();

  const put = await scim.put(`/Users/${id}`, { schemas: [userSchema], userName: 'anna@acme.test', active: true });
  expect(put.status, JSON.stringify(put.body)).toBe(200);
  expect(put.body.name).toBeUndefined();

  expect((await scim.delete(`/Users/${id}`)).status).toBe(204);
  const gone = await scim.get(`/Users/${id}`);
  expect(gone.status).toBe(404);
  expect(gone.body).toMatchObject({ schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: '404' });
});
