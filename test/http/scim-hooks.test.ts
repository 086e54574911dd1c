// The operator's hooks around the changes of resources, as identity providers and operators meet them.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createOutgoing } from '../../bridge/platform/http/outgoing.ts';
import type { AfterContext, BeforeContext, Hooks } from '../../bridge/provisioning/hooks/contracts.ts';
import { openHooks } from '../../bridge/provisioning/hooks/open-hooks.ts';
import type { HookRunnerOptions } from '../../bridge/provisioning/hooks/runner.ts';
import domainAllowList from '../../examples/hooks/domain-allow-list.ts';
import seatLimit from '../../examples/hooks/seat-limit.ts';
import { type Body, createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { enterprise, groupSchema, newGroup, newUser, patchOp, userSchema } from '../support/scim.ts';
import { createUserStorageClient } from '../support/user-storage-client.ts';

const bulkSchema = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const password = 'Correct-Horse-7';

let bridge: TestBridge;
const opened: TestBridge[] = [];
let scim: ScimClient;
/** What the hooks' own log and metrics said. */
let told: string[];
let runs: string[];

beforeEach(() => {
  told = [];
  runs = [];
});
afterEach(async () => {
  for (const one of opened.splice(0)) {
    await one.services.hookRunner?.close();
    await one.close();
  }
});

async function bridgeWith(hooks: Hooks | Hooks[], options: Partial<HookRunnerOptions> = {}, slug?: string) {
  bridge = await createTestBridge({
    hooks: {
      hooks: [hooks].flat(),
      timeoutMs: 5_000,
      onFailure: 'refuse',
      log: { warn: (_details, message) => void told.push(message) },
      onRun: ({ hook, outcome }) => void runs.push(`${hook} ${outcome}`),
      ...options,
    },
  });
  opened.push(bridge);
  scim = await bridge.directory(slug);
}

const user = (userName: string, more: object = {}) => ({ schemas: [userSchema], userName, ...more });
const untilTrue = (holds: () => boolean) => expect.poll(holds, { timeout: 30_000 }).toBe(true);

describe('a before-hook', () => {
  test('sees each operation with what is and what is to be, and never a password', async () => {
    const seen: BeforeContext[] = [];
    await bridgeWith({ before: (context) => void seen.push(context) });
    const { id } = (await scim.post('/Users', user('anna', { Password: password }))).body;
    await scim.patch(`/Users/${id}`, patchOp({ op: 'Replace', path: 'name.givenName', value: 'Anna' }));
    await scim.put(`/Users/${id}`, user('anna', { title: 'Boss', password }));
    await scim.delete(`/Users/${id}`);
    expect(seen).toMatchObject([
      { operation: 'create', resourceType: 'User', resource: { userName: 'anna' }, setsPassword: true },
      { operation: 'patch', id, current: { userName: 'anna' }, resource: { name: { givenName: 'Anna' } } },
      { operation: 'replace', id, current: { name: { givenName: 'Anna' } }, resource: { title: 'Boss' } },
      { operation: 'delete', id, current: { title: 'Boss' } },
    ]);
    expect(seen[0]).toMatchObject({ directory: { slug: scim.directory.slug, kind: 'scim' }, actor: /^token:rb_scim_/ });
    expect(JSON.stringify(seen)).not.toContain(password);
  });

  test('refuses with the SCIM error that it names, and nothing is written', async () => {
    await bridgeWith({
      before: ({ operation }) =>
        operation === 'create' ? undefined : { reject: { detail: 'Not on a Friday.', status: 403 } },
    });
    const { id, meta } = await newUser(scim, 'anna');
    for (const refused of [
      await scim.patch(`/Users/${id}`, patchOp({ op: 'replace', path: 'title', value: 'Boss' })),
      await scim.put(`/Users/${id}`, user('anna', { title: 'Boss' })),
      await scim.delete(`/Users/${id}`),
    ]) {
      expect(refused).toMatchObject({ status: 403, body: { status: '403', detail: 'Not on a Friday.' } });
    }
    expect((await scim.get(`/Users/${id}`)).body).toMatchObject({ meta: { version: meta.version } });
  });

  test('makes of a resource what it likes, which is validated like everything else', async () => {
    await bridgeWith({
      before: ({ resource }) =>
        resource && { resource: { ...resource, title: String(resource['title']).toUpperCase() } },
    });
    const created = await scim.post('/Users', user('anna', { title: 'boss', password }));
    expect(created).toMatchObject({ status: 201, body: { title: 'BOSS' } });
    const patched = await scim.patch(`/Users/${created.body.id}`, patchOp({ op: 'replace', value: { title: 'ceo' } }));
    expect(patched.body).toMatchObject({ title: 'CEO', userName: 'anna' });
    const replaced = await scim.put(`/Users/${created.body.id}`, user('anna', { title: 'cto' }));
    expect(replaced.body.title).toBe('CTO');
  });

  test('changes of a patch reach single values, lists and extensions, and what it takes away is gone', async () => {
    await bridgeWith({
      before({ operation, resource }) {
        if (operation !== 'patch' || !resource) return undefined;
        const { nickName: _nickName, ...rest } = resource;
        const emails = [{ value: 'anna@acme.test', type: 'work', primary: true }];
        return { resource: { ...rest, emails, [enterprise]: { department: 'Sales' } } };
      },
    });
    const { id } = await newUser(scim, 'anna', {
      schemas: [userSchema, enterprise],
      nickName: 'Ann',
      [enterprise]: { costCenter: '7' },
    });
    const { body } = await scim.patch(`/Users/${id}`, patchOp({ op: 'add', path: 'title', value: 'Boss' }));
    expect(body).toMatchObject({ title: 'Boss', emails: [{ value: 'anna@acme.test' }] });
    expect(body[enterprise]).toEqual({ department: 'Sales' });
    expect(body).not.toHaveProperty('nickName');
  });

  test('may mend what would be refused, and what it breaks is refused', async () => {
    await bridgeWith({
      before: ({ resource }) =>
        resource && {
          resource: resource['userName'] === 'breaks' ? { schemas: [userSchema] } : { ...resource, active: true },
        },
    });
    expect((await scim.post('/Users', user('mended', { active: { nonsense: 1 } }))).status).toBe(201);
    const broken = await scim.post('/Users', user('breaks'));
    expect(broken).toMatchObject({ status: 400, body: { scimType: 'invalidValue' } });
  });

  test('keeps the password that came with a resource it has changed', async () => {
    await bridgeWith({ before: ({ resource }) => resource && { resource: { ...resource, title: 'Boss' } } });
    const { id } = (await scim.post('/Users', user('anna', { password }))).body;
    const client = await createUserStorageClient(bridge, [scim.directory.slug]);
    expect((await client.verifyPassword(id, password)).body).toMatchObject({ result: 'valid' });
  });

  test('sees the members of a group where they change, and can not be overrun by a change in between', async () => {
    const seen: BeforeContext[] = [];
    let interrupt: (() => Promise<unknown>) | undefined;
    await bridgeWith({
      async before(context) {
        seen.push(context);
        const once = interrupt;
        interrupt = undefined;
        await once?.();
        return undefined;
      },
    });
    const anna = await newUser(scim, 'anna');
    const group = await newGroup(scim, 'Sales', [anna.id]);
    await scim.patch(`/Groups/${group.id}`, patchOp({ op: 'remove', path: `members[value eq "${anna.id}"]` }));
    expect(seen.at(-2)).toMatchObject({ resourceType: 'Group', resource: { members: [{ value: anna.id }] } });
    expect(seen.at(-1)).toMatchObject({ operation: 'patch', members: [{ kind: 'remove', ids: [anna.id] }] });
    expect(seen.at(-1)?.resource).not.toHaveProperty('members');
    seen.length = 0;
    interrupt = () => scim.patch(`/Users/${anna.id}`, patchOp({ op: 'add', path: 'nickName', value: 'Ann' }));
    await scim.patch(`/Users/${anna.id}`, patchOp({ op: 'add', path: 'title', value: 'Boss' }));
    expect(seen.map(({ current }) => current?.['nickName'])).toEqual([undefined, undefined, 'Ann']);
    expect((await scim.get(`/Users/${anna.id}`)).body).toMatchObject({ nickName: 'Ann', title: 'Boss' });
  });

  test('a user who is changed at every look is answered with 503, and not with a version that nobody named', async () => {
    let isOwn = false;
    await bridgeWith({
      async before({ operation, id }) {
        if (operation !== 'patch' || isOwn) return undefined;
        isOwn = true;
        await scim.patch(`/Users/${id}`, patchOp({ op: 'add', path: 'nickName', value: String(Math.random()) }));
        isOwn = false;
        return undefined;
      },
    });
    const { id } = await newUser(scim, 'anna');
    const refused = await scim.patch(`/Users/${id}`, patchOp({ op: 'add', path: 'title', value: 'Boss' }));
    expect(refused.status).toBe(503);
    expect((await scim.get(`/Users/${id}`)).body).not.toHaveProperty('title');
  });

  test('an If-Match of the client’s own is still the client’s', async () => {
    await bridgeWith({ before: () => undefined });
    const { id } = await newUser(scim, 'anna');
    const stale = await scim.patch(`/Users/${id}`, patchOp({ op: 'add', path: 'title', value: 'x' }), {
      'If-Match': 'W/"99"',
    });
    expect(stale.status).toBe(412);
    expect((await scim.delete(`/Users/01a2061e-0000-7000-8000-000000000000`)).status).toBe(404);
  });

  test('runs for each operation of a bulk request, and refuses them one by one', async () => {
    await bridgeWith({
      before: ({ resource }) =>
        resource?.['userName'] === 'bad' ? { reject: { detail: 'Not this one.' } } : undefined,
    });
    const post = (userName: string) => ({ method: 'POST', path: '/Users', bulkId: userName, data: user(userName) });
    const { body } = await scim.post('/Bulk', {
      schemas: [bulkSchema],
      Operations: [
        post('good'),
        post('bad'),
        { method: 'POST', path: '/Groups', bulkId: 'g', data: { schemas: [groupSchema], displayName: 'Sales' } },
      ],
    });
    expect(body.Operations.map(({ status }: Body) => status)).toEqual(['201', '400', '201']);
    expect(body.Operations[1].response.detail).toBe('Not this one.');
  });

  test.each<[string, Hooks['before']]>([
    ['throws', () => Promise.reject(new Error('boom'))],
    ['answers nonsense', () => JSON.parse('{"reject": "no"}')],
    ['takes too long', () => new Promise(() => undefined)],
  ])('that %s refuses with 503 by default, and lets through where that is wished', async (_name, before) => {
    await bridgeWith({ ...(before && { before }) }, { timeoutMs: 100 });
    const refused = await scim.post('/Users', user('anna'));
    expect(refused).toMatchObject({ status: 503, body: { detail: expect.stringContaining('Send it again') } });
    expect((await scim.get('/Users')).body.totalResults).toBe(0);
    expect(runs).toEqual(['before failed']);
    await bridgeWith({ ...(before && { before }) }, { timeoutMs: 100, onFailure: 'allow' });
    expect((await scim.post('/Users', user('anna'))).status).toBe(201);
    expect(told).toEqual(['a before-hook failed', 'a before-hook failed']);
  });

  test('each sees what the one before made of it', async () => {
    const add = (letter: string): Hooks => ({
      before: ({ resource }) => resource && { resource: { ...resource, title: `${resource['title'] ?? ''}${letter}` } },
    });
    await bridgeWith([add('a'), add('b')]);
    expect((await newUser(scim, 'anna')).title).toBe('ab');
    expect(runs).toEqual(['before changed', 'before changed']);
  });
});

describe('an after-hook', () => {
  test('is told what was written, and what becomes of it changes nothing', async () => {
    const seen: AfterContext[] = [];
    await bridgeWith({
      after(context) {
        seen.push(context);
        throw new Error('boom');
      },
    });
    const { id } = (await scim.post('/Users?attributes=userName', user('anna', { title: 'Boss', password }))).body;
    await untilTrue(() => seen.length === 1);
    expect(seen[0]).toMatchObject({ operation: 'create', id, resource: { title: 'Boss' } });
    expect(JSON.stringify(seen)).not.toContain(password);
    expect((await scim.delete(`/Users/${id}`)).status).toBe(204);
    await untilTrue(() => told.length === 2);
    expect(seen[1]).toEqual(expect.not.objectContaining({ resource: expect.anything() }));
    expect(runs).toEqual(['after failed', 'after failed']);
  });

  test('is not told of what was refused', async () => {
    const seen: AfterContext[] = [];
    await bridgeWith({ after: (context) => void seen.push(context) });
    await scim.post('/Users', { schemas: [userSchema] });
    await newUser(scim, 'anna');
    await untilTrue(() => seen.length > 0);
    expect(seen.map(({ operation }) => operation)).toEqual(['create']);
  });
});

describe('the worked examples', () => {
  test('only users of the company’s own domains get in, whichever way', async () => {
    await bridgeWith(domainAllowList, {}, 'acme');
    const anna = await newUser(scim, 'anna@acme.example');
    const foreign = {
      status: 400,
      body: { scimType: 'invalidValue', detail: expect.stringContaining('@acme.example') },
    };
    expect(await scim.post('/Users', user('eve@elsewhere.example'))).toMatchObject(foreign);
    expect(
      await scim.patch(`/Users/${anna.id}`, patchOp({ op: 'replace', value: { USERNAME: 'anna@elsewhere.example' } })),
    ).toMatchObject(foreign);
    const other = await bridge.directory('other');
    expect((await other.post('/Users', user('eve@elsewhere.example'))).status).toBe(201);
  });

  test('nobody becomes active when all seats are taken', async () => {
    await bridgeWith(seatLimit, {}, 'acme');
    const anna = await newUser(scim, 'anna');
    await newUser(scim, 'ben');
    const full = { status: 403, body: { detail: expect.stringContaining('seats are taken') } };
    expect(await scim.post('/Users', user('carl'))).toMatchObject(full);
    const dora = await newUser(scim, 'dora', { active: false });
    const activate = () => scim.patch(`/Users/${dora.id}`, patchOp({ op: 'replace', path: 'active', value: true }));
    expect(await activate()).toMatchObject(full);
    await scim.patch(`/Users/${anna.id}`, patchOp({ op: 'replace', path: 'active', value: false }));
    expect((await activate()).status).toBe(200);
    expect((await scim.patch(`/Users/${dora.id}`, patchOp({ op: 'add', path: 'title', value: 'x' }))).status).toBe(200);
  });
});

describe('hooks as an HTTP service', () => {
  const outgoing = createOutgoing({ allow: ['127.0.0.1'] });
  const secret = 'a-secret-of-more-than-thirty-two-characters';
  let service: Server;
  let asked: { body: Body; authorization: string | undefined }[];
  let answer: (body: Body) => { status: number; text: string };

  beforeEach(async () => {
    asked = [];
    service = createServer(async (request, response) => {
      const body = await json(request);
      asked.push({ body, authorization: request.headers.authorization });
      const { status, text } = answer(body);
      response.writeHead(status).end(text);
    }).listen(0, '127.0.0.1');
    await once(service, 'listening');
  });
  afterEach(() => void service.close());

  const open = (wants: ('before' | 'after')[] = ['before']) => {
    const { port } = service.address() as AddressInfo;
    return openHooks({ http: { url: `http://127.0.0.1:${port}/`, secret, wants }, timeoutMs: 5_000 }, outgoing);
  };

  test('is asked with its secret, and refuses, alters or lets pass', async () => {
    answer = ({ resource }) =>
      ({
        bad: { status: 200, text: '{"reject": {"detail": "Not this one.", "scimType": "invalidValue"}}' },
        altered: { status: 200, text: JSON.stringify({ resource: { ...resource, title: 'Boss' } }) },
      })[String(resource.userName)] ?? { status: 204, text: '' };
    await bridgeWith(await open());
    expect(await scim.post('/Users', user('bad'))).toMatchObject({ status: 400, body: { detail: 'Not this one.' } });
    expect((await newUser(scim, 'altered')).title).toBe('Boss');
    expect((await newUser(scim, 'plain')).title).toBeUndefined();
    expect(asked[0]).toMatchObject({
      authorization: `Bearer ${secret}`,
      body: { hook: 'before', operation: 'create', resourceType: 'User', resource: { userName: 'bad' } },
    });
  });

  test('that fails refuses with 503', async () => {
    answer = () => ({ status: 500, text: 'oops' });
    await bridgeWith(await open());
    expect((await scim.post('/Users', user('anna'))).status).toBe(503);
  });

  test('is told afterwards', async () => {
    answer = () => ({ status: 204, text: '' });
    await bridgeWith(await open(['after']));
    const { id } = await newUser(scim, 'anna');
    await untilTrue(() => asked.length === 1);
    expect(asked[0]?.body).toMatchObject({ hook: 'after', operation: 'create', id, resource: { userName: 'anna' } });
  });

  test.each([
    ['a private address', { http: { url: 'https://10.1.2.3/', wants: ['before' as const] } }, /OUTGOING_ALLOW/],
    ['a file that is not there', { module: '/nowhere/hooks.ts' }, /can't be loaded/],
    ['a file without hooks', { module: new URL('../support/scim.ts', import.meta.url).pathname }, /neither/],
  ])('%s stops the bridge with a reason', async (_name, sources, message) => {
    await expect(openHooks({ ...sources, timeoutMs: 1_000 }, outgoing)).rejects.toThrow(message);
  });

  test('a module is loaded by its path', async () => {
    const module = new URL('../../examples/hooks/seat-limit.ts', import.meta.url).pathname;
    expect(await openHooks({ module, timeoutMs: 1_000 }, outgoing)).toEqual([seatLimit]);
  });
});
