// A database with directories, replicas that deliver webhooks from it, and receivers.
import { appendEvents, createEventReader } from '../../bridge/events/repository.ts';
import { createLocalSignal } from '../../bridge/events/signal.ts';
import { type Clock, systemClock } from '../../bridge/platform/clock.ts';
import { writeIn } from '../../bridge/platform/db/scope.ts';
import { createOutgoing, type Outgoing } from '../../bridge/platform/http/outgoing.ts';
import { createPasswordHasher } from '../../bridge/platform/secrets/passwords.ts';
import { createServices, type ServiceDeps, type Services } from '../../bridge/services.ts';
import type { NewWebhook } from '../../bridge/webhooks/contracts.ts';
import type { WebhookTiming } from '../../bridge/webhooks/worker.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { createStoreFactory, type StoreFactory } from './store-factory.ts';
import { startWebhookReceiver, type WebhookReceiver } from './webhook-receiver.ts';

/** Everything sooner than usual, for tests that have no three days. */
export const quickTiming: Partial<WebhookTiming> = {
  retryMs: 50,
  maxRetryMs: 200,
  probeMs: 50,
  maxProbeMs: 200,
  storeMs: 20,
  pollMs: 50,
  drainMs: 1_000,
};

/** How long anything may take on a busy machine. */
export const patience = { timeout: 40_000, interval: 20 };

export interface Hooked {
  slug: string;
  receiver: WebhookReceiver;
  /** Those that messages must be signed with. */
  secrets: string[];
}

export interface WebhookStage {
  database: TestDatabase;
  store: StoreFactory;
  /** The operator's; it delivers nothing. */
  services: Services;
  /** One event after the other for these resources; `changes.n.after` counts them, resource by resource. Answers their ids. */
  happen(directoryId: string, resourceIds: readonly string[]): Promise<string[]>;
  /** Another process's worth of services that delivers. */
  replica(over?: { timing?: Partial<WebhookTiming>; outgoing?: Outgoing; signal?: ServiceDeps['signal'] }): Services;
  /** A webhook with a receiver of its own. */
  hook(slug: string, over?: Partial<NewWebhook>): Promise<Hooked>;
  close(): Promise<void>;
}

export async function createWebhookStage({ clock = systemClock }: { clock?: Clock } = {}): Promise<WebhookStage> {
  const database = await createTestDatabase({ poolSize: 12 });
  const signal = createLocalSignal();
  const replicas: Services[] = [];
  const receivers: WebhookReceiver[] = [];

  const newServices = (over: Parameters<WebhookStage['replica']>[0] = {}): Services =>
    createServices({
      store: database,
      clock,
      passwords: createPasswordHasher({ memoryCost: 1_024, timeCost: 1 }),
      signal: over.signal ?? signal,
      outgoing: over.outgoing ?? createOutgoing({ allow: ['127.0.0.0/8'] }),
      webhooks: { timing: { ...quickTiming, ...over.timing } },
    });
  const services = newServices();
  const counts = new Map<string, number>();
  const positions = new Map<string, number>();

  return {
    database,
    services,
    store: createStoreFactory(database),
    async happen(directoryId, resourceIds) {
      const first = positions.get(directoryId) ?? (await createEventReader(database.pool).placeEvents(directoryId));
      const events = resourceIds.map((resourceId) => {
        const n = (counts.get(resourceId) ?? 0) + 1;
        counts.set(resourceId, n);
        const changes = { n: { before: n - 1, after: n } };
        return { type: 'user.updated' as const, resourceType: 'User', resourceId, data: { changes } };
      });
      await writeIn(database.pool, directoryId, (scope) =>
        appendEvents(scope, directoryId, events, { name: 'test' }, clock.now()),
      );
      positions.set(directoryId, first + events.length);
      signal.changed(directoryId);
      return events.map((_, index) => `${directoryId}.${first + index + 1}`);
    },
    replica(over) {
      const replica = newServices(over);
      replicas.push(replica);
      replica.webhookWorker.start();
      return replica;
    },
    async hook(slug, over = {}) {
      const secrets: string[] = [];
      const receiver = await startWebhookReceiver(() => secrets);
      receivers.push(receiver);
      const { secret } = await services.webhooks.createWebhook({ slug, url: receiver.url, start: 'now', ...over });
      secrets.push(secret);
      return { slug, receiver, secrets };
    },
    async close() {
      for (const replica of [...replicas, services]) await replica.webhookWorker.close();
      for (const receiver of receivers) await receiver.close();
      for (const replica of [...replicas, services]) replica.federations.close();
      await database.drop();
    },
  };
}
