// Targets that behave badly: what can be pushed is, and what can't be is told.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type AwkwardServer, type Habits, startAwkwardServer } from '../support/awkward-scim-server.ts';
import type { Body, ScimClient, TestBridge } from '../support/bridge.ts';
import { createPushingBridge, newTarget, patience, untilSettled, type Wish } from '../support/outbound-stage.ts';
import { newGroup, newUser, patchOp } from '../support/scim.ts';

describe('a target that behaves badly', { timeout: 180_000 }, () => {
  let bridge: TestBridge;
  let scim: ScimClient;
  let slug: string;
  let count = 0;
  const servers: AwkwardServer[] = [];

  beforeAll(async () => {
    bridge = await createPushingBridge();
  });
  afterAll(() => bridge?.close());
  beforeEach(async () => {
    slug = `awkward-${++count}`;
    scim = await bridge.directory(slug);
  });
  afterEach(async () => {
    for (const { slug: target } of await bridge.services.outbound.listTargets(slug)) {
      await bridge.services.outbound.deleteTarget(slug, target);
    }
    for (const server of servers.splice(0)) await server.close();
  });

  async function serving(habits: Partial<Habits> = {}): Promise<AwkwardServer> {
    const server = await startAwkwardServer(habits);
    servers.push(server);
    return server;
  }
  const target = (server: AwkwardServer, wish: Wish & { slug?: string } = {}) =>
    newTarget(bridge, slug, { baseUrl: server.url, ...wish });
  const status = (name = 'app') => bridge.services.outbound.readStatus(slug, name);
  const settled = (name = 'app') => untilSettled(bridge, slug, name);
  const eventually = (check: () => void | Promise<void>) => vi.waitFor(check, patience);
  const named = (server: AwkwardServer, userName: string): Body =>
    [...server.users.values()].find((one) => one.userName === userName);
  const onlyGroup = (server: AwkwardServer): Body => [...server.groups.values()][0];
  const memberNames = (server: AwkwardServer): string[] =>
    (onlyGroup(server)?.members ?? []).map(({ value }: Body) => server.users.get(value)?.userName ?? value).sort();

  it('without a word of itself and without PATCH gets whole resources', async () => {
    const server = await serving({ says: undefined, patch: false });
    const anna = await newUser(scim, 'anna', { title: 'Engineer' });
    const staff = await newGroup(scim, 'staff', [anna.id]);
    await target(server);
    await settled();
    const bert = await newUser(scim, 'bert');
    await scim.patch(`/Users/${anna.id}`, patchOp({ op: 'remove', path: 'title' }));
    await scim.patch(`/Groups/${staff.id}`, patchOp({ op: 'add', path: 'members', value: [{ value: bert.id }] }));
    await eventually(() => {
      expect(named(server, 'anna')).not.toHaveProperty('title');
      expect(memberNames(server)).toEqual(['anna', 'bert']);
    });
    expect(server.requests.some((one) => one.startsWith('PATCH'))).toBe(false);
  });

  it('that says it has PATCH and has not gets whole resources from then on', async () => {
    const server = await serving({ patch: false });
    const anna = await newUser(scim, 'anna');
    await target(server);
    await settled();
    await scim.patch(`/Users/${anna.id}`, patchOp({ op: 'add', path: 'title', value: 'Head' }));
    await eventually(() => expect(named(server, 'anna')).toMatchObject({ title: 'Head' }));
    await newGroup(scim, 'staff', [anna.id]);
    await eventually(() => expect(memberNames(server)).toEqual(['anna']));
    expect(server.requests.filter((one) => one.startsWith('PATCH')).length).toBe(1);
  });

  it('answers 409 and shows the account: it is taken over; shows none: that is told', async () => {
    const server = await serving();
    const anna = await newUser(scim, 'anna');
    server.users.set('old', { id: 'old', userName: 'ANNA', meta: { version: 'W/"1"' } });
    await target(server);
    await settled();
    expect(server.users.get('old')).toMatchObject({ externalId: anna.id });
    server.habits.refusals = { status: 409, count: 1 };
    await newUser(scim, 'bert');
    await eventually(async () => {
      expect((await status()).quarantined).toMatchObject([{ problem: expect.stringContaining('"bert"') }]);
    });
    expect(server.users.size).toBe(1);
  });

  it('ignores filters: nobody else’s account is taken for the one that was asked for', async () => {
    const server = await serving({ ignoresFilters: true });
    server.users.set('x', { id: 'x', userName: 'someone-else', meta: {} });
    server.users.set('old', { id: 'old', userName: 'anna', meta: { version: 'W/"1"' } });
    await newUser(scim, 'anna', { title: 'Head' });
    await target(server);
    await settled();
    expect(server.users.get('x')).toEqual({ id: 'x', userName: 'someone-else', meta: {} });
    expect(server.users.get('old')).toMatchObject({ title: 'Head' });
  });

  it('loses its answer to a creation: the account is looked for before another is made', async () => {
    const server = await serving({ sharesNames: true });
    await newUser(scim, 'anna');
    await target(server);
    await settled();
    // On the connection that is open by now, which may as well have been closed before the request came.
    server.habits.losesAnswers = 1;
    await newUser(scim, 'bert');
    await eventually(() => expect(server.habits.losesAnswers).toBe(0));
    await settled();
    expect([...server.users.values()].map(({ userName }) => userName)).toEqual(['anna', 'bert']);
  });

  it('has lost an account: it is made again, and its memberships with it', async () => {
    const server = await serving();
    const anna = await newUser(scim, 'anna');
    const staff = await newGroup(scim, 'staff', [anna.id]);
    await target(server);
    await settled();
    server.users.clear();
    await scim.patch(`/Users/${anna.id}`, patchOp({ op: 'add', path: 'title', value: 'Head' }));
    await eventually(() => {
      expect(named(server, 'anna')).toMatchObject({ title: 'Head' });
      expect(memberNames(server)).toEqual(['anna']);
    });
    await settled();
    server.groups.clear();
    await scim.patch(`/Groups/${staff.id}`, patchOp({ op: 'replace', path: 'displayName', value: 'crew' }));
    await eventually(() => {
      expect(onlyGroup(server)).toMatchObject({ displayName: 'crew' });
      expect(memberNames(server)).toEqual(['anna']);
    });
  });

  it('names its answers wrongly and has versions that must match', async () => {
    const server = await serving({ contentType: 'text/plain', says: { patch: true, etag: true } });
    const anna = await newUser(scim, 'anna');
    await target(server);
    await settled();
    server.habits.requiresIfMatch = true;
    const there = named(server, 'anna');
    there.meta.version = 'W/"77"';
    await scim.patch(`/Users/${anna.id}`, patchOp({ op: 'add', path: 'title', value: 'Head' }));
    await eventually(() => expect(named(server, 'anna')).toMatchObject({ title: 'Head' }));
  });

  it('has versions that must match and says nothing of them', async () => {
    const server = await serving({ requiresIfMatch: true });
    const anna = await newUser(scim, 'anna');
    await target(server);
    await settled();
    await scim.patch(`/Users/${anna.id}`, patchOp({ op: 'add', path: 'title', value: 'Head' }));
    await eventually(() => expect(named(server, 'anna')).toMatchObject({ title: 'Head' }));
  });

  it('shows schemas of its own: it gets what they have, and what they refuse is told before it is sent', async () => {
    const attributes = [
      { name: 'userName', type: 'string', required: true },
      { name: 'title', type: 'string', required: true },
      { name: 'active', type: 'boolean' },
    ];
    const schemas = [{ id: 'urn:ietf:params:scim:schemas:core:2.0:User', name: 'User', attributes }];
    const server = await serving({ schemas });
    await newUser(scim, 'anna', { title: 'Head', nickName: 'Annie', password: 'never-handed-on-1' });
    const bert = await newUser(scim, 'bert');
    await target(server);
    expect((await settled()).quarantined).toEqual([
      expect.objectContaining({
        sourceId: bert.id,
        problem: expect.stringMatching(/target's schema refuses it.*title/),
      }),
    ]);
    expect(named(server, 'anna')).toMatchObject({ title: 'Head', active: true });
    expect(named(server, 'anna')).not.toHaveProperty('nickName');
    expect(named(server, 'anna')).not.toHaveProperty('password');
    expect(server.requests.filter((one) => one === 'POST /Users')).toHaveLength(1);
  });

  it('refuses one resource: it is told which and why, and the others are pushed', async () => {
    const server = await serving({ refusesUser: 'bert' });
    const bert = await newUser(scim, 'bert');
    await newUser(scim, 'anna');
    await target(server);
    const { quarantined, lastReport } = await settled();
    expect(quarantined).toEqual([
      expect.objectContaining({ sourceId: bert.id, problem: expect.stringContaining('I do not like it') }),
    ]);
    expect(lastReport).toMatchObject({ created: 1, refused: 1 });
    server.habits.refusesUser = undefined;
    await scim.patch(`/Users/${bert.id}`, patchOp({ op: 'add', path: 'title', value: 'Head' }));
    await eventually(() => expect(named(server, 'bert')).toMatchObject({ title: 'Head' }));
    expect((await settled()).quarantined).toEqual([]);
  });

  it('asks to be left alone: it is, for as long', async () => {
    const server = await serving();
    await newUser(scim, 'zoe');
    await target(server);
    await settled();
    server.habits.refusals = { status: 429, count: 1, headers: { 'Retry-After': '2' } };
    const before = server.requests.length;
    await newUser(scim, 'anna');
    await eventually(async () => expect((await status()).held?.reason).toContain('429'));
    await newUser(scim, 'bert');
    await sleep(700);
    expect(server.requests.length).toBe(before + 1);
    await eventually(() => expect(server.users.size).toBe(3));
    await eventually(async () => expect((await status()).held).toBeNull());
  });

  it('is dead, slow, or no SCIM server at all: that is told, and another target hears of changes at once', async () => {
    const [dead, site, well] = [await serving({ hangs: true }), await serving({ isWebsite: true }), await serving()];
    await target(dead, { slug: 'dead', timeoutSeconds: 1 });
    await target(site, { slug: 'site' });
    await target(well, { slug: 'well' });
    await settled('well');
    await newUser(scim, 'anna');
    await eventually(() => expect(named(well, 'anna')).toBeDefined());
    await eventually(async () => {
      expect((await status('dead')).held?.reason).toContain('did not answer');
      expect((await status('site')).held?.reason).toContain('not JSON');
    });
    dead.habits.hangs = false;
    await eventually(() => expect(named(dead, 'anna')).toBeDefined());
  });

  it('fails for a while: everything arrives in the end, once', async () => {
    const server = await serving();
    await target(server, { concurrency: 2 });
    await settled();
    server.habits.refusals = { status: 503, count: 8 };
    await Promise.all(Array.from({ length: 5 }, (_, n) => newUser(scim, `user-${n}`)));
    await eventually(() => expect(server.users.size).toBe(5));
    await settled();
  });

  it('refuses many members at once: they arrive in smaller parts', async () => {
    const server = await serving({ maxMembers: 10 });
    const made = await Promise.all(Array.from({ length: 35 }, (_, n) => newUser(scim, `user-${n}`)));
    await newGroup(
      scim,
      'all',
      made.map(({ id }) => id),
    );
    await target(server);
    await settled();
    expect(onlyGroup(server).members).toHaveLength(35);
  });

  it('drops members, or attributes: that is told of the resource', async () => {
    const server = await serving({ dropsMembers: true });
    const anna = await newUser(scim, 'anna', { title: 'Head' });
    const staff = await newGroup(scim, 'staff', [anna.id]);
    await target(server);
    expect((await settled()).quarantined).toEqual([
      expect.objectContaining({ sourceId: staff.id, problem: expect.stringContaining('1 of the members') }),
    ]);
    server.habits.dropsMembers = false;
    server.habits.drops = ['title'];
    delete named(server, 'anna').title;
    await bridge.services.outbound.requestSync(slug, 'app');
    await eventually(async () => {
      const { quarantined } = await status();
      expect(quarantined).toMatchObject([{ sourceId: anna.id, problem: expect.stringContaining('title') }]);
      expect(memberNames(server)).toEqual(['anna']);
    });
  });

  it('hides the members of its groups, as AWS does: they are changed by what is remembered', async () => {
    const server = await serving({ hidesMembers: true });
    const name = { givenName: 'A', familyName: 'N' };
    const [anna, bert] = [await newUser(scim, 'anna', { name }), await newUser(scim, 'bert', { name })];
    const staff = await newGroup(scim, 'staff', [anna.id, bert.id]);
    await target(server, { preset: 'aws-iam-identity-center' });
    await settled();
    await scim.patch(`/Groups/${staff.id}`, patchOp({ op: 'remove', path: `members[value eq "${anna.id}"]` }));
    await eventually(() => expect(memberNames(server)).toEqual(['bert']));
    await bridge.services.outbound.requestSync(slug, 'app');
    expect((await settled()).quarantined).toEqual([]);
  });

  it('takes tokens of an OAuth client', async () => {
    const server = await serving();
    await newUser(scim, 'anna');
    const tokenUrl = `${server.url}/oauth/token`;
    await target(server, { authentication: { type: 'oauth', tokenUrl, clientId: 'bridge', scope: 'scim' } });
    await settled();
    expect(server.users.size).toBe(1);
    expect([...server.authorizations]).toContain('Bearer for grant_type=client_credentials&scope=scim');
    expect(server.requests.filter((one) => one.endsWith('/oauth/token'))).toHaveLength(1);
  });

  it('gives its OAuth client no token: that is told', async () => {
    const server = await serving({ refusesClient: true });
    const tokenUrl = `${server.url}/oauth/token`;
    await target(server, { authentication: { type: 'oauth', tokenUrl, clientId: 'bridge', scope: null } });
    await eventually(async () =>
      expect((await status()).held?.reason).toBe('The token URL answered 401 (invalid_client) instead of a token.'),
    );
  });

  it('gets what the mappings make of a user; a mapping that its schema refuses is told', async () => {
    const server = await serving();
    const anna = await newUser(scim, 'anna', { name: { givenName: 'Anna', familyName: 'Arm' }, nickName: 'Annie' });
    await target(server, {
      mappings: [
        { name: 'b', attributes: { displayName: '{nickName | userName} of {name.familyName}', nickName: null } },
        { name: 'a', attributes: { displayName: 'overridden', name: { honorificPrefix: 'Dr.' } } },
      ],
    });
    await settled();
    expect(named(server, 'anna')).toMatchObject({
      displayName: 'Annie of Arm',
      name: { givenName: 'Anna', familyName: 'Arm', honorificPrefix: 'Dr.' },
    });
    expect(named(server, 'anna')).not.toHaveProperty('nickName');
    const { settings } = await bridge.services.outbound.readTarget(slug, 'app');
    const wrong = [{ name: 'c', resourceType: 'User' as const, attributes: { active: 'perhaps' } }];
    await bridge.services.outbound.updateTarget(slug, 'app', { settings: { ...settings, mappings: wrong } });
    await eventually(async () => {
      const { quarantined } = await status();
      expect(quarantined).toMatchObject([{ sourceId: anna.id, problem: expect.stringContaining('active') }]);
    });
  });
});
