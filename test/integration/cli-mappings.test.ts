// The mappings of a federation on the command line.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli } from '../../bridge/cli/program.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let folder: string;

beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'realmbridge-mappings-'));
  await run('directory', 'create', 'entra');
  await run('federation', 'create', 'acme');
  await run('federation', 'add-directory', 'acme', 'entra');
});

afterAll(async () => {
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const said = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof said) => ({
    write: (text: string) => {
      said[name] += text;
    },
  });
  const env = { DATABASE_URL: database.url };
  const code = await runCli(args, { env, cwd: folder, stdout: stream('stdout'), stderr: stream('stderr') });
  return { code, ...said };
}

async function json(...args: string[]) {
  const { code, stdout, stderr } = await run(...args, '--json');
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
}

test('attributes are mapped one by one, and from a file', async () => {
  const start = await json('federation', 'attributes', 'list', 'acme');
  expect(start.default).toBe(true);
  const path = 'phoneNumbers[type eq "work"].value';
  const mapped = await json('federation', 'attributes', 'map', 'acme', path, 'workPhone', '--first');
  expect(mapped.mappings.at(-1)).toEqual({ path, attribute: 'workPhone', multiValued: false });
  await json('federation', 'attributes', 'map', 'acme', 'nickName', 'workPhone');
  const again = await run('federation', 'attributes', 'list', 'acme');
  expect(again.stdout).toMatch(/nickName +workPhone +first/);
  expect(again.stdout).not.toContain(path);

  const file = join(folder, 'mappings.json');
  await writeFile(file, JSON.stringify(start));
  expect(await json('federation', 'attributes', 'import', 'acme', file)).toEqual(start);
  await writeFile(file, JSON.stringify([{ path: 'title', attribute: 'jobTitle' }]));
  expect((await json('federation', 'attributes', 'import', 'acme', 'mappings.json')).mappings).toHaveLength(1);
  const { stdout, stderr } = await run('federation', 'attributes', 'unmap', 'acme', 'jobTitle');
  expect(stdout).toContain('No attribute is mapped');
  expect(stderr).toContain('realmbridge connect');
  expect(await json('federation', 'attributes', 'reset', 'acme')).toEqual(start);
});

test('groups are mapped to roles, with a look at whom it alters before', async () => {
  const map = ['federation', 'roles', 'map', 'acme', 'entra', 'Sales'];
  const preview = await run(...map, 'seller', '--preview');
  expect(preview.stdout).toMatch(/Nobody gains or loses a role[\s\S]*no group "Sales" yet[\s\S]*Nothing was changed/);
  expect(await json('federation', 'roles', 'list', 'acme')).toEqual({ mappings: [] });
  expect((await run(...map, 'seller')).stderr).toMatch(/no group "Sales" yet; seller waits for it/);
  const { mappings } = await json(...map, 'editor', '--client', 'shop');
  expect(mappings).toMatchObject([
    { directory: 'entra', group: { displayName: 'Sales' }, client: null, role: 'seller', allowAdmin: false },
    { client: 'shop', role: 'editor' },
  ]);
  const refused = await run(...map, 'admin');
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(/administers Keycloak/);
  await json(...map, 'admin', '--allow-admin');
  expect((await run('federation', 'roles', 'list', 'acme')).stdout).toMatch(
    /Sales +shop\/editor +refused[\s\S]*admin +allowed/,
  );
  await json('federation', 'roles', 'unmap', 'acme', 'entra', 'sales', 'editor', '--client', 'shop');
  expect((await run('federation', 'roles', 'unmap', 'acme', 'entra', 'Sales', 'editor')).stderr).toMatch(
    /not mapped to editor/,
  );
  await writeFile(join(folder, 'roles.json'), JSON.stringify({ mappings: [mappings[1]] }));
  expect((await json('federation', 'roles', 'import', 'acme', 'roles.json')).mappings).toEqual([mappings[1]]);
});

test.each([
  ['an attribute that is not mapped', 2, /Nothing is mapped/, ['attributes', 'unmap', 'acme', 'nothing']],
  ['a reserved name', 1, /"username" is reserved/, ['attributes', 'map', 'acme', 'title', 'username']],
  ['a path that is none', 1, /no attribute "titel"/, ['attributes', 'map', 'acme', 'titel', 'x']],
  ['a federation that is not there', 1, /no federation "nobody"/, ['attributes', 'list', 'nobody']],
])('%s is told in one line', async (_, code, problem, args) => {
  const failed = await run('federation', ...args);
  expect(failed.code, failed.stdout).toBe(code);
  expect(failed.stderr).toMatch(problem);
});
