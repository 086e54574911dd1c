// Two replicas, and many requests at once: what the guard counts is exact, and it trips once.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp } from '../../bridge/app.ts';
import { createLocalSignal } from '../../bridge/events/signal.ts';
import { systemClock } from '../../bridge/platform/clock.ts';
import { connectStore, type Store } from '../../bridge/platform/db/connect.ts';
import { createLogger } from '../../bridge/platform/log.ts';
import { createPasswordHasher } from '../../bridge/platform/secrets/passwords.ts';
import { createServices, type Services } from '../../bridge/services.ts';
import { type Answer, type Body, createTestBridge, readAnswer, type TestBridge } from '../support/bridge.ts';
import { deactivation, guardEvents, guardedDirectory, heldOf, membersOf, typesOf } from '../support/guard-stage.ts';
import { newGroup, patchOp } from '../support/scim.ts';

let bridge: TestBridge;
let store: Store;
let replica: Services;
let other: ReturnType<typeof createApp>;

beforeAll(async () => {
  bridge = await createTestBridge();
  store = connectStore({ url: bridge.database.url, poolSize: 10 });
  replica = createServices({
    store,
    clock: systemClock,
    passwords: createPasswordHasher({ memoryCost: 1_024, timeCost: 1 }),
    signal: createLocalSignal(),
  });
  other = createApp({ services: replica, logger: createLogger('silent') });
});
afterAll(async () => {
  replica?.federations.close();
  await replica?.requestLog.close();
  await store?.close();
  await bridge?.close();
});

/** Sends every second request to the other replica. */
function taking(token: string, slug: string) {
  let count = 0;
  return async (method: string, path: string, body?: unknown): Promise<Answer> => {
    count += 1;
    const app = count % 2 === 0 ? bridge.app : other;
    const answer = await app.request(`/scim/v2/${slug}${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/scim+json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return readAnswer(answer);
  };
}

test('deactivations and deletions at two replicas at once are as many as are allowed', async () => {
  const { scim, operator, ids } = await guardedDirectory(bridge, 80, 15);
  const send = taking(scim.token, scim.directory.slug);
  const [leavers, gone] = [ids.slice(0, 40), ids.slice(40)];
  const answers = await Promise.all([
    ...leavers.map((id) => send('PATCH', `/Users/${id}`, deactivation)),
    // Each of them twice, at two replicas.
    ...gone.flatMap((id) => [send('DELETE', `/Users/${id}`), send('DELETE', `/Users/${id}`)]),
  ]);
  expect([...new Set(answers.map(({ status }) => status))].sort()).toEqual([200, 204, 404]);
  const { body } = await scim.get('/Users?count=200');
  const left = new Map(body.Resources.map(({ id, active }: Body) => [id, active]));
  expect(gone.filter((id) => !left.has(id))).toHaveLength(15);
  expect(leavers.filter((id) => left.get(id) === false)).toHaveLength(15);
  expect(await heldOf(operator)).toHaveLength(50);
  const types = typesOf(await guardEvents(bridge, scim));
  expect(
    types.filter((type) => type === 'guard.tripped'),
    'one of each',
  ).toHaveLength(2);
  expect(types.filter((type) => type === 'guard.held')).toHaveLength(50);
});

test('users taken out of many groups at once are as many as are allowed', async () => {
  const { scim, operator, ids } = await guardedDirectory(bridge, 30, 10);
  const send = taking(scim.token, scim.directory.slug);
  const groups: Body[] = [];
  for (let n = 0; n < 5; n += 1) groups.push(await newGroup(scim, `Group ${n}`, ids));
  const out = ids.flatMap((id) =>
    groups.map((group) =>
      send('PATCH', `/Groups/${group.id}`, patchOp({ op: 'remove', path: `members[value eq "${id}"]` })),
    ),
  );
  const answers = await Promise.all(out);
  expect(answers.every(({ status }) => status === 200 || status === 204)).toBe(true);
  const members = await Promise.all(groups.map(({ id }) => membersOf(scim, id)));
  const touched = ids.filter((id) => members.some((list) => !list.includes(id)));
  expect(touched.length).toBe(10);
  const staying = members.reduce((sum, list) => sum + list.length, 0);
  expect(await heldOf(operator)).toHaveLength(staying);
});

test('a release at both replicas, while the identity provider takes back what it asked for, does each thing once', async () => {
  const { scim, operator, ids } = await guardedDirectory(bridge, 60, 0);
  const send = taking(scim.token, scim.directory.slug);
  await Promise.all(ids.map((id) => send('PATCH', `/Users/${id}`, deactivation)));
  expect(await heldOf(operator)).toHaveLength(60);
  const { slug } = scim.directory;
  const back = ids.slice(0, 20);
  const [first, second] = await Promise.all([
    bridge.services.guard.release(slug, {}, { budgetMs: 60_000 }),
    replica.guard.release(slug, {}, { budgetMs: 60_000 }),
    ...back.map((id) => send('PATCH', `/Users/${id}`, patchOp({ op: 'replace', path: 'active', value: true }))),
  ]);
  expect([first, second]).toMatchObject([{ left: 0 }, { left: 0 }]);
  expect(await heldOf(operator)).toEqual([]);
  const { body } = await scim.get('/Users?count=200');
  const active = body.Resources.filter((user: Body) => user.active).map(({ id }: Body) => id);
  expect(active.sort(), 'whoever was taken back, before or after').toEqual([...back].sort());
});
