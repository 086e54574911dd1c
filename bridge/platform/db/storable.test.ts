import { expect, it } from 'vitest';
import { isStorable } from './storable.ts';

it('tells what PostgreSQL can store', () => {
  expect(['a', '', '💡', 'a\0', '\ud800'].map(isStorable)).toEqual([true, true, true, false, false]);
});
