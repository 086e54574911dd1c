// realmbridge explain, for the support person and for a program; Keycloak's part is in test/e2e/explain.test.ts.
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestBridge, type TestBridge } from '../support/bridge.ts';
import { type CommandLine, createCommandLine } from '../support/command-line.ts';
import { newUser } from '../support/scim.ts';

let bridge: TestBridge;
let line: CommandLine;

beforeAll(async () => {
  bridge = await createTestBridge();
  line = createCommandLine({ DATABASE_URL: bridge.database.url }, tmpdir());
  const [first, second] = [await bridge.directory('entra'), await bridge.directory('okta')];
  const password = 'Correct-Horse-7';
  await newUser(first, 'anna', { emails: [{ value: 'anna@acme.test' }], password });
  await newUser(second, 'anna', { emails: [{ value: 'anna@other.test' }], password });
  await newUser(second, 'bo@acme.test', { emails: [{ value: 'bo.berg@acme.test' }] });
  await newUser(second, 'evil\u001b[2Jname', { displayName: 'x' });
  const gone = await newUser(second, 'gone');
  await second.delete(`/Users/${gone.id}`);
  await bridge.services.federations.createFederation({ slug: 'people' });
  await bridge.services.federations.addDirectory('people', 'entra');
  await bridge.services.federations.addDirectory('people', 'okta');
});
afterAll(() => bridge.close());

test('a person is told whom Keycloak gets, who is hidden, by whom, and that a login should work', async () => {
  const { code, stdout, stderr } = await line.run('explain', 'anna', '--federation', 'people');
  expect(code, stderr).toBe(0);
  expect(stdout).toContain('"anna" in federation "people": Logging in should work with the right password.');
  expect(stdout).toContain('- "anna" of directory "entra" is the one whom Keycloak gets.');
  expect(stdout).toContain(
    '- "anna" of directory "okta" is hidden: "anna" of directory "entra", which comes before, has the same user name.',
  );
  expect(stdout).toMatch(
    /Last change: user\.created \(.*userName.*\) on \d{4}-\d\d-\d\d \d\d:\d\d UTC by token:rb_scim_\S+, in request /,
  );
  expect(stdout).toContain('✓ The user has a password at the bridge.');
  expect(stdout).toMatch(/- 10 entra \(scim\), last heard of on /);
  expect(stdout).toContain('Not asked; --keycloak URL --realm REALM asks it, too.');
});

test('a program is told all of it', async () => {
  expect(await line.json('explain', 'anna', '--federation', 'people')).toMatchObject({
    federation: 'people',
    asked: { username: 'anna' },
    served: { directory: 'entra' },
    users: [{ directory: 'entra' }, { directory: 'okta', verdict: { outcome: 'shadowed' } }],
    login: { works: true, checks: [{ id: 'known', status: 'ok' }, ...Array(4).fill({ status: 'ok' })] },
    keycloak: null,
    keycloakProblem: null,
  });
});

test('an e-mail will do, and the only federation need not be named', async () => {
  const { stdout } = await line.run('explain', 'bo.berg@acme.test');
  expect(stdout).toContain('"bo@acme.test" of directory "okta" is the one whom Keycloak gets.');
  expect(stdout).toContain('Logging in would fail: The user has no password');
  // A user name that looks like one is taken for a user name.
  expect(await line.json('explain', 'BO@acme.test')).toMatchObject({ asked: { username: 'BO@acme.test' } });
});

test('who is gone and who never was are told apart', async () => {
  expect((await line.run('explain', 'gone')).stdout).toMatch(
    /Directory "okta" had the user\. Last change: user\.deleted/,
  );
  const nobody = await line.run('explain', 'nobody');
  expect(nobody.code).toBe(0);
  expect(nobody.stdout).toContain('Logging in would fail: No directory of federation "people" has a user');
});

test('a name can’t forge what the terminal shows', async () => {
  expect((await line.run('explain', 'evil\u001b[2Jname')).stdout).not.toContain('\u001b');
});

test('a Keycloak that can’t be asked takes nothing from the rest', async () => {
  const where = ['--keycloak', 'http://127.0.0.1:1', '--realm', 'people', '--admin-client', 'cli'];
  const withSecret = createCommandLine(
    { DATABASE_URL: bridge.database.url, KEYCLOAK_ADMIN_CLIENT_SECRET: 'hidden' },
    tmpdir(),
  );
  const told = await withSecret.run('explain', 'anna', ...where);
  expect(told.code, told.stderr).toBe(0);
  expect(told.stdout).toMatch(/Keycloak could not be asked: .*127\.0\.0\.1:1/);
  expect(told.stdout).toContain('is the one whom Keycloak gets');
  expect(told.stdout).not.toContain('hidden"');
});

test.each([
  [1, /no federation "none"/, ['anna', '--federation', 'none']],
  [2, /--realm/, ['anna', '--keycloak', 'http://127.0.0.1:1']],
  [2, /how to log in/, ['anna', '--keycloak', 'http://127.0.0.1:1', '--realm', 'r']],
  [2, /http or https/, ['anna', '--keycloak', 'ldap://x', '--realm', 'r']],
  [2, /missing required argument/, []],
])('exit code %i: %s', async (code, message, args) => {
  const refused = await line.run('explain', ...args);
  expect(refused.stderr).toMatch(message);
  expect(refused.code).toBe(code);
});
