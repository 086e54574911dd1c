// When a webhook that fails is left alone.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Breaker, createBreaker, usualBreaker } from './breaker.ts';

const concurrency = 32;
const closed = () => createBreaker(usualBreaker, { concurrency, open: false });
const failAll = (breaker: Breaker, messages: number, now = 0) => {
  for (let n = 0; n < messages; n += 1) breaker.failed(now, `m${n}`);
};

describe('a breaker', () => {
  test('opens when ten different messages fail in a row, and not for one that fails again and again', () => {
    const one = closed();
    for (let n = 0; n < 100; n += 1) one.failed(n, 'the same');
    expect(one.isOpen()).toBe(false);
    const many = closed();
    failAll(many, 9);
    expect(many.room(0, 0)).toBe(concurrency);
    many.failed(0, 'the tenth');
    expect(many.isOpen()).toBe(true);
    expect(many.room(0, 0)).toBe(0);
  });

  test('counts anew when one gets through', () => {
    const breaker = closed();
    failAll(breaker, 9);
    breaker.succeeded();
    failAll(breaker, 9);
    expect(breaker.isOpen()).toBe(false);
    breaker.failed(0, 'the tenth');
    breaker.succeeded();
    expect([breaker.isOpen(), breaker.room(0, 0)]).toEqual([false, concurrency]);
  });

  test('lets one try through at a time, ever more seldom, up to every ten minutes', () => {
    const breaker = closed();
    failAll(breaker, 10);
    const waits: number[] = [];
    let now = 0;
    for (let n = 0; n < 14; n += 1) {
      const at = breaker.opensAt(now) ?? Number.NaN;
      expect(breaker.room(at - 1, 0)).toBe(0);
      expect([breaker.room(at, 0), breaker.room(at, 1)]).toEqual([1, 0]);
      waits.push(at - now);
      now = at;
      breaker.failed(now, 'm0');
    }
    expect(waits.slice(0, 4)).toEqual([1_000, 2_000, 4_000, 8_000]);
    expect(waits.slice(-2)).toEqual([600_000, 600_000]);
  });

  test('asks for a pause when everything has failed for five minutes, and not sooner', () => {
    const breaker = closed();
    let asked: number | undefined;
    for (let now = 0, n = 0; asked === undefined && n < 100; n += 1) {
      now = Math.max(now + 10, breaker.opensAt(now) ?? 0);
      if (breaker.failed(now, `m${n}`)) asked = now;
    }
    expect(asked).toBeGreaterThanOrEqual(usualBreaker.pauseMs);
    expect(asked).toBeLessThan(usualBreaker.pauseMs * 2.1);
    // What failed once, long ago, is no reason.
    const seldom = closed();
    expect(seldom.failed(0, 'a')).toBe(false);
    seldom.succeeded();
    expect(seldom.failed(usualBreaker.pauseMs * 10, 'b')).toBe(false);
  });

  test('that was open when its process died lets one try through at once', () => {
    const breaker = createBreaker(usualBreaker, { concurrency, open: true });
    expect([breaker.isOpen(), breaker.room(0, 0), breaker.room(0, 1)]).toEqual([true, 1, 0]);
  });

  test('leaves a receiver alone for as long as it asks, open or not', () => {
    const breaker = closed();
    breaker.holdUntil(5_000);
    breaker.holdUntil(3_000);
    expect([breaker.room(4_999, 0), breaker.opensAt(0), breaker.room(5_000, 2)]).toEqual([0, 5_000, concurrency - 2]);
  });

  test('never has more room than there is, and always says when there will be some', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(700_000) }),
      fc.record({ kind: fc.constant('fail' as const), message: fc.nat(20) }),
      fc.record({ kind: fc.constant('succeed' as const) }),
      fc.record({ kind: fc.constant('hold' as const), ms: fc.nat(100_000) }),
    );
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.array(step, { maxLength: 60, size: 'max' }),
        fc.nat(concurrency),
        (open, steps, inFlight) => {
          const breaker = createBreaker(usualBreaker, { concurrency, open });
          let now = 0;
          for (const one of steps) {
            if (one.kind === 'wait') now += one.ms;
            if (one.kind === 'fail') breaker.failed(now, String(one.message));
            if (one.kind === 'succeed') breaker.succeeded();
            if (one.kind === 'hold') breaker.holdUntil(now + one.ms);
            const room = breaker.room(now, inFlight);
            expect(room).toBeGreaterThanOrEqual(0);
            expect(room).toBeLessThanOrEqual(breaker.isOpen() ? 1 : concurrency - inFlight);
            const at = breaker.opensAt(now);
            expect(breaker.room(at ?? now, 0)).toBeGreaterThan(0);
          }
        },
      ),
    );
  });
});
