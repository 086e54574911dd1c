// Ids sort by the time that they are of, which lets a primary key be read from a time on.
import { describe, expect, test } from 'vitest';
import { createIdsByTime, isUuid, lowestIdAt } from './ids.ts';

const at = new Date('2026-11-23T08:15:00.123Z');
const later = (ms: number) => new Date(at.getTime() + ms);

describe('ids by time', () => {
  test('sort by it, and as they were made where it is the same', () => {
    const idAt = createIdsByTime();
    const ids = [at, at, at, later(1), later(1), later(60_000)].map(idAt);
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every(isUuid)).toBe(true);
  });

  test('are between the lowest of their time and the lowest of the next', () => {
    const id = createIdsByTime()(at);
    expect(id > lowestIdAt(at.getTime())).toBe(true);
    expect(id < lowestIdAt(at.getTime() + 1)).toBe(true);
  });

  test('go on when the clock is set back a little, and follow it when it is set back by much', () => {
    const idAt = createIdsByTime();
    const first = idAt(at);
    expect(idAt(later(-5_000)) > first).toBe(true);
    expect(idAt(later(-60_000)) < first).toBe(true);
  });
});

test.each([0, -1, 2 ** 48, 1e300])('there is a lowest id at %s', (time) => {
  expect(isUuid(lowestIdAt(time))).toBe(true);
});
