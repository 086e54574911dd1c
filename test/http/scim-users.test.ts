// Users over HTTP: what is created can be read, replaced, patched and deleted, as RFC 7643 and 7644 have it.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';
import {
  enterprise,
  errorSchema,
  eventsOf,
  filtered,
  newGroup,
  newUser,
  patchOp,
  userSchema,
} from '../support/scim.ts';

let bridge: TestBridge;
let scim: ScimClient;

beforeAll(async () => {
  bridge = await createTestBridge();
  scim = await bridge.directory();
});
afterAll(() => bridge.close());

const full = {
  schemas: [userSchema, enterprise],
  userName: 'Full.User@acme.test',
  externalId: 'Ext-1',
  name: {
    formatted: 'Dr. Fay U Full III',
    familyName: 'Full',
    givenName: 'Fay',
    middleName: 'U',
    honorificPrefix: 'Dr.',
  },
  displayName: 'Fay Full',
  nickName: 'Fay',
  profileUrl: 'not even a URL',
  title: '  Head of Things ',
  userType: 'Employee',
  preferredLanguage: 'en-GB',
  locale: 'free text',
  timezone: 'Pacific Standard Time',
  active: true,
  emails: [
    { value: 'Fay@Acme.Test', type: 'work', primary: true },
    { value: 'fay@home.test', type: 'home', display: 'at home' },
  ],
  phoneNumbers: [{ value: '+1 555 0100', type: 'mobile' }],
  addresses: [{ type: 'work', streetAddress: '1 Way', locality: 'Town', country: 'US', primary: true }],
  photos: [{ value: 'https://acme.test/fay.png', type: 'photo' }],
  roles: [{ value: 'Admin', primary: true }],
  entitlements: [{ value: 'vpn' }],
  x509Certificates: [{ value: 'MIIB' }],
  [enterprise]: { employeeNumber: '7', department: 'R&D', manager: { value: 'somebody-not-here' } },
};

test('a created user comes back as it was sent, with id, meta and Location', async () => {
  const created = await scim.post('/Users', full);
  expect(created.status, JSON.stringify(created.body)).toBe(201);
  expect(created.body).toMatchObject(full);
  const { id, meta } = created.body;
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/);
  const location = `http://localhost/scim/v2/${scim.directory.slug}/Users/${id}`;
  expect(meta).toEqual({
    resourceType: 'User',
    created: expect.stringMatching(/^\d{4}-.*Z$/),
    lastModified: meta.created,
    location,
    version: 'W/"1"',
  });
  expect(created.headers.get('location')).toBe(location);
  expect(created.headers.get('etag')).toBe('W/"1"');

  const read = await scim.get(`/Users/${id}`);
  expect(read.status).toBe(200);
  expect(read.body).toEqual(created.body);
});

test('a user without `active` starts active', async () => {
  expect((await newUser(scim, 'starts-active')).active).toBe(true);
});

test('names of attributes are read in any case and shown as in the schema', async () => {
  const created = await scim.post('/Users', {
    Schemas: [userSchema.toUpperCase()],
    USERNAME: 'any-case',
    NAME: { GIVENNAME: 'Any' },
    Emails: [{ VALUE: 'any@acme.test', Primary: true }],
  });
  expect(created.status, JSON.stringify(created.body)).toBe(201);
  expect(created.body).toMatchObject({
    userName: 'any-case',
    name: { givenName: 'Any' },
    emails: [{ value: 'any@acme.test', primary: true }],
  });
});

test('what a client may not set is ignored on POST and PUT', async () => {
  const body = {
    schemas: [userSchema],
    id: 'mine',
    userName: 'read-only',
    meta: { created: '04-12-2018 00:00:00', version: 'x' },
    groups: [{ value: 'g' }],
  };
  const created = await scim.post('/Users', body);
  expect(created.status).toBe(201);
  expect(created.body.id).not.toBe('mine');
  expect(created.body.groups).toBeUndefined();
  const replaced = await scim.put(`/Users/${created.body.id}`, { ...body, title: 'T' });
  expect(replaced.status).toBe(200);
  expect(replaced.body).toMatchObject({ id: created.body.id, meta: { created: created.body.meta.created } });
});

test('a password is never shown, neither in answers nor in events', async () => {
  const secret = 'Corr3ct-Horse-Battery';
  const { id } = await newUser(scim, 'has-password', { password: secret });
  const answers = [
    await scim.get(`/Users/${id}?attributes=password,userName`),
    await scim.put(`/Users/${id}`, { schemas: [userSchema], userName: 'has-password', password: `${secret}2` }),
    await scim.patch(
      `/Users/${id}?attributes=password`,
      patchOp({ op: 'replace', path: 'password', value: `${secret}3` }),
    ),
    await scim.patch(`/Users/${id}`, patchOp({ op: 'replace', value: { password: `${secret}4` } })),
    await scim.get('/Users?count=1000'),
  ];
  for (const answer of answers) {
    expect(answer.status).toBe(200);
    expect(JSON.stringify(answer.body)).not.toContain(secret);
    expect(JSON.stringify(answer.body)).not.toContain('"password"');
  }
  expect(JSON.stringify(await eventsOf(bridge, scim))).not.toContain(secret);
  const types = (await eventsOf(bridge, scim)).filter((event) => event.resourceId === id).map((event) => event.type);
  expect(types.filter((type) => type === 'user.password_changed')).toHaveLength(3);
});

test('removing `active` shows none, and neither lets anybody in nor locks anybody out', async () => {
  const active = (op: string, value?: boolean) =>
    patchOp({ op, path: 'active', ...(value !== undefined && { value }) });
  const inactive = () => scim.get(filtered('/Users', 'userName eq "no-active" and active eq false'));
  const { id } = await newUser(scim, 'no-active', { active: false });
  const before = (await eventsOf(bridge, scim)).length;
  expect((await scim.patch(`/Users/${id}`, active('remove'))).body).not.toHaveProperty('active');
  expect((await scim.put(`/Users/${id}`, { schemas: [userSchema], userName: 'no-active' })).body).not.toHaveProperty(
    'active',
  );
  expect((await inactive()).body.totalResults).toBe(1);
  expect((await scim.patch(`/Users/${id}`, active('add', true))).body.active).toBe(true);
  expect((await inactive()).body.totalResults).toBe(0);
  await scim.patch(`/Users/${id}`, active('remove'));
  await scim.patch(`/Users/${id}`, active('add', true));
  const events = (await eventsOf(bridge, scim)).slice(before).map(({ type }) => type);
  expect(events).toEqual(['user.updated', 'user.activated', 'user.updated', 'user.updated']);
});

test('PUT clears what it does not name, but keeps `active`', async () => {
  const { id } = await newUser(scim, 'put-clears', { title: 'T', name: { givenName: 'P' }, active: false });
  const put = await scim.put(`/Users/${id}`, { schemas: [userSchema], userName: 'put-clears', displayName: 'D' });
  expect(put.status).toBe(200);
  expect(put.body).toMatchObject({ displayName: 'D', active: false, meta: { version: 'W/"2"' } });
  expect(put.body).not.toHaveProperty('title');
  expect(put.body).not.toHaveProperty('name');
});

test('PUT does not create', async () => {
  const absent = await scim.put('/Users/0198c0de-0000-7000-8000-000000000000', {
    schemas: [userSchema],
    userName: 'n',
  });
  expect(absent.status).toBe(404);
  expect((await scim.get(filtered('/Users', 'userName eq "n"'))).body.totalResults).toBe(0);
});

test('a userName is taken whatever its case, and free again after DELETE', async () => {
  const { id } = await newUser(scim, 'Taken@acme.test');
  const second = await scim.post('/Users', { schemas: [userSchema], userName: 'tAKEN@ACME.test' });
  expect(second.status).toBe(409);
  expect(second.body).toMatchObject({ schemas: [errorSchema], status: '409', scimType: 'uniqueness' });
  const other = await newUser(scim, 'other-name');
  for (const refused of [
    await scim.put(`/Users/${other.id}`, { schemas: [userSchema], userName: 'taken@acme.test' }),
    await scim.patch(`/Users/${other.id}`, patchOp({ op: 'replace', path: 'userName', value: 'taken@acme.test' })),
  ]) {
    expect(refused.status).toBe(409);
    expect(refused.body.scimType).toBe('uniqueness');
  }
  expect((await scim.get(`/Users/${other.id}`)).body).toEqual(other);
  expect((await scim.delete(`/Users/${id}`)).status).toBe(204);
  expect((await scim.post('/Users', { schemas: [userSchema], userName: 'taken@acme.test' })).status).toBe(201);
});

test('a user may change the case of its own userName', async () => {
  const { id } = await newUser(scim, 'own-case');
  const changed = await scim.patch(`/Users/${id}`, patchOp({ op: 'replace', path: 'userName', value: 'Own-Case' }));
  expect(changed.status).toBe(200);
  expect(changed.body.userName).toBe('Own-Case');
});

test('an unchanged user keeps its version and lastModified, and writes no event', async () => {
  const created = await newUser(scim, 'unchanged', { title: 'T', emails: [{ value: 'u@acme.test', type: 'work' }] });
  const before = (await eventsOf(bridge, scim)).length;
  const same = [
    await scim.put(`/Users/${created.id}`, created),
    await scim.patch(`/Users/${created.id}`, patchOp({ op: 'replace', path: 'title', value: 'T' })),
    await scim.patch(`/Users/${created.id}`, patchOp({ op: 'add', path: 'emails', value: created.emails })),
  ];
  for (const answer of same) {
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual(created);
  }
  expect((await eventsOf(bridge, scim)).length).toBe(before);
});

test('activation and deactivation are events of their own', async () => {
  const { id } = await newUser(scim, 'in-and-out');
  await scim.patch(`/Users/${id}`, patchOp({ op: 'Replace', path: 'active', value: 'False' }));
  await scim.patch(`/Users/${id}`, patchOp({ op: 'replace', value: { active: true, title: 'Back' } }));
  await scim.delete(`/Users/${id}`);
  const events = (await eventsOf(bridge, scim)).filter((event) => event.resourceId === id);
  expect(events.map((event) => event.type)).toEqual([
    'user.created',
    'user.deactivated',
    'user.updated',
    'user.activated',
    'user.deleted',
  ]);
  expect(events[2]?.data.changes).toEqual({ title: { before: null, after: 'Back' } });
});

test('a deactivated user stays readable by id and by filter', async () => {
  const { id } = await newUser(scim, 'deactivated', { active: false });
  expect((await scim.get(`/Users/${id}`)).body.active).toBe(false);
  const found = await scim.get(filtered('/Users', 'userName eq "deactivated" and active eq false'));
  expect(found.body).toMatchObject({ totalResults: 1, Resources: [{ id, active: false }] });
});

test('a deleted user leaves every group, and all later requests for it are 404', async () => {
  const { id } = await newUser(scim, 'leaver');
  const stays = await newUser(scim, 'stays');
  const group = await newGroup(scim, 'Leavers', [id, stays.id]);
  expect((await scim.delete(`/Users/${id}`)).status).toBe(204);
  const after = await scim.get(`/Groups/${group.id}`);
  expect(after.body.members.map((member: { value: string }) => member.value)).toEqual([stays.id]);
  expect(after.body.meta.version).toBe('W/"2"');
  for (const answer of [
    await scim.get(`/Users/${id}`),
    await scim.put(`/Users/${id}`, { schemas: [userSchema], userName: 'leaver' }),
    await scim.patch(`/Users/${id}`, patchOp({ op: 'replace', path: 'active', value: true })),
    await scim.delete(`/Users/${id}`),
  ]) {
    expect(answer.status).toBe(404);
    expect(answer.body).toMatchObject({ schemas: [errorSchema], status: '404', detail: expect.any(String) });
  }
});

test('a PATCH whose last operation fails changes nothing', async () => {
  const created = await newUser(scim, 'atomic', { title: 'before' });
  const events = (await eventsOf(bridge, scim)).length;
  const failed = await scim.patch(
    `/Users/${created.id}`,
    patchOp(
      { op: 'replace', path: 'title', value: 'after' },
      { op: 'replace', path: 'password', value: 'n3w-secret' },
      { op: 'remove', path: 'userName' },
    ),
  );
  expect(failed.status).toBe(400);
  expect(failed.body.scimType).toBe('mutability');
  expect((await scim.get(`/Users/${created.id}`)).body).toEqual(created);
  expect((await eventsOf(bridge, scim)).length).toBe(events);
});

test('`groups` of a user lists its direct groups by name', async () => {
  const { id } = await newUser(scim, 'grouped');
  const beta = await newGroup(scim, 'Beta group', [id]);
  const alpha = await newGroup(scim, 'Alpha group', [id]);
  const { groups } = (await scim.get(`/Users/${id}`)).body;
  expect(groups).toEqual(
    [alpha, beta].map((group) => ({
      value: group.id,
      $ref: group.meta.location,
      display: group.displayName,
      type: 'direct',
    })),
  );
});
