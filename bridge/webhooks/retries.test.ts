// When messages are sent again.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextAttempt, parseRetryAfter, usualRetries } from './retries.ts';

const hour = 3_600_000;
const firstFailedAt = new Date('2026-11-23T08:00:00Z');
const random = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });

/** Every attempt of a message that never gets through, as milliseconds after its first failure. */
function attemptsOf(chance: (attempt: number) => number): number[] {
  const times = [0];
  for (;;) {
    const now = new Date(firstFailedAt.getTime() + (times.at(-1) ?? 0));
    const next = nextAttempt(usualRetries, { attempts: times.length, firstFailedAt, now }, chance(times.length));
    if (!next) return times;
    times.push(next.getTime() - firstFailedAt.getTime());
  }
}

describe('a message that never gets through', () => {
  test('is tried ever more seldom for three days, whatever chance says, and then no more', () => {
    fc.assert(
      fc.property(fc.array(random, { minLength: 40, maxLength: 40 }), (chances) => {
        const times = attemptsOf((attempt) => chances[attempt] ?? 0);
        for (const [index, at] of times.slice(1).entries()) {
          const longest = Math.min(5_000 * 2 ** index, 6 * hour);
          const wait = at - (times[index] ?? 0);
          expect(wait).toBeLessThanOrEqual(longest);
          // Dates are whole milliseconds.
          expect(wait).toBeGreaterThanOrEqual(Math.floor(longest * 0.8));
        }
        expect(times.at(-1)).toBeGreaterThanOrEqual(72 * hour);
        expect(times.at(-1)).toBeLessThan(78 * hour);
        expect(times.at(-2)).toBeLessThan(72 * hour);
        expect(times.length).toBeGreaterThan(20);
        expect(times.length).toBeLessThan(32);
      }),
    );
  });

  test('is not tried together with others that failed with it', () => {
    const failure = { attempts: 3, firstFailedAt, now: firstFailedAt };
    const times = new Set([0, 0.25, 0.5, 0.75].map((chance) => nextAttempt(usualRetries, failure, chance)?.getTime()));
    expect(times.size).toBe(4);
  });
});

describe('a receiver that asks for time', () => {
  const waitFor = (retryAfterMs: number, attempts = 1) =>
    (nextAttempt(usualRetries, { attempts, firstFailedAt, now: firstFailedAt, retryAfterMs }, 0)?.getTime() ?? 0) -
    firstFailedAt.getTime();

  test('gets it, up to an hour, but is never asked sooner for it', () => {
    expect(waitFor(60_000)).toBe(60_000);
    expect(waitFor(48 * hour)).toBe(hour);
    expect(waitFor(1_000)).toBe(5_000);
    expect(waitFor(60_000, 12)).toBe(5_000 * 2 ** 11);
  });

  test('may say so in seconds or as a date', () => {
    const now = new Date('2026-11-23T08:00:00Z');
    expect(parseRetryAfter('120', now)).toBe(120_000);
    expect(parseRetryAfter('Mon, 23 Nov 2026 08:01:00 GMT', now)).toBe(60_000);
    expect(parseRetryAfter('Mon, 23 Nov 2026 07:00:00 GMT', now)).toBe(0);
    for (const nonsense of [undefined, '', 'soon', '-5', '1e9', '9'.repeat(30)]) {
      const asked = parseRetryAfter(nonsense, now);
      expect(asked === undefined || asked >= 0, nonsense).toBe(true);
    }
    expect(parseRetryAfter('soon', now)).toBeUndefined();
  });
});
