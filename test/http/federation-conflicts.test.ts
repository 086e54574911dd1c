// GET …/conflicts and POST …/preview of the management API: who is not served and why, and what a change would do.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../../bridge/app.ts';
import { createLogger } from '../../bridge/platform/log.ts';
import { type Answer, type Body, createTestBridge, readAnswer, type TestBridge } from '../support/bridge.ts';
import { newUser } from '../support/scim.ts';

const adminToken = 'an-admin-token-of-at-least-32-characters';
let bridge: TestBridge;
let call: (method: string, path: string, body?: unknown) => Promise<Answer>;

const entra: Record<string, string> = {};
const okta: Record<string, string> = {};
const email = (value: string) => ({ emails: [{ value, primary: true }] });

beforeAll(async () => {
  bridge = await createTestBridge();
  const app = createApp({ services: bridge.services, logger: createLogger('silent'), adminToken });
  call = async (method, path, body) =>
    readAnswer(
      await app.request(`/api/v1/federations${path}`, {
        method,
        headers: { Authorization: `Bearer ${adminToken}`, 'Content-Type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    );
  const [first, second] = [await bridge.directory('entra'), await bridge.directory('okta')];
  await bridge.directory('later');
  for (const name of ['anna', 'bo', 'root']) entra[name] = (await newUser(first, name, email(`${name}@e`))).id;
  for (const name of ['Anna', 'cleo']) okta[name] = (await newUser(second, name, email(`${name}@o`))).id;
  okta['bertil'] = (await newUser(second, 'bertil', email('BO@e'))).id;
  const { federations } = bridge.services;
  await federations.createFederation({ slug: 'people' });
  await federations.addDirectory('people', 'entra');
  await federations.addDirectory('people', 'okta');
  await federations.reserveUsername('people', 'root', 'the failover admin');
});
afterAll(() => bridge.close());

const short = (user: Body) => user && `${user.directory} ${user.username}`;
const shown = ({ body }: Answer) =>
  body.conflicts.map(({ kind, hidden, by }: Body) => [kind, short(hidden), short(by)]);
const shifts = ({ body }: Answer) =>
  body.shifts.map(({ kind, before, after, reason }: Body) => [kind, short(before), short(after), reason]);

const all = [
  ['username', 'okta Anna', 'entra anna'],
  ['email', 'okta bertil', 'entra bo'],
  ['reserved-username', 'entra root', null],
];

describe('conflicts', () => {
  test('name who is not served, and because of whom', async () => {
    const answer = await call('GET', '/people/conflicts');
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    expect(shown(answer)).toEqual(all);
    expect(answer.body).toMatchObject({ counts: { username: 1, email: 1, reservedUsername: 1 }, next: null });
    expect(answer.body.conflicts[1]).toEqual({
      kind: 'email',
      hidden: { directory: 'okta', id: okta['bertil'], username: 'bertil', email: 'BO@e' },
      by: { directory: 'entra', id: entra['bo'], username: 'bo', email: 'bo@e' },
    });
  });

  test('come page by page', async () => {
    const read = [];
    for (let query = '?limit=1'; ; ) {
      const page = await call('GET', `/people/conflicts${query}`);
      expect(page.body.counts).toEqual({ username: 1, email: 1, reservedUsername: 1 });
      read.push(...shown(page));
      if (page.body.next === null) break;
      query = `?limit=1&after=${encodeURIComponent(page.body.next)}`;
    }
    expect(read).toEqual(all);
  });

  test('are told of an order that nobody has set', async () => {
    const reversed = await call('GET', '/people/conflicts?directories=okta,entra');
    expect(shown(reversed)).toEqual([
      ['username', 'entra anna', 'okta Anna'],
      ['email', 'entra bo', 'okta bertil'],
      ['reserved-username', 'entra root', null],
    ]);
    expect(shown(await call('GET', '/people/conflicts?directories=okta'))).toEqual([]);
  });
});

describe('a preview', () => {
  test.each([
    [
      'a directory is switched off',
      { directory: 'entra', enabled: false },
      [
        ['change-owner', 'entra anna', 'okta Anna', 'directory-disabled'],
        ['appear', null, 'okta bertil', 'no-longer-shadowed'],
        ['vanish', 'entra bo', null, 'directory-disabled'],
      ],
      { appear: 1, vanish: 1, changeOwner: 1, keepCopy: 1 },
    ],
    [
      'a directory is taken out',
      { directory: 'okta', remove: true },
      [['vanish', 'okta cleo', null, 'directory-removed']],
      { appear: 0, vanish: 1, changeOwner: 0, keepCopy: 0 },
    ],
    [
      'two directories swap their places',
      { directory: 'okta', priority: 10 },
      [
        ['change-owner', 'entra anna', 'okta Anna', 'shadowed'],
        ['appear', null, 'okta bertil', 'no-longer-shadowed'],
        ['vanish', 'entra bo', null, 'shadowed'],
      ],
      { appear: 1, vanish: 1, changeOwner: 1, keepCopy: 0 },
    ],
    ['nothing changes', { directory: 'okta', priority: 30 }, [], { appear: 0, vanish: 0, changeOwner: 0, keepCopy: 0 }],
    ['an empty one is added', { directory: 'later' }, [], { appear: 0, vanish: 0, changeOwner: 0, keepCopy: 0 }],
  ])('says what happens when %s, and changes nothing', async (_what, change, expected, counts) => {
    const before = (await call('GET', '/people')).body;
    const answer = await call('POST', '/people/preview', change);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    expect(shifts(answer)).toEqual(expected);
    expect(answer.body).toMatchObject({ counts, next: null, conflicts: { before: { username: 1, email: 1 } } });
    expect((await call('GET', '/people')).body).toEqual(before);
  });

  test('names who comes to hide somebody', async () => {
    const { body } = await call('POST', '/people/preview', { directory: 'okta', priority: 1 });
    const bo = body.shifts.find(({ before }: Body) => before?.username === 'bo');
    expect(bo.hiddenBy).toEqual({ directory: 'okta', id: okta['bertil'], username: 'bertil', email: 'BO@e' });
  });

  test('comes page by page', async () => {
    const first = await call('POST', '/people/preview?limit=2', { directory: 'entra', enabled: false });
    expect(first.body.shifts).toHaveLength(2);
    const rest = await call('POST', `/people/preview?limit=2&after=${encodeURIComponent(first.body.next)}`, {
      directory: 'entra',
      enabled: false,
    });
    expect(shifts(rest)).toEqual([['vanish', 'entra bo', null, 'directory-disabled']]);
    expect(rest.body.next).toBeNull();
  });
});

describe('a preview of more than one place', () => {
  test('says whom a federation serves no more when it is deleted, and that Keycloak keeps them', async () => {
    const answer = await call('POST', '/people/preview', { delete: true });
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    expect(shifts(answer)).toEqual([
      ['vanish', 'entra anna', null, 'federation-deleted'],
      ['vanish', 'entra bo', null, 'federation-deleted'],
      ['vanish', 'okta cleo', null, 'federation-deleted'],
    ]);
    expect(answer.body).toMatchObject({
      counts: { appear: 0, vanish: 3, changeOwner: 0, keepCopy: 3 },
      conflicts: { after: { username: 0, email: 0, reservedUsername: 0 } },
    });
    expect((await call('GET', '/people')).status).toBe(200);
  });

  test('says for each federation what becomes of it when a directory is disabled or deleted', async () => {
    const { federations } = bridge.services;
    await federations.createFederation({ slug: 'others' });
    await federations.addDirectory('others', 'entra');
    const preview = (body: unknown, query = '') => call('POST', `/../directories/entra/preview${query}`, body);
    const off = await preview({ enabled: false });
    expect(off.status, JSON.stringify(off.body)).toBe(200);
    expect(off.body.federations).toMatchObject([
      { federation: 'others', counts: { appear: 0, vanish: 3, changeOwner: 0, keepCopy: 3 } },
      { federation: 'people', counts: { appear: 1, vanish: 1, changeOwner: 1, keepCopy: 1 } },
    ]);
    const gone = await preview({ delete: true }, '?federation=people&limit=1');
    expect(gone.body.federations).toMatchObject([
      { counts: { vanish: 1, keepCopy: 0 }, shifts: [{ kind: 'change-owner', reason: 'directory-removed' }] },
    ]);
    const rest = await preview({ delete: true }, `?federation=people&after=${gone.body.federations[0].next}`);
    expect(rest.body.federations[0].shifts).toHaveLength(2);
    expect((await preview({ enabled: true })).body.federations).toMatchObject([{ shifts: [] }, { shifts: [] }]);
    expect((await preview({})).status).toBe(400);
    expect((await preview({ enabled: false, delete: true })).status).toBe(400);
    expect((await preview({ enabled: false }, `?after=${gone.body.federations[0].next}`)).body.detail).toMatch(
      /goes with the federation/,
    );
    expect((await preview({ enabled: false }, '?federation=nowhere')).body.code).toBe('federation_absent');
    expect((await bridge.services.directories.requireDirectory('entra')).enabled).toBe(true);
  });
});

test.each([
  ['an unknown federation', 'GET', '/nobody/conflicts', undefined, 404, 'federation_absent'],
  ['an unknown directory', 'GET', '/people/conflicts?directories=entra,nowhere', undefined, 404, 'directory_absent'],
  ['a directory named twice', 'GET', '/people/conflicts?directories=entra,entra', undefined, 400, 'invalid_request'],
  ['a cursor of nobody', 'GET', '/people/conflicts?after=WyJhIiwtMV0', undefined, 400, 'invalid_request'],
  ['no limit at all', 'GET', '/people/conflicts?limit=0', undefined, 400, 'invalid_request'],
  ['too high a limit', 'POST', '/people/preview?limit=1001', { directory: 'okta' }, 400, 'invalid_request'],
  ['a preview without a directory', 'POST', '/people/preview', {}, 400, 'invalid_request'],
  ['an unknown member', 'POST', '/people/preview', { directory: 'okta', dryRun: false }, 400, 'invalid_request'],
  ['deleting and more', 'POST', '/people/preview', { delete: true, directory: 'okta' }, 400, 'invalid_request'],
  [
    'removing and moving at once',
    'POST',
    '/people/preview',
    { directory: 'okta', remove: true, priority: 1 },
    400,
    'invalid_request',
  ],
  ['a taken priority', 'POST', '/people/preview', { directory: 'later', priority: 20 }, 409, 'conflict'],
  [
    'taking out what is not in',
    'POST',
    '/people/preview',
    { directory: 'later', remove: true },
    404,
    'directory_absent',
  ],
])('%s is refused', async (_what, method, path, body, status, code) => {
  const refused = await call(method, path, body);
  expect([refused.status, refused.body.code], JSON.stringify(refused.body)).toEqual([status, code]);
});
