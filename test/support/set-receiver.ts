// A receiver of security event tokens by push (RFC 8935), which verifies each with the keys that the bridge publishes.
import type { JSONWebKeySet } from 'jose';
import { verifiedClaims } from './event-streams.ts';
import { startReceiver, type WebhookReceiver } from './webhook-receiver.ts';

/** Of what arrived, `event` are the claims and `id` is the `jti`. */
export type SetReceiver = WebhookReceiver;

export async function startSetReceiver(keys: () => Promise<JSONWebKeySet>): Promise<SetReceiver> {
  const receiver = await startReceiver(async (text, headers) => {
    // RFC 8935 §2.1.
    if (headers['content-type'] !== 'application/secevent+jwt') throw new Error('the media type is not that of a SET');
    if (headers['accept'] !== 'application/json') throw new Error('an answer in JSON is not accepted');
    const claims = await verifiedClaims(text, await keys());
    return { id: String(claims.jti), event: claims };
  });
  receiver.reply = () => 202;
  return receiver;
}
