// `realmbridge audit`: what operators changed, and that the command line says who they were.
import { userInfo } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestBridge, type TestBridge } from '../support/bridge.ts';
import { type CommandLine, createCommandLine } from '../support/command-line.ts';

let bridge: TestBridge;
let cli: CommandLine;

beforeAll(async () => {
  bridge = await createTestBridge();
  cli = createCommandLine({ DATABASE_URL: bridge.database.url }, '.');
});
afterAll(() => bridge.close());

const me = `cli:${userInfo().username}`;

test('each command is recorded with its user, and all changes of one command belong together', async () => {
  await cli.json('directory', 'create', 'acme');
  await cli.json('federation', 'create', 'people');
  const before = await cli.json('audit', '--last', '1');
  const { id } = await cli.json('token', 'create', '--directory', 'acme');
  await cli.json('token', 'rotate', '--directory', 'acme', id);
  await cli.json('directory', 'delete', 'acme', '--yes');
  const { entries } = await cli.json('audit', '--after', before.cursor);
  expect(entries.map(({ type, actor }: { type: string; actor: string }) => [type, actor])).toEqual([
    ['token.created', me],
    ['token.created', me],
    ['token.updated', me],
    ['directory.deleted', me],
  ]);
  const [made, rotated, ended, deleted] = entries.map(({ requestId }: { requestId: string }) => requestId);
  expect(rotated).toBe(ended);
  expect(new Set([made, rotated, deleted]).size).toBe(3);
});

test('a person sees when, who, what and of which', async () => {
  const { stdout } = await cli.run('audit', '--directory', 'acme');
  const lines = stdout.trim().split('\n');
  expect(lines[0]).toMatch(/TIME +BY +CHANGE +OF +WHICH +CHANGED/);
  expect(lines[1]).toMatch(new RegExp(`${me} +directory\\.created +directory acme +- +kind, name`));
  expect((await cli.run('audit', '--federation', 'nowhere')).stdout).toBe('There are no such changes.\n');
  const types = await cli.json('audit', '--type', 'federation.*', 'directory.deleted');
  expect(types.entries.map(({ type }: { type: string }) => type)).toEqual(['federation.created', 'directory.deleted']);
});

test.each([
  [['--type', 'user.created'], 1, 'user.created'],
  [['--last', '0'], 2, '--last'],
  [['--after', 'x'], 1, 'after'],
])('%j is refused', async (args, code, part) => {
  const refused = await cli.run('audit', ...args);
  expect(refused.stderr).toContain(part);
  expect(refused.code).toBe(code);
});
