// `realmbridge doctor` where there is no Keycloak.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CommandLine, createCommandLine } from '../support/command-line.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let folder: string;
let shell: CommandLine;

beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'realmbridge-cli-'));
  shell = createCommandLine({ DATABASE_URL: database.url }, folder);
});

afterAll(async () => {
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

const run = (...args: string[]) => shell.run(...args);
const json = (...args: string[]) => shell.json(...args);
const runWith = (env: Record<string, string>, ...args: string[]) => createCommandLine(env, folder).run(...args);

test('reports each link, skips what builds on a broken one, and fails', async () => {
  const examined = await runWith(
    { DATABASE_URL: 'postgres://u:hidden@127.0.0.1:1/x', KEYCLOAK_ADMIN_PASSWORD: 'hidden' },
    ...[
      'doctor',
      '--json',
      '--bridge-url',
      'http://127.0.0.1:2',
      '--keycloak',
      'http://127.0.0.1:3',
      '--realm',
      'r',
      '--federation',
      'f',
    ],
  );
  expect(examined.code, examined.stderr).toBe(1);
  const { healthy, checks } = JSON.parse(examined.stdout);
  expect(healthy).toBe(false);
  const statuses = Object.fromEntries(checks.map((check: { id: string; status: string }) => [check.id, check.status]));
  expect(statuses).toMatchObject({
    configuration: 'ok',
    database: 'failed',
    migrations: 'skipped',
    directory: 'skipped',
    federation: 'skipped',
    bridge: 'failed',
    clocks: 'skipped',
    keycloak: 'failed',
    'keycloak-admin': 'skipped',
    component: 'skipped',
    'failover-admin': 'skipped',
  });
  for (const check of checks) if (check.status === 'failed') expect(check.remedy).toMatch(/\w/);
  expect(examined.stdout + examined.stderr).not.toContain('hidden');
});

test('a configuration that is not usable is its first finding', async () => {
  const examined = await runWith({}, 'doctor');
  expect(examined.code).toBe(1);
  expect(examined.stdout).toMatch(/✗ Configuration: DATABASE_URL is required/);
});

test('it is content with a database, a directory and a federation that are right', async () => {
  await json('directory', 'create', 'healthy');
  await json('token', 'create', '--directory', 'healthy');
  await json('federation', 'create', 'healthy');
  await json('federation', 'add-directory', 'healthy', 'healthy');
  await json('token', 'create', '--federation', 'healthy');
  const examined = await run('doctor', '--federation', 'healthy');
  expect(examined.code, examined.stdout).toBe(0);
  expect(examined.stdout).toMatch(/✓ Federation healthy: "healthy" serves healthy/);
  expect(examined.stdout).toMatch(/0 failed/);
});
