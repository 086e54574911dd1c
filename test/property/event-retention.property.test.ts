// Whatever is written, read and removed in whichever order: a reader gets exactly what comes after its cursor, or is told
// that some of it is gone, never less.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { appendEvents, createEventReader } from '../../bridge/events/repository.ts';
import { keptEvents } from '../../bridge/events/retention.ts';
import { createRetentionRepository } from '../../bridge/events/retention-repository.ts';
import { ApiError } from '../../bridge/platform/http/api-error.ts';
import { newId } from '../../bridge/platform/ids.ts';
import { createRetention } from '../../bridge/platform/retention.ts';
import { createTestBridge, type TestBridge } from '../support/bridge.ts';
import { createStoreFactory } from '../support/store-factory.ts';

const dayMs = 24 * 3_600_000;
let bridge: TestBridge;
beforeAll(async () => {
  bridge = await createTestBridge();
});
afterAll(async () => {
  bridge.services.eventLog.close();
  await bridge.close();
});

const action = fc.oneof(
  fc.record({ kind: fc.constant('write' as const), events: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ kind: fc.constant('age' as const), days: fc.integer({ min: 1, max: 5 }) }),
  fc.record({
    kind: fc.constant('prune' as const),
    // Time passes in whole days, so that no event is exactly at the edge.
    days: fc.option(
      fc.integer({ min: 1, max: 8 }).map((days) => days + 0.5),
      { nil: undefined },
    ),
    events: fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined }),
  }),
  fc.record({ kind: fc.constant('read' as const), limit: fc.integer({ min: 1, max: 5 }) }),
);

test('a reader misses no event without being told', async () => {
  const store = createStoreFactory(bridge.database);
  const repository = createRetentionRepository(bridge.database.pool);
  const reader = createEventReader(bridge.database.pool);
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 4, maxLength: 20, size: 'max' }), async (actions) => {
      const { directory } = await bridge.directory();
      let now = Date.now();
      let written = 2;
      /** When each of the events that are left was written, by position. */
      const left = new Map([
        [1, now],
        [2, now],
      ]);
      let cursor: string | undefined;
      let place = 0;
      for (const act of actions) {
        if (act.kind === 'age') now += act.days * dayMs;
        if (act.kind === 'write') {
          const events = Array.from({ length: act.events }, () => ({
            type: 'user.updated' as const,
            resourceType: 'User',
            resourceId: newId(),
            data: {},
          }));
          await store.write(directory.id, (scope) =>
            appendEvents(scope, directory.id, events, { name: 'test' }, new Date(now)),
          );
          for (const _ of events) left.set(++written, now);
        }
        if (act.kind === 'prune') {
          const rule = {
            ...(act.days !== undefined && { days: act.days }),
            ...(act.events !== undefined && { events: act.events }),
          };
          const clock = { now: () => new Date(now) };
          const log = { info: () => undefined };
          const pruned = await createRetention({
            kept: keptEvents({ repository, reader, clock, rule }),
            listDirectories: async () => [directory],
            log,
            onError: (error) => {
              throw error;
            },
          }).prune();
          const gone = [...left].filter(
            ([position, at]) =>
              (act.days !== undefined && at < now - act.days * dayMs) ||
              (act.events !== undefined && position <= written - act.events),
          );
          for (const [position] of gone) left.delete(position);
          expect(pruned).toBe(gone.length);
        }
        if (act.kind === 'read') {
          const request = { directory: directory.slug, limit: act.limit, waitSeconds: 0 };
          const first = Math.min(...left.keys(), written + 1);
          try {
            const page = await bridge.services.eventLog.readEvents({
              ...request,
              ...(cursor !== undefined && { after: cursor }),
            });
            const start = cursor === undefined ? first - 1 : place;
            expect(start).toBeGreaterThanOrEqual(first - 1);
            const expected = [...left.keys()].filter((position) => position > start).slice(0, act.limit);
            expect(page.events.map(({ position }) => position)).toEqual(expected);
            place = expected.at(-1) ?? start;
            cursor = page.cursor;
          } catch (error) {
            if (!(error instanceof ApiError)) throw error;
            expect(error.code).toBe('cursor_expired');
            expect(place).toBeLessThan(first - 1);
            cursor = undefined;
          }
        }
      }
    }),
    { numRuns: 60 },
  );
});
