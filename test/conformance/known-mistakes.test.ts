// What published SCIM libraries get wrong, each as a test: filter parsers and PATCH appliers (scim2-parse-filter 0.2,
// scim-patch 0.8) and a server library (SCIMMY 1.3). Found by running them; most of it has also hit their users.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkFilter } from '../../bridge/scim/filter/check.ts';
import { evaluate } from '../../bridge/scim/filter/evaluate.ts';
import { parseFilter } from '../../bridge/scim/filter/parse.ts';
import { userResourceType } from '../../bridge/scim/schema/resource-types.ts';
import { type Body, createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { enterprise, filtered, newGroup, newUser, patchOp, pluck, userSchema } from '../support/scim.ts';

let bridge: TestBridge;
let scim: ScimClient;
let ann: Body;

beforeAll(async () => {
  bridge = await createTestBridge();
  scim = await bridge.directory();
  ann = await newUser(scim, 'ann', {
    title: 'a "b" : c\\d',
    emails: [
      { value: 'ann@work.test', type: 'work' },
      { value: 'ann@home.test', type: 'home' },
    ],
    [enterprise]: { department: 'Sales' },
  });
  await newUser(scim, 'bob', { active: false, title: 'Line\nbreak é' });
});
afterAll(() => bridge.close());

async function found(filter: string): Promise<unknown[]> {
  const answer = await scim.get(filtered('/Users', filter, '&sortBy=userName'));
  expect(answer.status, `${filter}: ${JSON.stringify(answer.body)}`).toBe(200);
  return pluck(answer.body, 'userName');
}

const patchAnn = (...operations: object[]) => scim.patch(`/Users/${ann.id}`, patchOp(...operations));

/** Runs what must not take long: nothing a client sends may hold up the process. */
async function soon<T>(work: () => T | Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await work();
  expect(performance.now() - started).toBeLessThan(500);
  return result;
}

describe('filter parsers', () => {
  test.each<[string, string, string[]]>([
    [
      'let the terms of a value path be met by different values',
      'emails[type eq "work" and value eq "ann@home.test"]',
      [],
    ],
    ['do the same behind the brackets', 'emails[type eq "work"].value eq "ann@home.test"', []],
    ['do not find what is bound to one value', 'emails[type eq "home"].value eq "ann@home.test"', ['ann']],
    ['do not decode \\n and \\u in strings', 'title eq "Line\\nbreak \\u00e9"', ['bob']],
    ['do not decode \\\\ and \\"', 'title eq "a \\"b\\" : c\\\\d"', ['ann']],
    ['do not know True', 'active eq True and userName eq "ann"', ['ann']],
    ['read True as false', 'active eq True', ['ann']],
    ['find empty values present', 'nickName pr or roles pr or name pr', []],
    ['compare with case', 'userName eq "ANN"', ['ann']],
    ['do not know the URN of the core schema', `${userSchema}:userName eq "ann"`, ['ann']],
    ['never find a complex attribute by its value', 'emails co "@home"', ['ann']],
    ['negate (a or b) as not a or not b', 'not (userName eq "ann" or active eq true)', ['bob']],
    ['refuse a nested negation', 'not (userName eq "ann" and (active eq true or title pr))', ['bob']],
  ])('%s: %s', async (_, filter, names) => {
    expect(await found(filter)).toEqual(names);
  });

  test('do not know $ref', () => {
    const parsed = parseFilter('photos.value pr and groups.$ref eq "https://x.test/Groups/1"');
    const checked = parsed.ok ? checkFilter(parsed.value, userResourceType) : parsed;
    const groups = [{ $ref: 'https://x.test/Groups/1' }];
    expect(checked.ok && evaluate(checked.value, { groups, photos: [{ value: 'p' }] })).toBe(true);
  });

  test('compare dates as text', async () => {
    const utc = new Date(Date.parse(ann.meta.created));
    const offset = new Date(utc.getTime() + 3_600_000).toISOString().replace('Z', '+01:00');
    expect(await found(`meta.created eq "${offset}" and userName eq "ann"`)).toEqual(['ann']);
  });

  test.each(['userName eq', 'userName pr title pr', 'userName pr and'])('accept %j', async (filter) => {
    expect((await scim.get(filtered('/Users', filter))).body).toMatchObject({
      status: '400',
      scimType: 'invalidFilter',
    });
  });

  test.each([
    ['overflow the stack on parentheses', `${'('.repeat(2_000)}userName pr${')'.repeat(2_000)}`],
    ['try all ways to read an unterminated string', `userName eq "${'\\\\'.repeat(1_500)}`],
    ['multiply out conjunctions', Array(60).fill('(title pr or userName pr)').join(' and ')],
  ])('%s', async (_, filter) => {
    const answer = await soon(() => scim.get(filtered('/Users', filter)));
    expect([200, 400]).toContain(answer.status);
  });
});

describe('PATCH appliers', () => {
  test.each(['__proto__.polluted', 'constructor.prototype.polluted', 'toString.polluted'])(
    'write to the prototype of every object by %s',
    async (path) => {
      await patchAnn({ op: 'add', path, value: 'yes' });
      await scim.patch(
        `/Users/${ann.id}`,
        `{"schemas":[],"Operations":[{"op":"add","value":{"${path}":"yes","__proto__":{"polluted":"yes"}}}]}`,
      );
      expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
      expect(Object.hasOwn(Function.prototype, 'polluted')).toBe(false);
      expect((await scim.get(`/Users/${ann.id}`)).body).not.toHaveProperty('polluted');
    },
  );

  test('write a second attribute for a name in another case', async () => {
    const answer = await patchAnn(
      { op: 'replace', path: 'DISPLAYNAME', value: 'Ann' },
      { op: 'replace', path: `${enterprise.toLowerCase()}:DEPARTMENT`, value: 'IT' },
    );
    expect(answer.body).toMatchObject({ displayName: 'Ann', [enterprise]: { department: 'IT' } });
    expect(Object.keys(answer.body)).not.toContain('DISPLAYNAME');
    expect(Object.keys(answer.body)).not.toContain(enterprise.toLowerCase());
  });

  test.each([
    ['as path', { op: 'add', path: enterprise, value: { division: 'D1' } }, 'D1'],
    ['as key without path', { op: 'add', value: { [enterprise]: { division: 'D2' } } }, 'D2'],
    ['before an attribute as key', { op: 'add', value: { [`${enterprise}:division`]: 'D3' } }, 'D3'],
  ])('split the URN of an extension at its dot: %s', async (_, operation, division) => {
    const { body } = await patchAnn(operation);
    expect(body[enterprise].division).toBe(division);
    expect(Object.keys(body).filter((key) => key.startsWith('urn:'))).toEqual([enterprise]);
  });

  test('take a value path for the name of an attribute', async () => {
    const key = 'emails[type eq "work"].display';
    const { body } = await patchAnn({ op: 'replace', value: { [key]: 'shown' } });
    expect(body).not.toHaveProperty([key]);
    expect(body.emails[0]).toMatchObject({ type: 'work', display: 'shown' });
  });

  test('know only two spellings of an operation', async () => {
    expect((await patchAnn({ op: 'REPLACE', path: 'nickName', value: 'N' })).status).toBe(200);
  });

  test('fail on a colon in the value of a filter', async () => {
    expect((await patchAnn({ op: 'remove', path: 'emails[value eq "urn:x:y"]' })).status).toBe(200);
  });

  test('keep the leaver when members are removed with more than their value', async () => {
    const { id } = await newGroup(scim, 'Leavers', [ann.id, 'other']);
    const value = [{ value: ann.id, $ref: null, display: 'whatever' }];
    await scim.patch(`/Groups/${id}`, patchOp({ op: 'remove', path: 'members', value }));
    expect((await scim.get(`/Groups/${id}`)).body.members).toEqual([{ value: 'other' }]);
  });

  test('overwrite every member with the one object of a replace', async () => {
    const { id } = await newGroup(scim, 'One object', [ann.id, 'other']);
    await scim.patch(`/Groups/${id}`, patchOp({ op: 'replace', path: 'members', value: { value: 'new' } }));
    expect((await scim.get(`/Groups/${id}`)).body.members).toEqual([{ value: 'new' }]);
  });

  test('change the id, keep unknown attributes and strings for booleans, and allow two primaries', async () => {
    expect((await patchAnn({ op: 'replace', path: 'id', value: 'x' })).body).toMatchObject({ scimType: 'mutability' });
    expect((await patchAnn({ op: 'add', path: 'shoeSize', value: 'L' })).body).not.toHaveProperty('shoeSize');
    expect((await patchAnn({ op: 'replace', path: 'active', value: 'False' })).body.active).toBe(false);
    expect((await patchAnn({ op: 'replace', path: 'active', value: true })).body.active).toBe(true);
    await patchAnn({ op: 'replace', path: 'emails[type eq "work"].primary', value: true });
    const { body } = await patchAnn({ op: 'replace', path: 'emails[type eq "home"].primary', value: true });
    expect(body.emails.filter(({ primary }: Body) => primary === true)).toHaveLength(1);
  });

  test('keep the first operation when the second fails', async () => {
    const before = (await scim.get(`/Users/${ann.id}`)).body;
    await patchAnn({ op: 'replace', path: 'title', value: 'half done' }, { op: 'remove', path: 'userName' });
    expect((await scim.get(`/Users/${ann.id}`)).body).toEqual(before);
  });

  test('hold up the process when a group is large', async () => {
    const ids = Array.from({ length: 10_000 }, (_, index) => ({ value: `m-${index}` }));
    const { id } = (await scim.post('/Groups', { schemas: [], displayName: 'Large', members: ids })).body;
    const add = patchOp({ op: 'add', path: 'members', value: [{ value: 'one-more' }] });
    expect((await soon(() => scim.patch(`/Groups/${id}`, add))).status).toBe(204);
  });
});

describe('server libraries', () => {
  test('answer lists without filtering or paging them', async () => {
    expect(await found('userName eq "bob"')).toEqual(['bob']);
    expect((await scim.get('/Users?count=1')).body).toMatchObject({ itemsPerPage: 1, totalResults: 2 });
  });

  test('forget Location on 201', async () => {
    const own = await bridge.directory();
    const answer = await own.post('/Users', { schemas: [userSchema], userName: 'located' });
    expect(answer.headers.get('location')).toBe(answer.body.meta.location);
  });

  test('mix up the addresses and data of two tenants that ask at once', async () => {
    const tenants = await Promise.all([bridge.directory(), bridge.directory()]);
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const tenant = tenants[index % 2];
        const answer = await tenant?.post('/Users', { schemas: [userSchema], userName: `user-${index}` });
        return [answer?.body.meta.location.split('/').at(-3), tenant?.directory.slug];
      }),
    );
    for (const [location, slug] of answers) expect(location).toBe(slug);
    for (const tenant of tenants) expect((await tenant.get('/Users')).body.totalResults).toBe(10);
  });

  test('lose members that are added at the same time', async () => {
    const { id } = await newGroup(scim, 'Parallel');
    const ids = Array.from({ length: 30 }, (_, index) => `parallel-${index}`);
    const add = (value: string) => patchOp({ op: 'add', path: 'members', value: [{ value }] });
    await Promise.all(ids.map((value) => scim.patch(`/Groups/${id}`, add(value))));
    const { members } = (await scim.get(`/Groups/${id}`)).body;
    expect(members.map(({ value }: Body) => value).sort()).toEqual([...ids].sort());
  });
});
