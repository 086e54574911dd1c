// Filters over HTTP (RFC 7644 §3.4.2.2): each finds exactly the users that it describes.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Body, createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { enterprise, filtered, newGroup, newUser, pluck, userSchema } from '../support/scim.ts';

let bridge: TestBridge;
let scim: ScimClient;
let ann: Body;
let staff: Body;

beforeAll(async () => {
  bridge = await createTestBridge();
  scim = await bridge.directory();
  ann = await newUser(scim, 'ann@acme.test', {
    externalId: 'A-1',
    displayName: 'Ann O\'Neil "Quoted" \\ 100%',
    name: { givenName: 'Ann', familyName: 'O_Neil' },
    title: 'Boss',
    emails: [
      { value: 'ann@acme.test', type: 'work', primary: true },
      { value: 'ann+tag@home.test', type: 'home' },
    ],
    roles: [{ value: 'Admin', primary: true }],
    [enterprise]: { employeeNumber: '1001', department: 'Sales', manager: { value: 'm-1' } },
  });
  await newUser(scim, 'bob@acme.test', {
    externalId: 'a-1',
    displayName: 'Bob',
    active: false,
    title: 'Ärztin',
    emails: [
      { value: 'bob@home.test', type: 'work' },
      { value: 'bob@acme.test', type: 'home' },
    ],
    [enterprise]: { department: 'SALES' },
  });
  const cyd = await newUser(scim, 'cyd', { title: 'ΟΔΥΣΣΕΥΣ', emails: [{ value: 'cyd@acme.test' }], locale: 'en' });
  staff = await newGroup(scim, 'Staff', [ann.id, cyd.id]);
});
afterAll(() => bridge.close());

/** First letters of the names of the users that the filter finds. */
async function found(filter: string): Promise<string> {
  const answer = await scim.get(filtered('/Users', filter));
  expect(answer.status, `${filter}: ${JSON.stringify(answer.body)}`).toBe(200);
  expect(answer.body.totalResults).toBe(answer.body.Resources.length);
  return pluck(answer.body, 'userName')
    .map((name) => String(name)[0])
    .sort()
    .join('');
}

describe.each<[string, [string, string][]]>([
  [
    'the look-ups of everyday',
    [
      ['userName eq "ANN@acme.TEST"', 'a'],
      ['externalId eq "A-1"', 'a'],
      ['externalId eq "a-1"', 'b'],
      ['displayName eq "bob"', 'b'],
      ['active eq true', 'ac'],
      ['active eq False', 'b'],
      ['emails.value eq "ANN@ACME.TEST"', 'a'],
      ['emails eq "ann@acme.test"', 'a'],
      ['emails[type eq "work"].value eq "ann@acme.test"', 'a'],
      ['emails[type eq "Work"].value eq "bob@acme.test"', ''],
      ['emails[type eq "home" and value eq "bob@acme.test"]', 'b'],
      ['userName eq "ann@acme.test" and active eq true', 'a'],
      ['userName eq "ann@acme.test" and active eq false', ''],
      ['userName eq nobody', ''],
      ['userName eq ann@acme.test', 'a'],
    ],
  ],
  [
    'operators on text',
    [
      ['userName co "ACME"', 'ab'],
      ['userName sw "AN"', 'a'],
      ['userName ew ".TEST"', 'ab'],
      ['userName ne "cyd"', 'ab'],
      ['title pr', 'abc'],
      ['displayName pr', 'ab'],
      ['displayName eq null', 'c'],
      ['displayName eq ""', 'c'],
      ['displayName ne null', 'ab'],
      ['title ne "boss"', 'bc'],
      ['displayName ne "bob"', 'ac'],
      ['userName gt "ann@acme.test"', 'bc'],
      ['userName ge "ann@acme.test" and userName lt "c"', 'ab'],
      ['userName le "b"', 'a'],
    ],
  ],
  [
    'what LIKE or JSON would take for something else',
    [
      ['displayName co "100%"', 'a'],
      ['displayName co "%"', 'a'],
      ['displayName co "_"', ''],
      ['name.familyName sw "o_"', 'a'],
      ['name.familyName sw "__"', ''],
      ['displayName co "\\\\"', 'a'],
      ['displayName co "\\"quoted\\""', 'a'],
      ['displayName eq "bob\'; drop table users; --"', ''],
      ['emails.value eq "ann+tag@home.test"', 'a'],
      ['userName eq "\\u0061nn@acme.test"', 'a'],
      ['title eq "null"', ''],
    ],
  ],
  [
    'letters beyond ASCII, whatever their case',
    [
      ['title eq "ärztin"', 'b'],
      ['title sw "ÄR"', 'b'],
      ['title eq "οδυσσευς"', 'c'],
      ['title eq "ΟΔΥΣΣΕΥΣ"', 'c'],
      ['title eq "😀"', ''],
    ],
  ],
  [
    'precedence: grouping, not, and, or',
    [
      ['userName sw "c" or userName sw "a" and active eq false', 'c'],
      ['(userName sw "c" or userName sw "a") and active eq true', 'ac'],
      ['not (userName sw "a" or userName sw "b")', 'c'],
      ['not userName sw "a" and active eq true', 'c'],
      ['not (title eq "boss")', 'bc'],
      ['NOT (displayName eq "Bob") AND active EQ TRUE', 'ac'],
      ['not (not (userName eq "cyd"))', 'c'],
      ['((((userName eq "cyd"))))', 'c'],
    ],
  ],
  [
    'one element, or several',
    [
      ['emails[type eq "work" and value ew "home.test"]', 'b'],
      ['emails.type eq "work" and emails.value ew "home.test"', 'ab'],
      ['emails[not (type pr)]', 'c'],
      ['emails[type eq "work" or value co "cyd"]', 'abc'],
      ['emails[primary eq true].value eq "ann@acme.test"', 'a'],
      ['emails[primary eq "True"]', 'a'],
      ['not (emails[type eq "home"])', 'c'],
      ['emails.type ne "home"', 'c'],
      ['emails pr', 'abc'],
      ['emails.primary pr', 'a'],
      ['roles[primary eq "true"].value eq "admin"', 'a'],
      ['roles.value eq "ADMIN"', 'a'],
      ['emails[display pr]', ''],
    ],
  ],
  [
    'extensions, sub-attributes, common attributes',
    [
      [`${enterprise}:department eq "sales"`, 'ab'],
      [`${enterprise.toUpperCase()}:DEPARTMENT eq "sales"`, 'ab'],
      [`${enterprise}:manager.value eq "m-1"`, 'a'],
      [`${enterprise}:manager.value eq "M-1"`, ''],
      [`${enterprise}:manager eq "m-1"`, 'a'],
      ['manager eq "m-1"', 'a'],
      ['department eq "sales"', 'ab'],
      [`${enterprise}:employeeNumber eq 1001`, 'a'],
      [`${userSchema}:userName eq "cyd"`, 'c'],
      ['USERNAME eq "cyd"', 'c'],
      ['name.givenName eq "ann"', 'a'],
      ['name pr', 'a'],
      ['name[givenName eq "ann" and familyName sw "o"]', 'a'],
      [`schemas eq "${enterprise}"`, 'ab'],
      ['meta.resourceType eq "User"', 'abc'],
      ['meta.resourceType eq "Group"', ''],
      ['meta.version eq "W/\\"1\\""', 'abc'],
      ['meta.created gt "2020-01-01T00:00:00Z"', 'abc'],
      ['meta.lastModified lt "2020-01-01T00:00:00+02:00"', ''],
      ['meta pr', 'abc'],
      ['groups.display eq "staff"', 'ac'],
      ['groups[display sw "s" and type eq "direct"]', 'ac'],
      ['groups pr', 'ac'],
    ],
  ],
])('%s', (_, cases) => {
  test.each(cases)('%s', async (filter, expected) => {
    expect(await found(filter)).toBe(expected);
  });
});

test('ids are found by themselves alone', async () => {
  expect(await found(`id eq "${ann.id}"`)).toBe('a');
  expect(await found(`id eq "${ann.id.toUpperCase()}"`)).toBe('');
  expect(await found('id eq "not-a-uuid"')).toBe('');
  expect(await found(`id sw "${ann.id.slice(0, 8)}" and userName sw "a"`)).toBe('a');
  expect(await found(`id ne "${ann.id}"`)).toBe('bc');
  expect(await found(`groups.value eq "${staff.id}"`)).toBe('ac');
  expect(await found(`groups eq "${staff.id}"`)).toBe('ac');
  expect(await found('groups.value eq "x"')).toBe('');
});

test('a time is found by its instant, whatever the offset it is written with', async () => {
  const created = new Date(ann.meta.created);
  const elsewhere = `${new Date(created.getTime() + 5.5 * 3_600_000).toISOString().slice(0, -1)}+05:30`;
  for (const text of [created.toISOString(), elsewhere, `${created.toISOString().slice(0, -1)}0000Z`]) {
    expect(await found(`meta.created eq "${text}" and userName sw "a"`), text).toBe('a');
  }
  expect(await found(`meta.created gt "${created.toISOString()}" and userName sw "a"`)).toBe('');
});

test("another directory's user is not found by anything", async () => {
  const other = await bridge.directory();
  for (const filter of [
    `id eq "${ann.id}"`,
    'userName eq "ann@acme.test"',
    'emails.value eq "ann@acme.test"',
    'active eq true',
  ]) {
    expect((await other.get(filtered('/Users', filter))).body, filter).toMatchObject({
      totalResults: 0,
      Resources: [],
    });
  }
});

describe('what is no filter is 400 invalidFilter', () => {
  test.each([
    'nonsense',
    'userName',
    'userName eq',
    'userName is "a"',
    'userName eq "a" and',
    'userName eq "a" "b"',
    '(userName eq "a"',
    'userName eq "a")',
    'userName eq "unfinished',
    'userName eq "bad \\escape"',
    'userName eq "nul \\u0000"',
    'userName eq "half \\ud800"',
    'unknownAttribute eq "a"',
    'name.unknown eq "a"',
    'urn:unknown:userName eq "a"',
    'password eq "secret"',
    'password pr',
    'password sw "a"',
    '__proto__ eq "a"',
    'constructor.name eq "a"',
    'emails[__proto__ eq "a"]',
    'active gt true',
    'active co true',
    'active eq "maybe"',
    'userName eq true',
    'userName gt null',
    'name eq "a"',
    'emails[value eq "a"',
    'emails[emails[value eq "a"]]',
    'userName[value eq "a"]',
    'meta.created eq "yesterday"',
    'meta.created eq "2026-02-30T00:00:00Z"',
    'meta.location eq "x"',
    'members.value eq "x"',
    'eq eq eq',
    '""',
    'not',
    'not ()',
    `${'('.repeat(20_000)}userName eq "a"${')'.repeat(20_000)}`,
    `${'not '.repeat(40)}userName eq "a"`,
    Array.from({ length: 250 }, () => 'title pr').join(' or '),
    `userName eq "${'x'.repeat(5_000)}"`,
  ])('%.60s', async (filter) => {
    const answer = await scim.get(filtered('/Users', filter));
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ status: '400', scimType: 'invalidFilter' });
    expect(answer.body.detail.length).toBeLessThan(400);
  });
});

test('the strict profile takes neither unquoted values nor bare extension names', async () => {
  const strict = await bridge.directory('strict', 'rfc');
  for (const filter of ['userName eq ann', 'department eq "x"']) {
    expect((await strict.get(filtered('/Users', filter))).body.scimType, filter).toBe('invalidFilter');
  }
});

test('a filter at every limit is answered within its time', async () => {
  const terms = Array.from({ length: 99 }, (_, index) => `emails[display co "x${index}"]`);
  expect(await found(terms.slice(0, 60).join(' or '))).toBe('');
});
