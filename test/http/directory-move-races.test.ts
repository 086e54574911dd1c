// What was on its way when a move started: it is written before the move, or not at all.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { directoriesSetting } from '../../bridge/platform/db/row-level-security.ts';
import type { BeforeContext } from '../../bridge/provisioning/hooks/contracts.ts';
import { type Body, createTestBridge, type TestBridge } from '../support/bridge.ts';
import { everything, newClient, work } from '../support/directory-moves.ts';
import { groupSchema, newGroup, newUser, patchOp, userSchema } from '../support/scim.ts';

const bulkSchema = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const changed = 'The directory is being changed; nothing was written. Send it again.';
const person = (userName: string) => ({ schemas: [userSchema], userName });
const title = patchOp({ op: 'replace', path: 'title', value: 'Boss' });

let bridge: TestBridge;
/** A hook that takes as long as a move takes to start. */
let hook: ((context: BeforeContext) => Promise<unknown>) | undefined;

beforeAll(async () => {
  bridge = await createTestBridge({
    hooks: {
      hooks: [{ before: async (context) => void (await hook?.(context)) }],
      timeoutMs: 60_000,
      onFailure: 'refuse',
      log: { warn: () => undefined },
      onRun: () => undefined,
    },
  });
});
afterAll(() => bridge.close());

const start = (slug: string) => bridge.services.moves.start(slug, { match: ['userName'] });

/** Has the move start while the hook of a change of that resource runs, or of the first change. */
function startWhileHooked(slug: string, id?: string): void {
  hook = async (context) => {
    if (id !== undefined && context.id !== id) return;
    hook = undefined;
    await start(slug);
  };
}

/** Waits until so many connections wait for locks. */
const untilWaiting = (count: number) =>
  expect
    .poll(
      async () => {
        const { rows } = await bridge.database.pool.query(
          `select count(*) as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        );
        return rows[0].n;
      },
      { timeout: 30_000 },
    )
    .toBeGreaterThanOrEqual(count);

test.each([
  ['POST', 'Users'],
  ['PUT', 'Users'],
  ['PATCH', 'Users'],
  ['DELETE', 'Users'],
  ['POST', 'Groups'],
  ['PUT', 'Groups'],
  ['PATCH', 'Groups'],
  ['DELETE', 'Groups'],
] as const)('a %s of %s that has waited for a hook meanwhile answers 503, and writes nothing', async (method, type) => {
  const okta = await bridge.directory();
  const { slug } = okta.directory;
  const { id: userId } = await newUser(okta, 'first');
  const { id: groupId } = await newGroup(okta, 'Staff', [userId]);
  const before = await everything(okta);
  const path = `/${type}/${type === 'Users' ? userId : groupId}`;
  const sent = type === 'Users' ? person('other') : { schemas: [groupSchema], displayName: 'Other' };
  const other = patchOp({ op: 'replace', path: 'externalId', value: 'other' });
  startWhileHooked(slug);
  const answer = await {
    POST: () => okta.post(`/${type}`, sent),
    PUT: () => okta.put(path, sent),
    PATCH: () => okta.patch(path, other),
    DELETE: () => okta.delete(path),
  }[method]();
  expect([answer.status, answer.body?.detail]).toEqual([503, changed]);
  expect(await everything(await newClient(bridge, okta))).toEqual(before);
});

test('a bulk request keeps what it had written, and fails with what is left of it', async () => {
  const okta = await bridge.directory();
  const { slug } = okta.directory;
  const { id } = await newUser(okta, 'first');
  startWhileHooked(slug, id);
  const { status, body } = await okta.post('/Bulk', {
    schemas: [bulkSchema],
    Operations: [
      { method: 'POST', path: '/Users', bulkId: 'early', data: person('early') },
      { method: 'PATCH', path: `/Users/${id}`, data: title },
      ...[1, 2, 3].map((n) => ({ method: 'POST', path: '/Users', bulkId: `late-${n}`, data: person(`late-${n}`) })),
      { method: 'DELETE', path: `/Users/${id}` },
    ],
  });
  expect(status).toBe(200);
  expect(body.Operations.map((operation: Body) => operation.status)).toEqual([
    '201',
    '503',
    '503',
    '503',
    '503',
    '503',
  ]);
  expect((await bridge.services.moves.status(slug)).users).toEqual({ waiting: 2, adopted: 0, created: 0 });
});

test('what is being written when the move starts is in what it takes down', async () => {
  const okta = await bridge.directory();
  const { slug, id: directoryId } = okta.directory;
  const { id } = await newUser(okta, 'first');
  const holder = await bridge.database.pool.connect();
  try {
    await holder.query('begin');
    await holder.query(`select set_config('${directoriesSetting}', $1, true)`, [`{${directoryId}}`]);
    const { rowCount } = await holder.query('select from users where id = $1 for update', [id]);
    expect(rowCount).toBe(1);
    const writing = okta.patch(`/Users/${id}`, title);
    await untilWaiting(1);
    const starting = start(slug);
    expect(await Promise.race([starting.then(() => 'started'), sleep(1_000, 'waits')])).toBe('waits');
    await holder.query('commit');
    expect((await writing).status).toBe(200);
    await starting;
  } finally {
    holder.release(true);
  }
  await bridge.services.moves.undo(slug, work);
  expect((await everything(okta))['users']).toMatchObject([{ title: 'Boss' }]);
});

test('a token that was being made when the move started is closed with the others', async () => {
  const okta = await bridge.directory();
  const { slug } = okta.directory;
  const [old] = await bridge.services.directories.listTokens(slug);
  const statusWith = async (token: string) =>
    (await bridge.send(`/scim/v2/${slug}/Users`, { headers: { Authorization: `Bearer ${token}` } })).status;
  const holder = await bridge.database.pool.connect();
  try {
    await holder.query('begin');
    // Nobody gets past the audit log for a while, so that all of them are in their transactions at once.
    await holder.query('lock table audit_log in share row exclusive mode');
    const making = Promise.all([
      bridge.services.directories.createToken(slug, {}),
      bridge.services.directories.rotateToken(slug, old?.id ?? ''),
    ]);
    await untilWaiting(2);
    const starting = start(slug);
    await untilWaiting(3);
    await holder.query('commit');
    await starting;
    for (const { token } of await making) expect(await statusWith(token)).toBe(401);
  } finally {
    holder.release(true);
  }
  const { token } = await bridge.services.directories.createToken(slug, {});
  expect(await statusWith(token)).toBe(200);
});
