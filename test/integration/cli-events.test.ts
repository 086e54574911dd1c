// `realmbridge events`: what happened, for people and for programs.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli } from '../../bridge/cli/program.ts';
import { createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { newUser, patchOp } from '../support/scim.ts';

let bridge: TestBridge;
let scim: ScimClient;
let anna: string;

beforeAll(async () => {
  bridge = await createTestBridge();
  scim = await bridge.directory('acme');
  anna = (await newUser(scim, 'anna')).id;
  await scim.patch(`/Users/${anna}`, patchOp({ op: 'replace', path: 'title', value: 'Head' }));
  await scim.patch(`/Users/${anna}`, patchOp({ op: 'replace', path: 'active', value: false }));
  await newUser(await bridge.directory('other'), 'berta');
});
afterAll(() => bridge.close());

async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const said = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof said) => ({
    write: (text: string) => {
      said[name] += text;
    },
  });
  const shell = {
    env: { DATABASE_URL: bridge.database.url },
    cwd: '.',
    stdout: stream('stdout'),
    stderr: stream('stderr'),
  };
  return { code: await runCli(['events', ...args], shell), ...said };
}

test('a person sees when, what, to whom and by whom', async () => {
  const { code, stdout, stderr } = await run('--directory', 'acme');
  expect(code, stderr).toBe(0);
  const lines = stdout.trim().split('\n');
  expect(lines[0]).toMatch(/TIME +DIRECTORY +EVENT +RESOURCE +BY +PROFILE +CHANGED/);
  expect(lines.slice(1).map((line) => line.split(/ {2,}/)[2])).toEqual([
    'directory.created',
    'token.created',
    'user.created',
    'user.updated',
    'user.deactivated',
  ]);
  expect(lines[4]).toMatch(new RegExp(`User/${anna} +token:\\S+ +auto +title`));
});

test('a program gets pages, from a cursor on', async () => {
  const first = JSON.parse((await run('--directory', 'acme', '--last', '1', '--json')).stdout);
  expect(first.events).toMatchObject([
    { type: 'user.deactivated', profile: 'auto', changes: { active: { before: true, after: false } } },
  ]);
  await scim.delete(`/Users/${anna}`);
  const next = JSON.parse((await run('--directory', 'acme', '--after', first.cursor, '--json')).stdout);
  expect(next.events).toMatchObject([{ type: 'user.deleted', resource: { id: anna } }]);
});

test('without a directory all of them are told, and types can be chosen', async () => {
  const { events } = JSON.parse((await run('--type', 'user.created', '--json')).stdout);
  expect(new Set(events.map(({ directory }: { directory: { slug: string } }) => directory.slug))).toEqual(
    new Set(['acme', 'other']),
  );
  expect((await run('--type', 'group.*')).stdout).toBe('There are no such events.\n');
});

test.each([
  [['--directory', 'nowhere'], 1, 'nowhere'],
  [['--type', 'user.renamed'], 1, 'user.renamed'],
  [['--last', '0'], 2, '--last'],
])('%j is refused', async (args, code, part) => {
  const refused = await run(...args);
  expect(refused.stderr).toContain(part);
  expect(refused.code).toBe(code);
});
