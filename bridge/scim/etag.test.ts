import { expect, it } from 'vitest';
import { etagMatches, weakEtag } from './etag.ts';

it('compares entity tags weakly, in lists, and knows the asterisk', () => {
  expect(weakEtag(7)).toBe('W/"7"');
  expect(etagMatches('W/"7"', 'W/"7"')).toBe(true);
  expect(etagMatches('"7"', 'W/"7"')).toBe(true);
  expect(etagMatches('W/"1", W/"7"', 'W/"7"')).toBe(true);
  expect(etagMatches(' * ', 'W/"7"')).toBe(true);
  expect(etagMatches('W/"17"', 'W/"7"')).toBe(false);
  expect(etagMatches('7', 'W/"7"')).toBe(false);
});
