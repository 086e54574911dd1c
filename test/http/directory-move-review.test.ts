// While a directory moves: whom nobody but a person can match, writes at the same time, and ways back from everything.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readIn } from '../../bridge/platform/db/scope.ts';
import { type Body, createTestBridge, type TestBridge } from '../support/bridge.ts';
import { everything, fromEntra, fromOkta, newClient, startedMove, work } from '../support/directory-moves.ts';
import { enterprise, groupSchema, newUser, patchOp, userSchema } from '../support/scim.ts';

let bridge: TestBridge;

beforeAll(async () => {
  bridge = await createTestBridge();
});
afterAll(() => bridge.close());

const claimsOf = (slug: string) => bridge.services.moves.listClaims(slug, { limit: 100 });
const passwordsOf = (directoryId: string) =>
  readIn(bridge.database.pool, [directoryId], (scope) =>
    scope.selectFrom('user_credentials').select(['user_id', 'password_hash']).execute(),
  );
const shared = (address: string) => ({ emails: [{ value: address, primary: true }] });

describe('two people with one e-mail', () => {
  test('are never taken over by themselves: 409 with the reason until a person has said who it is', async () => {
    const { moves } = bridge.services;
    const people = [
      fromOkta('jo1', '', { ...shared('jo@acme.test'), [enterprise]: {} }),
      fromOkta('jo2', '', { ...shared('JO@acme.test'), [enterprise]: {} }),
    ];
    const { slug, entra, ids } = await startedMove(bridge, people);
    const jo = fromEntra('jo', '');
    const refused = await entra.post('/Users', jo);
    expect([refused.status, refused.body.scimType]).toEqual([409, 'uniqueness']);
    expect(refused.body.detail).toMatch(/is on its review list: several users of this directory have its email/);
    expect((await entra.post('/Users', jo)).status).toBe(409);
    const [claim, ...others] = await claimsOf(slug);
    expect(others).toEqual([]);
    expect(claim).toMatchObject({ userName: jo.userName, reason: 'ambiguous', attempts: 2, decision: null });
    expect(claim?.candidates.map(({ id }) => id).sort()).toEqual([ids['jo1@acme.test'], ids['jo2@acme.test']].sort());
    expect(await moves.status(slug)).toMatchObject({ users: { waiting: 2, adopted: 0, created: 0 } });

    const jo2 = ids['jo2@acme.test'] ?? '';
    await moves.decide(slug, claim?.id ?? '', { kind: 'adopt', userId: jo2 });
    const adopted = await entra.post('/Users', jo);
    expect([adopted.status, adopted.body.id]).toEqual([201, jo2]);
    expect(await claimsOf(slug)).toEqual([]);
    // The other one is the only one left with that e-mail, yet still not the only one that had it.
    expect((await entra.post('/Users', fromEntra('jo', '', { userName: 'jo.other' }))).status).toBe(409);
  });

  test('may be somebody new, if the person says so', async () => {
    const people = [fromOkta('pat1', '1', shared('pat@acme.test')), fromOkta('pat2', '1', shared('pat@acme.test'))];
    const { slug, entra, ids } = await startedMove(bridge, people);
    await entra.post('/Users', fromEntra('pat', '1'));
    const [claim] = await claimsOf(slug);
    await bridge.services.moves.decide(slug, claim?.id ?? '', { kind: 'create' });
    const made = await entra.post('/Users', fromEntra('pat', '1'));
    expect(made.status).toBe(201);
    expect(Object.values(ids)).not.toContain(made.body.id);
  });

  test('a decision for whom does not exist, or was taken over, is refused', async () => {
    const { moves } = bridge.services;
    const people = [fromOkta('kim1', '1'), fromOkta('kim2', '1'), fromOkta('lee', '2')];
    const { slug, entra, ids } = await startedMove(bridge, people);
    const other = await startedMove(bridge, [fromOkta('lee', '2')]);
    await entra.post('/Users', fromEntra('kim', '1'));
    await entra.post('/Users', fromEntra('lee', '2'));
    const id = (await claimsOf(slug))[0]?.id ?? '';
    const decide = (userId: string) => moves.decide(slug, id, { kind: 'adopt', userId });
    await expect(decide(ids['lee@acme.test'] ?? '')).rejects.toMatchObject({ code: 'conflict' });
    await expect(decide(other.ids['lee@acme.test'] ?? '')).rejects.toMatchObject({ code: 'user_absent' });
    await expect(decide('nobody')).rejects.toMatchObject({ code: 'user_absent' });
    await expect(moves.decide(other.slug, id, { kind: 'create' })).rejects.toMatchObject({ code: 'claim_absent' });
  });
});

describe('what contradicts itself', () => {
  test('a number of one and an e-mail of another is on the list, with both', async () => {
    const { slug, entra, ids } = await startedMove(bridge, [fromOkta('ann', '1'), fromOkta('ben', '2')]);
    const mixed = await entra.post('/Users', fromEntra('ben', '1'));
    expect([mixed.status, mixed.body.detail]).toEqual([409, expect.stringContaining('different users')]);
    const [claim] = await claimsOf(slug);
    expect(claim?.candidates.map(({ id }) => id).sort()).toEqual(Object.values(ids).sort());
  });

  test('an e-mail that was given to somebody with another number is nobody’s match', async () => {
    const { slug, entra, ids } = await startedMove(bridge, [fromOkta('info', '1')]);
    expect((await entra.post('/Users', fromEntra('info', '2'))).status).toBe(409);
    expect(await claimsOf(slug)).toMatchObject([
      { reason: 'conflicting', candidates: [{ id: ids['info@acme.test'] }] },
    ]);
  });

  test('a name that belongs to somebody else is not taken from him', async () => {
    const { slug, entra, ids } = await startedMove(bridge, [fromOkta('ann', '1'), fromOkta('ben', '2')]);
    const named = fromEntra('ann', '1', { userName: 'BEN@acme.test' });
    expect((await entra.post('/Users', named)).body.detail).toContain('its userName belongs to a user');
    expect(await claimsOf(slug)).toMatchObject([{ reason: 'name_taken', candidates: [{ id: ids['ben@acme.test'] }] }]);
    // Once Ben has his new name, Ann gets hers.
    expect((await entra.post('/Users', fromEntra('ben', '2'))).status).toBe(201);
    expect((await entra.post('/Users', named)).body.id).toBe(ids['ann@acme.test']);
  });

  test('a write to whom the identity provider has found by name is refused when it speaks of somebody else', async () => {
    const { slug, entra, ids } = await startedMove(bridge, [fromOkta('john', '1')]);
    const john = `/Users/${ids['john@acme.test']}`;
    const jane = patchOp({ op: 'replace', value: { externalId: 'entra-jane', [`${enterprise}:employeeNumber`]: '2' } });
    const refused = await entra.patch(john, jane);
    expect([refused.status, refused.body.detail]).toEqual([409, expect.stringContaining('review list')]);
    expect((await entra.get(john)).body).toMatchObject({
      externalId: '00u-john',
      [enterprise]: { employeeNumber: '1' },
    });
    expect(await claimsOf(slug)).toMatchObject([{ userName: 'john@acme.test', reason: 'conflicting' }]);
    expect((await entra.put(john, fromOkta('john', '1', { externalId: 'entra-john' }))).status).toBe(200);
    expect((await bridge.services.moves.status(slug)).users).toEqual({ waiting: 0, adopted: 1, created: 0 });
  });
});

describe('who was deactivated', () => {
  test('is not let in again by a POST that says nothing of it, and is by one that does', async () => {
    const people = [fromOkta('old1', '1', { active: false }), fromOkta('old2', '2', { active: false })];
    const { entra } = await startedMove(bridge, people);
    const { active: _active, ...silent } = fromEntra('old1', '1');
    expect((await entra.post('/Users', silent)).body.active).toBe(false);
    expect((await entra.post('/Users', fromEntra('old2', '2'))).body.active).toBe(true);
  });
});

describe('many at once', () => {
  test('of the same POST sent ten times, one takes over and nine are told that it is there', async () => {
    const { entra, ids } = await startedMove(bridge, [fromOkta('one', '1')]);
    const answers = await Promise.all(Array.from({ length: 10 }, () => entra.post('/Users', fromEntra('one', '1'))));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(409)]);
    expect(answers.find(({ status }) => status === 201)?.body.id).toBe(ids['one@acme.test']);
    const all = await entra.get('/Users');
    expect(all.body.totalResults).toBe(1);
  });

  test('of ten different people who match one, one takes over and nine are on the list', async () => {
    const { slug, entra } = await startedMove(bridge, [fromOkta('one', '1')]);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) => entra.post('/Users', fromEntra(`p${n}`, '1'))),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(409)]);
    expect(await claimsOf(slug)).toHaveLength(9);
  });

  test('a company that is pushed by many requests side by side is taken over whole', async () => {
    const people = Array.from({ length: 30 }, (_, n) => fromOkta(`u${n}`, String(n)));
    const { slug, entra, ids } = await startedMove(bridge, people);
    const answers = await Promise.all(people.map((_, n) => entra.post('/Users', fromEntra(`u${n}`, String(n)))));
    expect(answers.map(({ status, body }) => [status, body.id])).toEqual(Object.values(ids).map((id) => [201, id]));
    expect((await bridge.services.moves.status(slug)).users).toEqual({ waiting: 0, adopted: 30, created: 0 });
  });

  test('a Bulk request takes over like single ones', async () => {
    const { entra, ids } = await startedMove(bridge, [fromOkta('ann', '1')], { groups: { Staff: ['ann@acme.test'] } });
    const answer = await entra.post('/Bulk', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: [
        { method: 'POST', path: '/Users', bulkId: 'a', data: fromEntra('ann', '1') },
        { method: 'POST', path: '/Users', bulkId: 'b', data: fromEntra('new', '2') },
        {
          method: 'POST',
          path: '/Groups',
          bulkId: 'g',
          data: {
            schemas: [groupSchema],
            displayName: 'staff',
            members: [{ value: 'bulkId:a' }, { value: 'bulkId:b' }],
          },
        },
      ],
    });
    const results = answer.body.Operations;
    expect(results.map(({ status }: Body) => status)).toEqual(['201', '201', '201']);
    expect(results[0].location).toContain(ids['ann@acme.test']);
    expect(results[2].location).toContain(ids['Staff']);
    expect((await entra.get(`/Groups/${ids['Staff']}`)).body.members).toHaveLength(2);
  });
});

describe('the way back', () => {
  test('from swapped names, deletions, new members, passwords and an unfinished move', async () => {
    const people = [
      fromOkta('ann', '1', { password: 'ann-okta-pw' }),
      fromOkta('ben', '2'),
      fromOkta('cas', '3', { [enterprise]: { employeeNumber: '3', manager: { value: 'E-1' } } }),
    ];
    const groups = { A: ['ben@acme.test', 'ann@acme.test', 'someone-elsewhere'], B: ['cas@acme.test'], C: [] };
    const { slug, okta, entra, ids, before } = await startedMove(bridge, people, { groups });
    const passwords = await passwordsOf(okta.directory.id);
    expect(passwords).toHaveLength(1);
    const [ann, ben, cas] = [ids['ann@acme.test'], ids['ben@acme.test'], ids['cas@acme.test']];
    const rename = (id: string | undefined, userName: string) =>
      entra.patch(`/Users/${id}`, patchOp({ op: 'replace', path: 'userName', value: userName }));
    await entra.post('/Users', fromEntra('ann', '1', { password: 'ann-entra-pw' }));
    await entra.post('/Users', fromEntra('ben', '2'));
    await entra.post('/Users', fromEntra('cas', '3'));
    // Ann and Ben bear each other's former names now, and the groups A and B do.
    await rename(ann, 'ben@acme.test');
    await rename(ben, 'ann@acme.test');
    await entra.patch(`/Groups/${ids['A']}`, patchOp({ op: 'replace', path: 'displayName', value: 'X' }));
    await entra.patch(`/Groups/${ids['B']}`, patchOp({ op: 'replace', path: 'displayName', value: 'A' }));
    await entra.patch(`/Groups/${ids['A']}`, patchOp({ op: 'replace', path: 'displayName', value: 'B' }));
    await entra.patch(`/Groups/${ids['A']}`, patchOp({ op: 'replace', path: 'members', value: [{ value: cas }] }));
    await entra.delete(`/Users/${cas}`);
    await entra.patch(`/Groups/${ids['C']}`, patchOp({ op: 'add', path: 'members', value: [{ value: ann }] }));
    await entra.delete(`/Groups/${ids['C']}`);
    await newUser(entra, 'newcomer');
    await entra.post('/Groups', { schemas: [groupSchema], displayName: 'Newcomers', members: [{ value: ann }] });

    const { moves } = bridge.services;
    expect(await moves.undo(slug, work)).toEqual({ state: 'undone', done: true });
    expect(await everything(okta)).toEqual(before);
    expect(await passwordsOf(okta.directory.id)).toEqual(passwords);
    await expect(moves.undo(slug, work)).rejects.toMatchObject({ code: 'conflict' });
  });

  test('goes on where it was interrupted', async () => {
    const people = Array.from({ length: 260 }, (_, n) => fromOkta(`u${n}`, String(n)));
    const { slug, okta, entra, before } = await startedMove(bridge, people, { groups: { All: ['u1@acme.test'] } });
    for (let first = 0; first < 250; first += 10) {
      const some = Array.from({ length: 10 }, (_, n) => fromEntra(`u${first + n}`, String(first + n)));
      const answers = await Promise.all(some.map((person) => entra.post('/Users', person)));
      expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(201));
    }
    const { moves } = bridge.services;
    const hurried = { ...work, budgetMs: 0 };
    let calls = 1;
    while (!(await moves.undo(slug, hurried)).done) calls += 1;
    expect(calls).toBeGreaterThan(2);
    const pages = await Promise.all([1, 201].map((start) => okta.get(`/Users?count=200&startIndex=${start}`)));
    const byName = new Map(pages.flatMap(({ body }) => body.Resources).map((user: Body) => [user.userName, user]));
    expect(byName.size).toBe(260);
    for (const user of before.users)
      expect(byName.get(user.userName)).toMatchObject({ id: user.id, externalId: user.externalId });
  });

  test('writes while it goes on are put off, not lost between two states', async () => {
    const { slug, entra, okta } = await startedMove(
      bridge,
      Array.from({ length: 250 }, (_, n) => fromOkta(`u${n}`, String(n))),
    );
    await entra.post('/Users', fromEntra('u0', '0'));
    await bridge.services.moves.undo(slug, { ...work, budgetMs: 0 });
    const late = await newClient(bridge, okta);
    const answer = await late.post('/Users', fromEntra('u1', '1'));
    expect([answer.status, answer.body.detail]).toEqual([503, expect.stringContaining('Send it again')]);
    while (!(await bridge.services.moves.undo(slug, work)).done);
  });

  test('ends with the days that it was promised for', async () => {
    let now = Date.now();
    const later = await createTestBridge({ clock: { now: () => new Date(now) } });
    const { slug } = await startedMove(later, [fromOkta('ann', '1')]);
    await later.services.moves.finish(slug, { users: 'keep' }, work);
    now += 31 * 24 * 3_600_000;
    await expect(later.services.moves.undo(slug, work)).rejects.toThrow(/more than 30 days ago/);
    await later.services.moves.forget(slug);
    await expect(later.services.moves.status(slug)).rejects.toMatchObject({ code: 'move_absent' });
    await later.close();
  });
});

test('a user without any of the attributes can be created, and taken over by nobody', async () => {
  const { entra, ids } = await startedMove(bridge, [fromOkta('ann', '1')]);
  const made = await entra.post('/Users', { schemas: [userSchema], userName: 'plain', emails: [{ value: '  ' }] });
  expect([made.status, Object.values(ids).includes(made.body.id)]).toEqual([201, false]);
});

test('a directory is moved once at a time, and only by a rule that makes sense', async () => {
  const { moves } = bridge.services;
  const { slug } = await startedMove(bridge, [fromOkta('ann', '1')]);
  await expect(moves.start(slug, { match: ['email'] })).rejects.toThrow(/is being moved already; its move is open/);
  await expect(moves.start(slug, { match: ['email', 'email'] })).rejects.toMatchObject({ code: 'invalid_request' });
  await expect(moves.start(slug, { match: [] })).rejects.toMatchObject({ code: 'invalid_request' });
  await expect(moves.forget(slug)).rejects.toMatchObject({ code: 'conflict' });
});
