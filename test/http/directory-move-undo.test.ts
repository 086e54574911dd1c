// The way back from a move that has ended, or while somebody else works on it.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestBridge, type TestBridge } from '../support/bridge.ts';
import { everything, fromEntra, fromOkta, newClient, startedMove, work } from '../support/directory-moves.ts';
import { eventsOf, groupSchema, newUser, patchOp } from '../support/scim.ts';
import { createUserStorageClient } from '../support/user-storage-client.ts';

let bridge: TestBridge;

beforeAll(async () => {
  bridge = await createTestBridge();
});
afterAll(() => bridge.close());

const keep = { users: 'keep', groups: 'keep', members: 'keep' } as const;

test('undo takes away whom the new identity provider has added since the end, and gives their names back', async () => {
  const { moves } = bridge.services;
  const { slug, okta, entra, ids, before } = await startedMove(bridge, [fromOkta('ann', '1'), fromOkta('ben', '2')]);
  await entra.post('/Users', fromEntra('ann', '1'));
  await entra.post('/Users', fromEntra('ben', '2'));
  await moves.finish(slug, keep, work);
  // Ann's former name is free since she was taken over.
  const other = await newUser(entra, 'ann@acme.test');
  await entra.post('/Groups', {
    schemas: [groupSchema],
    displayName: 'New',
    members: [{ value: ids['ben@acme.test'] }],
  });
  expect(await moves.planUndo(slug)).toMatchObject({ users: { restored: 2, removed: 1 }, groups: { removed: 1 } });
  expect(await moves.undo(slug, work)).toEqual({ state: 'undone', done: true });
  expect((await okta.get(`/Users/${other.id}`)).status).toBe(404);
  expect(await everything(okta)).toEqual(before);
});

test('undo lets somebody in again who was locked out without a trace in the attributes', async () => {
  const { moves } = bridge.services;
  const okta = await bridge.directory();
  const { slug } = okta.directory;
  const client = await createUserStorageClient(bridge, [slug]);
  const { id } = await newUser(okta, 'ann', { emails: [{ value: 'ann@acme.test' }] });
  const forget = patchOp({ op: 'remove', path: 'active' });
  await okta.patch(`/Users/${id}`, forget);
  await moves.start(slug, { match: ['email'] });
  const entra = await newClient(bridge, okta);
  await entra.patch(`/Users/${id}`, patchOp({ op: 'replace', path: 'active', value: false }));
  await entra.patch(`/Users/${id}`, forget);
  const enabled = async () => (await client.get(`/users/${id}`)).body.enabled;
  expect(await enabled()).toBe(false);
  await moves.undo(slug, work);
  expect(await enabled()).toBe(true);
  expect((await eventsOf(bridge, okta)).at(-1)).toMatchObject({
    type: 'user.activated',
    data: { changes: { active: { before: false, after: true } } },
  });
});

test('whoever finishes a move stops when another undoes it, and nobody is lost', async () => {
  const { moves } = bridge.services;
  const people = Array.from({ length: 410 }, (_, n) => fromOkta(`u${n}`, String(n)));
  const { slug, okta } = await startedMove(bridge, people);
  const leftovers = { users: 'delete' } as const;
  await moves.finish(slug, leftovers, { budgetMs: 0 });
  const finishing = moves.finish(slug, leftovers, work);
  const undoing = moves.undo(slug, work);
  const ends = await Promise.allSettled([finishing, undoing]);
  if (ends[1].status === 'rejected') await moves.undo(slug, work);
  expect((await moves.status(slug)).move.state).toBe('undone');
  expect((await okta.get('/Users?count=0')).body.totalResults).toBe(410);
});

test('a work that another has begun is not begun a second time', async () => {
  const { moves } = bridge.services;
  const people = Array.from({ length: 410 }, (_, n) => fromOkta(`u${n}`, String(n)));
  const { slug } = await startedMove(bridge, people);
  const leftovers = { users: 'deactivate' } as const;
  await moves.finish(slug, leftovers, { budgetMs: 0 });
  const ends = await Promise.allSettled([moves.finish(slug, leftovers, work), moves.finish(slug, leftovers, work)]);
  expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
});
