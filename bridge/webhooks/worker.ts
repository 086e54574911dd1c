// Delivers all webhooks. Every replica runs this; for each webhook a lease in the database says which of them delivers,
// and another goes on when that one is gone.
import type { Directory } from '../directories/contracts.ts';
import { actingAs, bridgeItself } from '../events/actor.ts';
import type { EventReader } from '../events/repository.ts';
import type { ChangeSignal } from '../events/signal.ts';
import { createWaker } from '../events/waker.ts';
import type { Clock } from '../platform/clock.ts';
import type { Outgoing } from '../platform/http/outgoing.ts';
import { newId } from '../platform/ids.ts';
import { createLimiter } from '../platform/limiter.ts';
import { pauseEntry } from './audit.ts';
import { usualBreaker } from './breaker.ts';
import type { Pause, Webhook } from './contracts.ts';
import {
  createDeliverer,
  type Deliverer,
  type DelivererMetrics,
  type DeliveryTiming,
  metricName,
} from './deliverer.ts';
import type { DeliveryRepository } from './deliveries-repository.ts';
import type { Envelope } from './envelope.ts';
import type { DeliverableWebhook, WebhookRepository } from './repository.ts';
import { usualRetries } from './retries.ts';
import { createTail } from './tail.ts';

/** What is signalled when webhooks were made, changed or deleted. */
export const webhooksTopic = 'webhooks';

/** Database connections that all deliveries together may use, so that they never keep a request waiting for one. */
const connectionsAtOnce = 2;

export interface WebhookWorkerLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

export interface WebhookWorkerMetrics extends DelivererMetrics {
  paused(webhook: string, paused: boolean): void;
  /** The webhook is gone, or another replica delivers it. */
  forget(webhook: string): void;
}

export interface WebhookTiming extends DeliveryTiming {
  /** How often it is looked which webhooks there are. */
  pollMs: number;
  leaseSeconds: number;
}

const usualTiming: WebhookTiming = {
  ...usualRetries,
  ...usualBreaker,
  timeoutMs: 10_000,
  concurrency: 32,
  storeMs: 100,
  drainMs: 3_000,
  pollMs: 1_000,
  leaseSeconds: 20,
};

export interface WebhookWorkerDeps {
  listDirectories: () => Promise<Directory[]>;
  repository: WebhookRepository;
  deliveries: DeliveryRepository;
  reader: EventReader;
  signal: ChangeSignal;
  /** Undefined when a secret that it takes can't be opened. */
  openEnvelope: (webhook: Webhook) => Promise<Envelope | undefined>;
  outgoing: Outgoing;
  clock: Clock;
  log: WebhookWorkerLog;
  metrics?: WebhookWorkerMetrics | undefined;
  timing?: Partial<WebhookTiming> | undefined;
}

interface Running {
  webhook: DeliverableWebhook;
  deliverer: Deliverer;
  directories: Map<string, Pick<Directory, 'id' | 'slug'>>;
  /** By `performance.now()`. */
  leasedUntil: number;
  stopping: boolean;
}

const isDelivered = ({ pause }: DeliverableWebhook): boolean => pause === null || pause.cause === 'failing';

export function createWebhookWorker(deps: WebhookWorkerDeps) {
  const { listDirectories, repository, deliveries, reader, signal, outgoing, clock, log, metrics } = deps;
  const timing: WebhookTiming = { ...usualTiming, ...deps.timing };
  const leaseMs = timing.leaseSeconds * 1_000;
  const owner = newId();
  const closing = new AbortController();
  const limiter = createLimiter(connectionsAtOnce);
  const running = new Map<string, Running>();
  const works = new Set<Promise<void>>();
  let main: Promise<void> | undefined;
  const waker = createWaker(signal, closing.signal);
  const tail = createTail({
    reader,
    signal,
    limiter,
    onHead(directoryId, head) {
      for (const { deliverer, directories } of running.values()) {
        const directory = directories.get(directoryId);
        if (directory) deliverer.onHead(directory, head);
      }
    },
    onError: (error) => log.warn({ err: error }, 'the event log could not be read for webhooks'),
  });

  function inBackground(work: Promise<void>, details: object): void {
    const tracked = work
      .catch((error: unknown) => log.warn({ err: error, ...details }, 'a webhook could not be looked after'))
      .finally(() => works.delete(tracked));
    works.add(tracked);
  }

  function directoriesOf(webhook: DeliverableWebhook, all: readonly Directory[]): Running['directories'] {
    const own = webhook.directory === null ? all : all.filter(({ id }) => id === webhook.directory?.id);
    return new Map(own.map(({ id, slug }) => [id, { id, slug }]));
  }

  async function setPause(webhook: DeliverableWebhook, pause: Pause | null): Promise<void> {
    const name = metricName(webhook);
    const entry = pauseEntry(webhook, pause);
    const cause = pause?.cause ?? 'failing';
    // Whoever has woken this process up has nothing to do with it.
    const set = () => repository.setPause(webhook, { cause, pause, now: clock.now(), entry });
    if (!(await actingAs(bridgeItself, set))) return;
    metrics?.paused(name, pause !== null);
    if (pause) log.warn({ webhook: name, cause: pause.cause, reason: pause.reason }, 'a webhook is paused');
    else log.info({ webhook: name }, 'a webhook is delivered again');
    signal.changed(webhooksTopic);
  }

  async function start(webhook: DeliverableWebhook, all: readonly Directory[], leasedUntil: number): Promise<void> {
    const envelope = await deps.openEnvelope(webhook);
    if (!envelope) {
      const reason =
        'A secret can not be opened with the present SECRETS_KEY. Set the key from before, or set the secret anew.';
      await setPause(webhook, { cause: 'secret', reason, since: clock.now() });
      await repository.releaseLease(owner, webhook.id);
      return;
    }
    const entry: Running = {
      webhook,
      directories: directoriesOf(webhook, all),
      leasedUntil,
      stopping: false,
      deliverer: createDeliverer({
        ...{ webhook, envelope, reader, repository: deliveries, limiter, clock, timing },
        connections: outgoing.keep({ maxConnections: timing.concurrency }),
        maySend: () => performance.now() + timing.timeoutMs < entry.leasedUntil,
        onPause: (pause) => inBackground(setPause(webhook, pause), { webhook: metricName(webhook) }),
        onError: (error) =>
          log.warn({ err: error, webhook: metricName(webhook) }, 'a webhook could not be looked after'),
        metrics,
      }),
    };
    running.set(webhook.id, entry);
    metrics?.paused(metricName(webhook), webhook.pause !== null);
    tail.ask([...entry.directories.keys()]);
  }

  async function stop(entry: Running): Promise<void> {
    entry.stopping = true;
    try {
      await entry.deliverer.stop();
      metrics?.forget(metricName(entry.webhook));
      await repository.releaseLease(owner, entry.webhook.id);
    } finally {
      running.delete(entry.webhook.id);
    }
    // Whoever is to go on with it, here or elsewhere, need not wait for its next look.
    signal.changed(webhooksTopic);
  }

  /** Renews the leases of what runs here and takes those that are free. Answers what is to be started. */
  async function takeLeases(webhooks: readonly DeliverableWebhook[]): Promise<Map<string, number>> {
    const now = performance.now();
    const wanted = webhooks.filter((webhook) => {
      const entry = running.get(webhook.id);
      if (!entry) return isDelivered(webhook) && webhook.isFree;
      return now > entry.leasedUntil - (leaseMs * 3) / 4;
    });
    const until = now + leaseMs;
    const got = await repository.takeLeases(
      owner,
      wanted.map(({ id }) => id),
      timing.leaseSeconds,
    );
    const lost = wanted.map(({ id }) => id).filter((id) => !got.includes(id));
    for (const id of got) {
      const entry = running.get(id);
      if (entry) entry.leasedUntil = until;
    }
    for (const id of lost) {
      const entry = running.get(id);
      if (entry) entry.leasedUntil = now;
      if (entry && !entry.stopping) inBackground(stop(entry), { webhook: metricName(entry.webhook) });
    }
    return new Map(got.filter((id) => !running.has(id)).map((id) => [id, until]));
  }

  function adjust(entry: Running, webhook: DeliverableWebhook | undefined, all: readonly Directory[]): void {
    if (entry.stopping) return;
    if (!webhook || !isDelivered(webhook) || webhook.revision !== entry.webhook.revision) {
      inBackground(stop(entry), { webhook: metricName(entry.webhook) });
      return;
    }
    const directories = directoriesOf(webhook, all);
    for (const id of entry.directories.keys()) if (!directories.has(id)) entry.deliverer.forget(id);
    const added = [...directories.keys()].filter((id) => !entry.directories.has(id));
    entry.directories = directories;
    tail.ask(added);
  }

  async function look(): Promise<void> {
    const webhooks = await repository.listDelivered();
    if (webhooks.length === 0 && running.size === 0) return tail.watch(new Set());
    const all = await listDirectories();
    const begun = await takeLeases(webhooks);
    for (const entry of running.values()) {
      adjust(
        entry,
        webhooks.find(({ id }) => id === entry.webhook.id),
        all,
      );
    }
    const directoryIds = webhooks
      .filter(({ id }) => begun.has(id) || running.has(id))
      .flatMap((webhook) => [...directoriesOf(webhook, all).keys()]);
    tail.watch(new Set(directoryIds));
    for (const webhook of webhooks) {
      const leasedUntil = begun.get(webhook.id);
      if (leasedUntil === undefined) continue;
      await start(webhook, all, leasedUntil).catch((error: unknown) => {
        log.warn({ err: error, webhook: metricName(webhook) }, 'a webhook could not be started');
      });
    }
  }

  async function watch(): Promise<void> {
    waker.watch([webhooksTopic]);
    while (!closing.signal.aborted) {
      waker.rearm();
      await look().catch((error: unknown) => log.warn({ err: error }, 'the webhooks could not be looked after'));
      await waker.wait(timing.pollMs);
    }
  }

  return {
    start(): void {
      main ??= watch();
    },
    /** Ends what runs and gives the leases back. */
    async close(): Promise<void> {
      closing.abort();
      await main;
      waker[Symbol.dispose]();
      for (const entry of running.values())
        if (!entry.stopping) inBackground(stop(entry), { webhook: metricName(entry.webhook) });
      while (works.size > 0) await Promise.all(works);
      await tail.close();
    },
  };
}
