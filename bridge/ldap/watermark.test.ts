import { describe, expect, it } from 'vitest';
import { laterMark, nextSince } from './watermark.ts';

const now = new Date('2026-11-23T12:00:00Z');

describe('laterMark', () => {
  it.each([
    ['20261123110000Z', '20261123100000Z', '20261123110000Z'],
    ['20261123110000Z', '20261123110000.5Z', '20261123110000Z'],
    ['yesterday', '20261123100000Z', '20261123100000Z'],
    [undefined, undefined, undefined],
  ])('of the times %s and %s is %s', (one, other, later) => {
    expect(laterMark('modifyTimestamp', one, other)).toBe(later);
  });

  it('compares numbers as numbers, however long they are', () => {
    expect(laterMark('uSNChanged', '99', '100')).toBe('100');
    expect(laterMark('uSNChanged', '9007199254740993', '9007199254740992')).toBe('9007199254740993');
  });
});

describe('nextSince', () => {
  it('goes back a little from the last time', () => {
    expect(nextSince('modifyTimestamp', '20261123110000Z', now)).toBe('20261123105800Z');
  });
  it("does not believe a time ahead of the bridge's clock", () => {
    expect(nextSince('modifyTimestamp', '20991231235959Z', now)).toBe('20261123115800Z');
  });
  it('goes on after the last number', () => {
    expect(nextSince('uSNChanged', '41', now)).toBe('42');
  });
});
