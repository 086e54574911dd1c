// A target that is dead delays no other, and no SCIM request; and what is wrong with one is told where it is looked for.
import { createServer } from 'node:net';
import { Registry } from 'prom-client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createOutboundMetrics } from '../../bridge/platform/outbound-metrics.ts';
import { type AwkwardServer, type Habits, startAwkwardServer } from '../support/awkward-scim-server.ts';
import type { ScimClient, TestBridge } from '../support/bridge.ts';
import { createPushingBridge, newTarget, patience, untilSettled } from '../support/outbound-stage.ts';
import { freePort } from '../support/postgres-setup.ts';
import { newGroup, newUser, patchOp } from '../support/scim.ts';

describe('targets', { timeout: 180_000 }, () => {
  const registry = new Registry();
  let bridge: TestBridge;
  let scim: ScimClient;
  let slug: string;
  let count = 0;
  const servers: AwkwardServer[] = [];

  beforeAll(async () => {
    bridge = await createPushingBridge({}, createOutboundMetrics(registry));
  });
  afterAll(() => bridge?.close());
  beforeEach(async () => {
    slug = `apart-${++count}`;
    scim = await bridge.directory(slug);
  });
  afterEach(async () => {
    for (const { slug: target } of await bridge.services.outbound.listTargets(slug)) {
      await bridge.services.outbound.deleteTarget(slug, target);
    }
    for (const server of servers.splice(0)) await server.close();
  });

  async function serving(habits: Partial<Habits> = {}): Promise<AwkwardServer> {
    const server = await startAwkwardServer(habits);
    servers.push(server);
    return server;
  }
  const status = (target = 'app') => bridge.services.outbound.readStatus(slug, target);
  const settled = (target = 'app') => untilSettled(bridge, slug, target);
  const eventually = (check: () => void | Promise<void>) => vi.waitFor(check, patience);
  const held = (target = 'app') =>
    vi.waitFor(async () => {
      const { held: hold } = await status(target);
      expect(hold).not.toBeNull();
      return hold?.reason;
    }, patience);

  it('that hang delay neither another target nor a SCIM request', async () => {
    const [hanging, well] = [await serving(), await serving()];
    // Each call may take longer than this test.
    await newTarget(bridge, slug, { slug: 'hanging', baseUrl: hanging.url, timeoutSeconds: 120 });
    await newTarget(bridge, slug, { slug: 'well', baseUrl: well.url });
    await settled('hanging');
    await settled('well');
    hanging.habits.hangs = true;
    await newUser(scim, 'first');
    await eventually(() => expect(hanging.waiting()).toBe(1));
    const made = await Promise.all(Array.from({ length: 30 }, (_, n) => newUser(scim, `user-${n}`)));
    await newGroup(
      scim,
      'all',
      made.map(({ id }) => id),
    );
    for (const { id } of made) {
      await scim.patch(`/Users/${id}`, patchOp({ op: 'add', path: 'title', value: 'Head' }));
    }
    await eventually(() => {
      expect([...well.users.values()].filter(({ title }) => title === 'Head')).toHaveLength(30);
      expect([...well.groups.values()][0]?.members).toHaveLength(30);
    });
    // All of that happened while the calls were open, which nobody has given up.
    await eventually(() => expect(hanging.waiting()).toBe(4));
    expect(hanging.users.size).toBe(0);
    expect(await status('hanging')).toMatchObject({ held: null });
  });

  it('that nobody can reach say so', async () => {
    const port = await freePort();
    await newTarget(bridge, slug, { baseUrl: `http://127.0.0.1:${port}` });
    expect(await held()).toMatch(/could not be reached|refused|ECONNREFUSED/i);
  });

  it('that take the connection and end it say so', async () => {
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    try {
      await newTarget(bridge, slug, { baseUrl: `http://127.0.0.1:${address.port}` });
      expect(await held()).toBeTruthy();
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('that refuse the secret say so at once, and go on with the right one', async () => {
    const server = await serving({ secret: 'right' });
    await newUser(scim, 'anna');
    await newTarget(bridge, slug, { baseUrl: server.url, secret: 'wrong' });
    expect(await held()).toBe('The target refuses the credentials (401).');
    const test = await bridge.services.outbound.testTarget(slug, 'app');
    expect(test).toMatchObject({ ok: false, steps: [{ step: 'connect', ok: false, detail: await held() }] });
    await bridge.services.outbound.updateTarget(slug, 'app', { secret: 'right' });
    await eventually(() => expect(server.users.size).toBe(1));
    await eventually(async () => expect(await status()).toMatchObject({ held: null, failing: [] }));
  });

  it('whose mappings can not be are refused, and nothing is stored', async () => {
    const server = await serving();
    const settings = {
      baseUrl: server.url,
      mappings: [{ name: 'a', attributes: { displayName: '{name..}' } }],
    };
    await expect(newTarget(bridge, slug, settings)).rejects.toThrow(/name\.\..*no path/);
    expect(await bridge.services.outbound.listTargets(slug)).toEqual([]);
  });

  it('that lie about their abilities say what they lack', async () => {
    const server = await serving({ patch: false });
    const anna = await newUser(scim, 'anna');
    await newTarget(bridge, slug, { baseUrl: server.url });
    expect(await settled()).toMatchObject({ features: { patch: true }, lacking: [] });
    await scim.patch(`/Users/${anna.id}`, patchOp({ op: 'add', path: 'title', value: 'Head' }));
    await eventually(async () => {
      expect(await status()).toMatchObject({ features: { patch: false }, lacking: ['patch'], held: null });
    });
  });

  it('have metrics: what was pushed, what waits, what is put aside, and how they do', async () => {
    const server = await serving({ refusesUser: 'bert' });
    await newUser(scim, 'anna');
    await newUser(scim, 'bert');
    await newTarget(bridge, slug, { baseUrl: server.url });
    await settled();
    const labels = `directory="${slug}",target="app"`;
    const told = (line: string) => eventually(async () => expect(await registry.metrics()).toContain(line));
    await told(`realmbridge_outbound_pushes_total{${labels},outcome="created"} 1`);
    await told(`realmbridge_outbound_pushes_total{${labels},outcome="refused"} 1`);
    await told(`realmbridge_outbound_push_duration_seconds_count{${labels}} 2`);
    await told(`realmbridge_outbound_resources{${labels},state="quarantined"} 1`);
    await told(`realmbridge_outbound_resources{${labels},state="pending"} 0`);
    await told(`realmbridge_outbound_target_state{${labels},state="active"} 1`);
    server.habits.isWebsite = true;
    await newUser(scim, 'carl');
    await told(`realmbridge_outbound_target_state{${labels},state="held"} 1`);
    await bridge.services.outbound.pauseTarget(slug, 'app');
    await told(`realmbridge_outbound_target_state{${labels},state="paused"} 1`);
    await bridge.services.outbound.deleteTarget(slug, 'app');
    await eventually(async () => expect(await registry.metrics()).not.toContain(`_state{${labels}`));
  });
});
