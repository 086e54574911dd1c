// A target asks to be left alone in the middle of a comparison: everything is compared all the same, once.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createTargetsRepository } from '../../bridge/outbound/targets-repository.ts';
import { type AwkwardServer, startAwkwardServer } from '../support/awkward-scim-server.ts';
import { createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { createPushingBridge, newTarget, outgoing, patience, untilSettled } from '../support/outbound-stage.ts';
import { newUser } from '../support/scim.ts';

const users = 120;

describe('a comparison in whose middle the target asks to be left alone', { timeout: 180_000 }, () => {
  let bridge: TestBridge;
  let scim: ScimClient;
  let server: AwkwardServer;

  afterEach(async () => {
    await bridge?.close();
    await server?.close();
  });

  const status = () => bridge.services.outbound.readStatus('company', 'app');
  const settled = () => untilSettled(bridge, 'company', 'app');

  async function prepare(concurrency: number): Promise<void> {
    server = await startAwkwardServer();
    bridge = await createPushingBridge();
    scim = await bridge.directory('company');
    for (let n = 0; n < users; n += 40) {
      await Promise.all(Array.from({ length: 40 }, (_, i) => newUser(scim, `user-${n + i}`, { title: 'Head' })));
    }
    await newTarget(bridge, 'company', { baseUrl: server.url, concurrency });
    await settled();
    expect(server.users.size).toBe(users);
  }

  /** Has everything compared, with the hold at the first write. */
  async function compareWithHold(seconds: number) {
    const { lastReport: before } = await status();
    server.habits.refusals = { status: 429, count: 1, headers: { 'Retry-After': String(seconds) } };
    await bridge.services.outbound.requestSync('company', 'app');
    return vi.waitFor(async () => {
      const now = await settled();
      expect(now.lastReport?.startedAt).not.toBe(before?.startedAt);
      return now.lastReport;
    }, patience);
  }

  it('finds what was changed there, also of what it came to after that', async () => {
    await prepare(2);
    for (const there of server.users.values()) there.title = 'Tail';
    const report = await compareWithHold(2);
    // The one whose write was refused is pushed again as a change is.
    expect(report).toMatchObject({ resources: users, failed: 1, updated: users - 1 });
    expect(report?.drift).toHaveLength(users - 1);
    const wrong = [...server.users.values()].filter(({ title }) => title === 'Tail');
    expect(wrong.length).toBeLessThanOrEqual(1);
  });

  it('is done by one alone, however long what follows takes', async () => {
    await prepare(2);
    for (const there of server.users.values()) there.title = 'Tail';
    // Longer, after the hold, than the target's own lease.
    server.habits.delayMs = 100;
    server.requests.length = 0;
    await compareWithHold(3);
    const reads = server.requests.filter((one) => one.startsWith('GET /Users/'));
    // Before a change, and after it; and once more of the one whose change was refused.
    expect(reads.length).toBeLessThanOrEqual(2 * users);
  });
});

describe('what two replicas were told of one target', () => {
  let bridge: TestBridge;
  afterEach(() => bridge?.close());

  it('holds for the longer of both times, whoever is told later and whoever gets through meanwhile', async () => {
    bridge = await createTestBridge({ outgoing: outgoing() });
    const { directory } = await bridge.directory('company');
    await newTarget(bridge, 'company', { baseUrl: 'http://127.0.0.1:9' });
    const targets = createTargetsRepository(bridge.database.pool);
    const target = await targets.findTarget(directory.id, 'app');
    if (!target) throw new Error('no target');
    const hold = async () => (await targets.findState(target))?.hold;
    const now = Date.now();
    const asked = { until: new Date(now + 60_000), reason: 'Too many requests.' };

    await targets.hold(target, asked);
    await targets.hold(target, { until: new Date(now + 5_000), reason: 'No answer.' });
    expect(await hold()).toEqual(asked);
    await targets.endHold(target, new Date(now + 5_000));
    expect(await hold()).toEqual(asked);

    const longer = { until: new Date(now + 90_000), reason: 'Too many again.' };
    await targets.hold(target, longer);
    expect(await hold()).toEqual(longer);
    await targets.endHold(target, longer.until);
    expect(await hold()).toBeNull();
  });
});
