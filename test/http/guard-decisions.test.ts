// What an operator decides about what the guard holds: released it is done, rejected it is forgotten.
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeIn } from '../../bridge/platform/db/scope.ts';
import { createMetrics } from '../../bridge/platform/metrics.ts';
import { type Answer, type Body, createTestBridge, type TestBridge } from '../support/bridge.ts';
import {
  activation,
  activeOf,
  deactivation,
  guardEvents,
  guardedDirectory,
  heldOf,
  membersOf,
  typesOf,
  waitingForLocks,
} from '../support/guard-stage.ts';
import { eventsOf, newGroup, newUser, patchOp } from '../support/scim.ts';

let bridge: TestBridge;
let now = new Date('2026-11-23T08:00:00Z');
const later = (minutes: number) => {
  now = new Date(now.getTime() + minutes * 60_000);
};

beforeAll(async () => {
  bridge = await createTestBridge({ clock: { now: () => now } });
});
afterAll(() => bridge.close());

/** A directory whose guard holds one of each: 0 is to be deactivated, 1 deleted, 2 taken out of a group, a group of 3 deleted. */
async function oneOfEach() {
  const stage = await guardedDirectory(bridge, 4, 0);
  const { scim, ids } = stage;
  const [team, crew] = [await newGroup(scim, 'Team', ids.slice(1, 3)), await newGroup(scim, 'Crew', ids.slice(3))];
  const request = { 'X-Request-Id': 'the-request' };
  await scim.patch(`/Users/${ids[0]}`, deactivation, request);
  await scim.delete(`/Users/${ids[1]}`, request);
  await scim.patch(`/Groups/${team.id}`, patchOp({ op: 'remove', path: `members[value eq "${ids[2]}"]` }), request);
  await scim.delete(`/Groups/${crew.id}`, request);
  return { ...stage, team, crew };
}

describe('a release', () => {
  test('does everything, in the name of the operator and with the request that asked for it', async () => {
    const { scim, operator, ids, team, crew } = await oneOfEach();
    const held = (await operator.get('/held')).body;
    const { body } = await operator.post('/release', {});
    expect(body).toEqual({ done: 4, left: 0, passingUntil: null });
    expect(await heldOf(operator)).toEqual([]);
    expect(await activeOf(scim, ids[0] ?? '')).toBe(false);
    expect((await scim.get(`/Users/${ids[1]}`)).status).toBe(404);
    expect(await membersOf(scim, team.id)).toEqual([]);
    expect((await scim.get(`/Groups/${crew.id}`)).status).toBe(404);
    const done = (await eventsOf(bridge, scim)).filter(({ data }) => data.askedBy);
    expect(done.map(({ type }) => type).sort()).toEqual([
      'group.deleted',
      'group.member_removed',
      'group.member_removed',
      'group.member_removed',
      'user.deactivated',
      'user.deleted',
    ]);
    const requests = new Map(held.map(({ operation, requestId }: Body) => [operation, requestId]));
    const deactivated = done.find(({ type }) => type === 'user.deactivated');
    expect(deactivated).toMatchObject({ actor: { name: 'token:ADMIN_TOKEN' } });
    expect(deactivated?.data.askedBy).toEqual({ actor: held[0].actor, requestId: requests.get('deactivate') });
    const decided = (await guardEvents(bridge, scim)).at(-1);
    expect(decided).toMatchObject({
      type: 'guard.released',
      actor: { name: 'token:ADMIN_TOKEN' },
      data: { changes: { deactivate: { before: null, after: 1 }, delete_group: { after: 1 } } },
    });
    const audit = await bridge.services.auditLog.readAudit({ directory: scim.directory.slug, last: 1, limit: 1 });
    expect(audit.entries).toMatchObject([{ type: 'guard.released', changes: { delete: { after: 1 } } }]);
  });

  test('of single operations leaves the others held', async () => {
    const { scim, operator, ids } = await guardedDirectory(bridge, 3, 0);
    for (const id of ids) await scim.patch(`/Users/${id}`, deactivation);
    const [first] = (await operator.get('/held')).body;
    expect((await operator.post('/release', { ids: [first.id] })).body).toMatchObject({ done: 1, left: 0 });
    expect(await heldOf(operator)).toEqual(['deactivate user-1', 'deactivate user-2']);
    expect(await Promise.all(ids.map((id) => activeOf(scim, id)))).toEqual([false, true, true]);
    const refused = await operator.post('/release', { ids: ['no-id'] });
    expect([refused.status, refused.body.code]).toEqual([400, 'invalid_request']);
  });

  test('of what was seen leaves alone what came since', async () => {
    const { scim, operator, ids } = await guardedDirectory(bridge, 2, 0);
    await scim.patch(`/Users/${ids[0]}`, deactivation);
    const seen = now.toISOString();
    later(1);
    await scim.patch(`/Users/${ids[1]}`, deactivation);
    expect((await operator.post('/release', { until: seen })).body).toMatchObject({ done: 1 });
    expect(await heldOf(operator)).toEqual(['deactivate user-1']);
  });

  test('begins the window anew', async () => {
    const { scim, operator, ids } = await guardedDirectory(bridge, 5, 2);
    for (const id of ids.slice(0, 3)) await scim.patch(`/Users/${id}`, deactivation);
    await operator.post('/release', {});
    for (const id of ids.slice(3)) await scim.patch(`/Users/${id}`, deactivation);
    expect(await heldOf(operator)).toEqual([]);
    expect((await operator.get('')).body.windows[0]).toMatchObject({ counted: 2, trippedAt: null });
    const one = await newUser(scim, 'one-more');
    await scim.patch(`/Users/${one.id}`, deactivation);
    expect(await heldOf(operator)).toEqual(['deactivate one-more']);
    const tripped = typesOf(await guardEvents(bridge, scim)).filter((type) => type === 'guard.tripped');
    expect(tripped, 'another trip').toHaveLength(2);
  });

  test('lets the rest of the wave pass, for as long as the operator says', async () => {
    const { scim, operator, ids } = await guardedDirectory(bridge, 4, 0);
    await scim.delete(`/Users/${ids[0]}`);
    const { body } = await operator.post('/release', { passMinutes: 30 });
    expect(body.passingUntil).toBe(new Date(now.getTime() + 30 * 60_000).toISOString());
    for (const id of ids.slice(1, 3)) await scim.delete(`/Users/${id}`);
    expect(await heldOf(operator)).toEqual([]);
    later(31);
    expect((await operator.get('')).body.passingUntil).toBe(null);
    await scim.delete(`/Users/${ids[3]}`);
    expect(await heldOf(operator)).toEqual(['delete user-3']);
  });

  test('that lets the rest pass, and a change of the settings at the same time, both count', async () => {
    const { scim, operator } = await guardedDirectory(bridge, 0, 0);
    const { id } = scim.directory;
    const answers: Promise<Answer>[] = [];
    // Both have read how it was before either can write.
    await writeIn(bridge.database.pool, id, async (scope) => {
      await sql`select 1 from guards where directory_id = ${id} for update`.execute(scope);
      answers.push(operator.patch('', { windowMinutes: 90 }), operator.post('/release', { passMinutes: 30 }));
      await expect.poll(() => waitingForLocks(bridge), { timeout: 30_000 }).toBe(2);
    });
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await operator.get('')).body).toMatchObject({ windowMinutes: 90, passingUntil: expect.any(String) });
  });

  test('does nothing to what has changed meanwhile', async () => {
    const { scim, operator, ids } = await guardedDirectory(bridge, 3, 0);
    const group = await newGroup(scim, 'Team', ids);
    for (const id of ids) await scim.patch(`/Users/${id}`, deactivation);
    await scim.patch(`/Groups/${group.id}`, patchOp({ op: 'remove', path: 'members' }));
    await scim.patch(`/Users/${ids[0]}`, activation);
    await scim.patch(`/Users/${ids[1]}`, patchOp({ op: 'replace', path: 'userName', value: 'renamed' }));
    await operator.patch('', { enabled: false });
    await scim.delete(`/Users/${ids[2]}`);
    expect((await operator.post('/release', {})).body).toMatchObject({ left: 0 });
    expect(await activeOf(scim, ids[0] ?? '')).toBe(true);
    expect((await scim.get(`/Users/${ids[1]}`)).body).toMatchObject({ userName: 'renamed', active: false });
    expect((await scim.get(`/Users/${ids[2]}`)).status).toBe(404);
    expect(await membersOf(scim, group.id)).toEqual([]);
  });

  test('that was killed half-way goes on when it is given again', async () => {
    const { scim, operator, ids } = await guardedDirectory(bridge, 130, 0);
    await Promise.all(ids.map((id) => scim.delete(`/Users/${id}`)));
    const { guard } = bridge.services;
    const { slug } = scim.directory;
    // As much as fits into no time at all: one transaction.
    const first = await guard.release(slug, {}, { budgetMs: 0 });
    expect(first).toMatchObject({ done: 100, left: 30 });
    expect((await operator.get('')).body).toMatchObject({ held: 0, released: 30 });
    expect((await scim.get('/Users?count=0')).body.totalResults).toBe(30);
    const back = (await operator.get('/held?limit=1')).body[0].user.id;
    await scim.patch(`/Users/${back}`, activation);
    // Two operators at once.
    const rest = await Promise.all([0, 1].map(() => guard.release(slug, {}, { budgetMs: 30_000 })));
    expect(rest.every(({ left }) => left === 0)).toBe(true);
    const { body } = await scim.get('/Users');
    expect(
      body.Resources.map(({ id }: Body) => id),
      'who was taken back stays',
    ).toEqual([back]);
    const types = typesOf(await eventsOf(bridge, scim));
    expect(types.filter((type) => type === 'user.deleted')).toHaveLength(129);
    expect(
      types.filter((type) => type === 'guard.released'),
      'decided once',
    ).toHaveLength(0);
    expect(typesOf(await guardEvents(bridge, scim)).filter((type) => type === 'guard.released')).toHaveLength(1);
  });
});

describe('what was released and is not done yet', () => {
  /** A release that ended after its first transaction, with one group still to be deleted. */
  async function halfReleased() {
    const stage = await guardedDirectory(bridge, 1, 0);
    for (let n = 0; n < 11; n += 1) {
      const group = await newGroup(stage.scim, `Group ${n}`, stage.ids);
      await stage.scim.delete(`/Groups/${group.id}`);
    }
    const { slug } = stage.scim.directory;
    expect(await bridge.services.guard.release(slug, {}, { budgetMs: 0 })).toMatchObject({ done: 10, left: 1 });
    return stage;
  }

  test('is still told by the metrics, and keeps the directory from being moved', async () => {
    const metrics = createMetrics({ totalCount: 0, idleCount: 0, waitingCount: 0 });
    metrics.watchHeld(bridge.services.guard.countHeld);
    const { scim, operator } = await halfReleased();
    const { slug } = scim.directory;
    const line = `realmbridge_guard_held_operations{directory="${slug}",operation="delete_group"}`;
    expect(await metrics.registry.metrics()).toContain(`${line} 1`);
    const { moves } = bridge.services;
    await expect(moves.start(slug, { match: ['userName'] })).rejects.toMatchObject({ code: 'conflict' });
    expect((await operator.post('/release', {})).body).toMatchObject({ done: 1, left: 0 });
    expect(await metrics.registry.metrics()).not.toContain(line);
  });

  test('can be rejected, and is not done by the next release', async () => {
    const { scim, operator } = await halfReleased();
    expect((await operator.post('/reject', {})).body).toEqual({ rejected: 1 });
    expect((await operator.post('/release', {})).body).toMatchObject({ done: 0, left: 0 });
    expect((await scim.get('/Groups')).body.totalResults).toBe(1);
  });
});

describe('a rejection', () => {
  test('leaves everything as it is', async () => {
    const { scim, operator, ids, team, crew } = await oneOfEach();
    expect((await operator.post('/reject', {})).body).toEqual({ rejected: 4 });
    expect(await heldOf(operator)).toEqual([]);
    expect(await activeOf(scim, ids[0] ?? '')).toBe(true);
    expect((await scim.get(`/Users/${ids[1]}`)).status).toBe(200);
    expect(await membersOf(scim, team.id)).toEqual(ids.slice(1, 3).sort());
    expect((await scim.get(`/Groups/${crew.id}`)).status).toBe(200);
    expect((await operator.get('')).body.windows).toMatchObject([{ trippedAt: null }, {}, {}]);
    const audit = await bridge.services.auditLog.readAudit({ directory: scim.directory.slug, last: 1, limit: 1 });
    expect(audit.entries).toMatchObject([{ type: 'guard.rejected', changes: { remove_member: { after: 1 } } }]);
    expect((await operator.post('/release', {})).body).toMatchObject({ done: 0, left: 0 });
  });

  test('lets nothing more of the same wave through: what comes again is held at once, until the window has slid', async () => {
    const { scim, operator, ids } = await guardedDirectory(bridge, 5, 2);
    for (const id of ids.slice(0, 3)) await scim.patch(`/Users/${id}`, deactivation);
    await operator.post('/reject', {});
    for (const id of ids.slice(2)) await scim.patch(`/Users/${id}`, deactivation);
    expect(await Promise.all(ids.map((id) => activeOf(scim, id)))).toEqual([false, false, true, true, true]);
    expect(await heldOf(operator)).toEqual(['deactivate user-2', 'deactivate user-3', 'deactivate user-4']);
    expect(typesOf(await guardEvents(bridge, scim)).filter((type) => type === 'guard.tripped')).toHaveLength(2);
    await operator.post('/reject', {});
    later(61);
    await scim.patch(`/Users/${ids[2]}`, deactivation);
    expect(await heldOf(operator)).toEqual([]);
  });

  test('takes single operations', async () => {
    const { scim, operator, ids } = await guardedDirectory(bridge, 2, 0);
    for (const id of ids) await scim.delete(`/Users/${id}`);
    const [first] = (await operator.get('/held?limit=1')).body;
    expect((await operator.post('/reject', { ids: [first.id] })).body).toEqual({ rejected: 1 });
    expect(await heldOf(operator)).toEqual(['delete user-1']);
    const { body } = await operator.get(`/held?after=${first.id}`);
    expect(body).toHaveLength(1);
  });
});

test('a directory of whose guard something is held is not moved', async () => {
  const { scim, operator, ids } = await guardedDirectory(bridge, 2, 0);
  const { slug } = scim.directory;
  const { moves } = bridge.services;
  await scim.delete(`/Users/${ids[0]}`);
  await expect(moves.start(slug, { match: ['userName'] })).rejects.toMatchObject({ code: 'conflict' });
  await operator.post('/reject', {});
  await moves.start(slug, { match: ['userName'], keepAccess: true });
  // Who is taken over by the new identity provider, and deactivated with it.
  const body = { userName: 'user-0', active: false, externalId: 'new' };
  const adopted = await scim.post('/Users', { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], ...body });
  expect([adopted.status, adopted.body.id, adopted.body.active]).toEqual([201, ids[0], false]);
  expect(await heldOf(operator)).toEqual(['deactivate user-0']);
  await moves.undo(slug, { budgetMs: 30_000 });
  expect(await heldOf(operator)).toEqual([]);
});

test('an LDAP directory has a guard of its own', async () => {
  const slug = 'read-from-ldap';
  const made = await bridge.directory(slug);
  await bridge.database.db
    .updateTable('directories')
    .set({ kind: 'ldap' })
    .where('id', '=', made.directory.id)
    .execute();
  await expect(bridge.services.guard.status(slug)).rejects.toMatchObject({ code: 'conflict' });
});

test('what is held is told in the metrics, as long as it is', async () => {
  const metrics = createMetrics({ totalCount: 0, idleCount: 0, waitingCount: 0 });
  metrics.watchHeld(bridge.services.guard.countHeld);
  const { scim, operator, ids } = await guardedDirectory(bridge, 2, 0);
  for (const id of ids) await scim.delete(`/Users/${id}`);
  const line = `realmbridge_guard_held_operations{directory="${scim.directory.slug}",operation="delete"}`;
  expect(await metrics.registry.metrics()).toContain(`${line} 2`);
  await operator.post('/release', {});
  expect(await metrics.registry.metrics()).not.toContain(line);
});
