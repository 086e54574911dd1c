// Old events go, from the beginning of each directory's log; whoever stood among them is told so and what to do.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../../bridge/app.ts';
import type { NewEvent } from '../../bridge/events/contracts.ts';
import { appendEvents, createEventReader } from '../../bridge/events/repository.ts';
import { keptEvents, type RetentionRule } from '../../bridge/events/retention.ts';
import { createRetentionRepository } from '../../bridge/events/retention-repository.ts';
import { takePruningLock } from '../../bridge/platform/db/pruning-lock.ts';
import { writeIn } from '../../bridge/platform/db/scope.ts';
import { newId } from '../../bridge/platform/ids.ts';
import { createLogger } from '../../bridge/platform/log.ts';
import { createMetrics, type Metrics } from '../../bridge/platform/metrics.ts';
import { createRetention, type Retention } from '../../bridge/platform/retention.ts';
import { createRequestRepository } from '../../bridge/provisioning/requests/repository.ts';
import { type Answer, type Body, createTestBridge, readAnswer, type TestBridge } from '../support/bridge.ts';
import { newUser } from '../support/scim.ts';
import { createUserStorageClient } from '../support/user-storage-client.ts';

const adminToken = 'an-admin-token-of-at-least-32-characters';
const dayMs = 24 * 3_600_000;
let bridge: TestBridge;
let app: TestBridge['app'];

beforeAll(async () => {
  bridge = await createTestBridge();
  app = createApp({ services: bridge.services, logger: createLogger('silent'), adminToken });
});
afterAll(async () => {
  bridge.services.eventLog.close();
  await bridge.close();
});

const event = (resourceId = newId()): NewEvent => ({
  type: 'user.updated',
  resourceType: 'User',
  resourceId,
  resourceVersion: 2,
  data: {},
});

/** Events of so many days ago, in one transaction. */
async function append(directoryId: string, count: number, daysAgo = 0): Promise<void> {
  const at = new Date(Date.now() - daysAgo * dayMs);
  const events = Array.from({ length: count }, () => event());
  await writeIn(bridge.database.pool, directoryId, (scope) =>
    appendEvents(scope, directoryId, events, { name: 'test' }, at),
  );
}

/** A directory that nobody made over the API, so that its log has the test's own events alone. */
async function newDirectory(): Promise<{ id: string; slug: string }> {
  const id = newId();
  const slug = `d-${id}`;
  const now = new Date();
  await bridge.database.db
    .insertInto('directories')
    .values({ id, slug, name: slug, kind: 'scim', profile: 'auto', created_at: now, updated_at: now })
    .execute();
  return { id, slug };
}

/** As another replica would do it, for these directories alone. */
function retentionOf(rule: RetentionRule, directories: { id: string; slug: string }[]): Retention {
  return createRetention({
    kept: keptEvents({
      repository: createRetentionRepository(bridge.database.pool),
      reader: createEventReader(bridge.database.pool),
      clock: { now: () => new Date() },
      rule,
    }),
    listDirectories: async () => directories,
    log: { info: () => undefined },
    onError: (error) => {
      throw error;
    },
  });
}

async function read(query: Record<string, string>): Promise<Answer> {
  return readAnswer(
    await app.request(`/api/v1/events?${new URLSearchParams(query).toString()}`, {
      headers: { Authorization: `Bearer ${adminToken}` },
    }),
  );
}
const positions = ({ body }: Answer): number[] => body.events.map(({ position }: Body) => position);

describe('what goes', () => {
  test('is what is older than so many days, and positions go on as before', async () => {
    const directory = await newDirectory();
    await append(directory.id, 3, 20);
    await append(directory.id, 2, 5);
    expect(await retentionOf({ days: 10 }, [directory]).prune()).toBe(3);
    expect(positions(await read({ directory: directory.slug }))).toEqual([4, 5]);
    await append(directory.id, 1);
    expect(positions(await read({ directory: directory.slug }))).toEqual([4, 5, 6]);
    expect(await retentionOf({ days: 10 }, [directory]).prune()).toBe(0);
  });

  test('is what exceeds so many events, of each directory for itself', async () => {
    const [large, small] = [await newDirectory(), await newDirectory()];
    await append(large.id, 4_500);
    await append(small.id, 20);
    expect(await retentionOf({ events: 30 }, [large, small]).prune()).toBe(4_470);
    expect(positions(await read({ directory: large.slug }))).toEqual(
      Array.from({ length: 30 }, (_, index) => 4_471 + index),
    );
    expect(positions(await read({ directory: small.slug }))).toHaveLength(20);
  });

  test('is a beginning without gaps: an old event behind a recent one stays with it', async () => {
    const directory = await newDirectory();
    await append(directory.id, 1, 20);
    await append(directory.id, 1, 5);
    await append(directory.id, 1, 20);
    expect(await retentionOf({ days: 10 }, [directory]).prune()).toBe(1);
    expect(positions(await read({ directory: directory.slug }))).toEqual([2, 3]);
  });

  test('may be all, and the next event still has the next position', async () => {
    const directory = await newDirectory();
    await append(directory.id, 7, 20);
    expect(await retentionOf({ days: 10, events: 100 }, [directory]).prune()).toBe(7);
    expect(await read({ directory: directory.slug })).toMatchObject({ body: { events: [], more: false } });
    await append(directory.id, 1);
    expect(positions(await read({ directory: directory.slug }))).toEqual([8]);
  });

  test('is nothing unless the operator says so', async () => {
    const directory = await newDirectory();
    await append(directory.id, 5, 10_000);
    expect(await retentionOf({}, [directory]).prune()).toBe(0);
    expect(positions(await read({ directory: directory.slug }))).toHaveLength(5);
  });
});

describe('a cursor', () => {
  test('from before what is left is refused, with what to do; one after it goes on', async () => {
    const directory = await newDirectory();
    await append(directory.id, 4);
    const early = (await read({ directory: directory.slug, limit: '1' })).body.cursor;
    const late = (await read({ directory: directory.slug, limit: '2' })).body.cursor;
    expect(await retentionOf({ events: 2 }, [directory]).prune()).toBe(2);
    const refused = await read({ directory: directory.slug, after: early });
    expect([refused.status, refused.body.code]).toEqual([410, 'cursor_expired']);
    expect(refused.body.detail).toContain(`directory "${directory.slug}"`);
    expect(refused.body.detail).toContain('position 3');
    expect(refused.body.detail).toContain('after=now');
    expect(positions(await read({ directory: directory.slug, after: late }))).toEqual([3, 4]);
    expect(positions(await read({ directory: directory.slug, last: '100' }))).toEqual([3, 4]);
  });

  test('is refused too when the directory had no event yet and has lost some since', async () => {
    const directory = await newDirectory();
    const { cursor } = (await read({ directory: directory.slug, after: 'now' })).body;
    await append(directory.id, 3);
    await retentionOf({ events: 1 }, [directory]).prune();
    expect((await read({ directory: directory.slug, after: cursor })).body.code).toBe('cursor_expired');
  });

  test('walks from the beginning of what is left over many directories, in small pages', async () => {
    const directories = [await newDirectory(), await newDirectory()];
    for (const { id } of directories) await append(id, 5);
    await retentionOf({ events: 3 }, directories).prune();
    const seen: Body[] = [];
    let after: string | undefined;
    for (let more = true; more; ) {
      const page = await read({ limit: '1', type: 'user.updated', ...(after !== undefined && { after }) });
      expect(page.status, JSON.stringify(page.body)).toBe(200);
      seen.push(...page.body.events);
      ({ cursor: after, more } = page.body);
    }
    for (const { slug } of directories) {
      expect(seen.filter((one) => one.directory.slug === slug).map(({ position }) => position)).toEqual([3, 4, 5]);
    }
  });

  test('that is ahead of the log, as after a restored backup, is refused as well', async () => {
    const directory = await newDirectory();
    await append(directory.id, 3);
    const { cursor } = (await read({ directory: directory.slug })).body;
    await writeIn(bridge.database.pool, directory.id, async (scope) => {
      await scope.deleteFrom('events').where('directory_id', '=', directory.id).where('position', '>', 1).execute();
      await scope.updateTable('event_heads').set({ position: 1 }).where('directory_id', '=', directory.id).execute();
    });
    const refused = await read({ directory: directory.slug, after: cursor });
    expect([refused.status, refused.body.code]).toEqual([410, 'cursor_expired']);
    expect(refused.body.detail).toContain('backup');
  });

  test('of Keycloak from before what is left is answered so that it takes everything anew', async () => {
    const scim = await bridge.directory();
    const client = await createUserStorageClient(bridge, [scim.directory.slug]);
    const old = await client.cursor();
    const { id } = await newUser(scim, 'anna');
    await newUser(scim, 'berta');
    const current = await client.cursor();
    await retentionOf({ events: 1 }, [scim.directory]).prune();
    const refused = await client.changes(old);
    expect([refused.status, refused.body.code]).toEqual([410, 'cursor_expired']);
    expect((await client.changes(current)).body.items).toEqual([]);
    // The export has both users, whatever the log has, and the cursor at which the feed goes on.
    const lines = await client.export();
    expect(lines.filter(({ kind }) => kind === 'user').map(({ user }) => user.id)).toContain(id);
    const { cursor } = lines[0];
    await newUser(scim, 'carla');
    expect((await client.changes(cursor)).body.items).toMatchObject([{ user: { username: 'carla' } }]);
  });
});

test('two replicas that prune at once remove everything once, and hold up neither each other nor a writer', async () => {
  const directory = await newDirectory();
  for (let n = 0; n < 6; n += 1) await append(directory.id, 2_000);
  const one = retentionOf({ events: 10 }, [directory]);
  const two = retentionOf({ events: 10 }, [directory]);
  let pruning = true;
  const writing = (async () => {
    for (let written = 0; ; written += 1) {
      if (!pruning) return written;
      await append(directory.id, 1);
    }
  })();
  let pruned = 0;
  for (;;) {
    const [first, second] = await Promise.all([one.prune(), two.prune()]);
    pruned += first + second;
    if (first + second === 0) break;
    await sleep(1);
    if (pruned >= 11_990) pruning = false;
  }
  const written = await writing;
  await one.prune();
  const answer = await read({ directory: directory.slug });
  const left = positions(answer);
  expect(left).toHaveLength(10);
  expect(left.at(-1)).toBe(12_000 + written);
});

test('a reader who keeps up sees every event while the log is pruned behind it', async () => {
  const directory = await newDirectory();
  const retention = retentionOf({ events: 50 }, [directory]);
  const seen: number[] = [];
  let { cursor } = (await read({ directory: directory.slug, after: 'now' })).body;
  for (let round = 0; round < 30; round += 1) {
    await append(directory.id, 40);
    const [page] = await Promise.all([
      read({ directory: directory.slug, after: cursor, limit: '100' }),
      retention.prune(),
    ]);
    expect(page.status, JSON.stringify(page.body)).toBe(200);
    seen.push(...positions(page));
    cursor = page.body.cursor;
  }
  expect(seen).toEqual(Array.from({ length: 1_200 }, (_, index) => index + 1));
});

describe('the operator', () => {
  const told = async (metrics: Metrics, name: string) =>
    (await metrics.registry.getSingleMetric(name)?.get())?.values.map(({ labels, value }) => [labels['rows'], value]);

  test('is told how many rows went, when, and what failed; which keeps nothing else from going', async () => {
    const directory = await newDirectory();
    await append(directory.id, 12);
    const { pool } = bridge.database;
    const metrics = createMetrics(pool);
    const failures: unknown[] = [];
    const broken = { name: 'requests', open: () => Promise.reject(new Error('no such table')) };
    const retention = createRetention({
      kept: [
        broken,
        ...keptEvents({
          repository: createRetentionRepository(pool),
          reader: createEventReader(pool),
          clock: { now: () => new Date() },
          rule: { events: 2 },
        }),
      ],
      listDirectories: async () => [directory],
      log: { info: () => undefined },
      metrics: metrics.retention,
      onError: (error) => failures.push(error),
    });
    const before = Date.now() / 1_000;
    expect(await retention.prune()).toBe(10);
    expect(failures).toMatchObject([{ message: 'no such table' }]);
    expect(await told(metrics, 'realmbridge_retention_removed_total')).toEqual([['events', 10]]);
    expect(await told(metrics, 'realmbridge_retention_failures_total')).toEqual([['requests', 1]]);
    const runs = await told(metrics, 'realmbridge_retention_pruned_timestamp_seconds');
    expect(runs).toEqual([['events', expect.any(Number)]]);
    expect(runs?.[0]?.[1]).toBeGreaterThanOrEqual(before - 1);
  });

  test('sees one replica prune at a time, whatever it is that is old', async () => {
    const directory = await newDirectory();
    await append(directory.id, 5);
    await createEventReader(bridge.database.pool).placeEvents(directory.id);
    const requests = createRequestRepository(bridge.database.pool);
    const events = createRetentionRepository(bridge.database.pool);
    const future = new Date(Date.now() + dayMs);
    const whilePruning = await writeIn(bridge.database.pool, directory.id, async (scope) => {
      expect(await takePruningLock(scope)).toBe(true);
      return [
        await requests.pruneBatch(directory.id, future, 10),
        await events.pruneBatch(directory.id, { before: undefined, keep: 1 }, 10),
      ];
    });
    expect(whilePruning).toEqual(['elsewhere', 'elsewhere']);
    expect(await events.pruneBatch(directory.id, { before: undefined, keep: 1 }, 10)).toEqual({ pruned: 4 });
  });
});

test('the worker ends at once when the bridge does', async () => {
  const retention = retentionOf({ events: 1 }, []);
  retention.start();
  const started = performance.now();
  await retention.close();
  expect(performance.now() - started).toBeLessThan(5_000);
});
