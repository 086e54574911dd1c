import { expect, it } from 'vitest';
import { isStorable, toStorable } from './storable.ts';

it('tells what PostgreSQL can store', () => {
  expect(['a', '', '💡', 'a\0', '\ud800'].map(isStorable)).toEqual([true, true, true, false, false]);
});

it('puts a mark in the place of what cannot be stored', () => {
  expect(['a💡', 'a\0b', '\ud800'].map(toStorable)).toEqual(['a💡', 'a\ufffdb', '\ufffd']);
});
