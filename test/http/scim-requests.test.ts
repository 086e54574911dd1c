// Every SCIM request is remembered: who asked what, how it ended, and of what failed, what was sent.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createApp } from '../../bridge/app.ts';
import { createLogger } from '../../bridge/platform/log.ts';
import {
  type Answer,
  type Body,
  createTestBridge,
  readAnswer,
  type ScimClient,
  type TestBridge,
} from '../support/bridge.ts';
import { eventsOf, filtered, newUser, patchOp, userSchema } from '../support/scim.ts';

const adminToken = 'an-admin-token-of-at-least-32-characters';
const bulkSchema = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const secret = 'Correct-Horse-7';

let bridge: TestBridge;
let app: ReturnType<typeof createApp>;
let scim: ScimClient;
let now = new Date('2026-11-01T08:00:00Z');

beforeAll(async () => {
  bridge = await createTestBridge({ clock: { now: () => now }, requestRetentionDays: 30 });
  app = createApp({ services: bridge.services, logger: createLogger('silent'), adminToken });
});
beforeEach(async () => {
  scim = await bridge.directory();
});
afterAll(() => bridge.close());

async function ask(query = '', slug = scim.directory.slug): Promise<Answer> {
  const headers = { Authorization: `Bearer ${adminToken}` };
  return readAnswer(await app.request(`/api/v1/directories/${slug}/requests${query}`, { headers }));
}
const requests = async (query = ''): Promise<Body[]> => (await ask(query)).body.requests;

test('a request that was granted, and one that was refused, with what it sent', async () => {
  const { id } = await newUser(scim, 'anna', { password: secret });
  await scim.patch(`/Users/${id}`, patchOp({ op: 'replace', path: 'active', value: 'perhaps' }), {
    'User-Agent': 'IdP/1',
  });
  const [refused, created] = await requests();
  expect(created).toMatchObject({
    method: 'POST',
    path: '/Users',
    actor: expect.stringMatching(/^token:rb_scim_/),
    status: 201,
    scimType: null,
    detail: null,
    sent: null,
    failedOperations: 0,
  });
  expect(refused).toMatchObject({
    method: 'PATCH',
    path: `/Users/${id}`,
    status: 400,
    scimType: 'invalidValue',
    detail: expect.stringContaining('active'),
    userAgent: 'IdP/1',
    sent: { Operations: [{ op: 'replace', path: 'active', value: 'perhaps' }] },
  });
  expect(await requests('?failed=true')).toEqual([refused]);
  expect(await requests(`?resource=${id}`)).toEqual([refused]);
  expect(await requests(`?requestId=${created.requestId}`)).toEqual([created]);
});

test('its id leads from an event to the request that caused it', async () => {
  await newUser(scim, 'anna');
  const [request] = await requests();
  const [event] = await eventsOf(bridge, scim);
  expect(event).toMatchObject({ actor: { requestId: request.requestId } });
});

test('no password and no token is ever kept', async () => {
  const { id } = await newUser(scim, 'anna');
  const sent = [
    scim.post('/Users', { schemas: [userSchema], password: secret, PASSWORD: secret }),
    scim.patch(`/Users/${id}`, patchOp({ op: 'add', path: 'password', value: secret }, { op: 'nonsense' })),
    scim.patch(`/Users/${id}`, patchOp({ op: 'nonsense', value: { password: secret } })),
    scim.get(filtered('/Users', `password eq "${secret}"`)),
    scim.get(`/Users?access_token=${secret}&filter=nonsense`),
    scim.post('/Bulk', {
      schemas: [bulkSchema],
      Operations: [{ method: 'POST', path: '/Users', bulkId: 'a', data: { password: secret } }],
    }),
  ];
  for (const answer of await Promise.all(sent)) expect(answer.status).toBeLessThan(500);
  const kept = JSON.stringify(await requests());
  expect(kept).not.toContain(secret);
  expect(kept).not.toContain(scim.token);
  expect(kept).toContain('nonsense');
});

test('of a bulk request is told how many operations failed, and why the first did', async () => {
  await newUser(scim, 'taken');
  const post = (userName: string) => ({ method: 'POST', path: '/Users', bulkId: userName, data: { userName } });
  await scim.post('/Bulk', { schemas: [bulkSchema], Operations: [post('new'), post('taken'), post('')] });
  const [bulk, ...others] = await requests('?failed=true');
  expect(others).toEqual([]);
  expect(bulk).toMatchObject({ status: 200, path: '/Bulk', failedOperations: expect.any(Number) });
  expect(bulk.failedOperations).toBeGreaterThan(0);
  expect(bulk.detail).toEqual(expect.any(String));
});

test('the tolerances without which a request would have been refused are named', async () => {
  const { id } = await newUser(scim, 'anna');
  await scim.patch(`/Users/${id}`, patchOp({ op: 'replace', path: 'active', value: 'False' }));
  const [patched] = await requests();
  expect(patched).toMatchObject({ status: 200, tolerances: [expect.any(String)] });
});

describe('a search', () => {
  test('finds what names somebody, wherever and in whatever case, and nothing else', async () => {
    const { id } = await newUser(scim, 'anna');
    await newUser(scim, 'berta');
    await scim.get(filtered('/Users', 'userName eq "Carla@X.test"'));
    await scim.post('/Users', { schemas: [userSchema], userName: 'ANNA', title: '50 % "of" all' });
    const found = async (text: string) =>
      (await requests(`?text=${encodeURIComponent(text)}`)).map(({ method, status }) => `${method} ${status}`);
    expect(await found('carla@x')).toEqual(['GET 200']);
    expect(await found('anna')).toEqual(['POST 409']);
    expect(await found('50 % "OF"')).toEqual(['POST 409']);
    expect(await found('%%')).toEqual([]);
    await scim.get(`/Users/${id}`);
    expect(await found(id)).toEqual(['GET 200']);
    expect(await found('userName "ANNA"')).toEqual(['POST 409']);
    for (const query of ['text=x', 'text=%00%00', 'requestId=%00', 'actor=%00']) {
      expect((await ask(`?${query}`)).status, query).toBe(400);
    }
  });

  test('finds what was asked in a time, by a token', async () => {
    const before = now;
    await newUser(scim, 'anna');
    now = new Date(before.getTime() + 60_000);
    await newUser(scim, 'berta');
    now = new Date(before.getTime() + 120_000);
    const { token } = await bridge.services.directories.createToken(scim.directory.slug, {});
    const headers = { Authorization: `Bearer ${token}` };
    await bridge.send(`/scim/v2/${scim.directory.slug}/Users`, { headers });
    const [listed, second, first] = await requests();
    const at = (ms: number) => new Date(before.getTime() + ms).toISOString();
    expect(await requests(`?since=${at(60_000)}&until=${at(120_000)}`)).toEqual([second]);
    expect(await requests(`?until=${at(60_000)}`)).toEqual([first]);
    expect(await requests(`?actor=${encodeURIComponent(listed.actor)}`)).toEqual([listed]);
    expect(listed.actor).not.toBe(first.actor);
    expect((await ask('?since=yesterday')).status).toBe(400);
    now = before;
  });
});

describe('a stranger', () => {
  test('is remembered at the directory that was asked for, as nobody known, and not without end', async () => {
    const asked = Array.from({ length: 70 }, () =>
      bridge.send(`/scim/v2/${scim.directory.slug}/Users`, { headers: { Authorization: `Bearer ${secret}` } }),
    );
    for (const { status } of await Promise.all(asked)) expect(status).toBe(401);
    await bridge.send('/scim/v2/nobody-here/Users');
    const kept = await requests('?failed=true&limit=500');
    expect(kept).toHaveLength(60);
    expect(kept[0]).toMatchObject({ status: 401, actor: null, path: '/Users', sent: null });
    expect(JSON.stringify(kept)).not.toContain(secret);
  });

  test('reads nothing without the admin token, and a directory that is not there has nothing', async () => {
    const open = await app.request(`/api/v1/directories/${scim.directory.slug}/requests`);
    expect(open.status).toBe(401);
    expect(await ask('', 'nobody-here')).toMatchObject({ status: 404, body: { code: 'directory_absent' } });
    expect((await ask('?before=1')).status).toBe(400);
    expect((await ask('?limit=501')).status).toBe(400);
  });
});

test('one directory’s requests are not another’s', async () => {
  await newUser(scim, 'anna');
  const [mine] = await requests();
  scim = await bridge.directory();
  expect(await requests()).toEqual([]);
  expect(await requests(`?requestId=${mine.requestId}`)).toEqual([]);
});

test('pages follow each other from the latest to the first', async () => {
  for (const name of ['anna', 'ben', 'carl', 'dora', 'emil']) await newUser(scim, name);
  const seen: string[] = [];
  let next = '';
  for (let page = 0; page < 3; page += 1) {
    const { body } = await ask(`?limit=2${next}`);
    seen.push(...body.requests.map(({ requestId }: Body) => requestId));
    next = `&before=${body.next}`;
    expect(body.next === null).toBe(page === 2);
  }
  expect(seen).toEqual((await requests()).map(({ requestId }) => requestId));
  expect(new Set(seen).size).toBe(5);
});

test('what is older than it is to be kept is removed, and nothing else', async () => {
  const before = now;
  await newUser(scim, 'old');
  await requests();
  now = new Date(before.getTime() + 31 * 24 * 3_600_000);
  await newUser(scim, 'new');
  await requests();
  await bridge.services.retention.prune();
  const left = await requests();
  expect(left.map(({ time }) => time)).toEqual([now.toISOString()]);
  now = before;
});

test('one that holds what PostgreSQL can’t keep takes no others with it', async () => {
  const halves = `${'x'.repeat(199)}💡`;
  await newUser(scim, 'anna');
  const sent = [
    { schemas: [userSchema], userName: 'a\0b' },
    { schemas: [userSchema], userName: '\ud800' },
    { schemas: [userSchema], userName: halves, active: 'perhaps' },
  ];
  for (const body of sent) expect((await scim.post('/Users', body)).status).toBe(400);
  await scim.get('/Users?filter=%00');
  const kept = await requests();
  expect(kept.map(({ status }) => status)).toEqual([400, 400, 400, 400, 201]);
  expect(bridge.services.requestLog.forgotten()).toBe(0);
});
