// What is measured of a request: under the pattern of the route that answered it.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp } from '../../bridge/app.ts';
import { createLogger } from '../../bridge/platform/log.ts';
import type { HttpMetrics } from '../../bridge/platform/metrics.ts';
import { createTestBridge, type TestBridge } from '../support/bridge.ts';

let bridge: TestBridge;
beforeAll(async () => {
  bridge = await createTestBridge();
});
afterAll(() => bridge.close());

test('requests are told apart by their route, without the ids in it', async () => {
  const { directories, federations } = bridge.services;
  await directories.createDirectory({ slug: 'measured' });
  const scim = await directories.createToken('measured', {});
  await federations.createFederation({ slug: 'measured' });
  const federation = await federations.createToken('measured');
  const seen: string[] = [];
  const metrics: HttpMetrics = { observe: ({ method, route, status }) => seen.push(`${method} ${route} ${status}`) };
  const app = createApp({ services: bridge.services, logger: createLogger('silent'), metrics });
  const id = '0199f0c2-8c1e-7aaa-9d2c-2f6f0c1f7b11';
  for (const [path, token] of [
    [`/scim/v2/measured/Users/${id}`, scim.token],
    ['/scim/v2/measured/Groups', scim.token],
    ['/scim/v2/measured/nowhere', scim.token],
    ['/scim/v2/measured/Users', 'wrong'],
    [`/user-storage/v1/measured/users/${id}`, federation.token],
    ['/user-storage/v1/measured/changes', federation.token],
    ['/nowhere', ''],
  ]) {
    await app.request(path ?? '', { headers: { Authorization: `Bearer ${token}` } });
  }
  expect(seen).toEqual([
    'GET /scim/v2/:directory/Users/:id 404',
    'GET /scim/v2/:directory/Groups 200',
    'GET /scim/v2/:directory/* 404',
    'GET /scim/v2/:directory/* 401',
    'GET /user-storage/v1/:federation/users/:id 404',
    'GET /user-storage/v1/:federation/changes 200',
    'GET unmatched 404',
  ]);
});
