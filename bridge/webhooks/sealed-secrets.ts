// The secrets of webhooks, for whoever seals them anew.
import type { Clock } from '../platform/clock.ts';
import type { SecretKeeper } from '../sealed-secrets/contracts.ts';
import { secretPlace } from './secrets.ts';
import type { SecretsRepository } from './secrets-repository.ts';

export interface WebhookKeeperDeps {
  repository: SecretsRepository;
  clock: Clock;
}

export function createWebhookKeeper({ repository, clock }: WebhookKeeperDeps): SecretKeeper {
  return {
    kind: 'webhook_secret',

    async listSealed() {
      const secrets = await repository.listAllSecrets(clock.now());
      return secrets.map(({ id, webhook, directory, sealed }) => ({
        ...{ id, ...(directory && { directory }), place: secretPlace(webhook.id, id), sealed },
        owner: { type: 'Webhook', id: webhook.id, name: webhook.slug },
      }));
    },

    replaceSealed: ({ id, owner, sealed }, replacement) =>
      repository.replaceSealedSecret(owner.id, id, sealed, replacement),
  };
}
