import { describe, expect, it } from 'vitest';
import { cloneObject, deepEqual, isPresent, own } from './json.ts';

describe('json', () => {
  it('reads own properties only', () => {
    expect(own({}, 'constructor')).toBeUndefined();
    expect(own(JSON.parse('{"__proto__":1}'), '__proto__')).toBe(1);
  });

  it('clones deeply and leaves __proto__ behind', () => {
    const source = JSON.parse('{"a":[{"b":1}],"__proto__":{"polluted":true}}');
    const copy = cloneObject(source);
    expect(copy).toEqual({ a: [{ b: 1 }] });
    expect(copy['a']).not.toBe(source.a);
    expect('polluted' in copy).toBe(false);
  });

  it('compares structure, not the order of keys', () => {
    expect(deepEqual({ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 })).toBe(true);
    expect(deepEqual([1, 2], [2, 1])).toBe(false);
    expect(deepEqual({ a: 1 }, { b: 1 })).toBe(false);
    expect(deepEqual([], {})).toBe(false);
    expect(deepEqual({}, [])).toBe(false);
    expect(deepEqual(undefined, null)).toBe(false);
  });

  it('knows what is unassigned', () => {
    expect([null, '', [], {}, [null], { a: [] }, undefined].map(isPresent)).not.toContain(true);
    expect([false, 0, 'x', [0], { a: false }].map(isPresent)).not.toContain(false);
  });
});
