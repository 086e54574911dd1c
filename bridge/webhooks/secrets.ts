// The secrets of webhooks at rest: sealed, each bound to its webhook.
import { SealedError, type Sealer } from '../platform/secrets/sealed.ts';
import type { StoredSecret, WebhookRepository } from './repository.ts';
import { keyOf, type SigningKey } from './signature.ts';

/** Where a secret belongs, see platform/secrets/sealed.ts. */
export const secretPlace = (webhookId: string, secretId: string): string => `webhook ${webhookId} ${secretId}`;

export const sealSecret = (sealer: Sealer, webhookId: string, secretId: string, secret: string): Promise<Buffer> =>
  sealer.seal(secret, secretPlace(webhookId, secretId));

async function openKey(
  sealer: Sealer,
  webhookId: string,
  { id, sealed, expiresAt }: StoredSecret,
): Promise<SigningKey> {
  return { key: keyOf(await sealer.open(sealed, secretPlace(webhookId, id))), expiresAt };
}

/** The keys by which a webhook's messages are signed now; undefined when one of them can't be opened. */
export async function openKeys(
  { repository, sealer }: { repository: Pick<WebhookRepository, 'listSecrets'>; sealer: Sealer },
  webhookId: string,
  now: Date,
): Promise<SigningKey[] | undefined> {
  const secrets = await repository.listSecrets(webhookId, now);
  try {
    return await Promise.all(secrets.map((secret) => openKey(sealer, webhookId, secret)));
  } catch (error) {
    if (error instanceof SealedError) return undefined;
    throw error;
  }
}
