// Bulk requests (RFC 7644 §3.7) over a directory.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Answer, type Body, createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { enterprise, eventsOf, groupSchema, newGroup, newUser, patchOp, userSchema } from '../support/scim.ts';

const bulkSchema = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';

let bridge: TestBridge;
let scim: ScimClient;

beforeAll(async () => {
  bridge = await createTestBridge();
});
beforeEach(async () => {
  scim = await bridge.directory();
});
afterAll(() => bridge.close());

const bulk = (operations: unknown[], more: object = {}, query = ''): Promise<Answer> =>
  scim.post(`/Bulk${query}`, { schemas: [bulkSchema], Operations: operations, ...more });

const user = (name: string, more: object = {}) => ({
  method: 'POST',
  path: '/Users',
  bulkId: name,
  data: { schemas: [userSchema], userName: name, ...more },
});
const group = (name: string, members: string[] = []) => ({
  method: 'POST',
  path: '/Groups',
  bulkId: name,
  data: { schemas: [groupSchema], displayName: name, members: members.map((value) => ({ value })) },
});

const statuses = (answer: Answer): string[] => answer.body.Operations.map(({ status }: Body) => status);
const idOf = (operation: Body): string => operation.location.split('/').at(-1);
const countUsers = async (): Promise<number> => (await scim.get('/Users?count=0')).body.totalResults;

describe('a job', () => {
  test('is 200 with an entry for each operation: method, bulkId, location, version and status', async () => {
    const anna = await newUser(scim, 'anna');
    const answer = await bulk([
      user('ben'),
      { method: 'PUT', path: `/Users/${anna.id}`, data: { schemas: [userSchema], userName: 'anna', title: 'Boss' } },
      { method: 'PATCH', path: `/Users/${anna.id}`, data: patchOp({ op: 'replace', path: 'title', value: 'CEO' }) },
      { method: 'DELETE', path: '/Users/bulkId:ben', bulkId: 'gone' },
      group('Sales'),
    ]);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    expect(answer.headers.get('content-type')).toContain('application/scim+json');
    const base = `http://localhost/scim/v2/${scim.directory.slug}`;
    expect(answer.body).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkResponse'],
      Operations: [
        {
          method: 'POST',
          bulkId: 'ben',
          location: expect.stringMatching(`^${base}/Users/`),
          version: 'W/"1"',
          status: '201',
        },
        { method: 'PUT', location: `${base}/Users/${anna.id}`, version: 'W/"2"', status: '200' },
        { method: 'PATCH', location: `${base}/Users/${anna.id}`, version: 'W/"3"', status: '200' },
        { method: 'DELETE', bulkId: 'gone', location: expect.stringMatching(`^${base}/Users/`), status: '204' },
        {
          method: 'POST',
          bulkId: 'Sales',
          location: expect.stringMatching(`^${base}/Groups/`),
          version: 'W/"1"',
          status: '201',
        },
      ],
    });
    expect((await scim.get(`/Users/${anna.id}`)).body.title).toBe('CEO');
    expect((await scim.get(answer.body.Operations[0].location.slice(base.length))).status).toBe(404);
  });

  test('keeps what it created as single requests would: columns, e-mails, passwords and events', async () => {
    const answer = await bulk([
      user('Anna', {
        externalId: 'a-1',
        displayName: 'Anna Q',
        emails: [{ value: 'anna@acme.test', type: 'work', primary: true }],
        password: 'correct horse battery',
        [enterprise]: { department: 'Sales' },
      }),
      user('ben', { active: false }),
    ]);
    expect(statuses(answer)).toEqual(['201', '201']);
    const [anna, ben] = answer.body.Operations.map(idOf);
    for (const [filter, id] of [
      ['userName eq "ANNA"', anna],
      ['externalId eq "a-1"', anna],
      ['emails[type eq "work" and value eq "anna@acme.test"]', anna],
      [`${enterprise}:department eq "sales"`, anna],
      ['active eq false', ben],
    ]) {
      const found = await scim.get(`/Users?filter=${encodeURIComponent(filter ?? '')}`);
      expect(found.body.Resources, filter).toMatchObject([{ id }]);
    }
    const events = await eventsOf(bridge, scim);
    expect(events).toMatchObject([
      { type: 'user.created', resourceId: anna, data: { keys: { usernames: ['anna'], emails: ['anna@acme.test'] } } },
      { type: 'user.created', resourceId: ben },
    ]);
    expect(JSON.stringify(events)).not.toContain('correct horse');
  });

  test('goes on after an error, and tells each in its own entry', async () => {
    await newUser(scim, 'taken');
    const answer = await bulk([
      user('a'),
      user('b', { userName: 'TAKEN' }),
      user('c', { emails: 'no@array.test', active: 7 }),
      user('d'),
      { method: 'PATCH', path: '/Users/no-such-id', data: patchOp({ op: 'remove', path: 'title' }) },
      { method: 'GET', path: '/Users/x', bulkId: 'get' },
      { method: 'DELETE', path: '/Nothing/x' },
      'nonsense',
      user('e'),
    ]);
    expect(answer.status).toBe(200);
    expect(statuses(answer)).toEqual(['201', '409', '400', '201', '404', '400', '404', '400', '201']);
    expect(answer.body.Operations[1]).toMatchObject({
      bulkId: 'b',
      response: { status: '409', scimType: 'uniqueness', detail: expect.stringContaining('TAKEN') },
    });
    expect(answer.body.Operations[1].location).toBeUndefined();
    expect(answer.body.Operations[2].response).toMatchObject({ status: '400', scimType: 'invalidValue' });
    expect(await countUsers()).toBe(4);
  });

  test('the first of two with the same name wins, wherever they stand', async () => {
    const many = Array.from({ length: 150 }, (_, index) => user(`u${index}`));
    const answer = await bulk([...many, user('again', { userName: 'U149' }), user('x', { userName: 'u3' })]);
    expect(new Set(statuses(answer).slice(0, 150))).toEqual(new Set(['201']));
    expect(statuses(answer).slice(150)).toEqual(['409', '409']);
    expect(await countUsers()).toBe(150);
    expect((await eventsOf(bridge, scim)).filter(({ type }) => type === 'user.created')).toHaveLength(150);
  });

  test('frees a name before it is taken again', async () => {
    const anna = await newUser(scim, 'anna');
    const answer = await bulk([{ method: 'DELETE', path: `/Users/${anna.id}` }, user('anna'), user('anna2')]);
    expect(statuses(answer)).toEqual(['204', '201', '201']);
  });
});

describe('failOnErrors', () => {
  test('stops after so many errors; the rest is not run and not answered', async () => {
    await newUser(scim, 'taken');
    const operations = [
      user('a'),
      user('b', { userName: 'taken' }),
      user('c'),
      { method: 'DELETE', path: '/Users/no-such-id' },
      user('d'),
      group('G'),
    ];
    expect(statuses(await bulk(operations, { failOnErrors: 1 }))).toEqual(['201', '409']);
    expect(await countUsers()).toBe(2);
    expect(statuses(await bulk(operations, { failOnErrors: 3 }))).toEqual(['409', '409', '201', '404']);
    expect(await countUsers()).toBe(3);
    expect(statuses(await bulk(operations, { failOnErrors: 9 }))).toHaveLength(6);
  });

  test('counts operations that could not be read, and bodies that are not valid', async () => {
    const bad = { method: 'POST', path: '/Users', data: {} };
    expect(statuses(await bulk([user('a'), bad, user('b'), bad, user('c')], { failOnErrors: 2 }))).toEqual([
      '201',
      '400',
      '201',
      '400',
    ]);
    expect(await countUsers()).toBe(2);
    // What can't be read is known before anything is run.
    expect(statuses(await bulk([user('x'), { method: 'GET' }], { failOnErrors: 1 }))).toEqual(['400']);
    expect(await countUsers()).toBe(2);
  });
});

describe('references', () => {
  test('point to what other operations make, before or after them, in data, paths and filters', async () => {
    const answer = await bulk([
      group('Team', ['bulkId:ben', 'bulkId:anna']),
      user('anna', { [enterprise]: { manager: { value: 'bulkId:ben' } } }),
      {
        method: 'PATCH',
        path: '/Groups/bulkId:Team',
        data: patchOp({ op: 'remove', path: 'members[value eq "bulkId:anna"]' }),
      },
      user('ben'),
    ]);
    expect(statuses(answer), JSON.stringify(answer.body)).toEqual(['201', '201', '200', '201']);
    const [team, anna, , ben] = answer.body.Operations.map(idOf);
    expect((await scim.get(`/Groups/${team}`)).body.members).toMatchObject([{ value: ben, type: 'User' }]);
    expect((await scim.get(`/Users/${anna}`)).body[enterprise].manager.value).toBe(ben);
  });

  test('in a circle are added afterwards', async () => {
    const answer = await bulk([
      group('A', ['bulkId:B', 'bulkId:anna']),
      group('B', ['bulkId:C']),
      group('C', ['bulkId:A', 'bulkId:C']),
      user('anna', { [enterprise]: { manager: { value: 'bulkId:anna' }, department: 'x' } }),
    ]);
    expect(statuses(answer), JSON.stringify(answer.body)).toEqual(['201', '201', '201', '201']);
    const [a, b, c, anna] = answer.body.Operations.map(idOf);
    const members = async (id: string) =>
      (await scim.get(`/Groups/${id}`)).body.members.map(({ value }: Body) => value).sort();
    expect(await members(a)).toEqual([b, anna].sort());
    expect(await members(b)).toEqual([c]);
    expect(await members(c)).toEqual([a, c].sort());
    const { body } = await scim.get(`/Users/${anna}`);
    expect(body[enterprise]).toMatchObject({ department: 'x', manager: { value: anna } });
    expect(body.meta.version).toBe(answer.body.Operations[3].version);
  });

  test('fail with 409 when what they point to failed, 400 when it is not there', async () => {
    await newUser(scim, 'taken');
    const answer = await bulk([
      user('bad', { userName: 'taken' }),
      group('G', ['bulkId:bad']),
      group('H', ['bulkId:nobody']),
      { method: 'DELETE', path: '/Users/bulkId:bad' },
      { method: 'PATCH', path: '/Groups/bulkId:p2', bulkId: 'p1', data: patchOp({ op: 'remove', path: 'x' }) },
      { method: 'PATCH', path: '/Groups/bulkId:p1', bulkId: 'p2', data: patchOp({ op: 'remove', path: 'x' }) },
    ]);
    expect(statuses(answer)).toEqual(['409', '409', '400', '409', '409', '409']);
    expect((await scim.get('/Groups?count=0')).body.totalResults).toBe(0);
  });

  test('in a circle that leave out what is required fail with 409, and leave nothing behind', async () => {
    const answer = await bulk([
      { method: 'POST', path: '/Groups', bulkId: 'A', data: { schemas: [groupSchema], displayName: 'bulkId:B' } },
      group('B', ['bulkId:A']),
    ]);
    expect(statuses(answer), JSON.stringify(answer.body)).toEqual(['409', '409']);
    expect((await scim.get('/Groups?count=0')).body.totalResults).toBe(0);
  });

  test('a circle that can not be closed takes its creation back', async () => {
    await newUser(scim, 'taken');
    const answer = await bulk([
      group('A', ['bulkId:bad']),
      user('bad', { userName: 'taken', [enterprise]: { manager: { value: 'bulkId:A' } } }),
    ]);
    expect(statuses(answer), JSON.stringify(answer.body)).toEqual(['409', '409']);
    expect((await scim.get('/Groups?count=0')).body.totalResults).toBe(0);
  });
});

describe('an operation', () => {
  test('with a version is run on that version only', async () => {
    const anna = await newUser(scim, 'anna');
    const patch = (value: string, version: string) => ({
      method: 'PATCH',
      path: `/Users/${anna.id}`,
      version,
      data: patchOp({ op: 'replace', path: 'title', value }),
    });
    const answer = await bulk([
      patch('A', 'W/"1"'),
      patch('B', 'W/"1"'),
      { method: 'DELETE', path: `/Users/${anna.id}`, version: 'W/"9"' },
      { method: 'PUT', path: `/Users/${anna.id}`, version: 'W/"2"', data: { schemas: [userSchema], userName: 'a2' } },
    ]);
    expect(statuses(answer)).toEqual(['200', '412', '412', '200']);
    expect((await scim.get(`/Users/${anna.id}`)).body).toMatchObject({ userName: 'a2', meta: { version: 'W/"3"' } });
  });

  test('shows its result when attributes are asked for, in its path or for the whole job', async () => {
    const asking = [
      { ...user('a', { title: 'x' }), path: '/Users?attributes=userName' },
      user('b', { title: 'x' }),
      { ...group('G', ['bulkId:a']), path: '/Groups?excludedAttributes=meta' },
      {
        method: 'PATCH',
        path: '/Groups/bulkId:G?attributes=displayName',
        data: patchOp({ op: 'remove', path: 'members' }),
      },
    ];
    const answer = await bulk(asking);
    const [a, b, g, patched] = answer.body.Operations;
    expect(a.response).toEqual({ schemas: [userSchema], id: idOf(a), userName: 'a' });
    expect(b.response).toBeUndefined();
    expect(g.response).toMatchObject({ displayName: 'G', members: [{ value: idOf(a) }] });
    expect(g.response.meta).toBeUndefined();
    expect(patched.response).toEqual({ schemas: [groupSchema], id: idOf(g), displayName: 'G' });

    const all = await bulk(
      [user('c', { title: 'x' }), { ...user('d'), path: '/Users?attributes=meta.version' }],
      {},
      '?attributes=title',
    );
    expect(all.body.Operations.map(({ response }: Body) => Object.keys(response).sort())).toEqual([
      ['id', 'schemas', 'title'],
      ['id', 'meta', 'schemas'],
    ]);
    const both = await bulk([{ ...user('e'), path: '/Users?attributes=title&excludedAttributes=meta' }]);
    expect(statuses(both)).toEqual(['400']);
  });

  test('on a resource of another directory finds nothing', async () => {
    const other = await bridge.directory();
    const theirs = await newUser(other, 'theirs');
    const answer = await bulk([
      { method: 'DELETE', path: `/Users/${theirs.id}` },
      { method: 'PATCH', path: `/Users/${theirs.id}`, data: patchOp({ op: 'remove', path: 'title' }) },
    ]);
    expect(statuses(answer)).toEqual(['404', '404']);
    expect((await other.get(`/Users/${theirs.id}`)).status).toBe(200);
  });
});

describe('the message', () => {
  test.each([
    ['no object', '[]', 400],
    ['no JSON', '{', 400],
    ['no operations', { schemas: [bulkSchema] }, 400],
    ['no whole failOnErrors', { schemas: [bulkSchema], Operations: [{}], failOnErrors: 'a' }, 400],
  ])('is refused with %s', async (_what, body, status) => {
    expect((await scim.post('/Bulk', body)).status).toBe(status);
  });

  test('needs its schema in the strict profile', async () => {
    const strict = await bridge.directory(undefined, 'rfc');
    const refused = await strict.post('/Bulk', { Operations: [user('a')] });
    expect(refused).toMatchObject({ status: 400, body: { scimType: 'invalidSyntax' } });
    expect(statuses(await strict.post('/Bulk', { schemas: [bulkSchema], Operations: [user('a')] }))).toEqual(['201']);
  });

  test('with too many operations or bytes is 413 and names the limit', async () => {
    const { body: config } = await scim.get('/ServiceProviderConfig');
    expect(config.bulk).toEqual({ supported: true, maxOperations: 1_000, maxPayloadSize: 2_097_152 });
    const tooMany = await bulk(new Array(1_001).fill({ method: 'DELETE', path: '/Users/x' }));
    expect(tooMany).toMatchObject({
      status: 413,
      body: { status: '413', detail: expect.stringMatching(/1000 .*maxOperations/) },
    });
    const tooLarge = await bulk([user('a', { title: 'x'.repeat(config.bulk.maxPayloadSize) })]);
    expect(tooLarge).toMatchObject({
      status: 413,
      body: { detail: expect.stringMatching(/2097152 .*maxPayloadSize/) },
    });
    expect(await countUsers()).toBe(0);
  });

  test('needs a token that may write, and POST', async () => {
    const { token } = await bridge.services.directories.createToken(scim.directory.slug, { scopes: ['read'] });
    expect((await scim.post('/Bulk', {}, { Authorization: `Bearer ${token}` })).status).toBe(403);
    const got = await scim.get('/Bulk');
    expect(got.status).toBe(405);
    expect(got.headers.get('allow')).toBe('POST');
  });
});

test('a thousand operations of all kinds are taken at once, beside other writers', async () => {
  const users = Array.from({ length: 900 }, (_, index) =>
    user(`u${index}`, { emails: [{ value: `u${index}@x.test` }] }),
  );
  const groups = Array.from({ length: 100 }, (_, index) =>
    group(`g${index}`, [`bulkId:u${index}`, `bulkId:u${index + 100}`]),
  );
  const [answer, racing] = await Promise.all([
    bulk([...groups, ...users]),
    bulk([...users].reverse().slice(0, 300)),
    newUser(scim, 'beside'),
    newGroup(scim, 'beside'),
  ]);
  const all = [...answer.body.Operations, ...racing.body.Operations];
  const created = all.filter(({ status, bulkId }: Body) => status === '201' && bulkId.startsWith('u'));
  expect(new Set(created.map(({ bulkId }: Body) => bulkId)).size).toBe(900);
  expect(created).toHaveLength(900);
  expect(await countUsers()).toBe(901);
  const events = await eventsOf(bridge, scim);
  expect(events.filter(({ type }) => type === 'user.created')).toHaveLength(901);
});

test('of many creations with one userName the first is made, and each answer stands where its operation does', async () => {
  const names = Array.from({ length: 300 }, (_, index) => (index % 150 === 149 ? 'the-same' : `many-${index}`));
  const statuses = ({ body }: Answer) => body.Operations.map(({ status }: Body) => status);
  const { body, ...first } = await bulk(names.map((name, index) => ({ ...user(name), bulkId: `b${index}` })));
  expect(statuses({ body, ...first })).toEqual(names.map((_, index) => (index === 299 ? '409' : '201')));
  expect(body.Operations.map(({ bulkId }: Body) => bulkId)).toEqual(names.map((_, index) => `b${index}`));

  const again = await bulk(names.map((_, index) => user(index < 100 ? `many-${index}` : `other-${index}`)));
  expect(statuses(again)).toEqual(names.map((_, index) => (index < 100 ? '409' : '201')));
});
