// Moves of directories in the management API and on the command line.
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../../bridge/app.ts';
import { createLogger } from '../../bridge/platform/log.ts';
import { type Answer, createTestBridge, readAnswer, type TestBridge } from '../support/bridge.ts';
import { type CommandLine, createCommandLine } from '../support/command-line.ts';
import { everything, fromEntra, fromOkta, newClient, startedMove } from '../support/directory-moves.ts';
import { groupSchema, newGroup, newUser } from '../support/scim.ts';

const adminToken = 'an-admin-token-of-at-least-32-characters';
const nobody = '01900000-aaaa-7000-8000-00000000beef';
let bridge: TestBridge;
let cli: CommandLine;
let call: (method: string, path: string, body?: unknown) => Promise<Answer>;

beforeAll(async () => {
  bridge = await createTestBridge();
  cli = createCommandLine({ DATABASE_URL: bridge.database.url }, tmpdir());
  const app = createApp({ services: bridge.services, logger: createLogger('silent'), adminToken });
  call = async (method, path, body) =>
    readAnswer(
      await app.request(`/api/v1${path}`, {
        method,
        headers: { Authorization: `Bearer ${adminToken}`, 'Content-Type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    );
});
afterAll(() => bridge?.close());

describe('the management API', () => {
  test('plans, starts, shows, decides, finishes, undoes and forgets a move', async () => {
    const okta = await bridge.directory('api-move');
    for (const [name, number] of [
      ['ann', '1'] as const,
      ['jo1', '2'] as const,
      ['jo2', '2'] as const,
      ['left', '3'] as const,
    ]) {
      const { userName, ...person } = fromOkta(name, number);
      await newUser(okta, userName, person);
    }
    await newGroup(okta, 'Staff');
    const before = await everything(okta);
    const at = (path: string) => `/directories/api-move/move${path}`;

    const plan = await call('GET', at('/plan?match=employeeNumber,email'));
    expect([plan.status, plan.body]).toEqual([
      200,
      {
        users: 4,
        groups: 1,
        match: [
          { attribute: 'employeeNumber', users: 4, ambiguous: 2 },
          { attribute: 'email', users: 4, ambiguous: 0 },
        ],
        unmatchable: 0,
        closes: { tokens: 1, issuers: 0 },
        warnings: [],
      },
    ]);
    expect((await call('GET', at(''))).body.code).toBe('move_absent');
    const made = await call('POST', at(''), { match: ['employeeNumber'], profile: 'entra' });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      state: 'open',
      match: ['employeeNumber'],
      before: { kind: 'scim', profile: 'auto' },
      directory: { slug: 'api-move', moving: true, profile: 'entra' },
      users: { waiting: 4, adopted: 0, created: 0 },
    });
    expect((await call('POST', at(''), { match: ['email'] })).body.code).toBe('conflict');

    const entra = await newClient(bridge, okta);
    const ann = await entra.post('/Users', fromEntra('ann', '1'));
    await entra.post('/Users', fromEntra('jo', '2'));
    await entra.post('/Groups', { schemas: [groupSchema], displayName: 'Staff', members: [{ value: ann.body.id }] });
    const adopted = await call('GET', at('/users?state=adopted'));
    expect(adopted.body).toEqual([
      {
        id: ann.body.id,
        state: 'adopted',
        matchedBy: 'employeeNumber',
        movedAt: expect.any(String),
        before: { name: 'ann@acme.test', externalId: '00u-ann', active: true },
        now: { name: 'ann.upn@acme.onmicrosoft.test', externalId: 'entra-ann', active: true },
      },
    ]);
    const first = await call('GET', at('/users?limit=2'));
    const second = await call('GET', at(`/users?limit=2&after=${first.body[1].id}`));
    expect([...first.body, ...second.body].map(({ before: { name } }) => name).sort()).toEqual([
      'jo1@acme.test',
      'jo2@acme.test',
      'left@acme.test',
    ]);
    expect((await call('GET', at('/groups?state=adopted'))).body).toMatchObject([{ now: { name: 'Staff' } }]);

    const [claim] = (await call('GET', at('/claims'))).body;
    expect(claim).toMatchObject({ userName: 'jo.upn@acme.onmicrosoft.test', reason: 'ambiguous', decision: null });
    const userId = claim.candidates[0].id;
    expect((await call('PUT', at(`/claims/${claim.id}`), { decision: 'adopt', userId })).status).toBe(204);
    expect((await call('GET', at('/claims'))).body[0].decision).toEqual({ decision: 'adopt', userId });
    expect((await entra.post('/Users', fromEntra('jo', '2'))).body.id).toBe(userId);

    const asked = await call('POST', at('/finish'), {});
    expect([asked.status, asked.body.code, asked.body.detail]).toEqual([
      409,
      'conflict',
      expect.stringContaining('2 users were not taken over (users: keep, deactivate or delete)'),
    ]);
    expect((await call('POST', at('/finish'), { users: 'delete' })).body).toEqual({ state: 'finished', done: true });
    expect((await entra.get('/Users')).body.totalResults).toBe(2);
    expect((await call('GET', at('/undo'))).body.users).toEqual({ restored: 2, remade: 2, removed: 0, activated: 0 });
    expect((await call('POST', at('/undo'))).body).toEqual({ state: 'undone', done: true });
    expect(await everything(okta)).toEqual(before);
    expect((await call('DELETE', at(''))).status).toBe(204);
    expect((await call('GET', at(''))).status).toBe(404);
    const log = await call('GET', '/events?directory=api-move&type=user.adopted,group.adopted');
    expect(log.body.events.map(({ type }: { type: string }) => type)).toEqual([
      'user.adopted',
      'group.adopted',
      'user.adopted',
    ]);
  });

  test.each([
    ['GET', '/plan', undefined],
    ['GET', '/plan?match=shoeSize', undefined],
    ['POST', '', {}],
    ['POST', '', { match: [] }],
    ['POST', '', { match: ['email', 'email'] }],
    ['POST', '', { match: ['email'], profile: 'unheard-of' }],
    ['GET', '/users?state=gone', undefined],
    ['GET', '/users?after=yesterday', undefined],
    ['GET', '/claims?limit=0', undefined],
    ['GET', '/claims?limit=1001', undefined],
    ['PUT', `/claims/${nobody}`, { decision: 'adopt' }],
    ['PUT', `/claims/${nobody}`, { decision: 'guess' }],
    ['POST', '/finish', { users: 'forget' }],
  ])('%s …/move%s with %j is not a request', async (method, path, body) => {
    const { slug } = (await bridge.directory()).directory;
    const answer = await call(method, `/directories/${slug}/move${path}`, body);
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request']);
  });

  test('another directory’s move, claims and users are as absent as those that never were', async () => {
    const mine = await startedMove(bridge, [fromOkta('jo1', '1'), fromOkta('jo2', '1')]);
    const other = await startedMove(bridge, [fromOkta('jo1', '1'), fromOkta('jo2', '1')]);
    await mine.entra.post('/Users', fromEntra('jo', '1'));
    await other.entra.post('/Users', fromEntra('jo', '1'));
    const [claim] = (await call('GET', `/directories/${mine.slug}/move/claims`)).body;
    const [foreign] = (await call('GET', `/directories/${other.slug}/move/claims`)).body;
    const decide = async (id: string, body: unknown) => {
      const answer = await call('PUT', `/directories/${mine.slug}/move/claims/${id}`, body);
      return [answer.status, answer.body.code];
    };
    expect(await decide(foreign.id, { decision: 'create' })).toEqual(await decide(nobody, { decision: 'create' }));
    const adopt = (userId: string) => decide(claim.id, { decision: 'adopt', userId });
    expect(await adopt(foreign.candidates[0].id)).toEqual(await adopt(nobody));
    expect(await adopt(nobody)).toEqual([404, 'user_absent']);
    for (const path of ['', '/users', '/groups', '/claims', '/undo']) {
      expect((await call('GET', `/directories/nowhere/move${path}`)).body.code).toBe('directory_absent');
    }
  });
});

describe('realmbridge directory move', () => {
  test('does it all from the command line', async () => {
    const okta = await bridge.directory('cli-move');
    for (const [name, number] of [['ann', '1'] as const, ['jo1', '2'] as const, ['jo2', '2'] as const]) {
      const { userName, ...person } = fromOkta(name, number);
      await newUser(okta, userName, person);
    }
    const move = (...args: string[]) => cli.run('directory', 'move', ...args);
    const plan = await move('plan', 'cli-move', '--match', 'employeeNumber', 'email');
    expect(plan.stdout).toMatch(/3 users and 0 groups[\s\S]*employeeNumber {2}3 {6}2[\s\S]*closes 1 tokens/);
    const started = await cli.json('directory', 'move', 'start', 'cli-move', '--match', 'employeeNumber');
    expect(started).toMatchObject({ state: 'open', users: { waiting: 3 } });
    const entra = await newClient(bridge, okta);
    await entra.post('/Users', fromEntra('ann', '1'));
    await entra.post('/Users', fromEntra('jo', '2'));
    const status = await move('status', 'cli-move');
    expect(status.stdout).toMatch(
      /Move of "cli-move": open[\s\S]*users {3}2 {8}1 {11}0[\s\S]*1 users wait for a decision/,
    );
    expect((await move('review', 'cli-move')).stdout).toMatch(/jo\.upn@\S+ +ambiguous +jo1@acme\.test \(/);
    const [claim] = await cli.json('directory', 'move', 'review', 'cli-move');
    expect((await move('decide', 'cli-move', claim.id)).code).toBe(2);
    expect((await move('decide', 'cli-move', claim.id, '--create')).code).toBe(0);
    expect((await entra.post('/Users', fromEntra('jo', '2'))).status).toBe(201);
    expect((await move('review', 'cli-move', '--users', 'created')).stdout).toContain('jo.upn@acme.onmicrosoft.test');
    expect((await move('review', 'cli-move', '--users', 'waiting', '--limit', '0')).code).toBe(2);
    const refused = await move('finish', 'cli-move');
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('2 users were not taken over')]);
    expect((await move('finish', 'cli-move', '--users', 'deactivate')).stdout).toContain('is finished');
    expect((await move('undo', 'cli-move', '--dry-run')).stdout).toMatch(/1 new ones go, 2 can log in again/);
    expect((await move('undo', 'cli-move')).code).toBe(2);
    expect(await cli.json('directory', 'move', 'undo', 'cli-move', '--yes')).toEqual({ state: 'undone', done: true });
    expect((await move('forget', 'cli-move', '--yes')).code).toBe(0);
    const gone = await move('status', 'cli-move');
    expect([gone.code, gone.stderr]).toEqual([1, expect.stringContaining('realmbridge directory move plan')]);
  });

  test.each(['plan', 'start', 'status', 'review', 'decide', 'finish', 'undo', 'forget'])(
    '%s has help',
    async (name) => {
      const { code, stdout } = await cli.run('directory', 'move', name, '--help');
      expect([code, stdout]).toEqual([0, expect.stringMatching(/Usage: realmbridge directory move[\s\S]*--json/)]);
    },
  );
});
