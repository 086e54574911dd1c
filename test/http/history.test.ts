// What happened to somebody, over the management API and on the command line.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../../bridge/app.ts';
import { createLogger } from '../../bridge/platform/log.ts';
import { type Answer, createTestBridge, readAnswer, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { type CommandLine, createCommandLine } from '../support/command-line.ts';
import { newGroup, newUser, patchOp } from '../support/scim.ts';

const adminToken = 'an-admin-token-of-at-least-32-characters';
const start = Date.parse('2026-11-20T08:00:00Z');
let now = new Date(start);
const hour = (n: number) => {
  now = new Date(start + n * 3_600_000);
  return now.toISOString();
};

let bridge: TestBridge;
let app: ReturnType<typeof createApp>;
let scim: ScimClient;
let shell: CommandLine;
let anna: string;
let sales: string;

beforeAll(async () => {
  bridge = await createTestBridge({ clock: { now: () => now } });
  app = createApp({ services: bridge.services, logger: createLogger('silent'), adminToken });
  shell = createCommandLine({ DATABASE_URL: bridge.database.url }, '.');
  scim = await bridge.directory('acme');
  anna = (await newUser(scim, 'anna', { title: 'Engineer', emails: [{ value: 'anna@acme.test' }] })).id;
  hour(1);
  sales = (await newGroup(scim, 'Sales', [anna])).id;
  hour(2);
  await scim.patch(`/Users/${anna}`, patchOp({ op: 'replace', value: { title: 'Head', userName: 'anna.b' } }));
  hour(3);
  await scim.delete(`/Users/${anna}`);
  await scim.patch(`/Groups/${sales}`, patchOp({ op: 'replace', path: 'displayName', value: 'Selling' }));
  hour(4);
});
afterAll(() => bridge.close());

async function ask(query: Record<string, string>, slug = 'acme'): Promise<Answer> {
  const headers = { Authorization: `Bearer ${adminToken}` };
  return readAnswer(
    await app.request(`/api/v1/directories/${slug}/history?${new URLSearchParams(query)}`, { headers }),
  );
}

describe('over the API', () => {
  test.each([
    ['her id', () => anna],
    ['the userName that she had last', () => 'ANNA.B'],
    ['the userName that she had before', () => 'anna'],
  ])('somebody who is gone is found by %s, with all that happened', async (_name, of) => {
    const { status, body } = await ask({ of: of() });
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body).toMatchObject({ resource: { type: 'User', id: anna, exists: false }, beginsAt: null, past: null });
    expect(body.events.map(({ type }: { type: string }) => type)).toEqual([
      'user.deleted',
      'user.updated',
      'user.created',
    ]);
  });

  test('a past state has the attributes and groups of its time', async () => {
    const at = (time: string) => ask({ of: anna, at: time }).then(({ body }) => body.past);
    expect(await at('2026-11-20T07:00:00Z')).toMatchObject({ resource: null, groups: [] });
    expect(await at('2026-11-20T08:30:00Z')).toMatchObject({
      resource: { userName: 'anna', title: 'Engineer' },
      groups: [],
    });
    expect(await at('2026-11-20T10:30:00+00:00')).toMatchObject({
      resource: { userName: 'anna.b', title: 'Head' },
      groups: [{ id: sales, displayName: 'Selling' }],
    });
    expect(await at(now.toISOString())).toMatchObject({ resource: null });
  });

  test('a group is found by its name, with the members that it had', async () => {
    const { body } = await ask({ of: 'selling', at: '2026-11-20T10:30:00Z' });
    expect(body.past).toMatchObject({ resource: { displayName: 'Sales' }, members: [anna], groups: null });
  });

  test('nobody, somebody elsewhere, and several are told apart', async () => {
    const other = await bridge.directory('other');
    const { id } = await newUser(other, 'berta');
    expect(await ask({ of: 'nobody' })).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(await ask({ of: id })).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(await ask({ of: 'anna' }, 'nowhere')).toMatchObject({ status: 404, body: { code: 'directory_absent' } });
    await newUser(other, 'carl', { emails: [{ value: 'shared@acme.test' }] });
    await newUser(other, 'carla', { emails: [{ value: 'shared@acme.test' }] });
    const several = await ask({ of: 'shared@acme.test' }, 'other');
    expect(several).toMatchObject({
      status: 409,
      body: { code: 'conflict', detail: expect.stringContaining('User ') },
    });
    expect((await ask({ of: 'anna', at: 'yesterday' })).status).toBe(400);
  });

  test('a time from before the log begins is refused with the time where it does', async () => {
    const old = await bridge.directory('old');
    const { id } = await newUser(old, 'dora');
    await ask({ of: id }, 'old');
    hour(5);
    await old.patch(`/Users/${id}`, patchOp({ op: 'replace', path: 'title', value: 'Head' }));
    await ask({ of: id }, 'old');
    await bridge.database.pool.query(
      `begin; set local realmbridge.directory_ids = '{${old.directory.id}}';
       update event_heads set pruned_position = (select max(position) from events
         where directory_id = '${old.directory.id}' and created_at < '${now.toISOString()}')
         where directory_id = '${old.directory.id}';
       delete from events where directory_id = '${old.directory.id}' and created_at < '${now.toISOString()}'; commit`,
    );
    const { status, body } = await ask({ of: id, at: '2026-11-20T08:00:00Z' }, 'old');
    expect({ status, detail: body.detail }).toMatchObject({
      status: 400,
      detail: expect.stringContaining('2026-11-20T13:00'),
    });
    expect((await ask({ of: id }, 'old')).body.beginsAt).toBe('2026-11-20T13:00:00.000Z');
  });
});

describe('on the command line', () => {
  test('a person reads what changed, by whom, and what was then', async () => {
    const { code, stdout, stderr } = await shell.run(
      ...['history', 'anna.b', '--directory', 'acme', '--at', '2026-11-20T10:30:00Z'],
    );
    expect(code, stderr).toBe(0);
    expect(stdout).toContain(`User ${anna}, which has been deleted.`);
    expect(stdout).toMatch(/user\.updated +token:rb_scim_\S+ +\S+ +.*title: Engineer → Head/);
    expect(stdout).toContain('"Selling"');
    const shown = await shell.json('history', anna, '--directory', 'acme');
    expect(shown).toMatchObject({ resource: { exists: false }, events: expect.any(Array) });
  });

  test('mistakes are told', async () => {
    expect(await shell.run('history', 'nobody', '--directory', 'acme')).toMatchObject({ code: 1 });
    const wrong = await shell.run('history', 'anna', '--directory', 'acme', '--at', 'yesterday');
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('must be a time') });
  });
});
