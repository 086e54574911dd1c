// A directory that moves from one identity provider to another: people keep their ids, whoever pushes them.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Body, createTestBridge, type TestBridge } from '../support/bridge.ts';
import { everything, fromEntra, fromOkta, type Moving, startedMove, work } from '../support/directory-moves.ts';
import { enterprise, eventsOf, filtered, groupSchema, patchOp } from '../support/scim.ts';

let bridge: TestBridge;

beforeAll(async () => {
  bridge = await createTestBridge();
});
afterAll(() => bridge.close());

const started = (people: Body[], groups: Record<string, string[]> = {}) => startedMove(bridge, people, { groups });

describe('from Okta to Entra ID', () => {
  let scene: Moving;
  const anna = 'anna@acme.test';
  const bert = 'bert@acme.test';
  const cleo = 'cleo@acme.test';

  beforeAll(async () => {
    const people = [
      fromOkta('anna', '17'),
      fromOkta('bert', '', { [enterprise]: {} }),
      fromOkta('cleo', '19'),
      fromOkta('dora', '20', { password: 'dora-okta-pw' }),
    ];
    scene = await started(people, { Engineers: [anna, bert], Leftover: [cleo] });
  });

  test('the plan says how well people can be told apart, and what will be closed', async () => {
    const plan = await bridge.services.moves.plan(scene.slug, ['employeeNumber', 'email']);
    expect(plan).toMatchObject({
      users: 4,
      groups: 2,
      match: [
        { attribute: 'employeeNumber', users: 3, ambiguous: 0 },
        { attribute: 'email', users: 4, ambiguous: 0 },
      ],
      unmatchable: 0,
      warnings: [],
    });
  });

  test('the former identity provider is shut out, and does not disable anybody on its way', async () => {
    const off = patchOp({ op: 'replace', path: 'active', value: false });
    expect((await scene.okta.patch(`/Users/${scene.ids[anna]}`, off)).status).toBe(401);
    expect((await scene.entra.get(`/Users/${scene.ids[anna]}`)).body).toMatchObject({
      active: true,
      externalId: '00u-anna',
    });
  });

  test('a POST takes the matching user over: 201 with its id, and its new attributes in the place of the old', async () => {
    const made = await scene.entra.post('/Users', fromEntra('anna', '17'));
    expect(made.status).toBe(201);
    expect(made.body.id).toBe(scene.ids[anna]);
    expect(made.headers.get('location')).toContain(scene.ids[anna]);
    expect(made.body).toMatchObject({
      userName: 'anna.upn@acme.onmicrosoft.test',
      externalId: 'entra-anna',
      [enterprise]: { employeeNumber: ' 17 ', department: 'New' },
      groups: [{ value: scene.ids['Engineers'] }],
    });
    expect(made.body.name).toBeUndefined();
    expect((await scene.entra.get(`/Users/${made.body.id}`)).body).toEqual(made.body);
  });

  test('whom the most trusted attribute does not find, the next one does', async () => {
    const made = await scene.entra.post('/Users', fromEntra('bert', '18'));
    expect([made.status, made.body.id]).toEqual([201, scene.ids[bert]]);
  });

  test('the log tells of each adoption, and by what it was made', async () => {
    const events = await eventsOf(bridge, scene.okta);
    const adopted = events.filter(({ type }) => type === 'user.adopted');
    expect(adopted.map(({ resourceId, data }) => [resourceId, data.matchedBy])).toEqual([
      [scene.ids[anna], 'employeeNumber'],
      [scene.ids[bert], 'email'],
    ]);
    const change = events.find(({ type, resourceId }) => type === 'user.updated' && resourceId === scene.ids[anna]);
    expect(change?.data.changes).toMatchObject({ externalId: { before: '00u-anna', after: 'entra-anna' } });
  });

  test('the same POST again is the usual conflict, whether it comes with the same name or not', async () => {
    const again = await scene.entra.post('/Users', fromEntra('anna', '17'));
    expect([again.status, again.body.scimType]).toEqual([409, 'uniqueness']);
    expect(again.body.detail).not.toContain('review list');
    expect(await bridge.services.moves.listClaims(scene.slug, { limit: 10 })).toEqual([]);
    const found = await scene.entra.get(filtered('/Users', 'userName eq "anna.upn@acme.onmicrosoft.test"'));
    expect(found.body.Resources[0].id).toBe(scene.ids[anna]);
  });

  test('another one with the same number is not made a second person behind the first', async () => {
    const other = await scene.entra.post('/Users', fromEntra('impostor', '17'));
    expect(other.status).toBe(409);
    expect(other.body.detail).toContain('was taken over by another one');
  });

  test('somebody who was not there before is new', async () => {
    const made = await scene.entra.post('/Users', fromEntra('emil', '99'));
    expect(made.status).toBe(201);
    expect(Object.values(scene.ids)).not.toContain(made.body.id);
  });

  test('a user whom the identity provider finds by itself is taken over by its first write', async () => {
    const dora = scene.ids['dora@acme.test'];
    const found = await scene.entra.get(filtered('/Users', 'userName eq "DORA@acme.test"'));
    expect(found.body.Resources[0].id).toBe(dora);
    const change = patchOp({ op: 'Replace', path: 'externalId', value: 'entra-dora' });
    expect((await scene.entra.patch(`/Users/${dora}`, change)).status).toBe(200);
    const adopted = await bridge.services.moves.listUsers(scene.slug, { state: 'adopted', limit: 10 });
    expect(adopted.find(({ id }) => id === dora)).toMatchObject({
      matchedBy: 'id',
      before: { name: 'dora@acme.test', externalId: '00u-dora', active: true },
      now: { name: 'dora@acme.test', externalId: 'entra-dora', active: true },
    });
  });

  test('nobody who was not taken over can be deleted', async () => {
    const answer = await scene.entra.delete(`/Users/${scene.ids[cleo]}`);
    expect([answer.status, answer.body.detail]).toEqual([409, expect.stringContaining('not taken over yet')]);
    expect((await scene.entra.delete(`/Groups/${scene.ids['Leftover']}`)).status).toBe(409);
  });

  test('a group is taken over by its name, and keeps its members until the new one has named its own', async () => {
    const made = await scene.entra.post('/Groups', {
      schemas: [groupSchema],
      displayName: 'ENGINEERS',
      externalId: 'entra-engineers',
    });
    expect([made.status, made.body.id]).toEqual([201, scene.ids['Engineers']]);
    expect(made.body.members).toHaveLength(2);
    const add = patchOp({ op: 'Add', path: 'members', value: [{ value: scene.ids[anna] }] });
    await scene.entra.patch(`/Groups/${made.body.id}`, add);
    expect(await bridge.services.moves.status(scene.slug)).toMatchObject({
      users: { waiting: 1, adopted: 3, created: 1 },
      groups: { waiting: 1, adopted: 1, created: 0 },
      unconfirmedMembers: 1,
      claims: { open: 1, decided: 0 },
    });
  });

  test('the end asks about everything that is left, and does nothing until it is answered', async () => {
    const refused = bridge.services.moves.finish(scene.slug, {}, work);
    await expect(refused).rejects.toMatchObject({ code: 'conflict' });
    await expect(refused).rejects.toThrow(
      /1 users were not taken over .*1 groups were not .*1 members of groups .*1 users of the new/,
    );
    expect((await bridge.services.moves.status(scene.slug)).move.state).toBe('open');
  });

  test('at the end who was left goes as the operator says, and the directory is one like any other', async () => {
    const leftovers = { users: 'deactivate', groups: 'delete', members: 'remove', claims: 'drop' } as const;
    expect(await bridge.services.moves.finish(scene.slug, leftovers, work)).toEqual({ state: 'finished', done: true });
    expect((await scene.entra.get(`/Users/${scene.ids[cleo]}`)).body.active).toBe(false);
    expect((await scene.entra.get(`/Users/${scene.ids[anna]}`)).body.active).toBe(true);
    expect((await scene.entra.get(`/Groups/${scene.ids['Leftover']}`)).status).toBe(404);
    const { members } = (await scene.entra.get(`/Groups/${scene.ids['Engineers']}`)).body;
    expect(members.map(({ value }: Body) => value)).toEqual([scene.ids[anna]]);
    expect((await bridge.services.directories.requireDirectory(scene.slug)).moving).toBe(false);
    expect((await scene.entra.post('/Users', fromEntra('cleo', '19', { userName: 'cleo@acme.test' }))).status).toBe(
      409,
    );
  });

  test('undo brings back exactly what was, and the former identity provider with it', async () => {
    const { moves } = bridge.services;
    // They come after the end of the move, and under names that others get back.
    expect((await scene.entra.post('/Users', fromEntra('late', '77', { userName: anna }))).status).toBe(201);
    await scene.entra.post('/Groups', { schemas: [groupSchema], displayName: 'Leftover' });
    expect(await moves.planUndo(scene.slug)).toEqual({
      users: { restored: 4, remade: 0, removed: 2, activated: 1 },
      groups: { restored: 1, remade: 1, removed: 1 },
    });
    expect(await moves.undo(scene.slug, work)).toEqual({ state: 'undone', done: true });
    expect(await everything(scene.okta)).toEqual(scene.before);
    expect((await scene.entra.get('/Users')).status).toBe(401);
    const directory = await bridge.services.directories.requireDirectory(scene.slug);
    expect(directory).toMatchObject({ moving: false, kind: 'scim', profile: 'auto' });
  });

  test('and it can be moved again', async () => {
    const status = await bridge.services.moves.start(scene.slug, { match: ['email'], profile: 'entra' });
    expect(status).toMatchObject({ users: { waiting: 4, adopted: 0, created: 0 }, directory: { profile: 'entra' } });
    await bridge.services.moves.undo(scene.slug, work);
    expect(await everything(scene.okta)).toEqual(scene.before);
  });
});
