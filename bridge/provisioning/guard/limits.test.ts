import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { allowedBy, isTooMany, isWithinCount } from './limits.ts';

it.each([
  [20, 100, false],
  [20, 101, true],
  [1_000, 100, false],
  [1_000, 101, true],
  [1_009, 100, false],
  [50_000, 5_000, false],
  [50_000, 5_001, true],
])('of %i users %i changed: too many is %s', (users, changed, tooMany) => {
  expect(isTooMany(changed, { count: 100, percent: 10 }, users)).toBe(tooMany);
});

describe('whatever the limits are', () => {
  const limit = fc.record({ count: fc.nat(1_000), percent: fc.double({ min: 0, max: 100, noNaN: true }) });
  const number = fc.nat(100_000);

  test('what is within the count is never too many, so that the users need no counting for it', () => {
    fc.assert(
      fc.property(limit, number, number, (given, users, changed) => {
        fc.pre(isWithinCount(changed, given));
        expect(isTooMany(changed, given, users)).toBe(false);
      }),
    );
  });

  test('one more change, or one user less, never makes it less suspicious', () => {
    fc.assert(
      fc.property(limit, number, number, (given, users, changed) => {
        if (!isTooMany(changed, given, users)) return;
        expect(isTooMany(changed + 1, given, users)).toBe(true);
        expect(isTooMany(changed, given, Math.max(0, users - 1))).toBe(true);
      }),
    );
  });

  test('what is allowed is not too many, and one more is', () => {
    fc.assert(
      fc.property(limit, number, (given, users) => {
        const allowed = allowedBy(given, users);
        expect(isTooMany(allowed, given, users)).toBe(false);
        expect(isTooMany(allowed + 1, given, users)).toBe(true);
      }),
    );
  });
});
