import { describe, expect, it } from 'vitest';
import { canonicalDn, isDn, isWithin } from './dn.ts';

describe('canonicalDn', () => {
  it.each([
    ['uid=anna,ou=People,dc=acme', 'UID = Anna , OU=people, DC=ACME'],
    ['cn=Quist\\, Anna,dc=acme', 'cn=Quist\\2C Anna,dc=acme'],
    ['cn=J\\C3\\BCrgen,dc=acme', 'CN=JÜRGEN,dc=acme'],
    ['cn=a+uid=b,dc=acme', 'uid=B+cn=A,dc=acme'],
    ['cn=two  words,dc=acme', 'cn=two words,dc=acme'],
    ['cn=a\\=b,dc=acme', 'cn=a=b,dc=acme'],
    ['', ''],
  ])('takes %j and %j for one name', (one, other) => {
    expect(canonicalDn(one)).toBe(canonicalDn(other));
  });

  it.each([
    ['cn=a\\,dc=b', 'cn=a,dc=b'],
    ['cn=a\\+b', 'cn=a+b=c'],
    ['uid=a,dc=acme', 'uid=a,dc=other'],
  ])('tells %j from %j', (one, other) => {
    expect(canonicalDn(one)).not.toBe(canonicalDn(other));
  });
});

describe('isWithin', () => {
  it.each([
    ['ou=people,dc=acme,dc=test', 'DC=acme, DC=test', true],
    ['dc=acme,dc=test', 'dc=acme,dc=test', true],
    ['dc=acme,dc=test', '', true],
    ['dc=test', 'dc=acme,dc=test', false],
    ['cn=a\\,dc=test', 'dc=test', false],
    ['ou=people,dc=other', 'dc=acme', false],
  ])('of %j and %j is %s', (dn, root, expected) => {
    expect(isWithin(dn, root)).toBe(expected);
  });
});

describe('isDn', () => {
  it.each([
    ['dc=acme,dc=test', true],
    ['1.2.3=x', true],
    ['', true],
    ['people', false],
    ['ou=,dc=acme', false],
    ['=x', false],
  ])('of %j is %s', (text, expected) => {
    expect(isDn(text)).toBe(expected);
  });
});
