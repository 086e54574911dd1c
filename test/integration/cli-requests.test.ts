// `realmbridge requests`: what an identity provider sent and why it was refused, for the support person.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { type CommandLine, createCommandLine } from '../support/command-line.ts';
import { newUser, userSchema } from '../support/scim.ts';

let bridge: TestBridge;
let scim: ScimClient;
let shell: CommandLine;
let annaId: string;

beforeAll(async () => {
  bridge = await createTestBridge();
  scim = await bridge.directory('acme');
  shell = createCommandLine({ DATABASE_URL: bridge.database.url }, '.');
  annaId = (await newUser(scim, 'anna')).id;
  await scim.post('/Users', { schemas: [userSchema], userName: 'anna', password: 'Correct-Horse-7' });
  await scim.get(`/Users/${annaId}`);
  // Another process reads what this one has seen.
  await bridge.services.requestLog.flush();
});
afterAll(() => bridge.close());

test('what failed is shown with the reason and with what was sent, and no password', async () => {
  const { code, stdout, stderr } = await shell.run('requests', '--directory', 'acme', '--failed');
  expect(code, stderr).toBe(0);
  const [header, row, ...sent] = stdout.split('\n');
  expect(header).toMatch(/^TIME +STATUS +METHOD +PATH +TOOK +BY +WHY$/);
  expect(row).toMatch(/ 409 +POST +\/Users +\d+ ms +token:rb_scim_\S+ +uniqueness: There is already a user .*"anna"/);
  expect(sent.join('\n')).toContain('"userName": "anna"');
  expect(stdout).not.toContain('Correct-Horse-7');
});

test('without --failed all are shown, the latest last, or those on one resource', async () => {
  const all = await shell.run('requests', '--directory', 'acme');
  expect(all.stdout.trim().split('\n')).toHaveLength(4);
  expect(all.stdout.trim().split('\n').at(-1)).toContain(`GET     /Users/${annaId}`);
  const ofAnna = await shell.json('requests', '--directory', 'acme', '--resource', annaId);
  expect(ofAnna).toMatchObject({ requests: [{ method: 'GET', status: 200 }], next: null });
});

test('what names somebody is found, in a time and by a token', async () => {
  const failed = await shell.json(
    'requests',
    '--directory',
    'acme',
    '--text',
    'ANNA',
    '--since',
    '2020-01-01T00:00:00Z',
  );
  expect(failed).toMatchObject({ requests: [{ method: 'POST', status: 409 }], next: null });
  const [{ actor }] = failed.requests;
  const byToken = await shell.json('requests', '--directory', 'acme', '--by', actor);
  expect(byToken.requests).toHaveLength(3);
  const early = await shell.run('requests', '--directory', 'acme', '--until', '2020-01-01T00:00:00Z');
  expect(early.stdout).toBe('There are no such requests.\n');
});

test('mistakes are told', async () => {
  expect(await shell.run('requests')).toMatchObject({ code: 2, stderr: expect.stringContaining('--directory') });
  expect(await shell.run('requests', '--directory', 'nobody')).toMatchObject({ code: 1 });
  expect(await shell.run('requests', '--directory', 'acme', '--resource', 'anna')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('must be an id'),
  });
  await bridge.directory('quiet');
  expect((await shell.run('requests', '--directory', 'quiet')).stdout).toBe('There are no such requests.\n');
});
