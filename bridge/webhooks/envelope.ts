// What makes a webhook out of what is sent, and an event stream: the message about an event, and how one is sent. Reading
// the log, order, retries, pauses and the place in the log are the same for all.
import { type EventType, eventTypes, type LoggedEvent } from '../events/contracts.ts';
import { shownEvent } from '../events/presentation.ts';
import { typesMeant } from '../events/types-meant.ts';
import type { Clock } from '../platform/clock.ts';
import type { Outgoing } from '../platform/http/outgoing.ts';
import type { Webhook } from './contracts.ts';
import { type Sent, send } from './sender.ts';
import { type SigningKey, signedHeaders } from './signature.ts';

export interface Envelope {
  /** The message about each of these events of one directory; undefined for what the receiver doesn't want. */
  wrap(
    directory: { id: string; slug: string },
    events: readonly LoggedEvent[],
  ): readonly (string | undefined)[] | Promise<readonly (string | undefined)[]>;
  /** Sends a message, once. Throws only for what is no fault of the receiver: it is tried again then, and not counted. */
  send(call: Outgoing['call'], message: { id: string; body: string; timeoutMs: number }): Promise<Sent>;
}

/** Undefined: all. @throws ApiError invalid_request for a type that there is not. */
export function wantedTypes(patterns: readonly string[] | null): ReadonlySet<EventType> | undefined {
  return patterns ? typesMeant(eventTypes, patterns) : undefined;
}

/** Messages in the format of Standard Webhooks: the event as the event log shows it. */
export function standardEnvelope(
  { url, types }: Pick<Webhook, 'url' | 'types'>,
  keys: readonly SigningKey[],
  clock: Clock,
): Envelope {
  const wanted = wantedTypes(types);
  return {
    wrap: (directory, events) =>
      events.map((event) =>
        wanted && !wanted.has(event.type) ? undefined : JSON.stringify(shownEvent({ ...event, directory })),
      ),
    send(call, { id, body, timeoutMs }) {
      const headers = { ...signedHeaders(id, clock.now(), body, keys), 'Content-Type': 'application/json' };
      return send({ call, url: new URL(url), clock, timeoutMs }, { headers, body });
    },
  };
}
