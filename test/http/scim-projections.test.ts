// `attributes` and `excludedAttributes` on every verb (RFC 7644 §3.9).
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, type Body, createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { enterprise, newGroup, newUser, patchOp, searchSchema, userSchema } from '../support/scim.ts';

let bridge: TestBridge;
let scim: ScimClient;
let user: Body;

const rest = {
  displayName: 'Pro Jection',
  name: { givenName: 'Pro', familyName: 'Jection' },
  emails: [{ value: 'p@acme.test', type: 'work', primary: true }],
  [enterprise]: { department: 'D', manager: { value: 'm' } },
};

beforeAll(async () => {
  bridge = await createTestBridge();
  scim = await bridge.directory();
  user = await newUser(scim, 'pro', rest);
  await newGroup(scim, 'Projected', [user.id]);
});
afterAll(() => bridge.close());

const always = () => ({ schemas: user.schemas, id: user.id });

test.each<[string, () => object]>([
  ['userName', () => ({ userName: 'pro' })],
  ['USERNAME , name.givenName', () => ({ userName: 'pro', name: { givenName: 'Pro' } })],
  ['emails', () => ({ emails: rest.emails })],
  ['emails.value', () => ({ emails: [{ value: 'p@acme.test' }] })],
  [`${userSchema}:displayName`, () => ({ displayName: 'Pro Jection' })],
  [`${enterprise}:department`, () => ({ [enterprise]: { department: 'D' } })],
  [enterprise, () => ({ [enterprise]: rest[enterprise] })],
  ['groups.display', () => ({ groups: [{ display: 'Projected' }] })],
  ['meta.version', () => ({ meta: { version: user.meta.version } })],
  ['id', () => ({})],
  ['password', () => ({})],
  ['nonsense,__proto__,constructor', () => ({})],
])('?attributes=%s shows that, id and schemas', async (attributes, expected) => {
  const answer = await scim.get(`/Users/${user.id}?attributes=${encodeURIComponent(attributes)}`);
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({ ...always(), ...expected() });
});

test.each([
  ['displayName', (body: Body) => delete body.displayName],
  ['emails.value', (body: Body) => delete body.emails[0].value],
  ['name.givenName,groups', (body: Body) => delete body.groups && delete body.name.givenName],
  [`${enterprise}:manager`, (body: Body) => delete body[enterprise].manager],
  [enterprise, (body: Body) => delete body[enterprise]],
  ['id,schemas,nonsense', () => true],
])('?excludedAttributes=%s shows all but that', async (excluded, without) => {
  const whole = (await scim.get(`/Users/${user.id}`)).body;
  without(whole);
  const answer = await scim.get(`/Users/${user.id}?excludedAttributes=${encodeURIComponent(excluded)}`);
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual(whole);
});

test('the two together are refused, on every verb and before anything is written', async () => {
  const both = '?attributes=userName&excludedAttributes=emails';
  const answers: Answer[] = [
    await scim.get(`/Users${both}`),
    await scim.get(`/Users/${user.id}${both}`),
    await scim.post(`/Users${both}`, { schemas: [userSchema], userName: 'not-written' }),
    await scim.put(`/Users/${user.id}${both}`, { schemas: [userSchema], userName: 'not-written' }),
    await scim.patch(`/Users/${user.id}${both}`, patchOp({ op: 'replace', path: 'userName', value: 'not-written' })),
  ];
  for (const answer of answers) {
    expect(answer.status).toBe(400);
    expect(answer.body.scimType).toBe('invalidValue');
  }
  expect((await scim.get('/Users?filter=userName eq "not-written"')).body.totalResults).toBe(0);
});

test('projections hold on POST, PUT, PATCH, lists and .search', async () => {
  const created = await scim.post('/Users?attributes=userName', {
    schemas: [userSchema],
    userName: 'verbs',
    title: 'T',
  });
  expect(created.status).toBe(201);
  const { id } = created.body;
  const shown = { schemas: [userSchema], id, userName: 'verbs' };
  expect(created.body).toEqual(shown);
  expect(created.headers.get('etag')).toBe('W/"1"');
  const put = await scim.put(`/Users/${id}?attributes=userName`, {
    schemas: [userSchema],
    userName: 'verbs',
    title: 'U',
  });
  expect(put.body).toEqual(shown);
  const patched = await scim.patch(
    `/Users/${id}?attributes=userName`,
    patchOp({ op: 'replace', path: 'title', value: 'V' }),
  );
  expect(patched.status).toBe(200);
  expect(patched.body).toEqual(shown);
  const listed = await scim.get(`/Users?filter=id eq "${id}"&attributes=userName`);
  expect(listed.body.Resources).toEqual([shown]);
  const searched = await scim.post('/Users/.search', {
    schemas: [searchSchema],
    filter: `id eq "${id}"`,
    attributes: ['userName'],
  });
  expect(searched.body.Resources).toEqual([shown]);
  const excluded = await scim.get(`/Users?filter=id eq "${id}"&excludedAttributes=meta,title,active`);
  expect(excluded.body.Resources).toEqual([shown]);
});
