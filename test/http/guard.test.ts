// The guard for pushed SCIM: what goes through, what is held, and what the identity provider is told of it.
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeIn } from '../../bridge/platform/db/scope.ts';
import { type Answer, type Body, createTestBridge, type TestBridge } from '../support/bridge.ts';
import { newClient } from '../support/directory-moves.ts';
import {
  activation,
  activeOf,
  deactivation,
  guardEvents,
  guardedDirectory,
  guardOperator,
  heldOf,
  membersOf,
  only,
  typesOf,
  waitingForLocks,
} from '../support/guard-stage.ts';
import { eventsOf, filtered, groupSchema, newGroup, newUser, patchOp, userSchema } from '../support/scim.ts';

let bridge: TestBridge;
let now = new Date('2026-11-23T08:00:00Z');
const later = (minutes: number) => {
  now = new Date(now.getTime() + minutes * 60_000);
};

beforeAll(async () => {
  bridge = await createTestBridge({ clock: { now: () => now } });
});
afterAll(() => bridge.close());

/** The ids given, one by one: nobody of them may be missing. */
function at<T>(list: readonly T[], index: number): T {
  const one = list[index];
  if (one === undefined) throw new Error(`there is no number ${index}`);
  return one;
}

describe('deactivations', () => {
  test('beyond the limit are held, and answered as if they were done', async () => {
    const { scim, operator, ids } = await guardedDirectory(bridge, 5, 2);
    for (const id of ids) {
      const answer = await scim.patch(`/Users/${id}`, deactivation);
      expect(answer.status).toBe(200);
      expect(answer.body.active).toBe(false);
    }
    expect(await Promise.all(ids.map((id) => activeOf(scim, id)))).toEqual([false, false, true, true, true]);
    expect(await heldOf(operator)).toEqual(['deactivate user-2', 'deactivate user-3', 'deactivate user-4']);
    const told = await guardEvents(bridge, scim);
    expect(typesOf(told)).toEqual(['guard.tripped', 'guard.held', 'guard.held', 'guard.held']);
    expect(told[0]?.data.changes).toMatchObject({
      operation: { before: null, after: 'deactivate' },
      allowed: { after: 2 },
      counted: { after: 2 },
    });
    expect(told[1]?.data.changes).toMatchObject({ users: { after: [ids[2]] } });
  });

  test('are the only part of a request that is held', async () => {
    const { scim, operator, ids } = await guardedDirectory(bridge, 1, 0);
    const both = patchOp({ op: 'replace', value: { active: false, displayName: 'Left' } });
    const answer = await scim.patch(`/Users/${ids[0]}`, both);
    expect(answer.body).toMatchObject({ active: false, displayName: 'Left' });
    expect((await scim.get(`/Users/${ids[0]}`)).body).toMatchObject({ active: true, displayName: 'Left' });
    expect(await heldOf(operator)).toEqual(['deactivate user-0']);
  });

  test('come by PUT, too', async () => {
    const { scim, operator, ids } = await guardedDirectory(bridge, 1, 0);
    const body = { schemas: [userSchema], userName: 'user-0', title: 'Gone', active: false };
    const answer = await scim.put(`/Users/${ids[0]}`, body);
    expect([answer.status, answer.body.active, answer.body.title]).toEqual([200, false, 'Gone']);
    expect(await activeOf(scim, at(ids, 0))).toBe(true);
    expect(await heldOf(operator)).toEqual(['deactivate user-0']);
  });

  test('are held once, however often they are asked for', async () => {
    const { scim, operator, ids } = await guardedDirectory(bridge, 2, 0);
    for (let n = 0; n < 3; n += 1) await scim.patch(`/Users/${ids[0]}`, deactivation);
    const unrelated = await scim.patch(`/Users/${ids[0]}`, patchOp({ op: 'replace', path: 'title', value: 'x' }));
    expect(unrelated.body).toMatchObject({ title: 'x', active: false });
    expect(await heldOf(operator)).toEqual(['deactivate user-0']);
    expect(typesOf(await guardEvents(bridge, scim))).toEqual(['guard.tripped', 'guard.held']);
  });

  test('that the identity provider takes back are held no longer', async () => {
    const { scim, operator, ids } = await guardedDirectory(bridge, 1, 0);
    await scim.patch(`/Users/${ids[0]}`, deactivation);
    const back = await scim.patch(`/Users/${ids[0]}`, activation);
    expect(back.body.active).toBe(true);
    expect(await heldOf(operator)).toEqual([]);
    expect(typesOf(await guardEvents(bridge, scim)).at(-1)).toBe('guard.cancelled');
  });

  test('of one user again and again are counted once', async () => {
    const { scim, operator, ids } = await guardedDirectory(bridge, 2, 1);
    for (let n = 0; n < 3; n += 1) {
      await scim.patch(`/Users/${ids[0]}`, deactivation);
      await scim.patch(`/Users/${ids[0]}`, activation);
    }
    expect(await heldOf(operator)).toEqual([]);
    await scim.patch(`/Users/${ids[1]}`, deactivation);
    expect(await heldOf(operator)).toEqual(['deactivate user-1']);
  });

  test('cost those nothing that they are not about', async () => {
    const { scim, operator, ids } = await guardedDirectory(bridge, 2, 0);
    await scim.patch(`/Users/${ids[0]}`, deactivation);
    expect((await scim.patch(`/Users/${ids[1]}`, patchOp({ op: 'add', path: 'title', value: 't' }))).status).toBe(200);
    expect((await newUser(scim, 'another', { active: false })).active).toBe(false);
    expect(await heldOf(operator)).toEqual(['deactivate user-0']);
  });
});

describe('the window', () => {
  test('slides: what was done an hour ago counts no longer', async () => {
    const { scim, operator, ids } = await guardedDirectory(bridge, 4, 2);
    await scim.patch(`/Users/${ids[0]}`, deactivation);
    later(40);
    await scim.patch(`/Users/${ids[1]}`, deactivation);
    later(21);
    await scim.patch(`/Users/${ids[2]}`, deactivation);
    expect(await heldOf(operator)).toEqual([]);
    await scim.patch(`/Users/${ids[3]}`, deactivation);
    expect(await heldOf(operator)).toEqual(['deactivate user-3']);
  });

  test('lets nothing through by itself once the guard has tripped', async () => {
    const { scim, operator, ids } = await guardedDirectory(bridge, 4, 1);
    for (const id of ids.slice(0, 2)) await scim.patch(`/Users/${id}`, deactivation);
    later(600);
    await scim.patch(`/Users/${ids[2]}`, deactivation);
    expect(await heldOf(operator)).toEqual(['deactivate user-1', 'deactivate user-2']);
    expect(typesOf(await guardEvents(bridge, scim)).filter((type) => type === 'guard.tripped')).toHaveLength(1);
    for (const id of ids.slice(1, 3)) await scim.patch(`/Users/${id}`, activation);
    await scim.patch(`/Users/${ids[3]}`, deactivation);
    expect(await activeOf(scim, at(ids, 3)), 'nothing is held any more').toBe(false);
  });

  test('counts each operation for itself', async () => {
    const { scim, operator, ids } = await guardedDirectory(bridge, 4, 1);
    await scim.patch(`/Users/${ids[0]}`, deactivation);
    await scim.patch(`/Users/${ids[1]}`, deactivation);
    await scim.delete(`/Users/${ids[2]}`);
    await scim.delete(`/Users/${ids[3]}`);
    expect(await heldOf(operator)).toEqual(['deactivate user-1', 'delete user-3']);
    const { body } = await operator.get('');
    expect(body.windows).toMatchObject([
      { operation: 'deactivate', counted: 1, allowed: 1, held: 1, trippedAt: now.toISOString() },
      { operation: 'delete', counted: 1, allowed: 1, held: 1 },
      { operation: 'remove_member', counted: 0, held: 0, trippedAt: null },
    ]);
  });

  test('allows a share of the directory where that is more than the number', async () => {
    const { scim, operator, ids } = await guardedDirectory(bridge, 20, 1);
    await operator.patch('', { limits: { delete: { count: 1, percent: 15 } } });
    for (const id of ids) expect((await scim.delete(`/Users/${id}`)).status).toBe(204);
    // 15 % of the twenty that there were, not of those who are left.
    expect((await heldOf(operator)).length).toBe(17);
    expect((await scim.get('/Users')).body.totalResults).toBe(17);
  });

  test('takes no share of those who have left before', async () => {
    const { scim, operator, ids } = await guardedDirectory(bridge, 10, 1);
    for (let n = 0; n < 30; n += 1) await newUser(scim, `former-${n}`, { active: false });
    await operator.patch('', { limits: { deactivate: { count: 1, percent: 20 } } });
    expect((await operator.get('')).body).toMatchObject({ users: 10, windows: [{ allowed: 2 }, {}, {}] });
    for (const id of ids.slice(0, 4)) await scim.patch(`/Users/${id}`, deactivation);
    expect(await heldOf(operator), '20 % of ten').toEqual(['deactivate user-2', 'deactivate user-3']);
    expect((await operator.get('')).body).toMatchObject({ users: 8, windows: [{ counted: 2, allowed: 2 }, {}, {}] });
  });

  test('is the same for every token of the directory', async () => {
    const { scim, operator, ids } = await guardedDirectory(bridge, 3, 1);
    const other = await newClient(bridge, scim);
    await scim.patch(`/Users/${ids[0]}`, deactivation);
    await other.patch(`/Users/${ids[1]}`, deactivation);
    expect(await heldOf(operator)).toEqual(['deactivate user-1']);
    await scim.patch(`/Users/${ids[1]}`, activation);
    expect(await heldOf(operator), 'whoever takes it back').toEqual([]);
  });
});

describe('deletions', () => {
  test('beyond the limit are held and answered with 204, again and again', async () => {
    const { scim, operator, ids } = await guardedDirectory(bridge, 2, 1);
    for (const id of [...ids, at(ids, 1)]) expect((await scim.delete(`/Users/${id}`)).status).toBe(204);
    expect((await scim.get(`/Users/${ids[0]}`)).status).toBe(404);
    expect((await scim.get(`/Users/${ids[1]}`)).status).toBe(200);
    expect(await heldOf(operator)).toEqual(['delete user-1']);
    expect(typesOf(await guardEvents(bridge, scim))).toEqual(['guard.tripped', 'guard.held']);
  });

  test('are taken back by a POST of the same person, who keeps the id', async () => {
    const { scim, operator, ids } = await guardedDirectory(bridge, 1, 0);
    const group = await newGroup(scim, 'Keepers', ids);
    await scim.patch(`/Users/${ids[0]}`, deactivation);
    await scim.delete(`/Users/${ids[0]}`);
    const again = { schemas: [userSchema], userName: 'USER-0', externalId: 'x-0', displayName: 'Back' };
    const answer = await scim.post('/Users', again);
    expect([answer.status, answer.body.id, answer.body.active]).toEqual([201, ids[0], true]);
    expect(answer.body).toMatchObject({ userName: 'USER-0', displayName: 'Back' });
    expect(await heldOf(operator)).toEqual([]);
    expect(await membersOf(scim, group.id)).toEqual(ids);
    expect((await scim.post('/Users', again)).status, 'who is there already').toBe(409);
  });

  test('are not taken back by somebody else of the same name', async () => {
    const { scim, operator, ids } = await guardedDirectory(bridge, 1, 0);
    await scim.delete(`/Users/${ids[0]}`);
    const other = { schemas: [userSchema], userName: 'user-0', externalId: 'another person' };
    expect(await scim.post('/Users', other)).toMatchObject({ status: 409, body: { scimType: 'uniqueness' } });
    expect(await heldOf(operator)).toEqual(['delete user-0']);
    expect((await operator.post('/release', {})).body).toMatchObject({ done: 1, left: 0 });
    const made = await scim.post('/Users', other);
    expect(made.status).toBe(201);
    expect(made.body.id).not.toBe(ids[0]);
  });

  test.each([
    ['users', '/Users', { schemas: [userSchema], userName: 'user-0' }],
    ['groups', '/Groups', { schemas: [groupSchema], displayName: 'Crew' }],
  ] as const)(
    'that are released while they are taken back leave a name that is free: %s',
    async (table, path, body) => {
      const { scim, ids } = await guardedDirectory(bridge, 1, 0);
      const { id: directoryId } = scim.directory;
      const id = table === 'users' ? at(ids, 0) : (await newGroup(scim, 'Crew', ids)).id;
      await scim.delete(`${path}/${id}`);
      const answers: Promise<Answer>[] = [];
      await writeIn(bridge.database.pool, directoryId, async (scope) => {
        const row = sql`${sql.table(table)} where directory_id = ${directoryId} and id = ${id}`;
        await sql`select 1 from ${row} for update`.execute(scope);
        answers.push(scim.post(path, body));
        await expect.poll(() => waitingForLocks(bridge), { timeout: 30_000 }).toBe(1);
        await sql`delete from ${row}`.execute(scope);
      });
      const [answer] = await Promise.all(answers);
      expect(answer).toMatchObject({ status: 409, body: { scimType: 'uniqueness' } });
      const again = await scim.post(path, body);
      expect(again.status).toBe(201);
      expect(again.body.id).not.toBe(id);
    },
  );

  test('are taken back by a write to the user', async () => {
    const { scim, operator, ids } = await guardedDirectory(bridge, 1, 0);
    await scim.delete(`/Users/${ids[0]}`);
    const found = await scim.get(filtered('/Users', 'userName eq "user-0"'));
    expect(found.body.totalResults).toBe(1);
    await scim.patch(`/Users/${ids[0]}`, patchOp({ op: 'replace', path: 'title', value: 'Back' }));
    expect(await heldOf(operator)).toEqual([]);
  });
});

describe('members', () => {
  test('are kept all together, and the rest of the request is done', async () => {
    const { scim, operator, ids } = await guardedDirectory(bridge, 6, 2);
    const group = await newGroup(scim, 'Team', ids.slice(0, 4));
    const members = [at(ids, 0), at(ids, 5)].map((value) => ({ value }));
    const answer = await scim.put(`/Groups/${group.id}`, { schemas: [groupSchema], displayName: 'Crew', members });
    expect([answer.status, answer.body.displayName]).toEqual([200, 'Crew']);
    expect(answer.body.members.map(({ value }: Body) => value).sort(), 'as it was asked for').toEqual(
      [at(ids, 0), at(ids, 5)].sort(),
    );
    const renamed = await scim.patch(`/Groups/${group.id}`, patchOp({ op: 'replace', value: { displayName: 'Crew' } }));
    expect(renamed.body.members).toHaveLength(2);
    expect(await membersOf(scim, group.id)).toEqual([...ids.slice(0, 4), at(ids, 5)].sort());
    expect((await heldOf(operator)).sort()).toEqual([1, 2, 3].map((n) => `remove_member user-${n} Crew`));
    const events = await eventsOf(bridge, scim);
    expect(events.filter(({ type }) => type === 'group.member_removed')).toEqual([]);
    expect(events.filter(({ type }) => type === 'group.member_added').at(-1)?.data.members).toEqual([ids[5]]);
  });

  test('of several groups are counted as one user each, whichever way they are removed', async () => {
    const { scim, operator, ids } = await guardedDirectory(bridge, 4, 2);
    const groups: Body[] = [];
    for (const name of ['One', 'Two', 'Three']) groups.push(await newGroup(scim, name, ids));
    const without = (index: number, group: Body) => {
      const by = [
        { op: 'remove', path: `members[value eq "${ids[index]}"]` },
        { op: 'Remove', path: 'members', value: [{ value: ids[index] }] },
      ];
      return scim.patch(`/Groups/${group.id}`, patchOp(by[index % 2]));
    };
    for (const group of groups) for (const index of [0, 1]) await without(index, group);
    expect(await heldOf(operator)).toEqual([]);
    await without(2, at(groups, 0));
    await without(2, at(groups, 0));
    expect(await heldOf(operator)).toEqual(['remove_member user-2 One']);
    expect(await membersOf(scim, at(groups, 0).id)).toEqual(ids.slice(2).sort());
  });

  test('who are added again are held no longer; others of the group are', async () => {
    const { scim, operator, ids } = await guardedDirectory(bridge, 2, 0);
    const group = await newGroup(scim, 'Team', ids);
    await scim.patch(`/Groups/${group.id}`, patchOp({ op: 'remove', path: 'members' }));
    expect(await heldOf(operator)).toHaveLength(2);
    await scim.patch(`/Groups/${group.id}`, patchOp({ op: 'add', path: 'members', value: [{ value: ids[1] }] }));
    expect(await heldOf(operator)).toEqual(['remove_member user-0 Team']);
    expect(await membersOf(scim, group.id)).toEqual([...ids].sort());
  });

  test('of a large group are not shown to whoever has taken them out, either', async () => {
    const { scim, ids } = await guardedDirectory(bridge, 2, 0);
    const others = Array.from({ length: 1_100 }, (_, n) => `somebody-${n}`);
    const group = await newGroup(scim, 'Large', [...others, ...ids]);
    const body = { schemas: [groupSchema], displayName: 'Large', members: others.map((value) => ({ value })) };
    const answer = await scim.put(`/Groups/${group.id}`, body);
    expect(answer.body.members).toHaveLength(1_100);
    expect(await membersOf(scim, group.id)).toEqual([...others, ...ids].sort());
  });

  test('that are no users are not held', async () => {
    const { scim, operator, ids } = await guardedDirectory(bridge, 1, 0);
    const inner = await newGroup(scim, 'Inner');
    const outer = await newGroup(scim, 'Outer', [...ids, inner.id, 'nobody']);
    await scim.patch(`/Groups/${outer.id}`, patchOp({ op: 'remove', path: 'members' }));
    expect(await membersOf(scim, outer.id)).toEqual(ids);
    expect(await heldOf(operator)).toEqual(['remove_member user-0 Outer']);
  });

  test('keep a group that was to be deleted, until it is created again', async () => {
    const { scim, operator, ids } = await guardedDirectory(bridge, 3, 2);
    const group = await newGroup(scim, 'Team', ids);
    for (let n = 0; n < 2; n += 1) expect((await scim.delete(`/Groups/${group.id}`)).status).toBe(204);
    expect(await heldOf(operator)).toEqual(['delete_group Team']);
    expect((await operator.get('/held')).body).toMatchObject([{ user: null, members: 3 }]);
    const again = { schemas: [groupSchema], displayName: 'team', members: ids.map((value) => ({ value })) };
    const answer = await scim.post('/Groups', again);
    expect([answer.status, answer.body.id]).toEqual([201, group.id]);
    expect(await heldOf(operator)).toEqual([]);
  });

  test('of a group that goes with less than the limit go', async () => {
    const { scim, operator, ids } = await guardedDirectory(bridge, 3, 3);
    const group = await newGroup(scim, 'Team', ids);
    expect((await scim.delete(`/Groups/${group.id}`)).status).toBe(204);
    expect((await scim.get(`/Groups/${group.id}`)).status).toBe(404);
    expect(await heldOf(operator)).toEqual([]);
  });
});

describe('Bulk', () => {
  test('comes to the same guard, and creates again what it holds', async () => {
    const { scim, operator, ids } = await guardedDirectory(bridge, 4, 1);
    const bulk = async (...Operations: unknown[]) => {
      const schemas = ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'];
      const { body } = await scim.post('/Bulk', { schemas, Operations });
      return body.Operations.map(({ status }: Body) => String(status));
    };
    const deletions = ids.slice(0, 3).map((id) => ({ method: 'DELETE', path: `/Users/${id}` }));
    const change = { method: 'PATCH', path: `/Users/${ids[3]}`, data: deactivation };
    expect(await bulk(...deletions, change)).toEqual(['204', '204', '204', '200']);
    expect(await heldOf(operator)).toEqual(['delete user-1', 'delete user-2']);
    const creation = (n: number) => ({
      method: 'POST',
      path: '/Users',
      bulkId: `b${n}`,
      data: { schemas: [userSchema], userName: `user-${n}`, externalId: `x-${n}` },
    });
    expect(await bulk(creation(7), creation(1), creation(8))).toEqual(['201', '201', '201']);
    expect(await heldOf(operator)).toEqual(['delete user-2']);
    expect((await scim.get(`/Users/${ids[1]}`)).status).toBe(200);
  });
});

describe('settings', () => {
  test('are the default ones at first, which hold nothing of a small directory', async () => {
    const scim = await bridge.directory();
    const operator = guardOperator(bridge, scim);
    const { body } = await operator.get('');
    expect(body).toMatchObject({ enabled: true, isDefault: true, windowMinutes: 60, held: 0, passingUntil: null });
    expect(body.limits).toEqual({
      deactivate: { count: 100, percent: 10 },
      delete: { count: 100, percent: 10 },
      remove_member: { count: 500, percent: 25 },
    });
  });

  test('can be changed one by one, and gone back from', async () => {
    const { operator } = await guardedDirectory(bridge, 0, 3);
    const changed = await operator.patch('', { windowMinutes: 5, limits: { delete: null } });
    expect(changed.body).toMatchObject({ windowMinutes: 5, isDefault: false });
    expect(changed.body.limits).toEqual({ deactivate: only(3), delete: null, remove_member: only(3) });
    expect(changed.body.windows[1].allowed).toBe(null);
    expect((await operator.patch('', { useDefaults: true })).body).toMatchObject({
      isDefault: true,
      windowMinutes: 60,
    });
  });

  test.each([
    [{ windowMinutes: 0 }, 'windowMinutes'],
    [{ limits: { delete: { count: -1, percent: 0 } } }, 'limits.delete.count'],
    [{ limits: { delete: { count: 1, percent: 101 } } }, 'limits.delete.percent'],
    [{ limits: { rename: { count: 1, percent: 1 } } }, 'limits'],
  ])('%j is refused', async (change, where) => {
    const { operator } = await guardedDirectory(bridge, 0, 3);
    const answer = await operator.patch('', change);
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request']);
    expect(answer.body.detail).toContain(where);
  });

  test('that are off hold nothing more, and keep what is held', async () => {
    const { scim, operator, ids } = await guardedDirectory(bridge, 3, 0);
    await scim.delete(`/Users/${ids[0]}`);
    expect((await operator.patch('', { enabled: false })).body).toMatchObject({ enabled: false, held: 1 });
    await scim.delete(`/Users/${ids[1]}`);
    await scim.delete(`/Users/${ids[0]}`);
    expect(await heldOf(operator)).toEqual(['delete user-0']);
    await operator.patch('', { enabled: true });
    await scim.delete(`/Users/${ids[2]}`);
    expect(await heldOf(operator)).toEqual(['delete user-0', 'delete user-2']);
  });
});
