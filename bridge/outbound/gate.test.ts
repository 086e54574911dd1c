// When a target that fails is left alone, and for how long.
import { describe, expect, it } from 'vitest';
import { TargetFailure } from './failure.ts';
import { createGate } from './gate.ts';

const timing = { failures: 3, firstMs: 1_000, maxMs: 8_000 };
const failure = (told: { status?: number; retryAfterMs?: number } = {}) => new TargetFailure('target', 'no', told);

function stage() {
  let now = 0;
  const gate = createGate({ clock: { now: () => new Date(now) }, timing });
  return { gate, pass: (ms: number) => (now += ms), at: () => now };
}

describe('the gate of a target', () => {
  it('closes after several failures in a row, and not before', () => {
    const { gate } = stage();
    expect([gate.failed(failure()), gate.failed(failure())]).toEqual([undefined, undefined]);
    expect(gate.succeeded()).toBe(false);
    expect([gate.failed(failure()), gate.failed(failure())]).toEqual([undefined, undefined]);
    expect(gate.enter()).toBe(true);
    expect(gate.failed(failure())).toMatchObject({ reason: 'no' });
    expect(gate.enter()).toBe(false);
    expect(gate.waitMs()).toBeGreaterThanOrEqual(500);
  });

  it('then lets one call at a time through, after growing times that have a bound, until one succeeds', () => {
    const { gate, pass } = stage();
    for (let n = 0; n < 3; n += 1) gate.failed(failure());
    const waits: number[] = [];
    for (let n = 0; n < 8; n += 1) {
      waits.push(gate.waitMs());
      pass(Math.ceil(gate.waitMs()));
      expect([gate.enter(), gate.enter()]).toEqual([true, false]);
      gate.failed(failure());
    }
    // Half of each is left to chance.
    for (const [n, wait] of waits.entries()) {
      const whole = Math.min(timing.maxMs, timing.firstMs * 2 ** n);
      expect(wait).toBeGreaterThanOrEqual(whole / 2);
      expect(wait).toBeLessThanOrEqual(whole);
    }
    pass(Math.ceil(gate.waitMs()));
    expect(gate.enter()).toBe(true);
    expect(gate.succeeded()).toBe(true);
    expect([gate.enter(), gate.enter(), gate.waitMs()]).toEqual([true, true, 0]);
  });

  it('closes at once for as long as the target asks, and no shorter if another call fails meanwhile', () => {
    const { gate, pass, at } = stage();
    expect(gate.failed(failure({ status: 429, retryAfterMs: 60_000 }))?.until).toEqual(new Date(60_000));
    expect(gate.failed(failure())).toBeUndefined();
    pass(59_999);
    expect(gate.enter()).toBe(false);
    pass(1);
    expect([at(), gate.enter()]).toEqual([60_000, true]);
  });

  it('is not opened by the answer to a call that had begun before', () => {
    const { gate, pass } = stage();
    expect([gate.enter(), gate.enter()]).toEqual([true, true]);
    gate.failed(failure({ status: 429, retryAfterMs: 10_000 }));
    expect(gate.succeeded()).toBe(false);
    expect([gate.enter(), gate.waitMs()]).toEqual([false, 10_000]);
    pass(10_000);
    expect([gate.enter(), gate.succeeded()]).toEqual([true, true]);
  });

  it('closes at once when the credentials are refused', () => {
    const { gate } = stage();
    expect(gate.failed(failure({ status: 401 }))).toBeDefined();
    expect(gate.enter()).toBe(false);
  });

  it('stays closed as long as another replica was told to stay away', () => {
    const { gate, pass } = stage();
    gate.hold(new Date(5_000));
    gate.hold(new Date(2_000));
    expect(gate.waitMs()).toBe(5_000);
    pass(5_000);
    expect([gate.enter(), gate.enter()]).toEqual([true, false]);
  });

  it('gives the one try back when nothing came of it', () => {
    const { gate, pass } = stage();
    gate.hold(new Date(1_000));
    pass(1_000);
    expect(gate.enter()).toBe(true);
    gate.gaveUp();
    expect(gate.enter()).toBe(true);
  });
});
