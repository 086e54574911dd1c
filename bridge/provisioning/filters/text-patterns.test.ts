import { expect, test } from 'vitest';
import { afterPrefix, likePattern } from './text-patterns.ts';

test.each([
  ['ab', 'ac'],
  ['a\u{10ffff}', 'b'],
  ['\ud7ff', '\ue000'],
  ['x😀', 'x😁'],
  ['z', '{'],
])('what comes after all that begins with %j is %j', (prefix, after) => {
  expect(afterPrefix(prefix)).toBe(after);
});

test('nothing comes after the greatest characters, nor after everything', () => {
  expect(afterPrefix('\u{10ffff}\u{10ffff}')).toBeUndefined();
  expect(afterPrefix('')).toBeUndefined();
});

test.each([
  ['eq', '50\\%\\_a\\\\'],
  ['sw', '50\\%\\_a\\\\%'],
  ['ew', '%50\\%\\_a\\\\'],
  ['co', '%50\\%\\_a\\\\%'],
] as const)('%s has its wildcards where it means them only', (operator, pattern) => {
  expect(likePattern(operator, '50%_a\\')).toBe(pattern);
});
