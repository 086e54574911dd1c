// The guard at the command line: an operator sees what is held, and decides.
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeIn } from '../../bridge/platform/db/scope.ts';
import { userOf } from '../bench/support/data.ts';
import { type Body, createTestBridge, type TestBridge } from '../support/bridge.ts';
import { type CommandLine, createCommandLine } from '../support/command-line.ts';
import { activeOf, deactivation, guardedDirectory } from '../support/guard-stage.ts';
import { loadTestUsers } from '../support/many-users.ts';
import { newUser } from '../support/scim.ts';

let bridge: TestBridge;
let shell: CommandLine;

beforeAll(async () => {
  bridge = await createTestBridge();
  shell = createCommandLine({ DATABASE_URL: bridge.database.url }, '.');
});
afterAll(() => bridge.close());

test('the settings are shown and changed', async () => {
  await bridge.directory('settings');
  const shown = await shell.run('guard', 'show', 'settings');
  expect(shown.stdout).toContain('Guard of "settings": on, default settings, 0 active users, window 60 minutes');
  expect(shown.stdout).toContain('100, or 10 % if that is more');
  expect(shown.stdout).toContain('Nothing is held.');
  const set = ['guard', 'set', 'settings', '--window', '2h', '--delete', '5', '--remove-member', 'off'];
  expect(await shell.json(...set, '--deactivate', '20,2.5%')).toMatchObject({
    windowMinutes: 120,
    limits: { deactivate: { count: 20, percent: 2.5 }, delete: { count: 5, percent: 0 }, remove_member: null },
  });
  expect((await shell.run('guard', 'set', 'settings', '--off')).stdout).toContain('Guard of "settings": off');
  expect(await shell.json('guard', 'set', 'settings', '--on', '--defaults')).toMatchObject({
    enabled: true,
    isDefault: true,
  });
});

test.each([
  [['set', 'bad'], 'Say what is to be changed'],
  [['set', 'bad', '--delete', 'many'], '100,10%'],
  [['set', 'bad', '--window', '2w'], '7 days at most'],
  [['release', 'bad', '--pass', '2d', '--yes'], '1 days at most'],
  [['reject', 'bad', '--until', 'yesterday', '--yes'], 'It must be a time'],
])('guard %j is wrong usage', async (args, words) => {
  await bridge.directory('bad').catch(() => undefined);
  const said = await shell.run('guard', ...args);
  expect(said).toMatchObject({ code: 2, stderr: expect.stringContaining(words) });
});

test('a decision shows the list first, and is made with the line that it shows', async () => {
  const { scim, ids } = await guardedDirectory(bridge, 3, 1);
  const { slug } = scim.directory;
  for (const id of ids) await scim.patch(`/Users/${id}`, deactivation);
  expect((await shell.run('status')).stdout).toContain(
    `! The guard of "${slug}" holds 2 operations: see \`realmbridge guard show ${slug}\`.`,
  );
  const seen = await shell.run('guard', 'release', slug);
  expect(seen.code).toBe(1);
  expect(seen.stdout).toMatch(/deactivate\s+user-1 /);
  const [line = ''] = /realmbridge guard release .* --until \S+(?=`)/.exec(seen.stdout) ?? [];
  expect(await activeOf(scim, ids[1] ?? '')).toBe(true);
  const late = await newUser(scim, 'late');
  await scim.patch(`/Users/${late.id}`, deactivation);
  const done = await shell.run(...line.split(' ').slice(1));
  expect(done).toMatchObject({ code: 0, stdout: '✓ 2 operations are done\n' });
  expect(await activeOf(scim, ids[1] ?? '')).toBe(false);
  const { operations, held } = await shell.json('guard', 'show', slug);
  expect(held, 'what came after the look').toBe(1);
  expect(operations.map(({ user }: Body) => user.userName)).toEqual(['late']);
  const audit = await shell.json('audit', '--directory', slug, '--type', 'guard.released');
  expect(audit.entries).toMatchObject([
    { actor: expect.stringMatching(/^cli:/), changes: { deactivate: { after: 2 } } },
  ]);
});

test('what was not meant is rejected, or released one by one, and the rest of a wave passes', async () => {
  const { scim, ids } = await guardedDirectory(bridge, 4, 0);
  const { slug } = scim.directory;
  for (const id of ids.slice(0, 2)) await scim.patch(`/Users/${id}`, deactivation);
  const { operations } = await shell.json('guard', 'show', slug, '--limit', '1');
  const seen = await shell.run('guard', 'reject', slug, operations[0].id);
  expect(seen.code, 'without --yes').toBe(1);
  expect(seen.stdout).toContain('user-0');
  expect(seen.stdout, 'nobody else').not.toContain('user-1');
  const wave = await shell.run('guard', 'release', slug, '--pass', '1h');
  expect(wave.stdout).toContain(`realmbridge guard release ${slug} --pass 60m --yes --until `);
  expect(await shell.json('guard', 'reject', slug, operations[0].id, '--yes')).toEqual({ rejected: 1 });
  const passed = await shell.json('guard', 'release', slug, '--pass', '1h', '--yes');
  expect(passed).toMatchObject({ done: 1, passingUntil: expect.any(String) });
  for (const id of ids.slice(2)) await scim.patch(`/Users/${id}`, deactivation);
  expect(await Promise.all(ids.map((id) => activeOf(scim, id)))).toEqual([true, false, false, false]);
  expect((await shell.run('guard', 'show', slug)).stdout).toContain('Everything is let through until');
  expect((await shell.run('guard', 'release', slug)).stdout).toBe('Nothing is held.\n');
});

test('one operation is found behind thousands of others', async () => {
  const { slug, id: directoryId } = (await bridge.directory('wave')).directory;
  await loadTestUsers(bridge.database.url, directoryId, 1_200);
  await writeIn(bridge.database.pool, directoryId, (scope) =>
    sql`insert into guard_held (directory_id, id, operation, user_id, actor, held_at)
      select directory_id, gen_random_uuid(), 'deactivate', id, 'token:a', now() from users
      where directory_id = ${directoryId}`.execute(scope),
  );
  const last = await writeIn(bridge.database.pool, directoryId, async (scope) => {
    const held = scope.selectFrom('guard_held').select(['id', 'user_id']).where('directory_id', '=', directoryId);
    return held.orderBy('id', 'desc').limit(1).executeTakeFirstOrThrow();
  });
  const seen = await shell.run('guard', 'release', slug, last.id, '--json');
  expect(seen.code, 'without --yes').toBe(1);
  expect(JSON.parse(seen.stdout)).toMatchObject({ held: 1, operations: [{ id: last.id, user: { id: last.user_id } }] });
  const nobody = userOf(1).id;
  expect((await shell.run('guard', 'reject', slug, nobody)).stdout).toBe('Nothing is held.\n');
  expect(await shell.run('guard', 'reject', slug, 'no-id')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('no-id'),
  });
});
