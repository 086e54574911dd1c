import { describe, expect, it } from 'vitest';
import { containing, parseSearch } from './search.ts';

const like = (value: string) => ({ kind: 'like', value });
const equal = (value: string) => ({ kind: 'equal', value });

describe('parseSearch', () => {
  it.each([
    ['', []],
    [' \t ', []],
    ['*', []],
    ['** *', []],
    ['Anna', [like('anna%')]],
    ['anna quist', [like('anna%'), like('quist%')]],
    ['*nn*', [like('%nn%%')]],
    ['a**b', [like('a%b%')]],
    ['"Anna Maria" q', [equal('anna maria'), like('q%')]],
    ['""', [equal('')]],
    ['"a*b%"', [equal('a*b%')]],
    ['"anna', [like('"anna%')]],
    ['an"na', [like('an"na%')]],
    ['"a"b', [like('"a"b%')]],
    ['50%_\\', [like('50\\%\\_\\\\%')]],
  ])('reads %j', (search, words) => {
    expect(parseSearch(search)).toEqual(words);
  });

  it('takes time in proportion to the text', () => {
    const started = performance.now();
    parseSearch('"'.repeat(100_000));
    parseSearch(`${'" '.repeat(20_000)}x`);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

describe('containing', () => {
  it('gives nothing in the text a meaning', () => {
    expect(containing('A%_\\*')).toBe('%a\\%\\_\\\\*%');
  });
});
