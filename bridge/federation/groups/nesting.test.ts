import { describe, expect, it } from 'vitest';
import { createNesting, maxDepth } from './nesting.ts';

/** `'b<a'`: b is a member of a. */
const nestingOf = (...edges: string[]) =>
  createNesting(
    edges.map((edge) => {
      const [child = '', parent = ''] = edge.split('<');
      return { child, parent, parentName: parent.toUpperCase() };
    }),
  );

const way = (nesting: ReturnType<typeof nestingOf>, id: string) => nesting.placeOf(id).map((place) => place.id);

describe('a group', () => {
  it('stands at the top when it is in no group', () => {
    expect(nestingOf('b<a').placeOf('a')).toEqual([]);
    expect(nestingOf().placeOf('x')).toEqual([]);
  });

  it('stands below the group that it is in, and all above that', () => {
    expect(nestingOf('c<b', 'b<a').placeOf('c')).toEqual([
      { id: 'a', name: 'A' },
      { id: 'b', name: 'B' },
    ]);
  });

  it('stands below the oldest of several, and has the others besides', () => {
    const nesting = nestingOf('x<c', 'x<b', 'b<a', 'c<d');
    expect(way(nesting, 'x')).toEqual(['a', 'b']);
    expect(nesting.besides('x')).toEqual(new Set(['c', 'd']));
    expect(nesting.besides('b')).toEqual(new Set());
  });

  it('is in itself without meaning', () => {
    const nesting = nestingOf('a<a', 'b<a');
    expect(way(nesting, 'a')).toEqual([]);
    expect(way(nesting, 'b')).toEqual(['a']);
  });
});

describe('a circle', () => {
  const nesting = nestingOf('b<a', 'c<b', 'a<c', 'x<c', 'y<x');

  it('is cut open at its oldest group, from wherever one looks', () => {
    expect(way(nesting, 'a')).toEqual([]);
    expect(way(nesting, 'b')).toEqual(['a']);
    expect(way(nesting, 'c')).toEqual(['a', 'b']);
    expect(way(nesting, 'x')).toEqual(['a', 'b', 'c']);
    expect(way(nesting, 'y')).toEqual(['a', 'b', 'c', 'x']);
  });

  it('gives everything to everybody in it', () => {
    expect(nesting.besides('a')).toEqual(new Set(['b', 'c']));
    expect(nesting.besides('c')).toEqual(new Set());
  });
});

it('a chain that is too long starts anew at the top, the same for everybody below', () => {
  const id = (n: number) => `g${String(n).padStart(3, '0')}`;
  const chain = nestingOf(...Array.from({ length: 40 }, (_, n) => `${id(n + 1)}<${id(n)}`));
  expect(chain.placeOf(id(maxDepth))).toHaveLength(maxDepth);
  expect(chain.placeOf(id(maxDepth + 1))).toEqual([]);
  expect(chain.besides(id(maxDepth + 1)).size).toBe(maxDepth + 1);
});
