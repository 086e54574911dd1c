import { describe, expect, test } from 'vitest';
import { checkJsonText, MAX_NAMES, MAX_VALUES } from './json-text.ts';

const filler = 'x'.repeat(70_000);

describe('checkJsonText', () => {
  test('lets short texts pass, whatever they hold', () => {
    expect(checkJsonText('['.repeat(60_000))).toBeUndefined();
  });

  test('lets a great many members pass', () => {
    const members = Array.from({ length: 24_000 }, (_, index) => ({
      value: `01a2051e-52e5-79ba-b0ee-${index}`,
      type: 'User',
    }));
    expect(checkJsonText(JSON.stringify({ members }))).toBeUndefined();
  });

  test('counts nothing inside strings', () => {
    const text = JSON.stringify([filler, '"{[,:\\"'.repeat(100_000), '\\', '\\\\"']);
    expect(checkJsonText(text)).toBeUndefined();
    expect(checkJsonText(`"${filler}\\`)).toBeUndefined();
    expect(checkJsonText(`"${filler}`)).toBeUndefined();
  });

  test.each([
    ['nesting', `["${filler}",${'['.repeat(100)}${']'.repeat(100)}]`, 400],
    ['names', `{"${filler}":1${',"a":1'.repeat(MAX_NAMES)}}`, 413],
    ['values', `["${filler}"${',1'.repeat(MAX_VALUES + 1)}]`, 413],
    ['objects', `["${filler}"${',{}'.repeat(MAX_VALUES / 2 + 1)}]`, 413],
  ])('refuses too much %s', (_what, text, status) => {
    expect(checkJsonText(text)).toMatchObject({ status });
  });
});
