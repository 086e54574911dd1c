// Groups over HTTP: members are rows, and what a client says of them is what it finds.
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeIn } from '../../bridge/platform/db/scope.ts';
import { type Body, createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';
import {
  enterprise,
  errorSchema,
  eventsOf,
  filtered,
  groupSchema,
  newGroup,
  newUser,
  patchOp,
} from '../support/scim.ts';

let bridge: TestBridge;
let scim: ScimClient;
let ann: Body;
let bob: Body;

beforeAll(async () => {
  bridge = await createTestBridge();
  scim = await bridge.directory();
  ann = await newUser(scim, 'ann', { displayName: 'Ann A' });
  bob = await newUser(scim, 'bob');
});
afterAll(() => bridge.close());

const memberIds = async (groupId: string): Promise<string[]> => {
  const { members = [] } = (await scim.get(`/Groups/${groupId}`)).body;
  return members.map((member: { value: string }) => member.value).sort();
};
const both = () => [ann.id, bob.id].sort();

test('a created group comes back with its members, id, meta and Location', async () => {
  const created = await scim.post('/Groups', {
    schemas: [groupSchema, 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group'],
    displayName: 'Created',
    externalId: '8a1',
    members: [{ value: ann.id, display: 'old name', $ref: 'Users/x', type: 'User' }, { value: bob.id }],
  });
  expect(created.status, JSON.stringify(created.body)).toBe(201);
  const location = `http://localhost/scim/v2/${scim.directory.slug}/Groups/${created.body.id}`;
  expect(created.headers.get('location')).toBe(location);
  expect(created.body).toMatchObject({
    schemas: [groupSchema],
    displayName: 'Created',
    externalId: '8a1',
    meta: { resourceType: 'Group', location, version: 'W/"1"' },
  });
  expect(created.body.members).toEqual(
    expect.arrayContaining([
      { value: ann.id, $ref: ann.meta.location, type: 'User', display: 'Ann A' },
      { value: bob.id, $ref: bob.meta.location, type: 'User' },
    ]),
  );
  expect((await scim.get(`/Groups/${created.body.id}`)).body).toEqual(created.body);
});

test('a group without members has no `members` attribute', async () => {
  for (const members of [undefined, null, []]) {
    const answer = await scim.post('/Groups', { schemas: [groupSchema], displayName: `Empty ${members}`, members });
    expect(answer.status).toBe(201);
    expect(answer.body).not.toHaveProperty('members');
  }
});

test('a group may hold a group, and ids that the directory does not know', async () => {
  const child = await newGroup(scim, 'Child');
  const parent = await newGroup(scim, 'Parent', [child.id, 'unknown-id']);
  expect(parent.members).toEqual(
    expect.arrayContaining([
      { value: child.id, $ref: child.meta.location, type: 'Group', display: 'Child' },
      { value: 'unknown-id' },
    ]),
  );
  expect((await scim.delete(`/Groups/${child.id}`)).status).toBe(204);
  expect(await memberIds(parent.id)).toEqual(['unknown-id']);
});

test('a displayName is taken whatever its case', async () => {
  const { id } = await newGroup(scim, 'Unique Name');
  const second = await scim.post('/Groups', { schemas: [groupSchema], displayName: 'UNIQUE name' });
  expect(second.status).toBe(409);
  expect(second.body).toMatchObject({ schemas: [errorSchema], status: '409', scimType: 'uniqueness' });
  const other = await newGroup(scim, 'Another Name');
  const renamed = await scim.patch(
    `/Groups/${other.id}`,
    patchOp({ op: 'replace', value: { displayName: 'unique NAME' } }),
  );
  expect(renamed.status).toBe(409);
  expect((await scim.delete(`/Groups/${id}`)).status).toBe(204);
  expect((await scim.post('/Groups', { schemas: [groupSchema], displayName: 'unique name' })).status).toBe(201);
});

test.each([
  ['a filter in the path', (id: string) => ({ op: 'remove', path: `members[value eq "${id}"]` })],
  ['a value array', (id: string) => ({ op: 'Remove', path: 'members', value: [{ $ref: null, value: id }] })],
  ['bare values', (id: string) => ({ op: 'remove', path: 'members', value: [id] })],
  ['a wrapped array', (id: string) => ({ op: 'remove', path: 'members', value: { members: [{ value: id }] } })],
])('a member is removed by %s, and nobody else', async (style, operation) => {
  const { id } = await newGroup(scim, `Removal by ${style}`, both());
  const answer = await scim.patch(`/Groups/${id}`, patchOp(operation(ann.id)));
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  expect(answer.headers.get('etag')).toBe('W/"2"');
  expect(await memberIds(id)).toEqual([bob.id]);
});

test('a remove without a value takes all members, one with an empty array takes none', async () => {
  const { id } = await newGroup(scim, 'Remove all or none', both());
  expect((await scim.patch(`/Groups/${id}`, patchOp({ op: 'remove', path: 'members', value: [] }))).status).toBe(200);
  expect(await memberIds(id)).toEqual(both());
  expect((await scim.patch(`/Groups/${id}`, patchOp({ op: 'remove', path: 'members' }))).status).toBe(200);
  expect(await memberIds(id)).toEqual([]);
});

test('members are replaced as a whole, by path and without', async () => {
  const { id } = await newGroup(scim, 'Replaced', [ann.id]);
  await scim.patch(`/Groups/${id}`, patchOp({ op: 'replace', path: 'members', value: [{ value: bob.id }] }));
  expect(await memberIds(id)).toEqual([bob.id]);
  await scim.patch(`/Groups/${id}`, patchOp({ op: 'replace', value: { members: [{ value: ann.id }] } }));
  expect(await memberIds(id)).toEqual([ann.id]);
  await scim.patch(`/Groups/${id}`, patchOp({ op: 'replace', path: 'members', value: [] }));
  expect(await memberIds(id)).toEqual([]);
});

test('PUT replaces the members, and clears them when it names none', async () => {
  const { id } = await newGroup(scim, 'Put members', [ann.id]);
  const put = await scim.put(`/Groups/${id}`, {
    schemas: [groupSchema],
    displayName: 'Put members',
    members: [{ value: bob.id }],
  });
  expect(put.status).toBe(200);
  expect(put.body.members).toEqual([expect.objectContaining({ value: bob.id })]);
  const cleared = await scim.put(`/Groups/${id}`, { schemas: [groupSchema], displayName: 'Put members' });
  expect(cleared.status).toBe(200);
  expect(cleared.body).not.toHaveProperty('members');
});

test('adding who is there and removing who is not change nothing', async () => {
  const group = await newGroup(scim, 'No-ops', [ann.id]);
  const before = (await eventsOf(bridge, scim)).length;
  const answer = await scim.patch(
    `/Groups/${group.id}`,
    patchOp(
      { op: 'add', path: 'members', value: [{ value: ann.id }] },
      { op: 'remove', path: `members[value eq "${bob.id}"]` },
      { op: 'replace', path: 'displayName', value: 'No-ops' },
    ),
  );
  expect([answer.status, answer.body]).toEqual([200, group]);
  expect((await scim.get(`/Groups/${group.id}`)).body).toEqual(group);
  expect((await eventsOf(bridge, scim)).length).toBe(before);
});

test('events say who really came and went', async () => {
  const { id } = await newGroup(scim, 'Who came', [ann.id]);
  await scim.patch(
    `/Groups/${id}`,
    patchOp(
      { op: 'replace', path: 'members', value: [{ value: ann.id }, { value: bob.id }] },
      { op: 'replace', path: 'displayName', value: 'Who went' },
    ),
  );
  await scim.patch(
    `/Groups/${id}`,
    patchOp({ op: 'remove', path: 'members' }, { op: 'add', path: 'members', value: [{ value: bob.id }] }),
  );
  await scim.delete(`/Groups/${id}`);
  const events = (await eventsOf(bridge, scim)).filter((event) => event.resourceId === id);
  expect(events.map(({ type, resourceVersion, data: { members } }) => [type, resourceVersion, members])).toEqual([
    ['group.created', 1, undefined],
    ['group.member_added', 1, [ann.id]],
    ['group.updated', 2, undefined],
    ['group.member_added', 2, [bob.id]],
    ['group.member_removed', 3, [ann.id]],
    ['group.member_removed', 3, [bob.id]],
    ['group.deleted', 3, undefined],
  ]);
});

test('PATCH answers with the group, or with 204 when it is large and no attributes are asked for', async () => {
  const rename = (name: string) => patchOp({ op: 'replace', path: 'displayName', value: name });
  const many = Array.from({ length: 101 }, (_, index) => `member-${index}`);
  const { id } = await newGroup(scim, 'Silent', many);
  const silent = await scim.patch(`/Groups/${id}`, rename('Silent 2'));
  expect([silent.status, silent.body]).toEqual([204, undefined]);
  expect(silent.headers.get('etag')).toBe('W/"2"');
  const shown = await scim.patch(`/Groups/${id}?attributes=displayName`, rename('Silent 3'));
  expect(shown.status).toBe(200);
  expect(shown.body).toEqual({ schemas: [groupSchema], id, displayName: 'Silent 3' });
  const asked = await scim.patch(`/Groups/${id}?attributes=members`, rename('Silent 4'));
  expect([asked.status, asked.body.members.length]).toEqual([200, 101]);
  const without = await scim.patch(`/Groups/${id}?excludedAttributes=members`, rename('Silent 5'));
  expect([without.status, without.body.displayName, without.body.members]).toEqual([200, 'Silent 5', undefined]);
  const small = await scim.patch(`/Groups/${id}`, patchOp({ op: 'remove', path: 'members[value eq "member-0"]' }));
  expect([small.status, small.body.members.length]).toEqual([200, 100]);
});

test('members can be looked for by id, type and display', async () => {
  const child = await newGroup(scim, 'Member child');
  const { id } = await newGroup(scim, 'Member filters', [ann.id, child.id]);
  const only = `id eq "${id}" and `;
  for (const [filter, total] of [
    [`members.value eq "${ann.id}"`, 1],
    [`members.value eq "${bob.id}"`, 0],
    [`members eq "${ann.id}"`, 1],
    [`members[value eq "${ann.id}" and type eq "User"]`, 1],
    [`members[value eq "${ann.id}" and type eq "Group"]`, 0],
    [`members.type eq "Group"`, 1],
    ['members.display eq "ann a"', 1],
    ['members.display sw "Member"', 1],
    ['members pr', 1],
  ] as const) {
    const answer = await scim.get(filtered('/Groups', only + filter));
    expect(answer.status, filter).toBe(200);
    expect(answer.body.totalResults, filter).toBe(total);
  }
});

test('members can be left out without being read', async () => {
  const own = await createTestBridge();
  try {
    const client = await own.directory();
    const { id } = await newGroup(client, 'Big');
    // A query of the members would fail now.
    await own.database.pool.query('alter table group_members rename to hidden_members');
    for (const path of [
      `/Groups/${id}?excludedAttributes=members`,
      `/Groups/${id}?attributes=displayName`,
      filtered('/Groups', 'displayName eq "big"', '&excludedAttributes=members'),
    ]) {
      expect((await client.get(path)).status, path).toBe(200);
    }
    expect(
      (
        await client.patch(
          `/Groups/${id}?excludedAttributes=members`,
          patchOp({ op: 'replace', path: 'displayName', value: 'B' }),
        )
      ).status,
    ).toBe(200);
    expect((await client.get(`/Groups/${id}`)).status).toBe(500);
  } finally {
    await own.close();
  }
});

test('a group has no enterprise extension', async () => {
  const answer = await scim.get(filtered('/Groups', `${enterprise}:department eq "x"`));
  expect(answer.status).toBe(400);
  expect(answer.body.scimType).toBe('invalidFilter');
});

test('a leaver of many thousand groups leaves all of them, and each tells', async () => {
  const client = await bridge.directory();
  const leaver = await newUser(client, 'leaver');
  const { id: directoryId } = client.directory;
  await writeIn(bridge.database.pool, directoryId, async (scope) => {
    await sql`insert into groups (directory_id, id, display_name, display_name_key, resource, version, created_at,
        last_modified_at)
      select ${directoryId}, gen_random_uuid(), 'g' || n, 'g' || n, jsonb_build_object('displayName', 'g' || n), 1,
        now(), now() from generate_series(1, 7000) as n`.execute(scope);
    await sql`insert into group_members (directory_id, group_id, member_id, user_id, created_at)
      select directory_id, id, ${leaver.id}, ${leaver.id}::uuid, now() from groups
      where directory_id = ${directoryId}`.execute(scope);
  });
  expect((await client.delete(`/Users/${leaver.id}`)).status).toBe(204);
  const events = (await eventsOf(bridge, client)).filter(({ type }) => type === 'group.member_removed');
  expect(new Set(events.map(({ resourceId }) => resourceId)).size).toBe(7_000);
  expect((await client.get(filtered('/Groups', `members.value eq "${leaver.id}"`))).body.totalResults).toBe(0);
});
