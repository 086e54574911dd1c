// What it costs to tell others what happened: deliveries to webhooks, and reading a long event log.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Directory } from '../../../bridge/directories/contracts.ts';
import { appendEvents, createEventReader } from '../../../bridge/events/repository.ts';
import type { ChangeSignal } from '../../../bridge/events/signal.ts';
import { writeIn } from '../../../bridge/platform/db/scope.ts';
import { newId } from '../../../bridge/platform/ids.ts';
import type { Services } from '../../../bridge/services.ts';
import { unchecked } from '../support/data.ts';
import type { LoadGenerator } from '../support/load.ts';
import type { BenchOptions } from '../support/options.ts';
import type { Row } from '../support/row.ts';
import type { Stage } from '../support/stage.ts';
import { median, quantile } from '../support/statistics.ts';
import { progress } from '../support/table.ts';
import { eventCostRow } from './event-cost-row.ts';

export interface EventBenchOptions extends BenchOptions {
  deliveries: number;
  /** That are pushed to another SCIM server. */
  users: number;
  rows: number;
}

export interface EventWorld {
  stage: Stage;
  /** Delivers to this machine's own addresses. */
  services: Services;
  signal: ChangeSignal;
  load: LoadGenerator;
  options: EventBenchOptions;
}

interface Receiver {
  url: string;
  /** When each message arrived first, by `performance.now()`. */
  arrived: Map<string, number>;
  close(): void;
}

async function startReceiver(): Promise<Receiver> {
  const arrived = new Map<string, number>();
  const server = createServer((request, response) => {
    const id = String(request.headers['webhook-id']);
    request.resume().once('end', () => {
      if (!arrived.has(id)) arrived.set(id, performance.now());
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, arrived, close: () => server.close().closeAllConnections() };
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(5);
}

async function happen({ stage }: EventWorld, { id }: Directory, resourceIds: readonly string[]): Promise<void> {
  const changes = { title: { before: 'Engineer', after: 'Head of Engineering' } };
  const events = resourceIds.map((resourceId) => ({
    ...{ type: 'user.updated' as const, resourceType: 'User', resourceId, resourceVersion: 2, data: { changes } },
  }));
  await writeIn(stage.store.pool, id, (scope) => appendEvents(scope, id, events, { name: 'bench' }, new Date()));
}

/** A directory with a webhook that delivers while `work` runs. */
async function hooked<T>(
  { services }: EventWorld,
  slug: string,
  work: (directory: Directory, receiver: Receiver) => Promise<T>,
): Promise<T> {
  const directory = await services.directories.createDirectory({ slug });
  const receiver = await startReceiver();
  await services.webhooks.createWebhook({ slug, url: receiver.url, directory: slug, start: 'now' });
  try {
    return await work(directory, receiver);
  } finally {
    await services.webhooks.deleteWebhook(slug);
    receiver.close();
  }
}

const resources = Array.from({ length: 1_000 }, newId);

const rowsAtOnce = 500_000;

/** `rows` placed events after the position `first`, each of one of 100,000 users. */
async function loadEvents({ admin, context }: Stage, directoryId: string, first: number, rows: number): Promise<void> {
  await unchecked(admin, async () => {
    for (let done = 0; done < rows; done += rowsAtOnce) {
      context.signal.throwIfAborted();
      const last = Math.min(done + rowsAtOnce, rows);
      await admin.query(
        `insert into events (directory_id, position, type, resource_type, resource_id, resource_version, data, actor, created_at)
         select $1, $2::bigint + n, 'user.updated', 'User',
           ('01900000-0000-7000-8000-' || lpad(to_hex(n * 7919 % 100000), 12, '0'))::uuid, n / 100000 + 2,
           '{"changes":{"title":{"before":"Engineer","after":"Head of Engineering"}}}', 'bench',
           now() - ($5::bigint - n) * interval '1 second'
         from generate_series($3::bigint + 1, $4::bigint) as n`,
        [directoryId, first, done, last, rows],
      );
      progress(`${last.toLocaleString('en')} of ${rows.toLocaleString('en')} events are in the log`);
    }
  });
  await admin.query('update event_heads set position = $2 where directory_id = $1', [directoryId, first + rows]);
  await admin.query('vacuum analyze events');
}

export const eventRows: Row<EventWorld>[] = [
  eventCostRow,
  {
    name: 'webhook deliveries to one local receiver',
    target: '≥ 1,000/s',
    measure: (world) =>
      hooked(world, 'throughput', async (directory, { arrived }) => {
        const { deliveries } = world.options;
        await happen(
          world,
          directory,
          Array.from({ length: deliveries }, (_, n) => resources[n % resources.length] ?? ''),
        );
        const started = performance.now();
        world.signal.changed(directory.id);
        await until(() => arrived.size >= deliveries);
        const rate = deliveries / ((performance.now() - started) / 1_000);
        return { figures: `${Math.round(rate)}/s (${deliveries} events of 1,000 users)`, met: rate >= 1_000 };
      }),
  },
  {
    name: 'from commit to delivery at 100 changes a second',
    target: 'p99 < 250 ms',
    measure: (world) =>
      hooked(world, 'latency', async (directory, { arrived }) => {
        const committed: number[] = [];
        const first = await createEventReader(world.stage.store.pool).placeEvents(directory.id);
        const count = world.options.seconds * 100;
        const begun = performance.now();
        for (let n = 0; n < count; n += 1) {
          await sleep(Math.max(0, begun + n * 10 - performance.now()));
          await happen(world, directory, [resources[n % resources.length] ?? '']);
          committed.push(performance.now());
          world.signal.changed(directory.id);
        }
        await until(() => arrived.size >= count);
        const times = committed
          .map((at, n) => (arrived.get(`${directory.id}.${first + n + 1}`) ?? 0) - at)
          .sort((a, b) => a - b);
        const p99 = quantile(times, 0.99);
        return { figures: `median ${median(times).toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`, met: p99 < 250 };
      }),
  },
  {
    name: 'a page of 100 events by cursor in a long log',
    target: 'flat: end ≤ 1.5 × beginning',
    async measure({ stage, services, options: { rows } }) {
      const { id } = await services.directories.createDirectory({ slug: 'long' });
      const reader = createEventReader(stage.store.pool);
      const first = await reader.placeEvents(id);
      await loadEvents(stage, id, first, rows);
      const pageAt = async (position: number) => {
        const times: number[] = [];
        for (let n = 0; n < 200; n += 1) {
          const started = performance.now();
          await reader.placeEvents(id);
          await reader.listEvents(id, position + n * 100, 100);
          times.push(performance.now() - started);
        }
        return median(times);
      };
      await pageAt(first);
      const [beginning, middle, end] = [
        await pageAt(first),
        await pageAt(Math.floor(rows / 2)),
        await pageAt(rows - 20_100),
      ];
      const figures = [beginning, middle, end].map((ms) => `${ms.toFixed(2)} ms`).join(', ');
      return {
        figures: `${figures} at the beginning, middle and end of ${rows.toLocaleString('en')} events`,
        met: end <= beginning * 1.5,
      };
    },
  },
];
