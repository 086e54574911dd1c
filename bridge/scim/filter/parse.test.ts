import { describe, expect, it } from 'vitest';
import type { Filter } from './ast.ts';
import { parseBracketPath, parseFilter } from './parse.ts';
import { printFilter } from './print.ts';

function parsed(text: string, options = {}): Filter {
  const result = parseFilter(text, options);
  if (!result.ok) throw new Error(result.error.detail);
  return result.value;
}

function compare(path: string, value: string | number | boolean | null): Filter {
  return { kind: 'compare', path, operator: 'eq', value };
}

const present = (path: string): Filter => ({ kind: 'present', path });

function expectInvalid(text: string, options = {}): string {
  const result = parseFilter(text, options);
  expect(result).toMatchObject({ ok: false, error: { status: 400, scimType: 'invalidFilter' } });
  return result.ok ? '' : result.error.detail;
}

describe('parseFilter: grammar', () => {
  it('reads every comparison operator', () => {
    for (const operator of ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const) {
      expect(parsed(`userName ${operator} "a"`)).toEqual({ kind: 'compare', path: 'userName', operator, value: 'a' });
    }
  });

  it('reads strings, numbers, booleans and null', () => {
    expect(parsed('a eq "x"')).toEqual(compare('a', 'x'));
    expect(parsed('a eq -12.5e1')).toEqual(compare('a', -125));
    expect(parsed('a eq true')).toEqual(compare('a', true));
    expect(parsed('a eq null')).toEqual(compare('a', null));
    expect(parsed('a eq -0')).toEqual(compare('a', 0));
  });

  it('binds "and" tighter than "or"', () => {
    expect(parsed('a pr or b pr and c pr')).toEqual({
      kind: 'or',
      operands: [present('a'), { kind: 'and', operands: [present('b'), present('c')] }],
    });
  });

  it('binds "not" tighter than "and", with and without parentheses', () => {
    const expected = { kind: 'and', operands: [{ kind: 'not', operand: present('a') }, present('b')] };
    expect(parsed('not a pr and b pr')).toEqual(expected);
    expect(parsed('not (a pr) and b pr')).toEqual(expected);
    expect(parsed('not(a pr)and b pr')).toEqual(expected);
  });

  it('keeps a negated conjunction whole', () => {
    expect(parsed('not (a pr or b pr)')).toEqual({
      kind: 'not',
      operand: { kind: 'or', operands: [present('a'), present('b')] },
    });
    expect(parsed('not (a pr and (b pr or c pr))').kind).toBe('not');
  });

  it('lets parentheses override precedence', () => {
    expect(parsed('(a pr or b pr) and c pr')).toEqual({
      kind: 'and',
      operands: [{ kind: 'or', operands: [present('a'), present('b')] }, present('c')],
    });
  });

  it('takes operators, keywords and literals in any case', () => {
    expect(parsed('a EQ "x" AND NOT (b Pr) Or c eQ True')).toEqual(parsed('a eq "x" and not (b pr) or c eq true'));
    expect(parsed('a eq FALSE')).toEqual(compare('a', false));
  });

  it('reads URN-prefixed, dotted and $ref attribute paths', () => {
    const urn = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value';
    expect(parsed(`${urn} eq "1"`)).toEqual(compare(urn, '1'));
    expect(parsed('members.$ref eq "x"')).toEqual(compare('members.$ref', 'x'));
  });

  it('does not take a longer word for a keyword', () => {
    expect(parsed('notes eq "x"')).toEqual(compare('notes', 'x'));
    expect(parsed('a pr and order eq 1')).toEqual({ kind: 'and', operands: [present('a'), compare('order', 1)] });
  });

  it('reads a value path', () => {
    expect(parsed('emails[type eq "work" and value co "x"]')).toEqual({
      kind: 'element',
      path: 'emails',
      filter: {
        kind: 'and',
        operands: [compare('type', 'work'), { kind: 'compare', path: 'value', operator: 'co', value: 'x' }],
      },
    });
  });

  it('moves a comparison behind the brackets into them, so that it binds to the same element', () => {
    expect(parsed('emails[type eq "work"].value eq "a@x.test"')).toEqual({
      kind: 'element',
      path: 'emails',
      filter: { kind: 'and', operands: [compare('type', 'work'), compare('value', 'a@x.test')] },
    });
    expect(parsed('emails[type eq "work"].value pr')).toEqual(parsed('emails[type eq "work" and value pr]'));
  });
});

describe('parseFilter: strings', () => {
  it('decodes JSON escapes', () => {
    expect(parsed(String.raw`a eq "q\"b\\s\/n\nt\tu\u00e9\b\f\r"`)).toEqual(compare('a', 'q"b\\s/n\nt\tu\u00e9\b\f\r'));
    expect(parsed(String.raw`a eq "\ud83d\ude00"`)).toEqual(compare('a', '😀'));
  });

  it('keeps colons, brackets and keywords inside strings', () => {
    expect(parsed('a eq "urn:x:1.0 and (b] not"')).toEqual(compare('a', 'urn:x:1.0 and (b] not'));
  });

  it.each([
    String.raw`a eq "\x"`,
    String.raw`a eq "\u12g4"`,
    String.raw`a eq "\u12`,
    'a eq "open',
    String.raw`a eq "open\"`,
    'a eq "line\nbreak"',
    'a eq "tab\\tthen\nbreak"',
    String.raw`a eq "\u0000"`,
    String.raw`a eq "\ud800"`,
  ])('refuses the string in %j', (text) => {
    expectInvalid(text);
  });

  it('refuses an unterminated string of backslashes without delay', () => {
    const start = performance.now();
    expectInvalid(`a eq "${'\\\\'.repeat(2000)}`);
    expectInvalid(`a eq "${'\\"'.repeat(2000)}`);
    expect(performance.now() - start).toBeLessThan(100);
  });
});

describe('parseFilter: errors', () => {
  it.each([
    '',
    ' ',
    'userName',
    'userName eq',
    'userName eq ',
    'eq "x"',
    'a pr b pr',
    'a pr and',
    'a pr or or b pr',
    'and a pr',
    '(a pr',
    'a pr)',
    '()',
    'not',
    'a like "x"',
    'a eq "x" "y"',
    'a eq bare',
    'a eq 007',
    'a eq 1.',
    'a eq 1e',
    'a eq -',
    'a eq 1e999',
    'a[b pr',
    'a[]',
    'a[b[c pr]]',
    'a[b pr].',
    'a[b pr].c',
    '1a pr',
    '__proto__ pr',
    'a eq ab"c',
    '"a" eq "b"',
  ])('refuses %j', (text) => {
    expectInvalid(text);
  });

  it('says where it failed', () => {
    expect(expectInvalid('userName like "x"')).toContain('"like" is not an operator at position 9');
  });

  it('answers 5,000 and 20,000 parentheses with an error instead of a stack overflow', () => {
    expectInvalid('('.repeat(5000));
    expectInvalid(`${'('.repeat(20_000)}a pr${')'.repeat(20_000)}`, { maxLength: 1e6 });
    expectInvalid('not '.repeat(20_000), { maxLength: 1e6 });
    expectInvalid('a['.repeat(20_000), { maxLength: 1e6 });
  });

  it('keeps to the limits of length, depth and terms', () => {
    expect(expectInvalid(`a eq "${'x'.repeat(5000)}"`)).toContain('4096');
    expect(parsed(`${'('.repeat(32)}a pr${')'.repeat(32)}`)).toEqual(present('a'));
    expect(expectInvalid(`${'('.repeat(33)}a pr${')'.repeat(33)}`)).toContain('32');
    expect(expectInvalid(Array(200).fill('a pr').join(' or '))).toContain('200');
    expect(parsed(Array(199).fill('a pr').join(' or ')).kind).toBe('or');
    expectInvalid('a pr or b pr', { maxNodes: 2 });
  });

  it('does not multiply out conjunctions of disjunctions', () => {
    const text = Array(16).fill('(a eq "1" or b eq "2")').join(' and ');
    const start = performance.now();
    const filter = parsed(text);
    expect(performance.now() - start).toBeLessThan(50);
    expect(printFilter(filter)).toHaveLength(text.length);
  });
});

describe('parseFilter: unquoted values', () => {
  it('reads a bare word as a string when tolerated', () => {
    expect(parsed('userName eq anna@x.test and b pr', { unquotedFilterValues: true })).toEqual({
      kind: 'and',
      operands: [compare('userName', 'anna@x.test'), present('b')],
    });
    expect(parsed('(a eq x)', { unquotedFilterValues: true })).toEqual(compare('a', 'x'));
    for (const text of ['a eq ', "a eq 'x'", 'a eq “x”', 'a eq {"x":1}', 'a eq `x`']) {
      expectInvalid(text, { unquotedFilterValues: true });
    }
    expect(parsed("a eq O'Neil", { unquotedFilterValues: true })).toEqual(compare('a', "O'Neil"));
  });
});

describe('parseBracketPath', () => {
  it('splits attribute, filter and sub-attribute', () => {
    expect(parseBracketPath('emails[type eq "a.b:c"].value')).toEqual({
      ok: true,
      value: { attribute: 'emails', filter: compare('type', 'a.b:c'), subAttribute: 'value' },
    });
  });

  it('tells errors of the path from errors of the filter in it', () => {
    expect(parseBracketPath('emails]')).toMatchObject({ error: { scimType: 'invalidPath' } });
    expect(parseBracketPath('emails[type eq "x"')).toMatchObject({ error: { scimType: 'invalidFilter' } });
    expect(parseBracketPath('emails[type zz "x"]')).toMatchObject({ error: { scimType: 'invalidFilter' } });
    expect(parseBracketPath('emails[type pr].')).toMatchObject({ error: { scimType: 'invalidPath' } });
  });
});

describe('printFilter', () => {
  it.each([
    'userName eq "a\\"b"',
    'a pr and (b pr or c pr)',
    '(a pr and b pr) and c pr',
    'not (a pr and b pr)',
    'emails[type eq "work" and not (value co "x")]',
    'a eq 1e+21 or a eq null or a eq false',
  ])('writes %s as it was', (text) => {
    expect(printFilter(parsed(text))).toBe(text);
  });
});
