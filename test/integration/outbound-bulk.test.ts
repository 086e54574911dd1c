// A first comparison creates users with few requests where the target has Bulk; one that only says so gets them one by one.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type AwkwardServer, type Habits, startAwkwardServer } from '../support/awkward-scim-server.ts';
import type { ScimClient, TestBridge } from '../support/bridge.ts';
import { createPushingBridge, newTarget, patience, untilSettled, type Wish } from '../support/outbound-stage.ts';
import { newGroup, newUser, patchOp } from '../support/scim.ts';

const roomy = { maxOperations: 1_000, maxPayloadSize: 1_048_576 };

describe('a target that says that it has Bulk', { timeout: 180_000 }, () => {
  let bridge: TestBridge;
  let scim: ScimClient;
  let slug: string;
  let server: AwkwardServer;
  let count = 0;

  beforeAll(async () => {
    bridge = await createPushingBridge();
  });
  afterAll(() => bridge?.close());
  beforeEach(async () => {
    slug = `bulk-${++count}`;
    scim = await bridge.directory(slug);
  });
  afterEach(async () => {
    for (const { slug: target } of await bridge.services.outbound.listTargets(slug)) {
      await bridge.services.outbound.deleteTarget(slug, target);
    }
    await server?.close();
  });

  async function pushed(habits: Partial<Habits>, wish: Wish = {}) {
    server = await startAwkwardServer({ says: { patch: true, bulk: roomy }, bulk: 'works', ...habits });
    await newTarget(bridge, slug, { baseUrl: server.url, ...wish });
    return settled();
  }
  const settled = () => untilSettled(bridge, slug, 'app');
  const newUsers = (many: number) => Promise.all(Array.from({ length: many }, (_, n) => newUser(scim, `user-${n}`)));
  const singles = () => server.requests.filter((one) => one === 'POST /Users').length;

  it('gets them many at once, and is believed as far as it tells', async () => {
    const made = await newUsers(30);
    await newGroup(
      scim,
      'all',
      made.map(({ id }) => id),
    );
    const { lastReport, quarantined, lacking } = await pushed({});
    expect(server.bulks).toEqual([30]);
    expect(singles()).toBe(0);
    expect(lastReport).toMatchObject({ resources: 31, created: 31, refused: 0, failed: 0 });
    expect({ quarantined, lacking }).toEqual({ quarantined: [], lacking: [] });
    expect([...server.groups.values()][0].members).toHaveLength(30);
    const [first] = made;
    await scim.patch(`/Users/${first?.id}`, patchOp({ op: 'add', path: 'title', value: 'Head' }));
    await vi.waitFor(
      () => expect([...server.users.values()].filter(({ title }) => title === 'Head')).toHaveLength(1),
      patience,
    );
    await bridge.services.outbound.requestSync(slug, 'app');
    await vi.waitFor(async () => expect((await settled()).lastReport).toMatchObject({ same: 31 }), patience);
  });

  it('gets no more at once than it says to take, in operations and in bytes', async () => {
    await newUsers(25);
    await pushed({ says: { patch: true, bulk: { maxOperations: 10, maxPayloadSize: 1_048_576 } } });
    expect(server.bulks).toEqual([10, 10, 5]);
    await bridge.services.outbound.deleteTarget(slug, 'app');
    await server.close();
    await pushed({ says: { patch: true, bulk: { maxOperations: 100, maxPayloadSize: 2_000 } } });
    expect(server.bulks.length).toBeGreaterThan(2);
    expect(server.users.size).toBe(25);
  });

  it('refuses one of many and has another already: the one is put aside with its words, the other taken over', async () => {
    const made = await newUsers(6);
    const [refused, present] = made;
    server = await startAwkwardServer({
      says: { patch: true, bulk: roomy },
      bulk: 'works',
      refusesUser: refused?.userName,
    });
    server.users.set('old', { id: 'old', userName: present?.userName, meta: { version: 'W/"1"' } });
    await newTarget(bridge, slug, { baseUrl: server.url });
    const { lastReport, quarantined } = await settled();
    expect(lastReport).toMatchObject({ created: 4, adopted: 1, refused: 1 });
    expect(quarantined).toEqual([
      expect.objectContaining({ sourceId: refused?.id, problem: expect.stringContaining('I do not like it') }),
    ]);
    expect(server.users.get('old')).toMatchObject({ externalId: present?.id });
    expect(server.bulks).toEqual([6]);
  });

  it.each([
    ['has none', 'absent', 12],
    ['does not say which answer is whose', 'nameless', 0],
  ] as const)('and %s: they go one by one, none twice, and that is told', async (_, bulk, expected) => {
    await newUsers(12);
    const { lacking, features, quarantined } = await pushed({ bulk });
    expect(server.users.size).toBe(12);
    expect(singles()).toBe(expected);
    expect(server.bulks).toHaveLength(1);
    expect(quarantined).toEqual([]);
    expect(lacking).toEqual(['bulk']);
    expect(features).toMatchObject({ bulk: false });
  });

  it('and does half of what it is asked: the rest goes one by one', async () => {
    await newUsers(12);
    const { quarantined } = await pushed({ bulk: 'half' });
    expect(server.users.size).toBe(12);
    expect(singles()).toBe(6);
    expect(quarantined).toEqual([]);
  });

  it('and takes less at once than it says: it gets less', async () => {
    await newUsers(150);
    await pushed({ bulk: { most: 50 } });
    expect(server.users.size).toBe(150);
    expect(server.bulks.toSorted((a, b) => b - a)).toEqual([100, 50]);
  });

  it('gets them one by one if the operator wants that', async () => {
    await newUsers(5);
    await pushed({}, { features: { bulk: false } });
    expect(server.bulks).toEqual([]);
    expect(singles()).toBe(5);
  });
});
