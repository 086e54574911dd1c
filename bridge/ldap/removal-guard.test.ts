import { expect, it } from 'vitest';
import { isSuspicious } from './removal-guard.ts';

it.each([
  [0, 0, false],
  [100, 0, false],
  [100, 10, false],
  [100, 20, false],
  [100, 21, true],
  [30, 10, false],
  [30, 11, true],
  [5, 5, true],
  [5, 4, false],
  [1, 1, false],
  [50_000, 10_001, true],
])('of %i known entries %i missing: held is %s', (known, missing, held) => {
  expect(isSuspicious({ known, missing }, { count: 10, percent: 20 })).toBe(held);
});
