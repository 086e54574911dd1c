// Puts the webhooks together: what operators do with them, and what delivers them and the event streams that are pushed.
import { SealedError } from '../platform/secrets/sealed.ts';
import type { Webhook } from './contracts.ts';
import { createDeliveryRepository } from './deliveries-repository.ts';
import { type Envelope, standardEnvelope } from './envelope.ts';
import { createWebhookRepository } from './repository.ts';
import { createWebhookKeeper } from './sealed-secrets.ts';
import { openKeys } from './secrets.ts';
import { createSecretsRepository } from './secrets-repository.ts';
import { createWebhookService, type WebhookServiceDeps } from './service.ts';
import { createWebhookWorker, type WebhookWorkerDeps } from './worker.ts';

type Deps = Omit<
  WebhookServiceDeps & WebhookWorkerDeps,
  'repository' | 'deliveries' | 'listDirectories' | 'openEnvelope'
> & {
  store: { db: Parameters<typeof createWebhookRepository>[0]; pool: Parameters<typeof createDeliveryRepository>[0] };
  /** Of an event stream that is pushed. @throws SealedError */
  openStream: (stream: Webhook) => Promise<Envelope>;
};

/** Sends nothing before the worker is started. */
export function createWebhooks({ store, openStream, ...deps }: Deps) {
  const repository = createWebhookRepository(store.db);
  const deliveries = createDeliveryRepository(store.pool);
  const { sealer, clock } = deps;

  async function openEnvelope(webhook: Webhook): Promise<Envelope | undefined> {
    if (webhook.kind === 'webhook') {
      const keys = await openKeys({ repository, sealer }, webhook.id, clock.now());
      return keys && standardEnvelope(webhook, keys, clock);
    }
    try {
      return await openStream(webhook);
    } catch (error) {
      if (error instanceof SealedError) return undefined;
      throw error;
    }
  }

  const { listDirectories } = deps.directories;
  return {
    secretKeeper: createWebhookKeeper({ repository: createSecretsRepository(store.db), clock }),
    webhooks: createWebhookService({ ...deps, repository, deliveries }),
    webhookWorker: createWebhookWorker({ ...deps, repository, deliveries, listDirectories, openEnvelope }),
  };
}
