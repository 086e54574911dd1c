import { setImmediate as tick } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createTurns } from './turns.ts';

test('works of one key run one after the other, in the order they came, also after a failure', async () => {
  const turns = createTurns();
  const log: string[] = [];
  const work =
    (name: string, fails = false) =>
    async () => {
      log.push(`${name} begins`);
      await tick();
      log.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    };
  const results = await Promise.allSettled([
    turns.take('k', work('a')),
    turns.take('k', work('b', true)),
    turns.take('k', work('c')),
  ]);
  expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  expect(results.map((result) => (result.status === 'fulfilled' ? result.value : 'failed'))).toEqual([
    'a',
    'failed',
    'c',
  ]);
});

test('works of different keys do not wait for each other', async () => {
  const turns = createTurns();
  let open = () => {};
  const held = turns.take('a', () => new Promise<void>((resolve) => (open = resolve)));
  expect(await turns.take('b', async () => 'done')).toBe('done');
  open();
  await held;
});
