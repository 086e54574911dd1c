// Puts the webhooks together: what operators do with them, and what delivers them.
import { createDeliveryRepository } from './deliveries-repository.ts';
import { createWebhookRepository } from './repository.ts';
import { createWebhookService, type WebhookServiceDeps } from './service.ts';
import { createWebhookWorker, type WebhookWorkerDeps } from './worker.ts';

type Deps = Omit<WebhookServiceDeps & WebhookWorkerDeps, 'repository' | 'deliveries' | 'listDirectories'> & {
  store: { db: Parameters<typeof createWebhookRepository>[0]; pool: Parameters<typeof createDeliveryRepository>[0] };
};

/** Sends nothing before the worker is started. */
export function createWebhooks({ store, ...deps }: Deps) {
  const repository = createWebhookRepository(store.db);
  const deliveries = createDeliveryRepository(store.pool);
  const { listDirectories } = deps.directories;
  return {
    webhooks: createWebhookService({ ...deps, repository, deliveries }),
    webhookWorker: createWebhookWorker({ ...deps, repository, deliveries, listDirectories }),
  };
}
