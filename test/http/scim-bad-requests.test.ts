// Bodies, ids and PATCH messages that must be refused: never a 5xx, never half a change.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Body, createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { everythingIn, expectCleanPrototype, expectRefusal } from '../support/refusals.ts';
import { groupSchema, newGroup, newUser, patchOp, patchSchema, userSchema } from '../support/scim.ts';

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

const nul = '\\u0000';
const half = '\\ud800';
const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

/** Bodies as text, so that what JSON.stringify would never write can be sent. */
const hopeless: [string, string, string][] = [
  ['nothing', '', 'invalidSyntax'],
  ['white space', ' \n', 'invalidSyntax'],
  ['no JSON', '<user/>', 'invalidSyntax'],
  ['cut JSON', '{"schemas":["urn', 'invalidSyntax'],
  ['JSON and more', '{} {}', 'invalidSyntax'],
  ['a form', 'userName=a&active=true', 'invalidSyntax'],
  ['null', 'null', 'invalidSyntax'],
  ['a number', '7', 'invalidSyntax'],
  ['a huge number', '1e400', 'invalidSyntax'],
  ['a string', '"userName"', 'invalidSyntax'],
  ['an array', '[{"userName":"a"}]', 'invalidSyntax'],
  ['an empty array', '[]', 'invalidSyntax'],
  ['a byte that is no JSON', '\u0000', 'invalidSyntax'],
  ['a million brackets', '['.repeat(1_000_000), 'invalidSyntax'],
  ['deep nesting', deep(200_000), 'invalidSyntax'],
  ['nesting beyond the limit', `{"userName":"deep","displayName":"deep","x":${deep(40)}}`, 'invalidSyntax'],
  ['a NUL in a name', `{"userName":"n","displayName":"n","x${nul}":1}`, 'invalidValue'],
  ['half a pair in a name', `{"userName":"n","displayName":"n","x${half}":1}`, 'invalidValue'],
  ['a NUL in an unknown attribute', `{"userName":"n","displayName":"n","x":["${nul}"]}`, 'invalidValue'],
];

describe.each(['Users', 'Groups'] as const)('/%s', (endpoint) => {
  const target = () => `/${endpoint}/${endpoint === 'Users' ? user.id : group.id}`;

  test.each(hopeless)('a body of %s is 400 on every verb', async (_, body, scimType) => {
    expectRefusal(await scim.post(`/${endpoint}`, body), 400, scimType);
    expectRefusal(await scim.put(target(), body), 400, scimType);
    const patched = await scim.patch(target(), body);
    expect(patched.status).toBe(400);
    expect(['invalidSyntax', scimType]).toContain(patched.body.scimType);
  });

  test('a body of more than 2 MB is 413, whatever it is', async () => {
    for (const body of [JSON.stringify({ userName: 'x'.repeat(10_000_000) }), 'x'.repeat(10_000_000)]) {
      expectRefusal(await scim.post(`/${endpoint}`, body), 413);
      expectRefusal(await scim.put(target(), body), 413);
      expectRefusal(await scim.patch(target(), body), 413);
    }
    expectRefusal(await scim.post(`/${endpoint}`, '{}', { 'Content-Length': '99999999' }), 413);
  });

  test.each([
    'x',
    '%00',
    'a%00b',
    '%ff%fe',
    '..',
    '__proto__',
    'constructor',
    '%F0%9F%98%80',
    'x'.repeat(5_000),
    "1' or '1'='1",
    '0198c0de-0000-7000-8000-00000000000',
  ])('the id %.40s is nobody', async (id) => {
    const at = `/${endpoint}/${id}`;
    if (new URL(`http://h${at}`).pathname.split('/').length !== 3) return;
    expectRefusal(await scim.get(at), 404);
    expectRefusal(
      await scim.put(at, { schemas: [userSchema, groupSchema], userName: 'x', displayName: 'x' }),
      404,
      undefined,
    );
    expectRefusal(await scim.patch(at, patchOp({ op: 'replace', path: 'displayName', value: 'x' })), 404);
    expectRefusal(await scim.delete(at), 404);
  });

  test.each<[string, unknown, number, string]>([
    ['no operations', { schemas: [patchSchema] }, 400, 'invalidSyntax'],
    ['an empty list of operations', patchOp(), 400, 'invalidSyntax'],
    ['operations that are no list', { schemas: [patchSchema], Operations: { op: 'add' } }, 400, 'invalidSyntax'],
    ['null for operations', { schemas: [patchSchema], Operations: null }, 400, 'invalidSyntax'],
    ['an operation that is no object', patchOp('add'), 400, 'invalidSyntax'],
    ['an operation that is null', patchOp(null), 400, 'invalidSyntax'],
    ['an unknown op', patchOp({ op: 'move', path: 'displayName', value: 'x' }), 400, 'invalidSyntax'],
    ['no op', patchOp({ path: 'displayName', value: 'x' }), 400, 'invalidSyntax'],
    ['a path that is no string', patchOp({ op: 'add', path: ['displayName'], value: 'x' }), 400, 'invalidPath'],
    ['a path with a NUL', patchOp({ op: 'add', path: 'display\u0000Name', value: 'x' }), 400, 'invalidValue'],
    ['a path that does not parse', patchOp({ op: 'add', path: 'displayName[', value: 'x' }), 400, 'invalidFilter'],
    ['a path to a prototype', patchOp({ op: 'add', path: '__proto__.polluted', value: true }), 400, 'invalidPath'],
    [
      'a path through a constructor',
      patchOp({ op: 'add', path: 'constructor.prototype.polluted', value: true }),
      400,
      'invalidPath',
    ],
    ['remove without a path', patchOp({ op: 'remove' }), 400, 'noTarget'],
    ['a value that is missing', patchOp({ op: 'replace', path: 'displayName' }), 400, 'invalidValue'],
    ['a value of another type', patchOp({ op: 'replace', path: 'displayName', value: { a: 1 } }), 400, 'invalidValue'],
    ['a pathless value that is no object', patchOp({ op: 'replace', value: 'x' }), 400, 'invalidValue'],
    ['another id', patchOp({ op: 'replace', path: 'id', value: 'x' }), 400, 'mutability'],
    [
      'a read-only attribute',
      patchOp({ op: 'replace', path: 'meta.created', value: '2020-01-01T00:00:00Z' }),
      400,
      'mutability',
    ],
    [
      'too many operations',
      patchOp(...Array.from({ length: 1_001 }, () => ({ op: 'remove', path: 'externalId' }))),
      413,
      '',
    ],
    [
      'a good operation before a bad one',
      patchOp({ op: 'replace', path: 'externalId', value: 'half' }, { op: 'remove' }),
      400,
      'noTarget',
    ],
    [
      'text that is too long',
      patchOp({ op: 'replace', path: 'externalId', value: 'x'.repeat(513) }),
      400,
      'invalidValue',
    ],
  ])('PATCH with %s is refused', async (_, body, status, scimType) => {
    expectRefusal(await scim.patch(target(), body), status, scimType === '' ? undefined : scimType);
  });

  test('a key `__proto__` is refused wherever it stands', async () => {
    for (const body of [
      '{"userName":"p","displayName":"p","__proto__":{"polluted":true}}',
      '{"userName":"p","displayName":"p","constructor":{"prototype":{"polluted":true}}}',
    ]) {
      expectRefusal(await scim.post(`/${endpoint}`, body), 400, 'invalidSyntax');
      expectRefusal(await scim.put(target(), body), 400, 'invalidSyntax');
      const value = `{"Operations":[{"op":"add","value":${body}}]}`;
      expect((await scim.patch(target(), value)).status).toBe(400);
    }
  });
});
