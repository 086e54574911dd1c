import { describe, expect, it } from 'vitest';
import { ENTERPRISE_USER_SCHEMA } from '../../scim/schema/enterprise-user-schema.ts';
import { type AttributeSource, parseSource, readSource } from './attribute-source.ts';

const badges = 'urn:acme:scim:badges:2.0:User';

function source(path: string): AttributeSource {
  const parsed = parseSource(path);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.source;
}

describe('a path', () => {
  it.each([
    ['TITLE', 'title'],
    ['name.Formatted', 'name.formatted'],
    ['phonenumbers[Type eq "work"].value', 'phoneNumbers[type eq "work"].value'],
    ['emails[type eq "home" and primary eq TRUE]', 'emails[type eq "home" and primary eq "true"]'],
    [`${ENTERPRISE_USER_SCHEMA.toLowerCase()}:MANAGER.value`, `${ENTERPRISE_USER_SCHEMA}:manager.value`],
    ['urn:ietf:params:scim:schemas:core:2.0:User:nickName', 'nickName'],
    [`${badges}:badge`, `${badges}:badge`],
    [`${badges}:doors[site eq "A \\"1\\""].code`, `${badges}:doors[site eq "A \\"1\\""].code`],
  ])('%s is taken as %s', (written, text) => {
    expect(source(written).text).toBe(text);
    expect(source(text)).toEqual(source(written));
  });

  it.each([
    ['', /is no path/],
    ['a b', /is no path/],
    ['title.', /is no path/],
    ['.title', /is no path/],
    ['title[', /is no path/],
    ['emails[].value', /compares with eq/],
    ['emails[type ne "work"].value', /compares with eq/],
    ['emails[type eq "work" and].value', /compares with eq/],
    ['emails[type eq "a" or type eq "b"].value', /compares with eq/],
    ['nothing', /has no attribute "nothing"/],
    ['emails[kind eq "work"].value', /no sub-attribute "kind"/],
    ['emails.kind', /has no attribute "emails.kind"/],
    ['title[type eq "work"]', /one value at most/],
    ['name', /several parts/],
    ['addresses', /several parts/],
    ['password', /can't be mapped/],
    ['id', /can't be mapped/],
    ['meta.created', /can't be mapped/],
    ['groups', /can't be mapped/],
    ['__proto__', /is no path/],
    [`${badges}:constructor`, /is no path/],
    [`title${' '.repeat(10)}x`, /is no path/],
    [`urn:${'x'.repeat(500)}:y`, /at most 500/],
  ])('%j is refused', (written, problem) => {
    const parsed = parseSource(written);
    expect(parsed.ok ? 'taken' : parsed.problem).toMatch(problem);
  });

  it('says whether there may be several values', () => {
    expect(
      ['title', 'phoneNumbers', 'phoneNumbers[type eq "work"].value', `${badges}:badge`].map(
        (path) => source(path).multiValued,
      ),
    ).toEqual([false, true, true, true]);
  });
});

describe('reading', () => {
  const resource = {
    title: 'Boss',
    name: { formatted: 'Anna Quist' },
    phoneNumbers: [
      { type: 'work', value: '1' },
      { type: 'Work', primary: true, value: '2' },
      { type: 'home', value: '3' },
      { type: 'work' },
      'odd',
    ],
    [ENTERPRISE_USER_SCHEMA]: { manager: { value: 'boss', displayName: 'The Boss' } },
    [badges]: {
      badge: 7,
      active: true,
      sites: ['A', '', 'B'],
      doors: [
        { site: 'A', codes: ['1', '2'] },
        { site: 'B', codes: ['3'] },
      ],
    },
  };

  it.each([
    ['title', ['Boss']],
    ['name.formatted', ['Anna Quist']],
    ['nickName', []],
    ['phoneNumbers', ['1', '2', '3', 'odd']],
    ['phoneNumbers[type eq "WORK"].value', ['1', '2']],
    ['phoneNumbers[type eq "work" and primary eq true]', ['2']],
    [`${ENTERPRISE_USER_SCHEMA}:manager`, ['boss']],
    [`${ENTERPRISE_USER_SCHEMA}:manager.displayName`, ['The Boss']],
    [`${badges}:badge`, ['7']],
    [`${badges}:active`, ['true']],
    [`${badges}:sites`, ['A', 'B']],
    [`${badges}:doors[site eq "a"].codes`, ['1', '2']],
    [`${badges}:doors`, []],
    ['urn:acme:other:badge', []],
  ])('%s gives %j', (path, values) => {
    expect(readSource(resource, source(path))).toEqual(values);
  });

  it.each([null, 'x', 1, [], [null], { manager: 'x' }, { manager: [] }])(
    'survives %j on the way to a value',
    (shape) => {
      for (const path of [`${ENTERPRISE_USER_SCHEMA}:manager.displayName`, 'phoneNumbers.value', 'name.formatted']) {
        const odd = { [ENTERPRISE_USER_SCHEMA]: shape, phoneNumbers: shape, name: shape };
        expect(readSource(odd, source(path))).toEqual([]);
      }
    },
  );

  it('ends at a number of values that nobody has', () => {
    expect(readSource({ [badges]: { sites: Array(1_000).fill('A') } }, source(`${badges}:sites`))).toHaveLength(200);
  });
});
