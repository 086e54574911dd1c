// Several replicas push to one target, and one of them dies at any moment: in the end the target has everything, once.
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createLocalSignal } from '../../bridge/events/signal.ts';
import { targetSettings } from '../../bridge/outbound/contracts.ts';
import { systemClock } from '../../bridge/platform/clock.ts';
import { createLogger } from '../../bridge/platform/log.ts';
import { createPasswordHasher } from '../../bridge/platform/secrets/passwords.ts';
import { createServices, type Services } from '../../bridge/services.ts';
import { type AwkwardServer, type Habits, startAwkwardServer } from '../support/awkward-scim-server.ts';
import type { ScimClient, TestBridge } from '../support/bridge.ts';
import { createTestBridge } from '../support/bridge.ts';
import { isSettled, outgoing, patience, quick } from '../support/outbound-stage.ts';
import { newGroup, newUser, patchOp } from '../support/scim.ts';

const users = 240;
const main = join(import.meta.dirname, '../../bridge/main.ts');

describe('two replicas that push to one target', { timeout: 240_000 }, () => {
  let bridge: TestBridge;
  let scim: ScimClient;
  let server: AwkwardServer;
  const replicas: Services[] = [];
  const processes: ChildProcess[] = [];

  afterEach(async () => {
    for (const child of processes.splice(0)) child.kill('SIGKILL');
    for (const replica of replicas.splice(0)) {
      await replica.outboundWorker.close();
      replica.federations.close();
    }
    await bridge?.close();
    await server?.close();
  });

  async function prepare(habits: Partial<Habits> = {}): Promise<void> {
    server = await startAwkwardServer({ delayMs: 5, ...habits });
    bridge = await createTestBridge({ outgoing: outgoing() });
    scim = await bridge.directory('company');
    const ids: string[] = [];
    for (let n = 0; n < users; n += 40) {
      const made = await Promise.all(Array.from({ length: 40 }, (_, i) => newUser(scim, `user-${n + i}`)));
      ids.push(...made.map(({ id }) => id as string));
    }
    await newGroup(scim, 'all', ids);
  }
  const target = () =>
    bridge.services.outbound.createTarget('company', {
      slug: 'app',
      settings: targetSettings.parse({ baseUrl: server.url, timeoutSeconds: 2 }),
      secret: 'secret',
    });
  const settled = () =>
    vi.waitFor(
      async () => {
        const status = await bridge.services.outbound.readStatus('company', 'app');
        expect(isSettled(status), JSON.stringify(status)).toBe(true);
        return status;
      },
      { ...patience, timeout: 120_000 },
    );

  function expectAllOnce(count = users): void {
    const names = [...server.users.values()].map(({ userName }) => userName as string);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toHaveLength(count);
    expect([...server.groups.values()].map(({ members }) => members.length)).toEqual([users]);
    expect(new Set([...server.groups.values()][0].members.map(({ value }: { value: string }) => value)).size).toBe(
      users,
    );
  }

  function newReplica(onPushed = () => {}): Services {
    const replica = createServices({
      store: bridge.database,
      clock: systemClock,
      passwords: createPasswordHasher({ memoryCost: 1_024, timeCost: 1 }),
      signal: createLocalSignal(),
      outgoing: outgoing(),
      outbound: {
        timing: quick,
        log: createLogger('silent'),
        metrics: { pushed: onPushed, resources() {}, state() {}, forget() {} },
      },
    });
    replica.outboundWorker.start();
    replicas.push(replica);
    return replica;
  }

  it('share a comparison, and go on when one of them ends', async () => {
    await prepare();
    const pushes = [0, 0];
    const [first] = pushes.map((_, n) =>
      newReplica(() => {
        pushes[n] = (pushes[n] ?? 0) + 1;
      }),
    );
    await target();
    await vi.waitFor(() => expect(server.users.size).toBeGreaterThan(20), patience);
    await first?.outboundWorker.close();
    const { lastReport } = await settled();
    expect(lastReport).toMatchObject({ resources: users + 1, failed: 0 });
    expect(Math.min(...pushes)).toBeGreaterThan(0);
    expectAllOnce();
    await newUser(scim, 'late');
    await vi.waitFor(() => expect(server.users.size).toBe(users + 1), patience);
  });

  it('both leave it alone as long as it asks one of them to', async () => {
    await prepare({ delayMs: 20 });
    newReplica();
    newReplica();
    await target();
    await vi.waitFor(() => expect(server.users.size).toBeGreaterThan(20), patience);
    server.habits.refusals = { status: 429, count: 1, headers: { 'Retry-After': '10' } };
    const hold = await vi.waitFor(async () => {
      const { held } = await bridge.services.outbound.readStatus('company', 'app');
      expect(held).not.toBeNull();
      return held;
    }, patience);
    // The other hears of it from the database, at its next look.
    let quietFrom = new Date();
    for (let before = -1; before !== server.requests.length; await sleep(1_000)) {
      before = server.requests.length;
      quietFrom = new Date();
    }
    expect(server.users.size).toBeLessThan(users);
    expect(quietFrom.getTime()).toBeLessThan(hold?.until.getTime() ?? 0);
    await settled();
    expectAllOnce();
  });

  function startProcess(): ChildProcess {
    const child = spawn(process.execPath, [main], {
      stdio: 'ignore',
      env: {
        PATH: process.env['PATH'],
        DATABASE_URL: bridge.database.url,
        HOST: '127.0.0.1',
        PORT: '0',
        METRICS_PORT: '0',
        LOG_LEVEL: 'silent',
        OUTGOING_ALLOW: '127.0.0.0/8',
      },
    });
    processes.push(child);
    return child;
  }

  it.each([
    ['in the middle of its pushes', {}],
    // The target has created many, and the one who asked for them dies without hearing of it.
    [
      'while it waits for the answer to a Bulk request',
      {
        says: { patch: true, bulk: { maxOperations: 40, maxPayloadSize: 1_048_576 } },
        bulk: 'works',
        bulkAnswerMs: 500,
      },
    ],
  ] satisfies [string, Partial<Habits>][])(
    'lose nothing and make nothing twice when one is killed %s',
    async (_, habits) => {
      await prepare(habits);
      await target();
      for (const share of [0.1, 0.3, 0.5]) {
        const child = startProcess();
        await vi.waitFor(() => expect(server.users.size).toBeGreaterThan(users * share), patience);
        await sleep(Math.random() * 100);
        child.kill('SIGKILL');
        // So that who goes on needn't wait for leases that nobody has any more.
        await bridge.services.outbound.requestSync('company', 'app');
        await endLeases(bridge);
      }
      newReplica();
      await settled();
      expectAllOnce();
      const [{ id }] = (await scim.get('/Users?count=1')).body.Resources;
      await scim.patch(`/Users/${id}`, patchOp({ op: 'add', path: 'title', value: 'Head' }));
      await vi.waitFor(
        () => expect([...server.users.values()].some(({ title }) => title === 'Head')).toBe(true),
        patience,
      );
    },
  );
});

/** As if their time were over. */
async function endLeases({ database }: TestBridge): Promise<void> {
  const { rows } = await database.pool.query<{ id: string }>('select id from directories');
  const client = await database.pool.connect();
  try {
    await client.query('begin');
    await client.query(`select set_config('realmbridge.directory_ids', $1, true)`, [`{${rows.map(({ id }) => id)}}`]);
    for (const table of ['outbound_states', 'outbound_resources', 'outbound_tasks']) {
      await client.query(`update ${table} set lease_until = now() - interval '1 second' where lease_owner is not null`);
    }
    await client.query('commit');
  } finally {
    client.release();
  }
}
