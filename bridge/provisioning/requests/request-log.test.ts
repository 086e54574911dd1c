// How much of what was asked is held while the database doesn't answer.
import { expect, test } from 'vitest';
import { createRequestLog } from './request-log.ts';

test('a write that hangs holds no more than the next one may have', async () => {
  const written: number[] = [];
  const hanging = Promise.withResolvers<void>();
  const none = () => Promise.reject(new Error('not asked for'));
  const log = createRequestLog({
    repository: {
      insertRequests: async (_id, requests) => {
        await hanging.promise;
        written.push(requests.length);
      },
      listRequests: none,
    },
    directories: { findDirectory: none, requireDirectory: none },
    clock: { now: () => new Date(0) },
    onError: () => undefined,
  });
  const request = { method: 'GET', path: '/Users', query: {}, requestId: 'r', address: '::1', status: 200 };
  for (let round = 0; round < 4; round += 1) {
    for (let n = 0; n < 20_000; n += 1)
      log.record({ directory: { id: 'acme' }, ...request, durationMs: 1, tolerances: [] });
    void log.flush();
    await new Promise((resolve) => setImmediate(resolve));
  }
  hanging.resolve();
  await log.close();
  expect(written.reduce((sum, size) => sum + size, 0)).toBe(40_000);
  expect(log.forgotten()).toBe(40_000);
});
