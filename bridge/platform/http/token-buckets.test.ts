import { expect, test } from 'vitest';
import { createTokenBuckets } from './token-buckets.ts';

test('a burst is let through, then as many as come back', () => {
  let ms = 0;
  const buckets = createTokenBuckets({ perSecond: 2, burst: 3 }, { now: () => ms });
  expect([1, 2, 3].map(() => buckets.take('a'))).toEqual([0, 0, 0]);
  expect(buckets.take('a')).toBe(0.5);
  expect(buckets.wait('a')).toBe(0.5);
  expect(buckets.take('b')).toBe(0);
  ms = 500;
  expect(buckets.wait('a')).toBe(0);
  expect(buckets.take('a')).toBe(0);
  expect(buckets.take('a')).toBe(0.5);
  ms = 60_000;
  expect([1, 2, 3].map(() => buckets.take('a'))).toEqual([0, 0, 0]);
  expect(buckets.take('a')).toBe(0.5);
});

test('the keys that were away longest are forgotten', () => {
  const buckets = createTokenBuckets({ perSecond: 1, burst: 1 }, { now: () => 0, maxKeys: 2 });
  buckets.take('a');
  buckets.take('b');
  buckets.take('a');
  buckets.take('c');
  expect(['a', 'b', 'c'].map((key) => buckets.has(key))).toEqual([true, false, true]);
  expect(buckets.wait('never seen')).toBe(0);
});
