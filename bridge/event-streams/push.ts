// Event streams that are pushed (RFC 8935), as webhooks/ delivers them: a message is the SET's claims, signed anew for each
// call, so that it is signed by a key that is published now, however long it had to wait.
import type { LoggedEvent } from '../events/contracts.ts';
import type { Clock } from '../platform/clock.ts';
import type { OutgoingAnswer } from '../platform/http/outgoing.ts';
import type { Sealer } from '../platform/secrets/sealed.ts';
import type { ResourceTypeDefinition } from '../scim/schema/model.ts';
import type { Webhook } from '../webhooks/contracts.ts';
import type { Envelope } from '../webhooks/envelope.ts';
import { send } from '../webhooks/sender.ts';
import type { StoredStream, StreamRepository } from './repository.ts';
import { type SetClaims, securityEvent } from './security-event.ts';
import type { SigningKeys } from './signing-keys.ts';

/** The resource types of a directory by its slug, as it has them now; none when it is gone. */
export type TypesOf = (slug: string) => Promise<readonly ResourceTypeDefinition[]>;

export interface PushDeps {
  repository: Pick<StreamRepository, 'findStreamById'>;
  keys: Pick<SigningKeys, 'sign' | 'ready'>;
  sealer: Sealer;
  clock: Clock;
  typesOf: TypesOf;
}

/** Where a stream's authorization belongs, see platform/secrets/sealed.ts. */
export const authorizationPlace = (streamId: string): string => `event stream ${streamId} authorization`;

export const sealAuthorization = (sealer: Sealer, streamId: string, authorization: string): Promise<Buffer> =>
  sealer.seal(authorization, authorizationPlace(streamId));

/** The claims of the SETs about these events of one directory; undefined for those that the stream doesn't tell. */
export async function claimsOf(
  stream: StoredStream,
  typesOf: TypesOf,
  { slug }: { slug: string },
  events: readonly LoggedEvent[],
): Promise<(SetClaims | undefined)[]> {
  const types = await typesOf(slug);
  return events.map((event) => securityEvent(stream, slug, types, event));
}

/** Refusals that are about keys, names and access: the operators' to settle, and the SET is as good as any (RFC 8935 §2.4). */
const settled = new Set([
  'invalid_key',
  'invalid_issuer',
  'invalid_audience',
  'authentication_failed',
  'access_denied',
]);
const maxText = 300;

/** What a receiver says of a SET that it doesn't take (RFC 8935 §2.3). */
export interface Refusal {
  err: string;
  description?: string | undefined;
}

function parseRefusal(text: string): Refusal | undefined {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body !== 'object' || body === null || !('err' in body) || typeof body.err !== 'string') return undefined;
    const description = 'description' in body && typeof body.description === 'string' ? body.description : '';
    return { err: body.err.slice(0, maxText), description: description.slice(0, maxText) };
  } catch {
    return undefined;
  }
}

/** For a person: what was wrong by the receiver's own words. */
export const refusalText = ({ err, description = '' }: Refusal): string =>
  `The receiver refused it: ${err}${description === '' ? '' : ` (${description})`}.`
    .replaceAll('\u0000', '\ufffd')
    .toWellFormed();

/** RFC 8935 §2.3 and §4: a SET that was refused for itself is not sent again. */
export function explainAnswer({ status, text }: OutgoingAnswer): { problem: string; final: boolean } | undefined {
  const refusal = status === 400 ? parseRefusal(text) : undefined;
  return refusal && { problem: refusalText(refusal), final: !settled.has(refusal.err) };
}

/** How a SET is sent to the stream's receiver. @throws SealedError when a secret can't be opened. */
export async function openSender(
  { keys, sealer, clock }: Omit<PushDeps, 'repository' | 'typesOf'>,
  stream: StoredStream,
) {
  const authorization =
    stream.authorization && (await sealer.open(stream.authorization, authorizationPlace(stream.id)));
  await keys.ready();
  return async (call: Parameters<Envelope['send']>[0], claims: SetClaims, timeoutMs: number) => {
    const headers = {
      'Content-Type': 'application/secevent+jwt',
      Accept: 'application/json',
      ...(authorization !== null && { Authorization: authorization }),
    };
    const message = { headers, body: await keys.sign(claims) };
    return send({ call, url: new URL(stream.url), clock, timeoutMs, explain: explainAnswer }, message);
  };
}

export function createPush(deps: PushDeps) {
  return {
    /** @throws SealedError */
    async openStream({ id }: Webhook): Promise<Envelope> {
      const stream = await deps.repository.findStreamById(id);
      if (!stream) throw new Error('the event stream is gone');
      const sendSet = await openSender(deps, stream);
      return {
        wrap: async (directory, events) =>
          (await claimsOf(stream, deps.typesOf, directory, events)).map((claims) => claims && JSON.stringify(claims)),
        // What was stored is what was wrapped.
        send: (call, { body, timeoutMs }) => sendSet(call, JSON.parse(body) as SetClaims, timeoutMs),
      };
    },
  };
}
