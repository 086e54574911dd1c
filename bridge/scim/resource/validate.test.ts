import { describe, expect, it } from 'vitest';
import { tolerancesOf } from '../interop/profiles.ts';
import { groupResourceType, userResourceType } from '../schema/resource-types.ts';
import { validate } from './validate.ts';

const auto = tolerancesOf('auto');
const rfc = tolerancesOf('rfc');
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const user = (body: object, options: Parameters<typeof validate>[3] = auto) =>
  validate(userResourceType, { userName: 'a', ...body }, 'create', options);
const group = (body: object, options = auto) =>
  validate(groupResourceType, { displayName: 'G', ...body }, 'create', options);

function resourceOf(result: ReturnType<typeof validate>) {
  if (!result.ok) throw new Error(result.error.detail);
  return result.value.resource;
}

function expectError(result: ReturnType<typeof validate>, scimType: string, mention = ''): void {
  expect(result).toMatchObject({ ok: false, error: { status: 400, scimType } });
  expect(result.ok ? '' : result.error.detail).toContain(mention);
}

describe('validate', () => {
  it('keeps what Entra sends exactly and drops what is read-only or unknown', () => {
    const result = user({
      schemas: [USER, ENTERPRISE, 'urn:unknown'],
      id: 'theirs',
      externalId: ' AnnA ',
      userName: 'Anna.Q@x.test',
      active: 'True',
      emails: [{ primary: true, type: 'work', value: 'Anna@x.test', unknown: 1 }],
      name: { formatted: ' Anna Q', familyName: null, givenName: 'Anna' },
      addresses: [{ type: 'work', formatted: null, country: null }],
      roles: [],
      groups: [{ value: 'g' }],
      department: null,
      meta: { created: '04-12-2018 00:00:00' },
      locale: 'free text',
    });
    expect(resourceOf(result)).toEqual({
      schemas: [USER],
      externalId: ' AnnA ',
      userName: 'Anna.Q@x.test',
      name: { formatted: ' Anna Q', givenName: 'Anna' },
      locale: 'free text',
      active: true,
      emails: [{ value: 'Anna@x.test', type: 'work', primary: true }],
    });
  });

  it('gives names their canonical spelling', () => {
    const body = {
      USERNAME: 'a',
      Name: { GIVENNAME: 'A' },
      Emails: [{ Primary: true, Value: 'x', Type: 'work' }],
    };
    const result = validate(userResourceType, body, 'create', auto);
    expect(resourceOf(result)).toMatchObject({
      userName: 'a',
      name: { givenName: 'A' },
      emails: [{ value: 'x', type: 'work', primary: true }],
    });
    expectError(user({ USERNAME: 'b' }), 'invalidValue', 'userName');
  });

  it('keeps extension attributes under their URN, wherever they came from', () => {
    const expected = { schemas: [USER, ENTERPRISE], [ENTERPRISE]: { department: 'D', manager: { value: 'M' } } };
    expect(resourceOf(user({ [ENTERPRISE.toLowerCase()]: { Department: 'D', manager: 'M' } }))).toMatchObject(expected);
    expect(resourceOf(user({ department: 'D', manager: { value: 'M', $ref: '../M' } }))).toMatchObject(expected);
    expect(resourceOf(user({ [`${ENTERPRISE}:department`]: 'D', manager: [{ value: 'M' }] }))).toMatchObject(expected);
    const misspelt = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0User';
    expect(resourceOf(user({ [misspelt]: { department: 'D' }, manager: 'M' }))).toMatchObject(expected);
    expect(resourceOf(user({ department: null, [ENTERPRISE]: { department: 'D' }, manager: 'M' }))).toMatchObject(
      expected,
    );
  });

  it('treats null, "" and [] as unassigned', () => {
    const result = user({ title: '', nickName: null, emails: [], name: {}, phoneNumbers: [null, {}, { value: '' }] });
    expect(resourceOf(result)).toEqual({ schemas: [USER], userName: 'a' });
    expect(resourceOf(user({ manager: { value: '', displayName: ' ' } }))).toEqual({ schemas: [USER], userName: 'a' });
  });

  it('wants the required attributes, not blank', () => {
    for (const userName of [undefined, null, '', ' \t', []])
      expectError(user({ userName }), 'invalidValue', 'userName');
    expectError(validate(groupResourceType, {}, 'replace', auto), 'invalidValue', 'displayName');
  });

  it.each([
    ['userName', { userName: 7 }],
    ['active', { active: 'yes' }],
    ['active', { active: 1 }],
    ['active', { active: [true, false] }],
    ['title', { title: { value: 'x' } }],
    ['title', { title: true }],
    ['name', { name: 'Anna' }],
    ['name.givenName', { name: { givenName: 1 } }],
    ['emails', { emails: 7 }],
    ['emails.value', { emails: [{ value: 7 }] }],
    ['emails.primary', { emails: [{ value: 'x', primary: 'maybe' }] }],
    [
      'emails',
      {
        emails: [
          { value: 'x', primary: true },
          { value: 'y', primary: true },
        ],
      },
    ],
    ['employeeNumber', { [ENTERPRISE]: { employeeNumber: 7 } }],
    ['enterprise', { [ENTERPRISE]: 'x' }],
  ])('names %s when its value is wrong', (name, body) => {
    expectError(user(body), 'invalidValue', name);
  });

  it('tolerates booleans as strings, lone values and arrays of one, in the profiles that say so', () => {
    expect(resourceOf(user({ active: [false] }))).toMatchObject({ active: false });
    expect(resourceOf(user({ emails: { value: 'x' } }))).toMatchObject({ emails: [{ value: 'x' }] });
    expect(resourceOf(user({ emails: ['x', 'y'] }))).toMatchObject({ emails: [{ value: 'x' }, { value: 'y' }] });
    expect(resourceOf(user({ emails: 'x' }))).toMatchObject({ emails: [{ value: 'x' }] });
    const strict = { ...rfc, looseSchemas: true };
    for (const body of [{ active: 'True' }, { active: [false] }, { emails: { value: 'x' } }, { emails: ['x'] }]) {
      expectError(user(body, strict), 'invalidValue');
    }
  });

  it('drops duplicates', () => {
    const emails = [
      { value: 'x', type: 'work' },
      { type: 'work', value: 'x' },
    ];
    expect(resourceOf(user({ emails }))).toMatchObject({ emails: [{ value: 'x', type: 'work' }] });
  });

  it('hands out the password apart from the resource', () => {
    const result = user({ password: 'Secret1' });
    expect(result).toMatchObject({ ok: true, value: { password: 'Secret1' } });
    expect(JSON.stringify(resourceOf(result))).not.toContain('Secret1');
    expect(user({ password: '' })).not.toHaveProperty('value.password');
  });

  it('hands out the members of a group apart, each once', () => {
    const members = [
      { value: 'u', display: 'U', $ref: null },
      { VALUE: 'g', Type: 'group' },
      { value: 'u' },
      null,
      's',
    ];
    const result = group({ members });
    expect(result).toMatchObject({
      ok: true,
      value: { members: [{ value: 'u', display: 'U' }, { value: 'g', type: 'Group' }, { value: 's' }] },
    });
    expect(resourceOf(result)).toEqual({ schemas: [GROUP], displayName: 'G' });
    expect(group({ members: null })).toMatchObject({ value: { members: [] } });
    expect(group({})).not.toHaveProperty('value.members');
    expectError(group({ members: [{ display: 'U' }] }), 'invalidValue', 'members.value');
    expectError(group({ members: [{ value: 7 }] }), 'invalidValue', 'members.value');
    expectError(group({ members: 7 }), 'invalidValue', 'members');
  });

  it('finds the member that only a $ref names', () => {
    const members = [
      { $ref: '../Users/u' },
      { $ref: 'https://x.test/scim/v2/Groups/g' },
      { value: 'v', $ref: '/Users/w' },
    ];
    expect(group({ members })).toMatchObject({
      ok: true,
      value: { members: [{ value: 'u' }, { value: 'g' }, { value: 'v' }] },
    });
    for (const $ref of ['https://x.test/somewhere', 'Users/', 7])
      expectError(group({ members: [{ $ref }] }), 'invalidValue', 'members.value');
  });

  it('lets an extension say again which schema it is of', () => {
    const body = {
      schemas: [USER, ENTERPRISE],
      userName: 'a',
      [ENTERPRISE]: { schemas: [ENTERPRISE], department: 'D' },
    };
    expect(resourceOf(validate(userResourceType, body, 'create', rfc))[ENTERPRISE]).toEqual({ department: 'D' });
    const foreign = { ...body, [ENTERPRISE]: { schemas: [USER], department: 'D' } };
    expectError(validate(userResourceType, foreign, 'create', rfc), 'invalidSyntax', 'schemas');
  });

  it('refuses text that PostgreSQL can not store, even in what would be dropped', () => {
    for (const bad of ['a\u0000', '\udc00']) {
      expectError(user({ title: bad }), 'invalidValue', 'title');
      expectError(user({ unknown: [{ deep: bad }] }), 'invalidValue');
      expectError(user({ [bad]: 'x' }), 'invalidValue');
    }
    expect(user({ title: '😀' }).ok).toBe(true);
  });

  it('keeps to the limits', () => {
    expectError(user({ title: 'x'.repeat(65_537) }), 'invalidValue', 'title');
    expectError(user({ title: 'xxx' }, { ...auto, maxStringLength: 2 }), 'invalidValue');
    expectError(
      user({ emails: Array.from({ length: 1001 }, (_, i) => ({ value: `${i}` })) }),
      'invalidValue',
      'emails',
    );
    let deep: unknown = 'x';
    for (let i = 0; i < 100_000; i++) deep = [deep];
    expectError(user({ deep }), 'invalidSyntax');
  });

  it('reads a hundred thousand members quickly', () => {
    const members = Array.from({ length: 100_000 }, (_, i) => ({ value: `id-${i}`, display: 'x' }));
    const start = performance.now();
    expect(group({ members })).toMatchObject({ ok: true });
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it('refuses __proto__ as a name at every level', () => {
    for (const text of [
      '{"userName":"a","__proto__":{"polluted":1}}',
      '{"userName":"a","name":{"__proto__":{"polluted":1}}}',
      '{"userName":"a","emails":[{"constructor":{"prototype":{}}}]}',
      `{"userName":"a","${ENTERPRISE}":{"__proto__":{"polluted":1}}}`,
    ]) {
      expectError(validate(userResourceType, JSON.parse(text), 'create', auto), 'invalidSyntax');
    }
    expect('polluted' in {}).toBe(false);
  });

  it('refuses bodies that are no objects, and SCIM 1.1', () => {
    for (const body of [null, [], 'x', 7, undefined]) {
      expectError(validate(userResourceType, body, 'create', auto), 'invalidSyntax');
    }
    expectError(user({ schemas: ['urn:scim:schemas:core:1.0'] }), 'invalidSyntax', '1.1');
  });

  it('is strict about schemas and unknown attributes under the RFC profile', () => {
    expectError(user({}, rfc), 'invalidSyntax', 'schemas');
    expectError(user({ schemas: [USER, 'urn:other'] }, rfc), 'invalidSyntax', 'urn:other');
    expectError(user({ schemas: [USER], nonsense: 1 }, rfc), 'invalidSyntax', 'nonsense');
    expectError(user({ schemas: [USER], department: 'x' }, rfc), 'invalidSyntax', 'department');
    expectError(user({ schemas: [USER], name: { nonsense: 1 } }, rfc), 'invalidSyntax', 'nonsense');
    expect(user({ schemas: [USER], id: 'x', meta: {}, groups: [] }, rfc).ok).toBe(true);
  });

  it('does not touch its input', () => {
    const input = Object.freeze({ userName: 'a', emails: Object.freeze([Object.freeze({ value: 'x' })]) });
    expect(validate(userResourceType, input, 'create', auto).ok).toBe(true);
  });
});
