// What becomes of a push that comes while its target is left alone.
import { describe, expect, it } from 'vitest';
import { type PushedResource, type Target, targetSettings } from './contracts.ts';
import { createGate } from './gate.ts';
import type { Push } from './push.ts';
import { createPusher } from './pusher.ts';
import type { ResourcesRepository } from './resources-repository.ts';
import type { Settled } from './settlements-repository.ts';

const now = new Date(1_000);
const clock = { now: () => now };
const row: PushedResource = {
  ...{ sourceId: 'anna', type: 'User', state: 'ok', remoteId: '1', adopted: false, retired: false },
  ...{ wanted: 1, attempts: 1, pushed: null, etag: null },
};
const target: Target = {
  ...{ directoryId: 'd', id: 't', slug: 'app', mode: 'active', revision: 1, createdAt: now },
  ...{ settings: targetSettings.parse({ baseUrl: 'https://app.example' }), sealedSecret: Buffer.alloc(0) },
};

function stage() {
  const settled: Settled[] = [];
  const told: string[] = [];
  const gate = createGate({ clock, timing: { failures: 3, firstMs: 1_000, maxMs: 8_000 } });
  const resources: Pick<ResourcesRepository, 'settle' | 'forget'> = {
    settle: async (_target, _owner, all) => void settled.push(...all),
    forget: async () => undefined,
  };
  const pusher = createPusher({
    ...{ target, owner: 'me', resources, gate, clock, timing: { retryMs: 50, maxRetryMs: 500 } },
    onHold: async () => undefined,
    onPushed: async () => undefined,
    onDone: ({ outcome }) => void told.push(outcome),
    onError: (error) => {
      throw error;
    },
  });
  const push: Push = { push: async () => ({ outcome: 'same', settlement: { state: 'ok' } }) };
  return { pusher, gate, settled, told, push };
}

describe('while the target is left alone', () => {
  const lanes = { run: <T>(work: () => Promise<T>) => work() };

  it('a comparison keeps what it could not compare, and nothing is counted', async () => {
    const { pusher, gate, settled, told, push } = stage();
    gate.hold(new Date(9_000));
    const work = { push, row, source: undefined, verifying: true };
    expect(await pusher.push(work, { lanes, isOurs: async () => true })).toBeUndefined();
    expect(settled).toEqual([{ row, settlement: { state: 'retry', retryAt: now } }]);
    expect(told).toEqual([]);
  });

  it('a change is pushed once it may be called again', async () => {
    const { pusher, gate, settled, push } = stage();
    gate.hold(new Date(9_000));
    const work = { push, row, source: undefined, verifying: false };
    expect(await pusher.push(work)).toMatchObject({ outcome: 'failed' });
    expect(settled).toEqual([{ row, settlement: { state: 'retry', retryAt: new Date(9_000) } }]);
  });
});
