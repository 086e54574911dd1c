import { describe, expect, it } from 'vitest';
import { storedTargetSettings, targetSettings } from './contracts.ts';
import { applyMappings, mappingFault, type NamedMapping } from './mapping.ts';

const anna = {
  userName: 'anna',
  name: { givenName: 'Anna' },
  active: false,
  emails: [
    { value: 'a@home.test', type: 'home' },
    { value: 'a@work.test', type: 'work', primary: true },
  ],
};
const mapped = (base: NamedMapping['attributes'], ...all: NamedMapping['attributes'][]) =>
  applyMappings(
    base,
    anna,
    'User',
    all.map((attributes, index) => ({ name: `${index}`, resourceType: 'User', attributes })),
  );

describe('attribute mappings', () => {
  it('fill places with values of the source, in their own types', () => {
    expect(mapped({}, { active: '{active}', nickName: '{NAME.GIVENNAME}!', title: '{title | userName}' })).toEqual({
      active: false,
      nickName: 'Anna!',
      title: 'anna',
    });
    expect(mapped({}, { home: '{emails[type eq "home"].value}', main: '{emails[primary eq true].value}' })).toEqual({
      home: 'a@home.test',
      main: 'a@work.test',
    });
  });

  it('leave out what has no value, and elements of which nothing is left', () => {
    expect(
      mapped({}, { title: 'Dr. {title}', phoneNumbers: [{ value: '{phoneNumbers.value}', type: 'work' }] }),
    ).toEqual({
      phoneNumbers: [],
    });
  });

  it('are merged deeply in the order of their names, and null takes away', () => {
    expect(
      mapped(
        { name: { givenName: 'A', familyName: 'B' }, title: 'x' },
        { name: { familyName: 'C', middleName: 'D' } },
        { name: { middleName: null }, title: null },
      ),
    ).toEqual({ name: { givenName: 'A', familyName: 'C' } });
    const named = (name: string, title: string): NamedMapping => ({
      name,
      resourceType: 'User',
      attributes: { title },
    });
    expect(applyMappings({}, anna, 'User', [named('b', 'last'), named('a', 'first')])).toEqual({ title: 'last' });
  });

  it('of another type do nothing', () => {
    expect(applyMappings({}, anna, 'Group', [{ name: 'a', resourceType: 'User', attributes: { title: 'x' } }])).toEqual(
      {},
    );
  });

  it('with something that is no path, a name that no attribute has, or a password, are refused', () => {
    expect(mappingFault({ title: '{name.}' })).toContain('"name."');
    expect(mappingFault({ title: '{__proto__}' })).toContain('no path');
    expect(mappingFault(JSON.parse('{"constructor": {"x": 1}}'))).toContain('no attribute');
    expect(mappingFault({ Password: 'first-1' })).toBe('has a password, which is never pushed');
    expect(mappingFault({ title: '{name.givenName}', a: [{ b: '{userName | id}' }] })).toBeUndefined();
  });

  it('that are stored and give a password are read without it, and with everything else', () => {
    const urn = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
    const attributes = { title: '{title}', password: 'first-1', [urn]: { Password: 'first-1', division: null } };
    const settings = { baseUrl: 'https://app.example', mappings: [{ name: 'a', attributes }] };
    expect(targetSettings.safeParse(settings).success).toBe(false);
    expect(storedTargetSettings(settings).mappings).toEqual([
      { name: 'a', resourceType: 'User', attributes: { title: '{title}', [urn]: { division: null } } },
    ]);
  });
});
