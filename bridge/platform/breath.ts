// Long work in one process that serves many: it stops for others every few milliseconds.
import { setImmediate as nextTurn } from 'node:timers/promises';

const turnMs = 10;
const lookEvery = 16;

/** Like `items.map(work)`; when it takes long, other requests have their turns in between. */
export async function mapWithBreaks<T, R>(items: readonly T[], work: (item: T) => R): Promise<R[]> {
  const results: R[] = [];
  let started = performance.now();
  for (const item of items) {
    results.push(work(item));
    if (results.length % lookEvery !== 0 || performance.now() - started < turnMs) continue;
    await nextTurn();
    started = performance.now();
  }
  return results;
}
