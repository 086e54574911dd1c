import { describe, expect, it } from 'vitest';
import type { Resource, ResourceTypeDefinition } from '../schema/model.ts';
import { groupResourceType, userResourceType } from '../schema/resource-types.ts';
import { checkFilter } from './check.ts';
import { compareCodePoints, evaluate } from './evaluate.ts';
import { parseFilter } from './parse.ts';
import type { TypedFilter } from './typed.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';

const anna: Resource = {
  schemas: [USER, ENTERPRISE],
  id: 'U1',
  externalId: 'Ext',
  userName: 'Anna@X.test',
  active: false,
  name: { givenName: 'Anna', familyName: 'Q' },
  emails: [
    { value: 'A@x.test', type: 'work', primary: true },
    { value: 'b@y.test', type: 'home' },
  ],
  [ENTERPRISE]: { department: 'Sales', manager: { value: 'M1' } },
  groups: [{ value: 'G1', display: 'Ops' }],
  meta: { resourceType: 'User', created: '2026-01-31T12:00:00.5Z', lastModified: '2026-02-01T00:00:00+02:00' },
};

function checked(text: string, resourceType: ResourceTypeDefinition = userResourceType, options = {}): TypedFilter {
  const parsed = parseFilter(text);
  if (!parsed.ok) throw new Error(parsed.error.detail);
  const result = checkFilter(parsed.value, resourceType, options);
  if (!result.ok) throw new Error(result.error.detail);
  return result.value;
}

const holds = (text: string, resource = anna): boolean => evaluate(checked(text), resource);

function expectInvalid(text: string, options = {}): void {
  const parsed = parseFilter(text);
  if (!parsed.ok) throw new Error(parsed.error.detail);
  expect(checkFilter(parsed.value, userResourceType, options)).toMatchObject({
    ok: false,
    error: { status: 400, scimType: 'invalidFilter' },
  });
}

describe('evaluate', () => {
  it('compares without case unless the attribute is caseExact', () => {
    expect(holds('userName eq "anna@x.TEST"')).toBe(true);
    expect(holds('USERNAME eq "anna@x.test"')).toBe(true);
    expect(holds('externalId eq "ext"')).toBe(false);
    expect(holds('externalId eq "Ext"')).toBe(true);
    expect(holds('id eq "u1"')).toBe(false);
    expect(holds('emails.value eq "a@X.test"')).toBe(true);
    expect(holds('groups.value eq "g1"')).toBe(false);
  });

  it('knows the string operators', () => {
    expect(holds('userName sw "anna"')).toBe(true);
    expect(holds('userName ew ".TEST"')).toBe(true);
    expect(holds('userName co "%"')).toBe(false);
    expect(holds('name.familyName gt "P"')).toBe(true);
    expect(holds('name.familyName ge "q"')).toBe(true);
    expect(holds('name.familyName lt "q"')).toBe(false);
    expect(holds('name.familyName le "q"')).toBe(true);
  });

  it('binds the terms in brackets to one element', () => {
    expect(holds('emails[type eq "work" and value eq "b@y.test"]')).toBe(false);
    expect(holds('emails[type eq "home" and value eq "b@y.test"]')).toBe(true);
    expect(holds('emails[type eq "work"].value eq "b@y.test"')).toBe(false);
    expect(holds('emails[type eq "work"].value eq "a@x.test"')).toBe(true);
    expect(holds('emails.type eq "work" and emails.value eq "b@y.test"')).toBe(true);
    expect(holds('emails[not (type eq "work")]')).toBe(true);
    expect(holds('not emails[type eq "work"]')).toBe(false);
  });

  it('takes a complex attribute for its value', () => {
    expect(holds('emails co "y.test"')).toBe(true);
    expect(holds(`${ENTERPRISE}:manager eq "M1"`)).toBe(true);
    expect(evaluate(checked('members eq "U1"', groupResourceType), { members: [{ value: 'U1' }] })).toBe(true);
  });

  it('reads extension attributes by URN, whose dots and colons do not split names', () => {
    expect(holds(`${ENTERPRISE}:department eq "sales"`)).toBe(true);
    expect(holds(`${ENTERPRISE.toUpperCase()}:Manager.Value eq "M1"`)).toBe(true);
    expect(holds(`${USER}:userName eq "anna@x.test"`)).toBe(true);
    expect(holds(`${USER}:name.givenName eq "anna"`)).toBe(true);
  });

  it('finds extension attributes without URN where that is tolerated', () => {
    expect(evaluate(checked('manager eq "M1"', userResourceType, { looseExtensionNames: true }), anna)).toBe(true);
    expectInvalid('manager eq "M1"');
  });

  it('treats values of multi-valued attributes without brackets one by one', () => {
    expect(holds(`schemas eq "${ENTERPRISE}"`)).toBe(true);
    expect(holds(`schemas[value eq "${ENTERPRISE}"]`)).toBe(true);
    expect(holds('schemas eq "urn:other"')).toBe(false);
  });

  it('counts null, "", [] and {} as not present, false as present', () => {
    const bare: Resource = { userName: 'b', title: '', nickName: null, emails: [], name: {}, active: false };
    for (const name of ['title', 'nickName', 'emails', 'name', 'displayName', 'emails.value']) {
      expect(holds(`${name} pr`, bare)).toBe(false);
    }
    expect(holds('active pr', bare)).toBe(true);
    expect(holds('emails pr')).toBe(true);
    expect(holds('name pr')).toBe(true);
  });

  it('finds "ne" and "not" true for what is absent', () => {
    expect(holds('title ne "x"')).toBe(true);
    expect(holds('not (title eq "x")')).toBe(true);
    expect(holds('title eq null')).toBe(true);
    expect(holds('title ne null')).toBe(false);
    expect(holds('userName eq null')).toBe(false);
    expect(holds('title eq ""')).toBe(true);
    expect(holds('emails.value ne "b@y.test"')).toBe(false);
  });

  it('negates whole conjunctions and disjunctions', () => {
    expect(holds('not (userName eq "x" or title eq "y")')).toBe(true);
    expect(holds('not (userName eq "anna@x.test" and title eq "y")')).toBe(true);
    expect(holds('not (userName eq "anna@x.test" or title eq "y")')).toBe(false);
  });

  it('reads True and "False" as booleans', () => {
    expect(holds('active eq True')).toBe(false);
    expect(holds('active eq "False"')).toBe(true);
    expect(holds('emails[primary eq "True"].value eq "a@x.test"')).toBe(true);
    expect(holds('active ne true')).toBe(true);
  });

  it('compares dates as instants, whatever offset and fraction', () => {
    expect(holds('meta.created eq "2026-01-31T14:00:00.500+02:00"')).toBe(true);
    expect(holds('meta.created gt "2026-01-31T12:00:00.499999Z"')).toBe(true);
    expect(holds('meta.lastModified eq "2026-01-31T22:00:00Z"')).toBe(true);
    expect(holds('meta.lastModified lt "2026-01-31T22:00:00Z"')).toBe(false);
  });

  it('reads a single complex value as its own only element', () => {
    expect(holds('name[givenName eq "anna" and familyName eq "q"]')).toBe(true);
    expect(holds('name[not (givenName eq "x")]', { userName: 'x' })).toBe(false);
  });

  it('never follows the prototype', () => {
    expect(evaluate(checked('title pr'), Object.create({ title: 'inherited' }))).toBe(false);
  });

  it('orders strings by code point', () => {
    expect(compareCodePoints('\uffff', '😀')).toBeLessThan(0);
    expect(compareCodePoints('😀', '😁')).toBeLessThan(0);
    expect(compareCodePoints('a', 'ab')).toBeLessThan(0);
    expect(compareCodePoints('b', 'ab')).toBeGreaterThan(0);
  });
});

describe('checkFilter', () => {
  it.each([
    'nonsense eq "x"',
    'name.nonsense eq "x"',
    'emails[nonsense eq "x"]',
    'members eq "x"',
    'constructor eq "x"',
    'toString pr',
    'urn:unknown:1.0:User:userName eq "x"',
  ])('refuses the unknown attribute in %s', (text) => {
    expectInvalid(text);
  });

  it.each(['password eq "x"', 'password pr', 'not (password sw "a")'])('refuses to be an oracle for %s', (text) => {
    expectInvalid(text);
  });

  it.each([
    'active gt true',
    'active co "true"',
    'active eq "yes"',
    'active eq 1',
    'meta.created co "2026"',
    'meta.created gt "yesterday"',
    'meta.created gt "2026-02-30T00:00:00Z"',
    'meta.created gt "2026-01-01T25:00:00Z"',
    'meta.created gt "2026-01-01T00:00:00+25:00"',
    'userName eq true',
    'userName gt null',
    'name eq "x"',
    'addresses eq "x"',
    'x509Certificates.value gt "x"',
    'userName[value eq "x"]',
    'name.givenName[value eq "x"]',
    'emails.value[value eq "x"]',
  ])('refuses %s', (text) => {
    expectInvalid(text);
  });

  it('resolves paths to shared definitions that can be compared', () => {
    const filter = checked('emails[type eq "Work"]');
    expect(filter).toMatchObject({
      kind: 'element',
      path: { text: 'emails', extension: undefined },
      filter: { path: { text: 'emails.type' }, type: 'string', value: 'work', literal: 'Work', caseExact: false },
    });
  });

  it('takes a bare number for text where text is expected', () => {
    expect(checked(`${ENTERPRISE}:employeeNumber eq 42`)).toMatchObject({ type: 'string', value: '42' });
  });
});
