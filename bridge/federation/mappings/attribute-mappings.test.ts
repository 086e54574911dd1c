import { describe, expect, it } from 'vitest';
import {
  checkMappings,
  createAttributeCompiler,
  defaultAttributes,
  defaultMappings,
  type WishedMapping,
} from './attribute-mappings.ts';

const title = { path: 'title', attribute: 'jobTitle' };

describe('a list of mappings', () => {
  it('is stored with canonical paths, and says of each whether all values are given', () => {
    expect(
      checkMappings([
        { path: 'Title', attribute: 'jobTitle' },
        { path: 'emails', attribute: 'mail', multiValued: false },
      ]),
    ).toEqual({
      ok: true,
      mappings: [
        { path: 'title', attribute: 'jobTitle', multiValued: false },
        { path: 'emails', attribute: 'mail', multiValued: false },
      ],
    });
    expect(checkMappings(defaultMappings)).toEqual({ ok: true, mappings: defaultMappings });
  });

  it.each<[WishedMapping[], RegExp]>([
    [[{ path: 'title', attribute: 'job title' }], /mappings\.0: .*is no name of a Keycloak attribute/],
    [[{ path: 'title', attribute: 'x'.repeat(256) }], /1 to 255/],
    [[title, { path: 'title', attribute: 'JobTitle' }], /mappings\.1: .*mapped twice/],
    ...['username', 'email', 'firstName', 'lastName', 'locale', 'LDAP_ID', 'realmbridge.version', 'enabled'].map(
      (attribute): [WishedMapping[], RegExp] => [[{ path: 'title', attribute }], /reserved/],
    ),
    [[{ path: 'nothing', attribute: 'x' }], /mappings\.0: User has no attribute "nothing"/],
    [Array.from({ length: 101 }, (_, n) => ({ path: 'title', attribute: `a${n}` })), /at most 100/],
  ])('%# is refused', (wished, problem) => {
    const checked = checkMappings(wished);
    expect(checked.ok ? 'taken' : checked.problem).toMatch(problem);
  });
});

describe('compiled attributes', () => {
  const compile = createAttributeCompiler();
  const mappings = [
    { path: 'title', attribute: 'jobTitle', multiValued: false },
    { path: 'emails', attribute: 'firstMail', multiValued: false },
    { path: 'emails', attribute: 'mails', multiValued: true },
  ];

  it('are read by Keycloak’s names, the first value alone where no more are wanted', () => {
    const resource = { title: 'Boss', locale: 'de', emails: [{ value: 'a' }, { value: 'b' }], department: 'x' };
    expect(compile({ id: 'f', revision: 1 }, mappings).read(resource)).toEqual({
      jobTitle: ['Boss'],
      firstMail: ['a'],
      mails: ['a', 'b'],
      locale: ['de'],
    });
    expect(defaultAttributes.read(resource)).toEqual({ title: ['Boss'], locale: ['de'] });
  });

  it('are made once for each revision of a federation, and differ in their fingerprint', () => {
    const first = compile({ id: 'f', revision: 1 }, mappings);
    expect(compile({ id: 'f', revision: 1 }, [])).toBe(first);
    expect(compile({ id: 'g', revision: 1 }, mappings)).not.toBe(first);
    expect(compile({ id: 'g', revision: 1 }, mappings).fingerprint).toBe(first.fingerprint);
    expect(compile({ id: 'f', revision: 2 }, []).fingerprint).not.toBe(first.fingerprint);
    expect(compile({ id: 'f', revision: 3 }, null)).toBe(defaultAttributes);
    expect(defaultAttributes.fingerprint).toBeUndefined();
  });
});
