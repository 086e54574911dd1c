import { describe, expect, it } from 'vitest';
import { add, anna, auto, bare, failure, patched, planned, remove, replace, strict } from './test-support.ts';

describe('multi-valued attributes', () => {
  it('grow by add, without duplicates', () => {
    const plan = planned(anna, [add('emails', [{ value: 'b@y.test', type: 'home' }])]);
    expect(plan).toEqual({ resource: anna, changed: false, members: [] });
    expect(patched(anna, [add('emails', { value: 'c' })]).emails).toHaveLength(3);
    expect(patched(bare, [add('emails', [{ value: 'c' }, { value: 'c' }])]).emails).toEqual([{ value: 'c' }]);
    expect(patched(anna, [add('emails', [])]).emails).toEqual(anna.emails);
  });

  it('take over new details of a value they have', () => {
    expect(patched(anna, [add('emails', [{ value: 'b@y.test', type: 'home', display: 'B' }])]).emails).toEqual([
      { value: 'a@x.test', type: 'work', primary: true },
      { value: 'b@y.test', type: 'home', display: 'B' },
    ]);
  });

  it('are wiped by replace and by remove without value', () => {
    expect(patched(anna, [replace('emails', [{ value: 'c' }])]).emails).toEqual([{ value: 'c' }]);
    expect(patched(anna, [replace('emails', { value: 'c' })]).emails).toEqual([{ value: 'c' }]);
    for (const operation of [
      remove('emails'),
      remove('emails', null),
      replace('emails', []),
      replace('emails', null),
    ]) {
      expect(patched(anna, [operation])).not.toHaveProperty('emails');
    }
  });

  it('lose exactly the values given to remove, and nothing for an empty list', () => {
    expect(patched(anna, [remove('emails', [{ value: 'b@y.test', display: 'other' }])]).emails).toEqual([
      { value: 'a@x.test', type: 'work', primary: true },
    ]);
    expect(patched(anna, [remove('emails', [])]).emails).toEqual(anna.emails);
    expect(patched(anna, [remove('emails', ['a@x.test', 'b@y.test'])])).not.toHaveProperty('emails');
    expect(patched(anna, [remove('emails', { emails: [{ value: 'nobody' }] })]).emails).toEqual(anna.emails);
    expect(failure(anna, [remove('emails', [{ value: 'b@y.test' }])], strict)).toBe('400 invalidValue');
  });

  it('have one primary at most', () => {
    expect(patched(anna, [add('emails', [{ value: 'c', primary: true }])]).emails).toEqual([
      { value: 'a@x.test', type: 'work', primary: false },
      { value: 'b@y.test', type: 'home' },
      { value: 'c', primary: true },
    ]);
    expect(patched(anna, [replace('emails[type eq "home"].primary', 'True')]).emails).toEqual([
      { value: 'a@x.test', type: 'work', primary: false },
      { value: 'b@y.test', type: 'home', primary: true },
    ]);
    expect(
      failure(anna, [
        replace('emails', [
          { value: 'c', primary: true },
          { value: 'd', primary: true },
        ]),
      ]),
    ).toBe('400 invalidValue');
    expect(failure(anna, [replace('emails[value pr].primary', true)])).toBe('400 invalidValue');
  });

  it('need a filter for a sub-attribute when there are several values', () => {
    expect(patched(bare, [add('emails.value', 'c')]).emails).toEqual([{ value: 'c' }]);
    expect(failure(anna, [replace('emails.value', 'c')])).toBe('400 invalidPath');
    expect(patched(anna, [remove('emails.primary')]).emails).toEqual([
      { value: 'a@x.test', type: 'work' },
      { value: 'b@y.test', type: 'home' },
    ]);
  });

  it('keep to the limit', () => {
    const one = patched(bare, [add('emails', 'c')]);
    const two = { ...auto, maxValues: 2 };
    expect(failure(one, [add('emails', ['d', 'e'])], two)).toBe('400 invalidValue');
    expect(failure(patched(one, [add('emails', 'd')]), [add('emails[type eq "x"].value', 'e')], two)).toBe(
      '400 invalidValue',
    );
  });
});

describe('value paths', () => {
  it('change the selected element only', () => {
    expect(patched(anna, [replace('emails[type eq "WORK"].value', 'new')]).emails).toEqual([
      { value: 'new', type: 'work', primary: true },
      { value: 'b@y.test', type: 'home' },
    ]);
    expect(patched(anna, [replace('emails[primary eq true].value', 'new')]).emails).toMatchObject([
      { value: 'new' },
      {},
    ]);
    expect(patched(anna, [replace('emails[type eq "work"]', 'new')]).emails).toMatchObject([
      { value: 'new', type: 'work', primary: true },
      {},
    ]);
  });

  it('replace a whole element but keep what it was selected by', () => {
    const addresses = [
      { type: 'work', locality: 'Old', region: 'R' },
      { type: 'home', locality: 'H' },
    ];
    expect(
      patched({ ...bare, addresses }, [replace('addresses[type eq "work"]', { locality: 'New' })]).addresses,
    ).toEqual([
      { type: 'work', locality: 'New' },
      { type: 'home', locality: 'H' },
    ]);
    expect(patched({ ...bare, addresses }, [add('addresses[type eq "work"]', { locality: 'New' })]).addresses).toEqual([
      { type: 'work', locality: 'New', region: 'R' },
      { type: 'home', locality: 'H' },
    ]);
  });

  it('create the element that add or replace misses (Entra)', () => {
    const operations = [
      add('phoneNumbers[type eq "mobile"].value', '1'),
      replace('addresses[type eq "work"].formatted', 'F'),
      replace('addresses[type eq "work"].country', 'C'),
      { op: 'replace', value: { 'emails[type eq "work" and primary eq true].value': 'w' } },
    ];
    expect(patched(bare, operations)).toEqual({
      ...bare,
      phoneNumbers: [{ type: 'mobile', value: '1' }],
      addresses: [{ type: 'work', formatted: 'F', country: 'C' }],
      emails: [{ type: 'work', primary: true, value: 'w' }],
    });
    expect(patched(bare, [add('emails[type eq "Work"]', { value: 'w' })]).emails).toEqual([
      { type: 'Work', value: 'w' },
    ]);
  });

  it('create one role by roles[primary eq "True"] and find it again', () => {
    const first = patched(bare, [
      add('roles[primary eq "True"].display', 'D'),
      add('roles[primary eq "True"].value', 'V'),
      add('roles[primary eq "True"].type', 'T'),
    ]);
    expect(first.roles).toEqual([{ primary: true, display: 'D', value: 'V', type: 'T' }]);
    expect(patched(first, [replace('roles[primary eq "True"].value', 'W')]).roles).toEqual([
      { primary: true, display: 'D', value: 'W', type: 'T' },
    ]);
  });

  it('answer noTarget when nothing can be created', () => {
    expect(failure(bare, [replace('emails[type eq "work"].value', 'x')], strict)).toBe('400 noTarget');
    expect(failure(bare, [add('emails[type eq "work"].value', 'x')], strict)).toBe('400 noTarget');
    for (const filter of [
      'type ne "work"',
      'type pr',
      'type eq "a" or type eq "b"',
      'value co "x"',
      'type eq "a" and type eq "b"',
    ]) {
      expect(failure(bare, [replace(`emails[${filter}].value`, 'x')])).toBe('400 noTarget');
    }
    expect(failure(bare, [replace('emails[value eq "old"].value', 'new')])).toBe('400 noTarget');
  });

  it('remove elements and sub-attributes, and do nothing when nothing is selected', () => {
    expect(patched(anna, [remove('emails[type eq "home"]')]).emails).toEqual([
      { value: 'a@x.test', type: 'work', primary: true },
    ]);
    expect(patched(anna, [remove('emails[value pr]')])).not.toHaveProperty('emails');
    expect(planned(anna, [remove('emails[type eq "other"]')]).changed).toBe(false);
    expect(planned(anna, [remove('emails[type eq "other"].value')]).changed).toBe(false);
    expect(patched(anna, [replace('emails[type eq "home"]', null)]).emails).toHaveLength(1);
    expect(planned(bare, [replace('emails[type eq "home"].value', '')]).changed).toBe(false);
  });

  it('leave no element behind that has lost its value', () => {
    for (const operation of [remove('emails[type eq "work"].value'), replace('emails[type eq "work"].value', '')]) {
      expect(patched(anna, [operation]).emails).toEqual([{ value: 'b@y.test', type: 'home' }]);
    }
  });

  it('bind their terms to one element', () => {
    expect(planned(anna, [remove('emails[type eq "work" and value eq "b@y.test"]')]).changed).toBe(false);
  });
});
