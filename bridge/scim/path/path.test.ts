import { describe, expect, it } from 'vitest';
import { groupResourceType, userResourceType } from '../schema/resource-types.ts';
import { parsePath } from './path.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';

const parse = (text: string, options = {}) => parsePath(text, userResourceType, options);

describe('parsePath', () => {
  it.each([
    ['username', 'userName'],
    ['NAME.GIVENNAME', 'name.givenName'],
    [`${USER}:userName`, 'userName'],
    [`${USER.toLowerCase()}:name.familyName`, 'name.familyName'],
    [`${ENTERPRISE}:department`, `${ENTERPRISE}:department`],
    [`${ENTERPRISE}:Manager.Value`, `${ENTERPRISE}:manager.value`],
    [' userName ', 'userName'],
  ])('resolves %s', (text, canonical) => {
    expect(parse(text)).toMatchObject({ ok: true, value: { kind: 'attribute', path: { text: canonical } } });
  });

  it('resolves value paths with and without sub-attribute', () => {
    expect(parse('emails[type eq "work"]')).toMatchObject({
      value: { kind: 'elements', path: { text: 'emails' }, filter: { value: 'work' }, subAttribute: undefined },
    });
    expect(parse('Emails[Type eq "work"].Value')).toMatchObject({
      value: { kind: 'elements', subAttribute: { name: 'value' } },
    });
    expect(parsePath('members[value eq "a:b.c]d"]', groupResourceType)).toMatchObject({
      value: { kind: 'elements', filter: { literal: 'a:b.c]d' } },
    });
  });

  it('resolves bare URNs to their schema', () => {
    expect(parse(ENTERPRISE)).toMatchObject({ value: { kind: 'schema', extension: ENTERPRISE } });
    expect(parse(USER)).toMatchObject({ value: { kind: 'schema', extension: undefined } });
  });

  it('finds misplaced and misspelt extension names only where that is tolerated', () => {
    const misspelt = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0User:department';
    for (const text of ['department', misspelt]) {
      expect(parse(text)).toMatchObject({ error: { scimType: 'invalidPath' } });
      expect(parse(text, { looseExtensionNames: true })).toMatchObject({
        value: { path: { text: `${ENTERPRISE}:department` } },
      });
    }
  });

  it('tells unknown attributes from bad paths', () => {
    expect(parse('nickname2')).toMatchObject({ error: { status: 400, scimType: 'invalidPath' } });
    expect(parse('nickname2', { unknownAttributes: true })).toMatchObject({ value: { kind: 'unknown' } });
    expect(parse('emails[type eq "work"].nonsense', { unknownAttributes: true })).toMatchObject({
      value: { kind: 'unknown' },
    });
  });

  it.each([
    '',
    '.',
    'emails]',
    'name..givenName x',
    'name..givenName',
    'name.',
    '.givenName',
    'urn:ietf:params:scim:schemas:core:2.0:User:.userName',
    'userName[value eq "x"]',
    'emails.value[type eq "x"]',
    '/userName',
  ])('refuses %j with invalidPath', (text) => {
    expect(parse(text, { unknownAttributes: true })).toMatchObject({
      error: { status: 400, scimType: 'invalidPath' },
    });
  });

  it.each(['emails[nonsense eq "x"]', 'emails[type zz "x"]', 'emails[type eq "x"', 'emails[primary gt true]'])(
    'refuses %j with invalidFilter',
    (text) => {
      expect(parse(text, { unknownAttributes: true })).toMatchObject({ error: { scimType: 'invalidFilter' } });
    },
  );

  it.each([
    '__proto__',
    '__proto__.polluted',
    'constructor.prototype.polluted',
    'name.__proto__',
    'prototype',
    'constructor[a eq "b"].c',
    `${ENTERPRISE}:__proto__`,
  ])('refuses the way to a prototype in %s', (text) => {
    expect(parse(text, { unknownAttributes: true })).toMatchObject({ error: { scimType: 'invalidPath' } });
  });
});
