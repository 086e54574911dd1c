import { expect, test } from 'vitest';
import { createLimiter } from './limiter.ts';

test('only so many works run at once, in the order in which they came, whatever becomes of them', async () => {
  const limiter = createLimiter(2);
  const begun: number[] = [];
  let running = 0;
  let most = 0;
  const work = (n: number) => async () => {
    begun.push(n);
    running += 1;
    most = Math.max(most, running);
    await new Promise(setImmediate);
    running -= 1;
    if (n % 2 === 1) throw new Error(`${n}`);
    return n;
  };
  const results = await Promise.allSettled([1, 2, 3, 4, 5, 6].map((n) => limiter.run(work(n))));
  expect(results.map(({ status }) => status)).toEqual([1, 2, 3].flatMap(() => ['rejected', 'fulfilled']));
  expect(begun).toEqual([1, 2, 3, 4, 5, 6]);
  expect(most).toBe(2);
});
