import { expect, test } from 'vitest';
import { mapWithBreaks } from './breath.ts';

function workFor(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

test('long work leaves room for others, and its results keep their order', async () => {
  let others = 0;
  const timer = setInterval(() => {
    others += 1;
  }, 1);
  const results = await mapWithBreaks(
    Array.from({ length: 200 }, (_, n) => n),
    (n) => {
      workFor(1);
      return n * 2;
    },
  );
  clearInterval(timer);
  expect(results).toEqual(Array.from({ length: 200 }, (_, n) => n * 2));
  expect(others).toBeGreaterThan(3);
});

test('an error ends it', async () => {
  await expect(
    mapWithBreaks([1, 2], () => {
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
});
