import { describe, expect, it } from 'vitest';
import { add, anna, bare, E, failure, patch, patched, planned, remove, replace, strict, USER } from './test-support.ts';

describe('single-valued attributes', () => {
  it('are set by add and replace, and unassigned by remove, null, "" and []', () => {
    expect(patched(bare, [add('title', 'T')]).title).toBe('T');
    expect(patched(bare, [replace('TITLE', 'T')]).title).toBe('T');
    for (const value of [null, '', []]) {
      expect(patched({ ...bare, title: 'T' }, [replace('title', value)])).toEqual(bare);
    }
    expect(patched({ ...bare, title: 'T' }, [remove('title')])).toEqual(bare);
    expect(patched({ ...bare, title: 'T' }, [remove('title', 'T')])).toEqual(bare);
  });

  it('merge when complex, and vanish with their last sub-attribute', () => {
    expect(patched(anna, [replace('name', { givenName: 'B' })]).name).toEqual({ givenName: 'B', familyName: 'Q' });
    expect(patched(anna, [replace('name', { givenName: null })]).name).toEqual({ familyName: 'Q' });
    expect(patched(anna, [remove('name.givenName')]).name).toEqual({ familyName: 'Q' });
    expect(patched(anna, [remove('name.givenName'), replace('name.familyName', '')])).not.toHaveProperty('name');
    expect(patched(bare, [add('name.givenName', 'N')]).name).toEqual({ givenName: 'N' });
  });

  it('keep siblings when one complex attribute is split over pathless operations (SailPoint)', () => {
    const operations = [
      { op: 'replace', value: { name: { givenName: 'N' } } },
      { op: 'replace', value: { name: { familyName: 'R' } } },
    ];
    expect(patched(anna, operations).name).toEqual({ givenName: 'N', familyName: 'R' });
  });

  it('take booleans as strings and in arrays, for boolean attributes only', () => {
    expect(patched(anna, [replace('active', 'False')]).active).toBe(false);
    expect(patched(anna, [replace('active', [false])]).active).toBe(false);
    expect(patched(anna, [{ op: 'replace', value: { active: false } }]).active).toBe(false);
    expect(patched(bare, [replace('title', 'True')]).title).toBe('True');
    expect(failure(anna, [replace('active', 'no')])).toBe('400 invalidValue');
    expect(failure(anna, [replace('active', 0)])).toBe('400 invalidValue');
    expect(failure(anna, [replace('active', 'False')], strict)).toBe('400 invalidValue');
  });

  it('refuse values of other types', () => {
    expect(failure(anna, [replace('title', 7)])).toBe('400 invalidValue');
    expect(failure(anna, [replace('title', true)])).toBe('400 invalidValue');
    expect(failure(anna, [replace('title', { value: 'x' })])).toBe('400 invalidValue');
    expect(failure(anna, [replace('name', 'Anna')])).toBe('400 invalidValue');
    expect(failure(anna, [replace('name.givenName', ['a', 'b'])])).toBe('400 invalidValue');
  });

  it('stay when required', () => {
    expect(failure(anna, [remove('userName')])).toBe('400 mutability');
    for (const value of [null, '', ' ', []])
      expect(failure(anna, [replace('userName', value)])).toBe('400 invalidValue');
    expect(patched(anna, [replace('userName', 'new')]).userName).toBe('new');
  });
});

describe('the enterprise extension', () => {
  it('is merged into by URN path, by URN with attribute and by pathless URN key', () => {
    const expected = { department: 'New', manager: { value: 'm1' } };
    expect(patched(anna, [replace(E, { department: 'New' })])[E]).toEqual(expected);
    expect(patched(anna, [add(`${E}:department`, 'New')])[E]).toEqual(expected);
    expect(patched(anna, [{ op: 'replace', value: { [E]: { department: 'New' } } }])[E]).toEqual(expected);
    expect(patched(anna, [{ op: 'replace', value: { [`${E}:department`]: 'New' } }])[E]).toEqual(expected);
    expect(patched(anna, [replace(E.toLowerCase(), { DEPARTMENT: 'New' })])[E]).toEqual(expected);
  });

  it('may say again which schema its object is of', () => {
    const expected = { department: 'New', manager: { value: 'm1' } };
    const value = { schemas: [E], department: 'New' };
    expect(patched(anna, [replace(E, value)], strict)[E]).toEqual(expected);
    expect(patched(anna, [{ op: 'add', value: { [E]: value } }], strict)[E]).toEqual(expected);
    expect(failure(anna, [replace(E, { ...value, schemas: [USER] })], strict)).toBe('400 invalidPath');
  });

  it('brings its URN into schemas and takes it away again', () => {
    expect(patched(bare, [add(`${E}:department`, 'D')])).toEqual({
      ...bare,
      schemas: [USER, E],
      [E]: { department: 'D' },
    });
    expect(patched(anna, [remove(E)]).schemas).toEqual([USER]);
    expect(patched(anna, [remove(`${E}:department`), remove(`${E}:manager`)])).not.toHaveProperty([E]);
    expect(patched(anna, [replace(E, null)])).not.toHaveProperty([E]);
  });

  it('takes the manager as string, object and array, and clears it in every way clients try', () => {
    for (const value of [
      'm2',
      { value: 'm2' },
      [{ value: 'm2', $ref: 'http://x/m2' }],
      { Value: 'm2', displayName: 'M' },
    ]) {
      for (const path of [`${E}:manager`, 'manager']) {
        expect(patched(bare, [add(path, value)])[E]).toEqual({ manager: { value: 'm2' } });
      }
    }
    for (const operation of [
      replace(`${E}:manager`, ''),
      replace(`${E}:manager`, { value: '' }),
      replace(`${E}:manager`, null),
      remove(`${E}:manager`),
      remove(`${E}:manager.value`),
      remove(`${E}:manager`, { value: 'm1' }),
    ]) {
      expect(patched(anna, [operation])[E]).toEqual({ department: 'Sales' });
    }
  });
});

describe('read-only attributes', () => {
  it('may be repeated as they are, but not changed', () => {
    expect(patched(anna, [{ op: 'replace', value: { id: 'u1', displayName: 'D' } }]).displayName).toBe('D');
    expect(planned(anna, [replace('id', 'u1')], strict).changed).toBe(false);
    expect(failure(anna, [{ op: 'replace', value: { id: 'u2' } }])).toBe('400 mutability');
    expect(failure(anna, [remove('id')])).toBe('400 mutability');
  });

  it('pass as echoes in pathless values only', () => {
    const echo = { schemas: [USER], meta: { version: 'x' }, groups: [], [`${E}:manager.displayName`]: 'M', title: 'T' };
    expect(patched(anna, [{ op: 'replace', value: echo }])).toEqual({ ...anna, title: 'T' });
    expect(failure(anna, [{ op: 'replace', value: { meta: {} } }], strict)).toBe('400 mutability');
    for (const path of ['meta', 'meta.version', 'groups', 'groups[value eq "g"]', `${E}:manager.displayName`]) {
      expect(failure(anna, [replace(path, 'x')])).toBe('400 mutability');
      expect(failure(anna, [remove(path)])).toBe('400 mutability');
    }
  });

  it('include schemas, which follow from the content', () => {
    expect(planned(bare, [add('schemas', [E])]).changed).toBe(false);
    expect(failure(bare, [remove('schemas')])).toBe('400 mutability');
    expect(failure(bare, [replace('schemas', ['urn:other'])], strict)).toBe('400 mutability');
  });
});

describe('the plan as a whole', () => {
  it('reports no change when nothing changes', () => {
    const operations = [
      replace('userName', 'anna'),
      replace('active', 'True'),
      replace('name', { familyName: 'Q' }),
      replace('emails[type eq "home"].value', 'b@y.test'),
      add(`${E}:department`, 'Sales'),
      remove('title'),
    ];
    expect(planned(anna, operations)).toEqual({ resource: anna, changed: false, members: [] });
  });

  it('is all or nothing and never touches its input', () => {
    const before = JSON.stringify(anna);
    expect(failure(anna, [replace('title', 'T'), replace('active', 'maybe')])).toBe('400 invalidValue');
    expect(patched(anna, [replace('name.givenName', 'X'), add('emails', 'c')])).not.toBe(anna);
    expect(JSON.stringify(anna)).toBe(before);
  });

  it('applies operations in order', () => {
    expect(patched(bare, [add('title', '1'), remove('title'), add('title', '2')]).title).toBe('2');
  });

  it('hands out the password and keeps it out of the resource', () => {
    const plan = planned(anna, [{ op: 'replace', value: { password: 'Secret1' } }]);
    expect(plan).toEqual({ resource: anna, changed: false, members: [], password: 'Secret1' });
    expect(planned(anna, [remove('password')]).password).toBeNull();
    expect(planned(anna, [replace('title', 'x')])).not.toHaveProperty('password');
    expect(failure(anna, [replace('password', 7)])).toBe('400 invalidValue');
  });

  it('does not reach the prototype by any path or key', () => {
    for (const name of [
      '__proto__',
      'constructor',
      'prototype',
      '__proto__.x',
      'constructor.prototype.x',
      'toString.x',
    ]) {
      const byKey = JSON.parse(`{"op":"add","value":{"${name}":"polluted"}}`);
      for (const operation of [add(name, 'polluted'), byKey]) {
        const result = patch(anna, [operation]);
        expect(result.ok ? result.value.changed : false).toBe(false);
      }
    }
    expect(failure(anna, [replace('name', JSON.parse('{"__proto__":{"x":1}}'))])).toBe('400 invalidSyntax');
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it('handles the 36 operations of the Microsoft validator in one request', () => {
    const kinds = ['emails', 'phoneNumbers', 'roles', 'ims', 'photos', 'entitlements'];
    const operations = kinds.flatMap((kind) =>
      ['value', 'display'].flatMap((sub) =>
        ['work', 'home', 'other'].map((type) => replace(`${kind}[type eq "${type}"].${sub}`, `${type}-${sub}`)),
      ),
    );
    expect(operations).toHaveLength(36);
    const resource = patched(bare, operations);
    for (const kind of kinds) expect(resource[kind]).toHaveLength(3);
  });
});
