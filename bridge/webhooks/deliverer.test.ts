// What is tried with while nothing gets through to a webhook.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { LoggedEvent } from '../events/contracts.ts';
import { systemClock } from '../platform/clock.ts';
import { usualBreaker } from './breaker.ts';
import type { Webhook } from './contracts.ts';
import { createDeliverer, type Deliverer } from './deliverer.ts';
import type { Parked } from './lane.ts';
import { usualRetries } from './retries.ts';

const hour = 3_600_000;
const directory = { id: 'd', slug: 'acme' };
const webhook: Webhook = {
  ...{ id: 'w', kind: 'webhook', slug: 'app', url: 'https://app.example', directory, types: null, revision: 1 },
  ...{ pause: { cause: 'failing', reason: 'no', since: new Date() }, createdAt: new Date() },
};

const eventAt = (position: number): LoggedEvent => ({
  ...{ directoryId: 'd', position, type: 'user.updated', resourceType: 'User', resourceId: `user-${position}` },
  ...{ data: {}, createdAt: new Date(), actor: { name: 'bridge' } },
});

const waitingAt = (position: number, inMs: number): Parked => ({
  ...{ position, state: 'waiting', type: 'user.updated', resourceType: 'User', resourceId: `user-${position}` },
  ...{ body: undefined, attempts: 5, firstFailedAt: new Date(), lastFailedAt: new Date(), problem: 'no' },
  nextAttemptAt: new Date(Date.now() + inMs),
});

describe('while nothing gets through', { timeout: 60_000 }, () => {
  let deliverer: Deliverer;
  afterEach(() => deliverer.stop());

  /** A place at 10 in a log of 12 events, and what is stored as waiting. */
  function stage(waiting: Parked[]) {
    const sent: string[] = [];
    const listEvents = vi.fn(async (_directory: string, after: number) =>
      [11, 12].filter((position) => position > after).map(eventAt),
    );
    deliverer = createDeliverer({
      webhook,
      envelope: {
        wrap: (_directory, events) => events.map(({ position }) => `body of ${position}`),
        async send(_call, { body }) {
          sent.push(body);
          const rest = {
            at: new Date(),
            durationMs: 1,
            answer: '',
            retryAfterMs: undefined,
            gone: false,
            final: false,
          };
          return { ...rest, status: 500, problem: 'The receiver answered 500.' };
        },
      },
      connections: { call: () => Promise.reject(new Error('not called')), close: () => undefined },
      reader: { listEvents },
      repository: {
        takePlace: async () => ({ position: 10, epoch: 1, skipAfter: null, skipTo: null, waiting, hasDead: false }),
        findBody: async (_directory, _webhook, position) => `body of ${position}`,
        store: async () => undefined,
        prune: async () => undefined,
      },
      limiter: { run: (work) => work() },
      clock: systemClock,
      timing: { ...usualRetries, ...usualBreaker, timeoutMs: 1_000, concurrency: 4, storeMs: 1_000, drainMs: 1_000 },
      maySend: () => true,
      onPause: () => undefined,
      onError: (error) => {
        throw error;
      },
    });
    deliverer.onHead(directory, 12);
    return { sent, listEvents };
  }

  it('what lies further on is read and tried, when nothing that waits is due for long', async () => {
    const { sent } = stage([waitingAt(8, 5 * hour), waitingAt(12, 0)]);
    await vi.waitFor(() => expect(sent[0]).toBe('body of 12'), { timeout: 30_000 });
  });

  it('nothing more is read, when something that waits is due soon', async () => {
    const { sent, listEvents } = stage([waitingAt(8, 60_000), waitingAt(12, 0)]);
    await sleep(100);
    expect([sent, listEvents.mock.calls]).toEqual([[], []]);
  });
});
