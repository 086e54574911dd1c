// Many clients at once: no change is lost, none is seen to fail, and the events say what the rows say.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { eventsOf, groupSchema, newGroup, newUser, patchOp, userSchema } from '../support/scim.ts';

let bridge: TestBridge;
let scim: ScimClient;

beforeAll(async () => {
  bridge = await createTestBridge({ poolSize: 16 });
  scim = await bridge.directory();
});
afterAll(() => bridge.close());

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const newUsers = (prefix: string, count: number) =>
  Promise.all(upTo(count).map((n) => newUser(scim, `${prefix}-${n}`)));
const patchGroup = (id: string, ...operations: unknown[]) => scim.patch(`/Groups/${id}`, patchOp(...operations));
const add = (value: string) => ({ op: 'add', path: 'members', value: [{ value }] });
const remove = (value: string) => ({ op: 'remove', path: `members[value eq "${value}"]` });
const memberIds = async (id: string): Promise<string[]> =>
  ((await scim.get(`/Groups/${id}`)).body.members ?? []).map((member: { value: string }) => member.value).sort();
const versionOf = async (path: string): Promise<number> =>
  Number(/\d+/.exec((await scim.get(path)).body.meta.version)?.[0]);
const statuses = (answers: Answer[]): number[] => [...new Set(answers.map((answer) => answer.status))].sort();

/** A PATCH answers 200, or 204 when the group is large. */
function expectSuccess(answers: Answer[]): void {
  for (const answer of answers) expect([200, 204], JSON.stringify(answer.body)).toContain(answer.status);
}

/** The members that the events of a group add up to; fails on one that comes twice or goes without having come. */
async function replayMembers(groupId: string): Promise<string[]> {
  const members = new Set<string>();
  let version = 0;
  for (const event of await eventsOf(bridge, scim)) {
    if (event.resourceId !== groupId) continue;
    expect(event.resourceVersion).toBeGreaterThanOrEqual(version);
    version = event.resourceVersion ?? version;
    for (const member of event.data.members ?? []) {
      if (event.type === 'group.member_added') {
        expect(members.has(member), `${member} added twice`).toBe(false);
        members.add(member);
      } else {
        expect(members.delete(member), `${member} removed unseen`).toBe(true);
      }
    }
  }
  return [...members].sort();
}

test('200 parallel adds of one member each lose none, and each counts one version', async () => {
  const users = await newUsers('adder', 200);
  const { id } = await newGroup(scim, 'Two hundred');
  const answers = await Promise.all(users.map((user) => patchGroup(id, add(user.id))));
  expectSuccess(answers);
  expect(await memberIds(id)).toEqual(users.map((user) => user.id).sort());
  expect(await versionOf(`/Groups/${id}`)).toBe(201);
  expect(new Set(answers.map((answer) => answer.headers.get('etag'))).size).toBe(200);
  expect(await replayMembers(id)).toEqual(users.map((user) => user.id).sort());
});

test('the same member added and removed in parallel ends in or out, and the events agree', async () => {
  const [user] = await newUsers('torn', 1);
  const { id } = await newGroup(scim, 'Torn');
  const answers = await Promise.all(upTo(40).map((n) => patchGroup(id, n % 2 ? remove(user.id) : add(user.id))));
  expectSuccess(answers);
  expect(await memberIds(id)).toEqual(await replayMembers(id));
});

test('the same member added by everybody at once is there once', async () => {
  const [user] = await newUsers('popular', 1);
  const { id } = await newGroup(scim, 'Popular');
  const answers = await Promise.all(upTo(20).map(() => patchGroup(id, add(user.id))));
  expectSuccess(answers);
  expect(await memberIds(id)).toEqual([user.id]);
  expect(await versionOf(`/Groups/${id}`)).toBe(2);
});

test('users that are deleted while groups are patched leave them, without a deadlock', async () => {
  const users = await newUsers('doomed', 24);
  const groups = await Promise.all(upTo(4).map((n) => newGroup(scim, `Doomed ${n}`)));
  const answers = await Promise.all([
    ...users.flatMap((user) => groups.map(({ id }) => patchGroup(id, add(user.id)))),
    ...users.filter((_, n) => n % 2 === 0).map((user) => scim.delete(`/Users/${user.id}`)),
    ...users.map((user, n) =>
      scim.patch(`/Users/${user.id}`, patchOp({ op: 'replace', path: 'title', value: `t${n}` })),
    ),
  ]);
  for (const answer of answers) expect([200, 204, 404], JSON.stringify(answer.body)).toContain(answer.status);
  const staying = users.filter((_, n) => n % 2 === 1).map((user) => user.id);
  for (const { id } of groups) {
    const members = await memberIds(id);
    // An id that was added after its user had gone is kept as an unknown one, as any other id would be.
    expect(members).toEqual(expect.arrayContaining(staying));
    expect(members).toEqual(await replayMembers(id));
  }
  for (const user of users.filter((_, n) => n % 2 === 0))
    expect((await scim.get(`/Users/${user.id}`)).status).toBe(404);
});

test('a group that everybody writes leaves connections to others', async () => {
  const users = await newUsers('busy', 60);
  const { id } = await newGroup(scim, 'Busy');
  const writing = Promise.all(users.map((user) => patchGroup(id, add(user.id))));
  // More than the pool has connections wait for the group now; a look-up needs one all the same.
  let waiting = 0;
  for (const user of users.slice(0, 10)) {
    expect((await scim.get(`/Users/${user.id}`)).status).toBe(200);
    waiting = Math.max(waiting, bridge.database.pool.waitingCount);
  }
  expect(waiting).toBeLessThan(2);
  expectSuccess(await writing);
});

test('groups that take each other as members at once do not stand in each other’s way', async () => {
  const groups = await Promise.all(upTo(6).map((n) => newGroup(scim, `Ring ${n}`)));
  const answers = await Promise.all(
    groups.flatMap((one) => groups.filter((other) => other !== one).map((other) => patchGroup(one.id, add(other.id)))),
  );
  expectSuccess(answers);
  for (const { id } of groups) expect(await memberIds(id)).toHaveLength(5);
  const deleted = await Promise.all(groups.map(({ id }) => scim.delete(`/Groups/${id}`)));
  expect(statuses(deleted)).toEqual([204]);
});

test('parallel PATCHes of one user are all there in the end', async () => {
  const [user] = await newUsers('shared', 1);
  const attributes = ['title', 'nickName', 'userType', 'locale', 'timezone', 'profileUrl', 'displayName', 'externalId'];
  const answers = await Promise.all(
    attributes.flatMap((path) => [
      scim.patch(`/Users/${user.id}`, patchOp({ op: 'replace', path, value: `${path}-1` })),
      scim.patch(`/Users/${user.id}`, patchOp({ op: 'add', path: 'emails', value: [{ value: `${path}@acme.test` }] })),
    ]),
  );
  expect(statuses(answers)).toEqual([200]);
  const { body } = await scim.get(`/Users/${user.id}`);
  for (const attribute of attributes) expect(body[attribute]).toBe(`${attribute}-1`);
  expect(body.emails).toHaveLength(attributes.length);
  expect(body.meta.version).toBe('W/"17"');
  const events = (await eventsOf(bridge, scim)).filter((event) => event.resourceId === user.id);
  expect(events.map((event) => event.resourceVersion)).toEqual(upTo(17).map((n) => n + 1));
});

test('PUT and PATCH of one user at once: one after the other, never mixed', async () => {
  const [user] = await newUsers('put-patch', 1);
  for (const round of upTo(6)) {
    const [put, patch] = await Promise.all([
      scim.put(`/Users/${user.id}`, { schemas: [userSchema], userName: user.userName, title: `put ${round}` }),
      scim.patch(`/Users/${user.id}`, patchOp({ op: 'replace', path: 'nickName', value: `patch ${round}` })),
    ]);
    expect(statuses([put, patch])).toEqual([200]);
    const { body } = await scim.get(`/Users/${user.id}`);
    expect(body.title).toBe(`put ${round}`);
    expect([undefined, `patch ${round}`]).toContain(body.nickName);
  }
});

test('a userName that is swapped between users by many is nobody’s twice', async () => {
  const users = await newUsers('swap', 8);
  const answers = await Promise.all(
    users.flatMap((user) =>
      upTo(3).map(() =>
        scim.patch(`/Users/${user.id}`, patchOp({ op: 'replace', path: 'userName', value: 'The-One' })),
      ),
    ),
  );
  expect(statuses(answers)).toEqual([200, 409]);
  expect((await scim.get('/Users?filter=userName eq "the-one"')).body.totalResults).toBe(1);
});

test('groups that are replaced, patched and deleted at once answer each as if alone', async () => {
  const users = await newUsers('churn', 10);
  const { id } = await newGroup(scim, 'Churn');
  const all = users.map((user) => ({ value: user.id }));
  const answers = await Promise.all([
    ...upTo(8).map((n) =>
      scim.put(`/Groups/${id}`, { schemas: [groupSchema], displayName: 'Churn', members: all.slice(0, n) }),
    ),
    ...users.map((user) => patchGroup(id, add(user.id))),
    ...users.map((user) => patchGroup(id, remove(user.id))),
  ]);
  expectSuccess(answers);
  expect(await memberIds(id)).toEqual(await replayMembers(id));
  const last = await Promise.all([scim.delete(`/Groups/${id}`), ...users.map((user) => patchGroup(id, add(user.id)))]);
  for (const answer of last) expect([200, 204, 404]).toContain(answer.status);
  expect(await replayMembers(id)).toEqual([]);
});
