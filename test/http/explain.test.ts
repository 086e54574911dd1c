// GET …/explain of the management API: whom Keycloak gets for a name and why, and whether a login would work.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
import { newGroup, newUser, patchOp } from '../support/scim.ts';

const adminToken = 'an-admin-token-of-at-least-32-characters';
let bridge: TestBridge;
let entra: ScimClient;
let okta: ScimClient;
let federationToken: string;
let get: (query: Record<string, string>, federation?: string) => Promise<Answer>;

const email = (value: string) => ({ emails: [{ value, primary: true }] });
const password = 'Correct-Horse-7';

beforeAll(async () => {
  bridge = await createTestBridge();
  const app = createApp({ services: bridge.services, logger: createLogger('silent'), adminToken });
  get = async (query, federation = 'people') =>
    readAnswer(
      await app.request(`/api/v1/federations/${federation}/explain?${new URLSearchParams(query)}`, {
        headers: { Authorization: `Bearer ${adminToken}` },
      }),
    );
  entra = await bridge.directory('entra');
  okta = await bridge.directory('okta');
  const { federations } = bridge.services;
  await federations.createFederation({ slug: 'people' });
  await federations.addDirectory('people', 'entra');
  await federations.addDirectory('people', 'okta');
  ({ token: federationToken } = await federations.createToken('people'));
});
afterAll(() => bridge.close());

async function explain(query: Record<string, string>): Promise<Body> {
  const answer = await get(query);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
}

const failedOf = ({ login }: Body) =>
  login.checks.filter(({ status }: Body) => status === 'failed').map(({ id }: Body) => id);

describe('a user', () => {
  test('is served, with the request that last touched it and where that came from', async () => {
    const user = await newUser(entra, 'anna', { ...email('anna@e'), password });
    const changed = await entra.patch(`/Users/${user.id}`, patchOp({ op: 'replace', path: 'title', value: 'x' }));
    const told = await explain({ username: 'ANNA' });
    expect(told).toMatchObject({
      federation: 'people',
      asked: { username: 'ANNA' },
      served: {
        directory: 'entra',
        id: user.id,
        username: 'anna',
        email: 'anna@e',
        active: true,
        hasPassword: true,
        verdict: { outcome: 'served' },
        lastEvent: {
          type: 'user.updated',
          actor: expect.stringMatching(/^token:rb_scim_/),
          requestId: changed.headers.get('x-request-id'),
          changed: ['title'],
        },
      },
      more: false,
      deleted: null,
      directories: [
        { slug: 'entra', kind: 'scim', priority: 10, enabled: true, health: 'ok', heardAt: expect.any(String) },
        { slug: 'okta', heardAt: null },
      ],
      readers: [],
      login: { works: true },
    });
    expect(told.users).toEqual([told.served]);
  });

  test('has a last request that was refused, with the reason', async () => {
    const user = await newUser(entra, 'refused', { password });
    const bad = await entra.patch(`/Users/${user.id}`, patchOp({ op: 'replace', path: 'active', value: 'perhaps' }));
    expect(bad.status).toBe(400);
    await bridge.services.requestLog.flush();
    const { served } = await explain({ username: 'refused' });
    expect(served.lastEvent).toMatchObject({ type: 'user.created' });
    expect(served.lastRequest).toMatchObject({
      method: 'PATCH',
      status: 400,
      actor: expect.stringMatching(/^token:/),
      requestId: bad.headers.get('x-request-id'),
      detail: expect.stringContaining('active'),
    });
  });

  test('is found by e-mail', async () => {
    await newUser(okta, 'bertil', { ...email('Bertil@O'), password });
    expect(await explain({ email: 'bertil@o' })).toMatchObject({ served: { username: 'bertil', email: 'Bertil@O' } });
  });

  test('that is hidden is shown with who hides it, also by e-mail', async () => {
    await newUser(okta, 'Anna', password ? { ...email('anna@o'), password } : {});
    const byName = await explain({ username: 'anna' });
    expect(byName.users.map(({ directory, verdict }: Body) => [directory, verdict.outcome])).toEqual([
      ['entra', 'served'],
      ['okta', 'shadowed'],
    ]);
    expect(byName.users[1].verdict).toMatchObject({ match: 'username', by: { directory: 'entra', username: 'anna' } });
    await newUser(okta, 'annika', { ...email('anna@e'), password });
    const hidden = await explain({ username: 'annika' });
    expect(hidden).toMatchObject({ served: null, login: { works: false } });
    expect(hidden.users[0].verdict).toMatchObject({ match: 'email', by: { directory: 'entra', username: 'anna' } });
    expect(failedOf(hidden)).toEqual(['precedence']);
    expect(hidden.login.checks.at(-1).detail).toContain('"anna"');
  });

  test.each([
    ['is deactivated', 'off', { password, active: false }, ['active']],
    ['has no password', 'nopass', {}, ['password']],
    ['has neither', 'neither', { active: false }, ['active', 'password']],
  ])('who %s can’t log in', async (_what, name, more, failed) => {
    await newUser(entra, name, more);
    const told = await explain({ username: name });
    expect(told.served).toMatchObject({ username: name });
    expect(failedOf(told)).toEqual(failed);
  });

  test('whose name is reserved is not served, and the reason is told', async () => {
    await newUser(entra, 'root', { password });
    await bridge.services.federations.reserveUsername('people', 'root', 'the failover admin');
    const told = await explain({ username: 'root' });
    expect(told).toMatchObject({
      served: null,
      users: [{ verdict: { outcome: 'reserved', reason: 'the failover admin' } }],
    });
    expect(failedOf(told)).toEqual(['reserved']);
  });

  test('of a directory that is switched off is named, and it is said where it was', async () => {
    await newUser(okta, 'cleo', { password });
    await bridge.services.federations.setDirectory('people', 'okta', { enabled: false });
    const here = await explain({ username: 'cleo' });
    expect(here).toMatchObject({ served: null, users: [{ verdict: { outcome: 'directory-disabled' } }] });
    expect(failedOf(here)).toEqual(['directory']);
    expect(here.login.checks.at(-1).detail).toContain('in this federation');
    await bridge.services.federations.setDirectory('people', 'okta', { enabled: true });
    await bridge.services.directories.updateDirectory('okta', { enabled: false });
    expect((await explain({ username: 'cleo' })).login.checks.at(-1).detail).toContain('as a whole');
    await bridge.services.directories.updateDirectory('okta', { enabled: true });
    expect(failedOf(await explain({ username: 'cleo' }))).toEqual([]);
  });

  test('without a password may come in through the identity provider it is linked to', async () => {
    await bridge.services.federations.setDirectory('people', 'okta', { identityLink: { provider: 'company' } });
    await newUser(okta, 'linked', { externalId: 'sub-1' });
    expect(await explain({ username: 'linked' })).toMatchObject({
      served: { identityLink: { provider: 'company', subject: 'sub-1' } },
      login: { works: true },
    });
    await bridge.services.federations.setDirectory('people', 'okta', { identityLink: null });
  });

  test('that was deleted is told of, by name and by e-mail', async () => {
    const { id } = await newUser(entra, 'leaver', email('leaver@e'));
    await entra.delete(`/Users/${id}`);
    for (const query of [{ username: 'Leaver' }, { email: 'leaver@e' }]) {
      const told = await explain(query);
      expect(told).toMatchObject({ served: null, users: [], deleted: { directory: 'entra', id } });
      expect(told.deleted.event).toMatchObject({ type: 'user.deleted', actor: expect.stringMatching(/^token:/) });
      expect(told.login.checks).toEqual([
        { id: 'known', status: 'failed', detail: expect.stringContaining('deleted') },
      ]);
    }
    expect(await explain({ username: 'nobody' })).toMatchObject({ users: [], deleted: null, login: { works: false } });
  });
});

describe('Keycloak’s place in the change feed', () => {
  const changes = async (after?: string): Promise<string> => {
    const query = after === undefined ? '' : `?after=${after}`;
    const { body } = await bridge.send(`/user-storage/v1/people/changes${query}`, {
      headers: { Authorization: `Bearer ${federationToken}` },
    });
    return body.cursor;
  };

  test('is told: what it has read, and whether the user’s last change is among that', async () => {
    const start = await changes();
    await changes(start);
    const user = await newUser(entra, 'fresh', { password });
    const before = await explain({ username: 'fresh' });
    expect(before.readers).toEqual([
      { name: expect.stringMatching(/^people token:/), lastSeenAt: expect.any(String), behind: 1, hasLastEvent: false },
    ]);
    expect(before.login).toMatchObject({ works: true });
    expect(before.login.checks.at(-1)).toMatchObject({ id: 'feed', status: 'warning' });
    // It has what it was told only when it comes for more.
    const next = await changes(start);
    expect((await explain({ username: 'fresh' })).readers).toMatchObject([{ hasLastEvent: false }]);
    await changes(next);
    const after = await explain({ username: 'fresh' });
    expect(after.readers).toMatchObject([{ behind: 0, hasLastEvent: true }]);
    expect(after.login.checks.at(-1)).toMatchObject({ id: 'feed', status: 'ok' });
    await entra.delete(`/Users/${user.id}`);
    expect((await explain({ username: 'fresh' })).readers).toMatchObject([{ behind: 1, hasLastEvent: false }]);
  });

  test('is forgotten with its token', async () => {
    const [token] = await bridge.services.federations.listTokens('people');
    await bridge.services.federations.revokeToken('people', token?.id ?? '');
    expect((await explain({ username: 'anna' })).readers).toEqual([]);
  });
});

test.each([
  ['an unknown federation', { username: 'anna' }, 'nobody', 404, 'federation_absent'],
  ['no name', {}, 'people', 400, 'invalid_request'],
  ['a name and an e-mail', { username: 'a', email: 'b' }, 'people', 400, 'invalid_request'],
  ['an endless name', { username: 'x'.repeat(1_001) }, 'people', 400, 'invalid_request'],
])('%s is refused', async (_what, query: Record<string, string>, federation, status, code) => {
  const refused = await get(query, federation);
  expect([refused.status, refused.body.code]).toEqual([status, code]);
});

test('a name that PostgreSQL can’t hold is nobody’s', async () => {
  expect(await explain({ username: 'a\0b' })).toMatchObject({ users: [], deleted: null });
});

test('a leaver whose going the guard holds is told to be one', async () => {
  const { guard } = bridge.services;
  const none = { count: 0, percent: 0 };
  await guard.update('okta', { limits: { deactivate: none, remove_member: none } });
  const user = await newUser(okta, 'leaver', { password });
  const group = await newGroup(okta, 'Staff', [user.id]);
  await okta.patch(`/Groups/${group.id}`, patchOp({ op: 'remove', path: 'members' }));
  await okta.patch(`/Users/${user.id}`, patchOp({ op: 'replace', path: 'active', value: false }));
  const told = await explain({ username: 'leaver' });
  expect(told.login.works).toBe(true);
  expect(told.served.held).toMatchObject([
    { operation: 'remove_member', group: 'Staff' },
    { operation: 'deactivate', group: null, actor: expect.stringMatching(/^token:rb_scim_/) },
  ]);
  expect(told.login.checks).toContainEqual({
    id: 'guard',
    status: 'warning',
    detail: expect.stringContaining(told.served.held[1].requestId),
  });
  await guard.release('okta', {}, { budgetMs: 30_000 });
  expect(failedOf(await explain({ username: 'leaver' }))).toEqual(['active']);
});
