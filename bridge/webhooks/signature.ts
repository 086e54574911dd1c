// Secrets and signatures in the format of Standard Webhooks (standardwebhooks.com): receivers verify them with its libraries.
import { createHmac, randomBytes } from 'node:crypto';

const prefix = 'whsec_';
const secretBytes = 32;

/** A new secret such as `whsec_MfKQ9r8…`. */
export const newSecret = (): string => `${prefix}${randomBytes(secretBytes).toString('base64')}`;

export interface SigningKey {
  key: Buffer;
  /** Null: as long as nobody rotates it. */
  expiresAt: Date | null;
}

/** The key that a secret stands for. */
export const keyOf = (secret: string): Buffer => Buffer.from(secret.slice(prefix.length), 'base64');

/** The headers of a message, with one signature for each key that is valid at the time. */
export function signedHeaders(
  id: string,
  at: Date,
  body: string,
  keys: readonly SigningKey[],
): Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> {
  const timestamp = String(Math.floor(at.getTime() / 1_000));
  const signatures = keys
    .filter(({ expiresAt }) => expiresAt === null || expiresAt > at)
    .map(({ key }) => `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`);
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
