// Two replicas behind a proxy: each is restarted in its turn while requests go on, and nobody notices.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { images } from '../support/containers/images.ts';
import { type RealmbridgeStack, startStack } from '../support/containers/stack.ts';
import { useStackBridge } from '../support/containers/stack-bridge.ts';
import { addDirectory, pushUser, userPassword } from '../support/federated-realm.ts';
import type { BridgeUnderTest } from '../support/running-bridge.ts';
import { patchOp } from '../support/scim.ts';

let stack: RealmbridgeStack;
let bridge: BridgeUnderTest;

beforeAll(async () => {
  stack = await startStack({ images, replicas: 2, keycloak: false, environment: { RATE_LIMIT_PER_SECOND: '0' } });
  bridge = useStackBridge(stack);
});

afterAll(async () => {
  await bridge?.close();
  await stack?.close();
});

test('a rolling restart under load fails no request', async () => {
  const { scim, token } = await addDirectory(bridge, 'rolling');
  const id = await pushUser(scim, 'anna');
  const federation = (path: string, init: RequestInit = {}) =>
    fetch(`${stack.bridgeUrl}/user-storage/v1/rolling${path}`, {
      ...init,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      signal: AbortSignal.timeout(60_000),
    });
  const read = async (response: Response) => {
    await response.arrayBuffer();
    return response.status;
  };
  let count = 0;
  let cursor = '';
  const requests: Record<string, () => Promise<number>> = {
    'create a user': async () => {
      await pushUser(scim, `crowd-${++count}`, { password: undefined });
      return 200;
    },
    'change a user': async () =>
      (await scim('PATCH', `/Users/${id}`, patchOp({ op: 'replace', path: 'title', value: `Title ${++count}` })))
        .status,
    'look a user up': async () => read(await federation('/users/lookup?username=anna%40acme.test')),
    'check a password': async () =>
      read(
        await federation(`/users/${id}/verify-password`, {
          method: 'POST',
          body: JSON.stringify({ password: userPassword }),
        }),
      ),
    'follow the feed': async () => {
      const response = await federation(`/changes?wait=2${cursor === '' ? '' : `&after=${cursor}`}`);
      cursor = JSON.parse(await response.text()).cursor;
      return response.status;
    },
  };
  let going = true;
  const failures: string[] = [];
  const sums = new Map<string, number>();
  const workers = Object.entries(requests).map(async ([name, send]) => {
    while (going) {
      const status = await send().catch((error: unknown) => String(error));
      sums.set(name, (sums.get(name) ?? 0) + 1);
      if (status !== 200) failures.push(`${name}: ${status}`);
    }
  });
  try {
    await sleep(1_000);
    for (const replica of stack.bridges) {
      await replica.restart();
      // The proxy believes a replica that it has found ready twice.
      await sleep(2_500);
    }
  } finally {
    going = false;
    await Promise.all(workers);
  }
  console.log(`Requests during the rolling restart: ${JSON.stringify(Object.fromEntries(sums))}`);
  expect(failures).toEqual([]);
  for (const name of Object.keys(requests)) expect(sums.get(name), name).toBeGreaterThan(3);
  const listed = await scim('GET', '/Users?count=0');
  expect(listed.body.totalResults).toBe(1 + (sums.get('create a user') ?? 0));
});

test('one replica that is killed costs no more than the requests it had', async () => {
  const { scim } = await addDirectory(bridge, 'killed');
  await pushUser(scim, 'before');
  const [, second] = stack.bridges;
  await second?.kill();
  try {
    // From the proxy's next look on.
    await sleep(2_000);
    for (let n = 0; n < 10; n++) await pushUser(scim, `after-${n}`, { password: undefined });
    expect((await scim('GET', '/Users?count=0')).body.totalResults).toBe(11);
  } finally {
    await second?.start();
  }
});
