// A poller of security event tokens (RFC 8936) that acknowledges what it has, and asks another bridge when one is gone.
import type { JSONWebKeySet } from 'jose';
import type { Body } from './bridge.ts';
import { readAnswer } from './bridge.ts';
import { verifiedClaims } from './event-streams.ts';

export interface PollerOptions {
  /** Which bridge is asked next. */
  url: () => string;
  slug: string;
  token: string;
  maxEvents: () => number;
  /** Which of the SETs that it has are acknowledged with the next poll; all without it. */
  acknowledge?: (jti: string) => boolean;
}

export interface SetPoller {
  /** The claims of all SETs, in the order in which they came for the first time. */
  readonly seen: ReadonlyMap<string, Body>;
  /** SETs that came after a bridge had answered their acknowledgement. */
  readonly again: readonly string[];
  /** Answers that no poller should get. */
  readonly unexpected: readonly unknown[];
  /** One poll. Answers whether it brought anything; undefined when the bridge did not answer. */
  poll(waits?: boolean): Promise<boolean | undefined>;
}

export function createSetPoller({ url, slug, token, maxEvents, acknowledge }: PollerOptions): SetPoller {
  const seen = new Map<string, Body>();
  const open = new Set<string>();
  const acknowledged = new Set<string>();
  const again: string[] = [];
  const unexpected: unknown[] = [];
  let keys: JSONWebKeySet | undefined;

  const get = async (path: string, init: RequestInit = {}) =>
    readAnswer(await fetch(`${url()}${path}`, { ...init, signal: AbortSignal.timeout(40_000) }));

  async function claimsOf(set: string): Promise<Body> {
    keys ??= (await get('/.well-known/jwks.json')).body;
    if (!keys) throw new Error('there are no keys');
    return verifiedClaims(set, keys);
  }

  return {
    ...{ seen, again, unexpected },
    async poll(waits = false) {
      const ack = [...open].filter((jti) => acknowledge?.(jti) ?? true);
      const answer = await get(`/event-streams/v1/${slug}/poll`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
        body: JSON.stringify({ ack, maxEvents: maxEvents(), returnImmediately: !waits }),
      }).catch(() => undefined);
      if (answer?.status !== 200) {
        // Nobody knows what became of the acknowledgements.
        if (answer && answer.status < 500) unexpected.push(answer);
        return undefined;
      }
      for (const jti of ack) {
        acknowledged.add(jti);
        open.delete(jti);
      }
      for (const [jti, set] of Object.entries<string>(answer.body.sets)) {
        if (acknowledged.has(jti)) again.push(jti);
        open.add(jti);
        if (seen.has(jti)) continue;
        const claims = await claimsOf(set);
        if (claims.jti !== jti) unexpected.push({ jti, claims });
        seen.set(jti, claims);
      }
      return Object.keys(answer.body.sets).length > 0;
    },
  };
}
