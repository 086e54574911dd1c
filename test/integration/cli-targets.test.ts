// `realmbridge target`: from making one to purging it, for people and for programs.
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AwkwardServer, startAwkwardServer } from '../support/awkward-scim-server.ts';
import type { ScimClient, TestBridge } from '../support/bridge.ts';
import { type CommandLine, createCommandLine } from '../support/command-line.ts';
import { createPushingBridge, patience } from '../support/outbound-stage.ts';
import { newUser } from '../support/scim.ts';

const secret = 'a-token-of-the-target';
let bridge: TestBridge;
let scim: ScimClient;
let cli: CommandLine;
let server: AwkwardServer;

beforeAll(async () => {
  bridge = await createPushingBridge();
  scim = await bridge.directory('acme');
  const env = { DATABASE_URL: bridge.database.url, OUTGOING_ALLOW: '127.0.0.0/8', TARGET_SECRET: secret };
  cli = createCommandLine(env, tmpdir());
  server = await startAwkwardServer({ secret });
});
afterAll(async () => {
  await bridge?.close();
  await server?.close();
});

test('a target is made, tested, seen, compared, paused, purged and deleted', { timeout: 180_000 }, async () => {
  const anna = await newUser(scim, 'anna', { title: 'Engineer' });
  const mappings = join(tmpdir(), `mappings-${process.pid}.json`);
  await writeFile(mappings, '[{"name":"a","attributes":{"title":"{title..}"}}]');
  const create = ['target', 'create', 'acme', 'app', '--url', server.url];
  const refused = await cli.run(...create, '--mappings', mappings);
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toContain('"title.."');
  expect(await cli.json('target', 'list', 'acme')).toEqual([]);
  await writeFile(mappings, '[{"name":"a","attributes":{"title":"{title}, by us"}}]');
  const made = await cli.run(...create, '--mappings', mappings);
  expect(made.code, made.stderr).toBe(0);
  expect(made.stdout).not.toContain(secret);
  const tested = await cli.run('target', 'test', 'acme', 'app');
  expect(tested.code, tested.stdout).toBe(0);
  expect(tested.stdout).toMatch(/✓ users: .*\n✓ groups: .*\nUsed of it: \+patch/);

  const show = () => cli.json('target', 'show', 'acme', 'app');
  await expect.poll(show, patience).toMatchObject({ status: { counts: { ok: 1 }, lastReport: { created: 1 } } });
  expect(JSON.stringify(await show())).not.toContain(secret);
  const there = [...server.users.values()][0];
  there.title = 'Intruder';
  const dry = await cli.run('target', 'sync', 'acme', 'app', '--dry-run');
  expect(dry.stdout).toMatch(new RegExp(`update +User +anna +${anna.id} +title`));
  expect(there.title).toBe('Intruder');
  expect((await cli.run('target', 'sync', 'acme', 'app')).code).toBe(0);
  await expect.poll(() => there.title, patience).toBe('Engineer, by us');
  await expect
    .poll(async () => (await cli.run('target', 'show', 'acme', 'app')).stdout, patience)
    .toMatch(new RegExp(`DRIFTED +ID +HOW\\nUser +${anna.id} +title had been changed there`));
  expect((await cli.run('target', 'diff', 'acme', 'app')).stdout).toContain('everything as it should be (1 compared)');

  expect((await cli.run('target', 'pause', 'acme', 'app')).stdout).toContain('is paused');
  expect((await cli.run('target', 'sync', 'acme', 'app')).stderr).toContain('is paused');
  expect((await cli.run('target', 'resume', 'acme', 'app')).stdout).toContain('is active');
  expect((await cli.run('target', 'purge', 'acme', 'app')).stderr).toContain('--yes');
  expect((await cli.run('target', 'purge', 'acme', 'app', '--yes')).code).toBe(0);
  await expect.poll(() => server.users.size, patience).toBe(0);
  expect((await cli.run('target', 'delete', 'acme', 'app')).stdout).toContain('nothing was changed there');
  expect((await cli.run('target', 'show', 'acme', 'app')).stderr).toContain('has no target "app"');
});

test('a target that can not be reached is told of, with the exit code of a failure', async () => {
  await server.close();
  await cli.json('target', 'create', 'acme', 'dead', '--url', server.url);
  const tested = await cli.run('target', 'test', 'acme', 'dead');
  expect(tested.code).toBe(1);
  expect(tested.stdout).toMatch(/^✗ connect: .*did not answer as it should/);
  await expect
    .poll(async () => (await cli.run('target', 'show', 'acme', 'dead')).stdout, patience)
    .toMatch(/Left alone until .* UTC: .*did not answer/);
  expect((await cli.run('target', 'create', 'acme', 'x', '--url', 'http://10.0.0.1/scim')).stderr).toContain(
    'OUTGOING_ALLOW',
  );
});
