// realmbridge federation conflicts, and --dry-run of the commands that change a federation.
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
  for (const name of ['anna', 'bo']) await newUser(first, name, { emails: [{ value: `${name}@e` }] });
  for (const name of ['anna', 'cleo']) await newUser(second, name, { emails: [{ value: `${name}@o` }] });
  await bridge.services.federations.createFederation({ slug: 'people' });
  await bridge.services.federations.addDirectory('people', 'entra');
  await bridge.services.federations.addDirectory('people', 'okta');
});
afterAll(() => bridge.close());

const order = async () =>
  (await bridge.services.federations.describeFederation('people')).directories.map(({ slug, enabled }) => [
    slug,
    enabled,
  ]);

test('conflicts are told to a person and to a program', async () => {
  const { code, stdout, stderr } = await line.run('federation', 'conflicts', 'people');
  expect(code, stderr).toBe(0);
  expect(stdout).toContain('1 user not served: 1 by the user name, 0 by the e-mail, 0 by a reserved name.');
  expect(stdout).toMatch(/anna \(okta, anna@o\) +same user name +anna \(entra, anna@e\)/);
  expect(await line.json('federation', 'conflicts', 'people', '--directories', 'okta, entra')).toMatchObject({
    conflicts: [{ kind: 'username', hidden: { directory: 'entra' }, by: { directory: 'okta' } }],
    next: null,
  });
  const alone = await line.run('federation', 'conflicts', 'people', '--directories', 'okta');
  expect(alone.stdout).toBe('No conflicts: everybody in these directories is served.\n');
});

test('a dry run says who would appear, vanish or change owner, and changes nothing', async () => {
  const before = await order();
  const off = await line.run('federation', 'set-directory', 'people', 'entra', '--enabled', 'false', '--dry-run');
  expect(off.code, off.stderr).toBe(0);
  expect(off.stdout).toContain('Nothing was changed (--dry-run).');
  expect(off.stdout).toContain('0 would appear, 1 would vanish, 1 would change owner.');
  expect(off.stdout).toContain('Of those that vanish, Keycloak keeps 1 as copies that nobody can change.');
  expect(off.stdout).toContain('Users not served because of conflicts: 1 now, 0 then.');
  expect(off.stdout).toMatch(/anna +changes owner +entra +okta +its directory is switched off/);
  const swapped = await line.json('federation', 'set-directory', 'people', 'okta', '--priority', '5', '--dry-run');
  expect(swapped).toMatchObject({
    dryRun: true,
    counts: { appear: 0, vanish: 0, changeOwner: 1 },
    shifts: [{ kind: 'change-owner', reason: 'shadowed', hiddenBy: { directory: 'okta' } }],
  });
  const gone = await line.json('federation', 'remove-directory', 'people', 'entra', '--dry-run', '--limit', '1');
  expect(gone).toMatchObject({ counts: { vanish: 1, changeOwner: 1 }, next: expect.any(String) });
  const rest = ['--dry-run', '--limit', '1', '--after', gone.next];
  expect(await line.json('federation', 'remove-directory', 'people', 'entra', ...rest)).toMatchObject({
    shifts: [{ kind: 'vanish', before: { username: 'bo' } }],
    next: null,
  });
  await bridge.directory('third');
  const added = await line.json('federation', 'add-directory', 'people', 'third', '--dry-run');
  expect(added).toMatchObject({ counts: { appear: 0 }, shifts: [] });
  expect(await order()).toEqual(before);
});

test('a dry run of deleting a federation, and of disabling or deleting a directory, says the same', async () => {
  const before = await order();
  const deleted = await line.run('federation', 'delete', 'people', '--dry-run');
  expect(deleted.code, deleted.stderr).toBe(0);
  expect(deleted.stdout).toContain('0 would appear, 3 would vanish, 0 would change owner.');
  expect(deleted.stdout).toMatch(/cleo +vanishes +okta +- +the federation is deleted/);
  const off = await line.run('directory', 'disable', 'entra', '--dry-run');
  expect(off.stdout).toMatch(/In federation "people":\n0 would appear, 1 would vanish, 1 would change owner\./);
  const gone = await line.json('directory', 'delete', 'okta', '--dry-run', '--federation', 'people', '--limit', '1');
  expect(gone).toMatchObject({ dryRun: true, federations: [{ counts: { vanish: 1, keepCopy: 0 }, next: null }] });
  await bridge.directory('nowhere');
  expect((await line.run('directory', 'disable', 'nowhere', '--dry-run')).stdout).toContain('nobody would notice');
  expect(await order()).toEqual(before);
});

test.each([
  [1, /no directory "fourth"/, ['remove-directory', 'people', 'fourth', '--dry-run']],
  [1, /already/, ['add-directory', 'people', 'okta', '--dry-run']],
  [2, /--priority, --enabled/, ['set-directory', 'people', 'okta', '--dry-run']],
  [2, /go with --dry-run/, ['remove-directory', 'people', 'okta', '--limit', '3']],
  [2, /go with --dry-run/, ['delete', 'people', '--limit', '3', '--yes']],
  [2, /1 to 1000/, ['conflicts', 'people', '--limit', '0']],
  [1, /not a cursor/, ['conflicts', 'people', '--after', 'x']],
])('exit code %i: %s', async (code, message, args) => {
  const refused = await line.run('federation', ...args);
  expect(refused.code).toBe(code);
  expect(refused.stderr).toMatch(message);
});
