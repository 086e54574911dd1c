// Values and queries that must be refused with the right scimType: never a 5xx, never half a change.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Body, createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { everythingIn, expectCleanPrototype, expectRefusal } from '../support/refusals.ts';
import { enterprise, filtered, groupSchema, newGroup, newUser, patchOp, userSchema } from '../support/scim.ts';

let bridge: TestBridge;
let scim: ScimClient;
let user: Body;
let group: Body;
let before: Awaited<ReturnType<typeof everythingIn>>;

beforeAll(async () => {
  bridge = await createTestBridge();
  scim = await bridge.directory();
  const { id } = await newUser(scim, 'victim', { title: 'T', emails: [{ value: 'v@acme.test', type: 'work' }] });
  group = await newGroup(scim, 'Victims', [id]);
  user = (await scim.get(`/Users/${id}`)).body;
  before = await everythingIn(bridge, scim);
});
afterEach(async () => {
  expect(await everythingIn(bridge, scim)).toEqual(before);
  expectCleanPrototype();
});
afterAll(() => bridge.close());

describe('a user', () => {
  const base = { schemas: [userSchema], userName: 'never-made' };
  test.each<[string, object, string]>([
    ['no userName', { userName: undefined }, 'invalidValue'],
    ['null as userName', { userName: null }, 'invalidValue'],
    ['an empty userName', { userName: '' }, 'invalidValue'],
    ['a blank userName', { userName: ' \t' }, 'invalidValue'],
    ['an array as userName', { userName: ['a', 'b'] }, 'invalidValue'],
    ['an object as userName', { userName: { value: 'a' } }, 'invalidValue'],
    ['a number as userName', { userName: 12 }, 'invalidValue'],
    ['a number as active', { active: 1 }, 'invalidValue'],
    ['text as active', { active: 'yes' }, 'invalidValue'],
    ['text as name', { name: 'Ann' }, 'invalidValue'],
    ['an array as name', { name: [{ givenName: 'a' }, { givenName: 'b' }] }, 'invalidValue'],
    ['a number among e-mails', { emails: [1] }, 'invalidValue'],
    ['nested arrays as e-mails', { emails: [['a'], ['b', 'c']] }, 'invalidValue'],
    ['an object as e-mail value', { emails: [{ value: { a: 1 } }] }, 'invalidValue'],
    [
      'two primary e-mails',
      {
        emails: [
          { value: 'a', primary: true },
          { value: 'b', primary: true },
        ],
      },
      'invalidValue',
    ],
    ['1,001 e-mails', { emails: Array.from({ length: 1_001 }, (_, n) => ({ value: `e${n}` })) }, 'invalidValue'],
    ['a list as extension', { [enterprise]: ['x'] }, 'invalidValue'],
    ['text as extension', { [enterprise]: 'x' }, 'invalidValue'],
    ['a list as manager', { [enterprise]: { manager: [1, 2] } }, 'invalidValue'],
    ['a boolean as title', { title: true }, 'invalidValue'],
    ['a number as password', { password: 12345678 }, 'invalidValue'],
    ['a NUL in userName', { userName: 'a\u0000b' }, 'invalidValue'],
    ['half a pair in userName', { userName: 'a\ud83d' }, 'invalidValue'],
    ['a NUL in a sub-attribute', { name: { givenName: '\u0000' } }, 'invalidValue'],
    ['half a pair in a password', { password: '\udc00' }, 'invalidValue'],
    ['a userName of 513 characters', { userName: 'x'.repeat(513) }, 'invalidValue'],
    ['a displayName of 60,000 characters', { displayName: 'x'.repeat(60_000) }, 'invalidValue'],
    ['an e-mail of 513 characters', { emails: [{ value: 'x'.repeat(513) }] }, 'invalidValue'],
    ['an externalId of 513 characters', { externalId: 'x'.repeat(513) }, 'invalidValue'],
    ['a title of 70,000 characters', { title: 'x'.repeat(70_000) }, 'invalidValue'],
    ['the same attribute in two cases', { Title: 'a', title: 'b' }, 'invalidValue'],
    ['SCIM 1.1', { schemas: ['urn:scim:schemas:core:1.0'] }, 'invalidSyntax'],
  ])('with %s is refused on POST and PUT', async (_, change, scimType) => {
    expectRefusal(await scim.post('/Users', { ...base, ...change }), 400, scimType);
    expectRefusal(await scim.put(`/Users/${user.id}`, { ...base, ...change }), 400, scimType);
  });

  test.each<[string, unknown, string]>([
    ['removing the userName', { op: 'remove', path: 'userName' }, 'mutability'],
    ['blanking the userName', { op: 'replace', path: 'userName', value: '' }, 'invalidValue'],
    [
      'a value path that selects nothing and can not be made',
      { op: 'replace', path: 'emails[value sw "q"].type', value: 'x' },
      'noTarget',
    ],
    ['a filter on a single value', { op: 'replace', path: 'title[value eq "T"]', value: 'x' }, 'invalidPath'],
    ['a bad filter in a path', { op: 'replace', path: 'emails[type is "work"].value', value: 'x' }, 'invalidFilter'],
    ['groups, which are read only', { op: 'add', path: 'groups', value: [{ value: 'x' }] }, 'mutability'],
    ['a boolean that is none', { op: 'replace', path: 'active', value: 'perhaps' }, 'invalidValue'],
    ['a prototype as key', { op: 'add', value: { 'constructor.prototype.polluted': true } }, 'invalidPath'],
  ])('is not changed by %s', async (_, operation, scimType) => {
    const answer = await scim.patch(
      `/Users/${user.id}`,
      patchOp({ op: 'replace', path: 'title', value: 'half' }, operation),
    );
    expectRefusal(answer, 400, scimType);
  });

  test('whose userName another took while both were written is 409', async () => {
    expectRefusal(await scim.post('/Users', { schemas: [userSchema], userName: 'VICTIM' }), 409, 'uniqueness');
  });
});

describe('a group', () => {
  const base = { schemas: [groupSchema], displayName: 'Never made' };
  test.each<[string, object]>([
    ['no displayName', { displayName: undefined }],
    ['a blank displayName', { displayName: ' ' }],
    ['a displayName of 513 characters', { displayName: 'x'.repeat(513) }],
    ['a number as members', { members: 7 }],
    ['numbers among members', { members: [7] }],
    ['a member without a value', { members: [{ display: 'x' }] }],
    ['an object as member id', { members: [{ value: { id: 1 } }] }],
    ['a NUL in a member id', { members: [{ value: '\u0000' }] }],
    ['a member id of 257 characters', { members: [{ value: 'x'.repeat(257) }] }],
  ])('with %s is refused on POST and PUT', async (_, change) => {
    expectRefusal(await scim.post('/Groups', { ...base, ...change }), 400, 'invalidValue');
    expectRefusal(await scim.put(`/Groups/${group.id}`, { ...base, ...change }), 400, 'invalidValue');
  });

  test.each<[string, unknown, string]>([
    [
      'a bad member after a good one',
      { op: 'add', path: 'members', value: [{ value: 'good' }, { value: 5 }] },
      'invalidValue',
    ],
    ['a bad filter', { op: 'remove', path: 'members[value is "x"]' }, 'invalidFilter'],
    ['an unknown attribute in a filter', { op: 'remove', path: 'members[nonsense eq "x"]' }, 'invalidFilter'],
    ['a change of a member id', { op: 'replace', path: 'members[value eq "x"].value', value: 'y' }, 'mutability'],
    ['a remove of the displayName', { op: 'remove', path: 'displayName' }, 'mutability'],
    [
      'a member id that is too long',
      { op: 'add', path: 'members', value: [{ value: 'x'.repeat(257) }] },
      'invalidValue',
    ],
  ])('keeps its members in spite of %s', async (_, operation, scimType) => {
    const answer = await scim.patch(`/Groups/${group.id}`, patchOp({ op: 'remove', path: 'members' }, operation));
    expectRefusal(answer, 400, scimType);
  });
});

describe('a query', () => {
  test.each(['userName eq "\u0000"', 'userName eq \u0000', 'user\u0000Name eq "a"', '\u{10ffff}', '%', '%%%'])(
    'with the filter %j is refused or finds nobody',
    async (filter) => {
      for (const endpoint of ['/Users', '/Groups']) {
        const answer = await scim.get(`${endpoint}?filter=${encodeURIComponent(filter)}`);
        expectRefusal(answer, 400, 'invalidFilter');
      }
    },
  );

  test.each([
    'filter=%00',
    'filter=%ff',
    'filter=%',
    'attributes=%00',
    'excludedAttributes=%ff,%00',
    'sortBy=userName&sortOrder=%00',
    'startIndex=%00',
    `attributes=${'a,'.repeat(5_000)}`,
    'filter',
    'count=0x10',
    'filter=userName%20eq%20%22%00%22',
  ])('?%.60s never fails', async (query) => {
    const answer = await scim.get(`/Users?${query}`);
    expect([200, 400]).toContain(answer.status);
  });

  test('for numbers beyond all bounds is answered', async () => {
    for (const number of ['1e999', '-0', '99999999999999999999999', '0.1e-400', '1E1000']) {
      const answer = await scim.get(filtered('/Users', `${enterprise}:employeeNumber eq ${number}`));
      expect([200, 400], number).toContain(answer.status);
    }
  });
});
