// Undoing on the command line, in a process that is killed, and in groups of very many members.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { projectFolder } from '../../bridge/dev/paths.ts';
import { type Body, createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { type CommandLine, createCommandLine } from '../support/command-line.ts';
import { eventsOf, newGroup, newUser, patchOp } from '../support/scim.ts';
import { twoProviders } from '../support/undo.ts';

const work = { budgetMs: 120_000 };
let bridge: TestBridge;
let shell: CommandLine;

beforeAll(async () => {
  bridge = await createTestBridge();
  shell = createCommandLine({ DATABASE_URL: bridge.database.url }, '.');
});
afterAll(() => bridge.close());

const title = (value: string) => patchOp({ op: 'replace', path: 'title', value });
const bulkSize = 500;

/** Deletes or changes many users with few requests. */
async function bulk(scim: ScimClient, operations: object[]): Promise<string[]> {
  const locations: string[] = [];
  for (let start = 0; start < operations.length; start += bulkSize) {
    const { status, body } = await scim.post('/Bulk', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: operations.slice(start, start + bulkSize),
    });
    if (status !== 200) throw new Error(JSON.stringify(body));
    locations.push(...body.Operations.map(({ location }: Body) => location));
  }
  return locations.map((location) => location?.split('/').at(-1) ?? '');
}

const people = (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    method: 'POST',
    path: '/Users',
    bulkId: `u${n}`,
    data: { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName: `person-${n}` },
  }));

test('a plan is made, looked at, applied and forgotten on the command line', async () => {
  const { okta, slug, actor, other, otherActor } = await twoProviders(bridge);
  const [ann, ben] = [await newUser(okta, 'ann', { title: 'Engineer' }), await newUser(okta, 'ben')];
  const from = new Date().toISOString();
  await okta.patch(`/Users/${ann.id}`, title('Head'));
  await okta.patch(`/Users/${ben.id}`, title('Head'));
  await other.patch(`/Users/${ben.id}`, title('Director'));
  const prefix = actor.slice('token:'.length);
  const planned = await shell.run('undo', 'plan', slug, '--actor', prefix, '--from', from);
  expect(planned).toMatchObject({ code: 0, stderr: '' });
  expect(planned.stdout).toContain('To do: 1 update.');
  const [{ id }] = await shell.json('undo', 'list', slug);
  expect(planned.stdout).toContain(`realmbridge undo show ${slug} ${id}`);
  expect(await shell.json('undo', 'show', slug, id)).toMatchObject({
    state: 'planned',
    actors: [actor],
    counts: { byState: { ready: 1, conflict: 1 } },
    items: [{ resource: { name: 'ann' } }, { resource: { name: 'ben' }, state: 'conflict', by: otherActor }],
  });
  const shown = await shell.run('undo', 'show', slug, id);
  expect(shown.stdout).toContain('title: Head → Engineer');
  expect(shown.stdout).toContain(`changed afterwards (${otherActor}`);
  const first = await shell.run('undo', 'show', slug, id, '--limit', '1');
  expect(first.stdout).toContain(`--after ${ann.id}`);
  const second = await shell.json('undo', 'show', slug, id, '--limit', '1', '--after', ann.id);
  expect(second.items).toMatchObject([{ id: ben.id }]);
  const hesitant = await shell.run('undo', 'apply', slug, id);
  expect(hesitant).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') });
  const applied = await shell.run('undo', 'apply', slug, id, '--overwrite', ben.id, '--yes');
  expect(applied).toMatchObject({ code: 0, stdout: expect.stringContaining('✓ 2 items are undone') });
  expect((await okta.get(`/Users/${ann.id}`)).body.title).toBe('Engineer');
  expect((await okta.get(`/Users/${ben.id}`)).body.title).toBeUndefined();
  expect((await eventsOf(bridge, okta)).at(-1)).toMatchObject({ actor: { name: expect.stringMatching(/^cli:/) } });
  expect(await shell.json('undo', 'discard', slug, id)).toEqual({ discarded: id });
  const gone = await shell.run('undo', 'show', slug, id);
  expect(gone).toMatchObject({ code: 1, stderr: expect.stringContaining('realmbridge undo list') });
});

test('a process that is killed while it applies a plan does nothing twice, and another one goes on', async () => {
  const { okta, slug, actor } = await twoProviders(bridge);
  const ids = await bulk(okta, people(2_500));
  const { id: crew } = await newGroup(okta, 'Crew', ids.slice(0, 100));
  const from = new Date();
  await bulk(
    okta,
    ids.map((id) => ({ method: 'DELETE', path: `/Users/${id}` })),
  );
  const plan = await bridge.services.undo.plan(slug, { actors: [actor], from }, work);
  expect(plan.counts.byAction).toMatchObject({ restore: 2_500, add_member: 100 });

  const done = async () => (await bridge.services.undo.readPlan(slug, plan.id)).counts.byState.done;
  const child = spawn(
    process.execPath,
    [join(projectFolder, 'bridge/cli.ts'), 'undo', 'apply', slug, plan.id, '--yes'],
    { cwd: projectFolder, stdio: 'ignore', env: { PATH: process.env['PATH'], DATABASE_URL: bridge.database.url } },
  );
  const exited = once(child, 'exit');
  await expect.poll(done, { timeout: 120_000, interval: 10 }).toBeGreaterThan(0);
  child.kill('SIGKILL');
  await exited;
  const half = await done();
  // Unless it was done already.
  if (half < 2_600) await bridge.services.undo.apply(slug, plan.id, work);
  expect(await bridge.services.undo.readPlan(slug, plan.id)).toMatchObject({
    state: 'applied',
    counts: { byState: { done: 2_600, refused: 0, ready: 0 } },
  });
  const made = (await eventsOf(bridge, okta)).filter((event) => event.data.undoPlan === plan.id);
  const created = made.filter(({ type }) => type === 'user.created').map(({ resourceId }) => resourceId);
  expect(created.length).toBe(2_500);
  expect(new Set(created)).toEqual(new Set(ids));
  expect(made.filter(({ type }) => type === 'group.member_added').flatMap(({ data }) => data.members)).toHaveLength(
    100,
  );
  const { body } = await okta.get(`/Groups/${crew}`);
  expect(body.members.map(({ value }: Body) => value).sort()).toEqual(ids.slice(0, 100).sort());
  expect((await okta.get('/Users?count=0')).body.totalResults).toBe(2_500);
  expect((await okta.get('/Users?filter=userName eq "person-77"')).body.Resources).toMatchObject([{ id: ids[77] }]);
}, 300_000);

test('two who apply a plan at once, and one who writes meanwhile, do not get into each other’s way', async () => {
  const { okta, slug, actor } = await twoProviders(bridge);
  const ids = await bulk(okta, people(900));
  const from = new Date();
  await bulk(
    okta,
    ids.map((id) => ({ method: 'PATCH', path: `/Users/${id}`, data: title('Taken') })),
  );
  const { undo } = bridge.services;
  const { id } = await undo.plan(slug, { actors: [actor], from }, work);
  const writing = Promise.all(
    ids
      .slice(0, 50)
      .map((one) => okta.patch(`/Users/${one}`, patchOp({ op: 'replace', path: 'nickName', value: 'N' }))),
  );
  const ends = await Promise.allSettled([undo.apply(slug, id, work), undo.apply(slug, id, work), writing]);
  expect(ends[2]).toMatchObject({ status: 'fulfilled' });
  const { state, counts } = await undo.readPlan(slug, id);
  expect({ state, ...counts.byState }).toMatchObject({ state: 'applied', done: 900, refused: 0 });
  const undone = (await eventsOf(bridge, okta)).filter(({ data }) => data.undoPlan === id);
  expect(undone).toHaveLength(900);
  const { body } = await okta.get('/Users?filter=nickName eq "N"&count=200');
  expect(body.Resources).toHaveLength(50);
  expect(body.Resources.filter((user: Body) => user.title !== undefined)).toEqual([]);
}, 300_000);

test('a group of many members is emptied and filled again in parts, and only with those who are there', async () => {
  const { okta, slug, actor, other } = await twoProviders(bridge);
  const ids = await bulk(okta, people(6_000));
  const { id: group } = await newGroup(okta, 'Everybody', ids);
  const from = new Date();
  await okta.put(`/Groups/${group}`, {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
    displayName: 'Everybody',
    members: [],
  });
  // The last event of many: one by one.
  const { id: newcomer } = await newUser(okta, 'newcomer');
  for (let turn = 0; turn < 30; turn += 1) {
    const value = [{ value: newcomer }];
    await okta.patch(`/Groups/${group}`, patchOp({ op: 'add', path: 'members', value }));
    await okta.patch(`/Groups/${group}`, patchOp({ op: 'remove', path: `members[value eq "${newcomer}"]` }));
  }
  await other.delete(`/Users/${ids[0]}`);
  const plan = await bridge.services.undo.plan(slug, { actors: [actor], from }, { budgetMs: 0 });
  let now = plan;
  while (now.state === 'planning') now = await bridge.services.undo.continuePlan(slug, plan.id, { budgetMs: 0 });
  expect(now.counts).toMatchObject({ byAction: { add_member: 5_999, delete: 1 }, byState: { impossible: 1 } });
  do now = await bridge.services.undo.apply(slug, plan.id, { budgetMs: 0 });
  while (now.state === 'applying');
  expect(now.counts.byState).toMatchObject({ done: 6_000, refused: 0, impossible: 1 });
  const { body } = await okta.get(`/Groups/${group}`);
  expect(body.members.map(({ value }: Body) => value).sort()).toEqual(ids.slice(1).toSorted());
}, 300_000);
