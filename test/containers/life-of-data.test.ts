// What outlives a change of the image: an upgrade from the release before, going back to it, and a restored backup.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildPreviousImage, images } from '../support/containers/images.ts';
import { type RealmbridgeStack, startStack } from '../support/containers/stack.ts';
import { scimCalls } from '../support/running-bridge.ts';
import { groupSchema, patchOp, userSchema } from '../support/scim.ts';

const password = 'Correct-Horse-7';
const slug = 'acme';

let stack: RealmbridgeStack;
let scimToken = '';
let federationToken = '';
let annaId = '';
let crewId = '';

const scim = (...request: [method: string, path: string, body?: unknown]) =>
  scimCalls(stack.bridgeUrl, slug, scimToken)(...request);

async function ask(path: string, body?: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${stack.bridgeUrl}/user-storage/v1/${slug}${path}`, {
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    headers: { Authorization: `Bearer ${federationToken}`, 'Content-Type': 'application/json' },
    signal: AbortSignal.timeout(15_000),
  });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

const cursorOf = async (): Promise<string> => String((await ask('/changes')).body['cursor']);
const checked = async (id: string) => (await ask(`/users/${id}/verify-password`, { password })).body['result'];

function tokenIn(told: unknown): string {
  if (typeof told === 'object' && told !== null && 'token' in told && typeof told.token === 'string') return told.token;
  throw new Error(`there is no token in ${JSON.stringify(told)}`);
}

async function create(userName: string): Promise<string> {
  const made = await scim('POST', '/Users', { schemas: [userSchema], userName, password });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return made.body.id;
}

beforeAll(async () => {
  const bridge = await buildPreviousImage();
  stack = await startStack({ images: { ...images, bridge }, keycloak: false });
  await stack.cli('directory', 'create', slug);
  scimToken = tokenIn(await stack.cli('token', 'create', '--directory', slug));
  await stack.cli('federation', 'create', slug);
  await stack.cli('federation', 'add-directory', slug, slug);
  federationToken = tokenIn(await stack.cli('token', 'create', '--federation', slug));
  annaId = await create('anna@acme.test');
  const crew = await scim('POST', '/Groups', {
    schemas: [groupSchema],
    displayName: 'Crew',
    members: [{ value: annaId }],
  });
  crewId = crew.body.id;
}, 600_000);

afterAll(() => stack?.close());

/** What was written before is there, works, and can be changed. */
async function expectEverything(title: string): Promise<void> {
  const cursor = await cursorOf();
  expect(await checked(annaId)).toBe('valid');
  expect((await scim('GET', `/Groups/${crewId}`)).body.members).toMatchObject([{ value: annaId }]);
  expect((await ask('/users/lookup?username=anna%40acme.test')).body).toMatchObject({ id: annaId });
  const patched = await scim('PATCH', `/Users/${annaId}`, patchOp({ op: 'replace', path: 'title', value: title }));
  expect(patched.status).toBe(200);
  const { items } = (await ask(`/changes?after=${cursor}`)).body;
  expect(items).toMatchObject([
    { kind: 'user', id: annaId, state: 'present', user: { attributes: { title: [title] } } },
  ]);
}

test('an upgrade keeps users, groups, passwords, tokens and cursors, and can be taken back', async () => {
  await expectEverything('Before');
  const cursor = await cursorOf();
  stack = await stack.replaceBridges(images.bridge);
  const { status, body } = await ask(`/changes?after=${cursor}`);
  expect(status).toBe(200);
  expect(body['items']).toEqual([]);
  await expectEverything('Upgraded');
  const late = await create('late@acme.test');

  stack = await stack.replaceBridges(await buildPreviousImage());
  await expectEverything('Back');
  expect(await checked(late)).toBe('valid');
  stack = await stack.replaceBridges(images.bridge);
  await expectEverything('Upgraded again');
});

test('a backup restored into an empty database brings everything back, and readers that had seen more are told', async () => {
  // The commands of docs/operations.md.
  const backUp = 'pg_dump -U postgres -Fc -f /tmp/realmbridge.dump realmbridge';
  const restore = [
    'dropdb -U postgres --force realmbridge',
    'createdb -U postgres -O realmbridge realmbridge',
    'pg_restore -U postgres -d realmbridge --exit-on-error /tmp/realmbridge.dump',
  ].join(' && ');
  const shell = async (command: string) => {
    const { code, output } = await stack.postgres.exec(['sh', '-c', command]);
    expect(code, output).toBe(0);
  };
  const before = await cursorOf();
  await shell(backUp);
  const lost = await create('lost@acme.test');
  const ahead = await cursorOf();
  expect(ahead).not.toBe(before);

  await stack.bridge.stop();
  await shell(restore);
  await stack.bridge.start();
  expect((await scim('GET', `/Users/${lost}`)).status).toBe(404);
  expect((await ask(`/changes?after=${ahead}`)).status).toBe(410);
  expect((await ask(`/changes?after=${before}`)).status).toBe(200);
  await expectEverything('Restored');
  await create('lost@acme.test');
});
