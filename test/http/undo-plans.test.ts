// What one identity provider did in a window is undone by a plan that was looked at: over the management API.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createRetentionRepository } from '../../bridge/events/retention-repository.ts';
import { type Body, createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { declareType, device, deviceType } from '../support/declared-schemas.ts';
import { everything } from '../support/directory-moves.ts';
import { enterprise, eventsOf, newGroup, newUser, patchOp } from '../support/scim.ts';
import { type TwoProviders, twoProviders, undoClient } from '../support/undo.ts';
import { createUserStorageClient } from '../support/user-storage-client.ts';

let now = new Date('2026-11-20T08:00:00Z');
let bridge: TestBridge;
let two: TwoProviders;
let okta: ScimClient;
let other: ScimClient;
let undo: ReturnType<typeof undoClient>;
/** Between what was before the window and what is in it, and again after it. */
const pass = (): Date => {
  now = new Date(now.getTime() + 3_600_000);
  return now;
};

beforeAll(async () => {
  bridge = await createTestBridge({ clock: { now: () => now } });
});
beforeEach(async () => {
  two = await twoProviders(bridge);
  ({ okta, other } = two);
  undo = undoClient(bridge, two.slug);
});
afterAll(() => bridge.close());

const replace = (path: string, value: unknown) => patchOp({ op: 'replace', path, value });
const set = (scim: ScimClient, id: string, path: string, value: unknown) =>
  scim.patch(`/Users/${id}`, replace(path, value));
const member = (scim: ScimClient, groupId: string, op: 'add' | 'remove', id: string) =>
  scim.patch(
    `/Groups/${groupId}`,
    patchOp(op === 'add' ? { op, path: 'members', value: [{ value: id }] } : { op, path: `members[value eq "${id}"]` }),
  );

/** Whom the tests are about, and how everything was before the window, which begins now. */
async function company() {
  const [anna, ben, cleo] = [
    await newUser(okta, 'anna', {
      externalId: '00u-anna',
      title: 'Engineer',
      password: 'correct horse battery',
      emails: [{ value: 'anna@acme.test', type: 'work' }],
      [enterprise]: { department: 'Tools', employeeNumber: '7' },
    }),
    await newUser(okta, 'ben', { title: 'Seller' }),
    await newUser(okta, 'cleo', { active: false }),
  ];
  const sales = await newGroup(okta, 'Sales', [anna.id, ben.id]);
  const board = await newGroup(okta, 'Board', [anna.id]);
  const before = await everything(okta);
  const from = pass();
  return { anna: anna.id, ben: ben.id, cleo: cleo.id, sales: sales.id, board: board.id, before, from };
}

const state = (items: Body[]) => Object.fromEntries(items.map(({ id, state: is }: Body) => [id, is]));

describe('what one did alone', () => {
  test('is undone: people are back with their ids, groups and states, and who was new is gone', async () => {
    const client = await createUserStorageClient(bridge, [two.slug]);
    const { anna, ben, cleo, sales, board, before, from } = await company();
    const sub = (await client.get(`/users/${anna}`)).body.id;
    await okta.delete(`/Users/${anna}`);
    await set(okta, ben, 'title', 'Head');
    await set(okta, ben, 'active', false);
    await set(okta, cleo, 'active', true);
    await okta.delete(`/Groups/${board}`);
    await member(okta, sales, 'remove', ben);
    const dora = await newUser(okta, 'dora');
    await member(okta, sales, 'add', dora.id);
    const evil = await newGroup(okta, 'Everybody', [ben, dora.id]);
    expect((await client.get(`/users/${anna}`)).status).toBe(404);
    pass();

    const plan = await undo.plan(two.actor, from);
    expect(plan).toMatchObject({ state: 'planned', createdBy: 'token:ADMIN_TOKEN', counts: { unplanned: 0 } });
    const items = await undo.items(plan.id);
    expect(items.map((item: Body) => [item.resource.name, item.action, item.member?.id ?? null]).sort()).toEqual(
      [
        ['Board', 'restore', null],
        ['Board', 'add_member', anna],
        ['Everybody', 'delete', null],
        ['Sales', 'add_member', anna],
        ['Sales', 'add_member', ben],
        ['Sales', 'remove_member', dora.id],
        ['anna', 'restore', null],
        ['ben', 'update', null],
        ['cleo', 'deactivate', null],
        ['dora', 'delete', null],
      ].sort(),
    );
    expect(new Set(items.map((item: Body) => item.state))).toEqual(new Set(['ready']));
    expect(items.find((item: Body) => item.id === anna)).toMatchObject({ lost: ['password'] });
    expect(items.find((item: Body) => item.id === ben).changes).toEqual({
      title: { now: 'Head', to: 'Seller' },
      active: { now: false, to: true },
    });
    // Nothing has been done so far.
    expect((await okta.get(`/Users/${anna}`)).status).toBe(404);

    const applied = await undo.apply(plan.id);
    expect(applied).toMatchObject({ state: 'applied', counts: { byState: { done: 10, ready: 0, refused: 0 } } });
    expect(await everything(okta)).toEqual(before);
    expect((await okta.get(`/Groups/${evil.id}`)).status).toBe(404);
    expect((await okta.get('/Users?filter=emails.value eq "anna@acme.test"')).body.totalResults).toBe(1);
    // To Keycloak she is the same one.
    expect((await client.get(`/users/${anna}`)).body).toMatchObject({ id: sub, username: 'anna', enabled: true });
  });

  test('is undone in the name of the operator, by events that name the plan, and in the audit log', async () => {
    const { ben, from } = await company();
    await set(okta, ben, 'title', 'Head');
    pass();
    const { id } = await undo.plan(two.actor, from);
    await undo.apply(id);
    const last = (await eventsOf(bridge, okta)).at(-1) as Body;
    expect(last).toMatchObject({ type: 'user.updated', actor: { name: 'token:ADMIN_TOKEN' }, data: { undoPlan: id } });
    const { entries } = await bridge.services.auditLog.readAudit({ directory: two.slug, last: 3, limit: 3 });
    expect(entries.map(({ type }) => type)).toEqual([
      'directory.undo_planned',
      'directory.undo_started',
      'directory.undo_finished',
    ]);
    expect(entries[2]?.changes).toMatchObject({ plan: { after: id }, done: { after: 1 } });
  });

  test('an attribute of an extension is set back without the others', async () => {
    const { anna, from } = await company();
    await set(okta, anna, `${enterprise}:department`, 'Taken');
    pass();
    await set(other, anna, `${enterprise}:employeeNumber`, '8');
    const { id } = await undo.plan(two.actor, from);
    expect((await undo.items(id))[0].changes).toEqual({
      [`${enterprise}:department`]: { now: 'Taken', to: 'Tools' },
    });
    await undo.apply(id);
    const { body } = await okta.get(`/Users/${anna}`);
    expect(body[enterprise]).toMatchObject({ department: 'Tools', employeeNumber: '8' });
  });

  test('somebody whose `active` was taken away is as able to log in as before', async () => {
    const { ben, cleo, from } = await company();
    await okta.patch(`/Users/${ben}`, patchOp({ op: 'remove', path: 'active' }));
    await okta.patch(`/Users/${cleo}`, patchOp({ op: 'remove', path: 'active' }));
    await okta.delete(`/Users/${ben}`);
    await okta.delete(`/Users/${cleo}`);
    pass();
    await undo.apply((await undo.plan(two.actor, from)).id);
    expect((await okta.get(`/Users/${ben}`)).body.active).toBe(true);
    expect((await okta.get(`/Users/${cleo}`)).body.active).toBe(false);
  });

  test('names that went round go back, and so do those of a deleted user and its successor', async () => {
    const { anna, ben, cleo, from, before } = await company();
    await set(okta, anna, 'userName', 'x');
    await set(okta, ben, 'userName', 'anna');
    await set(okta, anna, 'userName', 'ben');
    await okta.delete(`/Users/${cleo}`);
    await newUser(okta, 'cleo', { title: 'Another' });
    pass();
    const { id } = await undo.plan(two.actor, from);
    expect(new Set(Object.values(state(await undo.items(id))))).toEqual(new Set(['ready']));
    await undo.apply(id);
    expect(await everything(okta)).toEqual(before);
  });

  test('resources of declared types come and go as users do', async () => {
    await declareType(bridge, okta, deviceType);
    const kept = (await okta.post('/Devices', { schemas: [device], serial: 'A1' })).body;
    const gone = (await okta.post('/Devices', { schemas: [device], serial: 'A2' })).body;
    const from = pass();
    await okta.patch(`/Devices/${kept.id}`, replace('serial', 'B1'));
    await okta.delete(`/Devices/${gone.id}`);
    const added = (await okta.post('/Devices', { schemas: [device], serial: 'A3' })).body;
    pass();
    const { id } = await undo.plan(two.actor, from);
    expect(await undo.apply(id)).toMatchObject({ counts: { byState: { done: 3 } } });
    expect((await okta.get(`/Devices/${kept.id}`)).body).toMatchObject({ serial: 'A1' });
    const { meta: _meta, ...former } = gone;
    expect((await okta.get(`/Devices/${gone.id}`)).body).toMatchObject(former);
    expect((await okta.get(`/Devices/${added.id}`)).status).toBe(404);
  });

  test('a password that was changed is said to be lost, and nothing else', async () => {
    const { anna, from } = await company();
    await set(okta, anna, 'password', 'another horse battery');
    pass();
    const { id } = await undo.plan(two.actor, from);
    const [item] = await undo.items(id);
    expect(item).toMatchObject({ action: 'password', state: 'impossible', reason: 'password_unknown' });
    expect(await undo.apply(id)).toMatchObject({ state: 'applied', counts: { byState: { impossible: 1, done: 0 } } });
  });

  test('of what came and went within the window there is nothing to undo', async () => {
    const { ben, from } = await company();
    const { id: dora } = await newUser(okta, 'dora');
    await okta.delete(`/Users/${dora}`);
    await set(okta, ben, 'title', 'Head');
    await set(okta, ben, 'title', 'Seller');
    pass();
    const plan = await undo.plan(two.actor, from);
    expect(await undo.items(plan.id)).toEqual([]);
    expect(await undo.apply(plan.id)).toMatchObject({ state: 'applied' });
  });

  test('only what was done in the window counts', async () => {
    const { ben, from } = await company();
    await set(okta, ben, 'title', 'In it');
    const to = pass();
    await set(okta, ben, 'nickName', 'After it');
    pass();
    const { id, changes } = await undo.plan(two.actor, from, to);
    expect(changes).toBe(1);
    await undo.apply(id);
    expect((await okta.get(`/Users/${ben}`)).body).toMatchObject({ title: 'Seller', nickName: 'After it' });
  });
});

describe('what others did afterwards', () => {
  test('stays, and is listed with who did it, unless the reviewer says so', async () => {
    const { anna, ben, cleo, sales, board, from } = await company();
    await set(okta, ben, 'title', 'Head');
    await set(okta, ben, 'nickName', 'Benny');
    await set(okta, cleo, 'active', true);
    await member(okta, sales, 'remove', anna);
    await member(okta, board, 'remove', anna);
    const dora = await newUser(okta, 'dora');
    const evan = await newUser(okta, 'evan');
    const later = pass();
    await set(other, ben, 'title', 'Director');
    await set(other, cleo, 'active', false);
    await set(other, cleo, 'active', true);
    await member(other, sales, 'add', anna);
    await member(other, sales, 'remove', anna);
    await set(other, dora.id, 'title', 'Welcome');
    await member(other, sales, 'add', evan.id);
    pass();

    const { id, counts } = await undo.plan(two.actor, from);
    expect(counts).toMatchObject({ byState: { conflict: 4, ready: 2 }, partialConflicts: 1 });
    const items = await undo.items(id);
    const item = (key: string): Body => items.find((one: Body) => one.id === key);
    const since = { by: two.otherActor, at: later.toISOString() };
    expect(item(ben)).toMatchObject({ state: 'ready', changes: { title: { since }, nickName: { to: null } } });
    expect(item(cleo)).toMatchObject({ state: 'conflict', reason: 'changed_since', ...since });
    expect(item(dora.id)).toMatchObject({ state: 'conflict', reason: 'changed_since', ...since });
    expect(item(evan.id)).toMatchObject({ state: 'conflict', reason: 'in_groups' });
    expect(item(`${sales}/${anna}`)).toMatchObject({ action: 'add_member', state: 'conflict', ...since });
    expect(await undo.items(id, '?state=conflict')).toHaveLength(4);

    const { counts: after } = await undo.apply(id, { overwrite: [`${sales}/${anna}`, evan.id] });
    expect(after.byState).toMatchObject({ done: 4, conflict: 2, refused: 0 });
    expect((await okta.get(`/Users/${ben}`)).body).toMatchObject({ title: 'Director' });
    expect((await okta.get(`/Users/${ben}`)).body.nickName).toBeUndefined();
    expect((await okta.get(`/Users/${cleo}`)).body.active).toBe(true);
    expect((await okta.get(`/Users/${dora.id}`)).status).toBe(200);
    expect((await okta.get(`/Users/${evan.id}`)).status).toBe(404);
    const members = (await okta.get(`/Groups/${sales}`)).body.members.map(({ value }: Body) => value);
    expect(members.sort()).toEqual([anna, ben].sort());

    // What was done already is found done by another plan.
    const again = await undo.plan(two.actor, from);
    expect(state(await undo.items(again.id))).toEqual({
      [ben]: 'conflict',
      [cleo]: 'conflict',
      [dora.id]: 'conflict',
    });
    await undo.apply(again.id, { overwrite: 'all' });
    expect((await okta.get(`/Users/${ben}`)).body).toMatchObject({ title: 'Seller' });
    expect((await okta.get(`/Users/${cleo}`)).body.active).toBe(false);
    expect((await okta.get(`/Users/${dora.id}`)).status).toBe(404);
  });

  test('nobody whom another has deleted comes back', async () => {
    const { ben, from } = await company();
    await set(okta, ben, 'title', 'Head');
    pass();
    await other.delete(`/Users/${ben}`);
    const { id } = await undo.plan(two.actor, from);
    const [item] = await undo.items(id);
    expect(item).toMatchObject({ id: ben, state: 'impossible', reason: 'deleted_since', by: two.otherActor });
    await undo.apply(id, { overwrite: 'all' });
    expect((await okta.get(`/Users/${ben}`)).status).toBe(404);
  });

  test("a name that is somebody else's stays theirs", async () => {
    const { anna, ben, sales, from } = await company();
    await okta.delete(`/Users/${anna}`);
    await okta.patch(`/Users/${ben}`, patchOp({ op: 'replace', value: { userName: 'benjamin', title: 'Head' } }));
    pass();
    const successor = await newUser(other, 'ANNA');
    const rival = await newUser(other, 'ben');
    const { id } = await undo.plan(two.actor, from);
    const items = await undo.items(id);
    const find = (key: string): Body => items.find((one: Body) => one.id === key);
    expect(find(anna)).toMatchObject({ state: 'conflict', reason: 'name_taken', by: successor.id });
    expect(find(ben)).toMatchObject({ state: 'ready', changes: { userName: { takenBy: rival.id } } });
    expect(find(`${sales}/${anna}`)).toMatchObject({ state: 'impossible', reason: 'member_gone' });
    await undo.apply(id, { overwrite: 'all' });
    const done = await undo.items(id);
    expect(done.find((one: Body) => one.id === anna)).toMatchObject({ state: 'refused', reason: 'name_taken' });
    expect(done.find((one: Body) => one.id === ben)).toMatchObject({ state: 'done', problem: expect.any(String) });
    expect((await okta.get(`/Users/${ben}`)).body).toMatchObject({ userName: 'benjamin', title: 'Seller' });
  });

  test('what has changed since the plan was made stays, whatever the reviewer said of the plan', async () => {
    const { anna, ben, cleo, sales, from } = await company();
    await set(okta, ben, 'title', 'Head');
    await set(okta, cleo, 'title', 'Head');
    await set(okta, cleo, 'nickName', 'C');
    const dora = await newUser(okta, 'dora');
    await okta.delete(`/Users/${anna}`);
    pass();
    const { id } = await undo.plan(two.actor, from);
    await set(other, ben, 'title', 'Director');
    await set(other, cleo, 'title', 'Director');
    await set(other, dora.id, 'title', 'Welcome');
    await newUser(other, 'anna');
    await undo.apply(id, { overwrite: 'all' });
    const items = await undo.items(id);
    const find = (key: string): Body => items.find((one: Body) => one.id === key);
    expect(find(ben)).toMatchObject({ state: 'refused', reason: 'changed_since_plan' });
    expect(find(cleo)).toMatchObject({ state: 'done', problem: expect.stringContaining('title') });
    expect(find(dora.id)).toMatchObject({ state: 'refused', reason: 'changed_since_plan' });
    expect(find(anna)).toMatchObject({ state: 'refused', reason: 'name_taken' });
    expect(find(`${sales}/${anna}`)).toMatchObject({ state: 'refused', reason: 'member_gone' });
    expect((await okta.get(`/Users/${ben}`)).body.title).toBe('Director');
    expect((await okta.get(`/Users/${cleo}`)).body).toMatchObject({ title: 'Director' });
    expect((await okta.get(`/Groups/${sales}`)).body.members).toHaveLength(1);
  });
});

describe('what can not be planned is refused', () => {
  test('a window that begins before the event log does', async () => {
    const { ben, from } = await company();
    await set(okta, ben, 'title', 'Head');
    const early = new Date(from.getTime() - 24 * 3_600_000);
    await undo.plan(two.actor, early);
    await createRetentionRepository(bridge.database.pool).pruneBatch(
      okta.directory.id,
      { before: undefined, keep: 1 },
      1_000,
    );
    const answer = await undo.call('POST', '', { actors: [two.actor], from: early.toISOString() });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(answer.body.detail).toContain('begins at');
  });

  test('a directory that is read from LDAP, and one that moves', async () => {
    const { from } = await company();
    await bridge.services.moves.start(two.slug, { match: ['email'] });
    const body = { actors: [two.actor], from: from.toISOString() };
    expect(await undo.call('POST', '', body)).toMatchObject({ status: 409, body: { code: 'conflict' } });
    const { slug, okta: scim } = await twoProviders(bridge);
    const { pool } = bridge.database;
    await pool.query(`update directories set kind = 'ldap' where id = $1`, [scim.directory.id]);
    const ldap = await undoClient(bridge, slug).call('POST', '', body);
    expect(ldap).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect(ldap.body.detail).toContain('LDAP');
  });

  test('an actor who did nothing, with those who did', async () => {
    const { ben, from } = await company();
    await set(other, ben, 'title', 'Head');
    pass();
    const answer = await undo.call('POST', '', { actors: ['token:nobody'], from: from.toISOString() });
    expect(answer).toMatchObject({ status: 400 });
    expect(answer.body.detail).toContain(two.otherActor);
    expect((await undo.call('GET', '')).body).toEqual([]);
  });

  test('wrong windows, unknown plans, unknown items, and a plan that was applied', async () => {
    const { ben, from } = await company();
    await set(okta, ben, 'title', 'Head');
    pass();
    const wrong = { actors: [two.actor], from: now.toISOString(), to: from.toISOString() };
    expect((await undo.call('POST', '', wrong)).status).toBe(400);
    expect((await undo.call('POST', '', { actors: [], from: from.toISOString() })).status).toBe(400);
    const { id } = await undo.plan(two.actor, from);
    const foreign = undoClient(bridge, (await twoProviders(bridge)).slug);
    for (const path of [`/${id}`, `/${id}/items`, '/no-uuid']) {
      const expectedStatus = path === '/no-uuid' ? 400 : 404;
      expect((await foreign.call('GET', path)).status, path).toBe(expectedStatus);
    }
    expect((await foreign.call('POST', `/${id}/apply`, {})).body.code).toBe('undo_plan_absent');
    expect((await undo.call('POST', `/${id}/apply`, { overwrite: [ben] })).status).toBe(400);
    await undo.apply(id);
    expect((await undo.call('POST', `/${id}/apply`, {})).status).toBe(409);
    expect((await undo.call('DELETE', `/${id}`)).status).toBe(204);
    expect((await undo.call('GET', `/${id}`)).status).toBe(404);
  });
});
