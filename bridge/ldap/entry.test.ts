import { expect, it } from 'vitest';
import { escapedValue, guidBytes, guidOf, rangeOf, readEntry } from './entry.ts';

it('reads values without regard to the case of names, and leaves blank and binary ones out of the texts', () => {
  const entry = readEntry({ dn: 'uid=a', Mail: ['a@x', ' '], jpegPhoto: Buffer.from([255]), sn: 'B', empty: [] });
  expect(entry.texts('mail')).toEqual(['a@x']);
  expect(entry.texts('sn')).toEqual(['B']);
  expect(entry.texts('jpegphoto')).toEqual([]);
  expect(entry.texts('missing')).toEqual([]);
});

it('writes a GUID as Active Directory shows it, and reads it back', () => {
  const bytes = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
  const guid = guidOf(bytes) ?? '';
  expect(guid).toBe('33221100-5544-7766-8899-aabbccddeeff');
  expect(guidBytes(guid)).toEqual(bytes);
  expect(guidOf(Buffer.from('short'))).toBeUndefined();
});

it('escapes what means something in a filter', () => {
  expect(escapedValue('a*(b)\\c\0')).toBe('a\\2a\\28b\\29\\5cc\\00');
});

it('tells parts of long lists of values', () => {
  expect(rangeOf('member;range=0-1499')).toEqual({ attribute: 'member', next: 1_500 });
  expect(rangeOf('member;range=1500-*')).toEqual({ attribute: 'member', next: undefined });
  expect(rangeOf('member')).toBeUndefined();
});
