// Tokens that were accepted a moment ago, so that not every request asks the database about the same one.
import type { Clock } from '../clock.ts';
import { digestToken } from './tokens.ts';

/** How long an accepted token is believed: the longest that one revoked elsewhere can live on here. */
const trustMs = 2_000;
const touchEveryMs = 60_000;
const maxRemembered = 10_000;

export interface Accepted<Access> {
  access: Access;
  /** Whose token it is: the id of a directory or federation. */
  ownerId: string;
  /** What is noted as used now and then; absent for a secret that is not in the database. */
  use?: { id: string; note: (now: Date) => Promise<void> };
  /** Null for what never expires. */
  expiresAt: Date | null;
}

export interface AcceptedTokens<Access> {
  /** The access that `token` gives to what the slug names, or undefined. */
  authenticate(slug: string, token: string): Promise<Access | undefined>;
  /** Forgets what was remembered of an owner, after a change to it or its tokens. */
  forget(ownerId: string): void;
}

export interface AcceptedTokensDeps<Access> {
  clock: Clock;
  lookUp: (slug: string, digest: Buffer, now: Date, token: string) => Promise<Accepted<Access> | undefined>;
}

export function createAcceptedTokens<Access>({ clock, lookUp }: AcceptedTokensDeps<Access>): AcceptedTokens<Access> {
  const remembered = new Map<string, { accepted: Accepted<Access>; until: number }>();
  const touched = new Map<string, number>();
  let forgotten = 0;

  async function noteUse({ use }: Accepted<Access>, now: Date): Promise<void> {
    if (use === undefined || now.getTime() - (touched.get(use.id) ?? 0) <= touchEveryMs) return;
    if (touched.size >= maxRemembered) touched.clear();
    touched.set(use.id, now.getTime());
    // When a token was last used is worth no refusal: a database that only reads for now still answers.
    await use.note(now).catch(() => touched.delete(use.id));
  }

  return {
    async authenticate(slug, token) {
      const digest = digestToken(token);
      const key = `${slug}\n${digest.toString('base64')}`;
      const now = clock.now();
      const known = remembered.get(key);
      if (known && known.until > now.getTime()) return known.accepted.access;
      remembered.delete(key);
      const before = forgotten;
      const accepted = await lookUp(slug, digest, now, token);
      if (!accepted) return undefined;
      await noteUse(accepted, now);
      // What was looked up before something was forgotten may be what was to be forgotten.
      if (before === forgotten) {
        if (remembered.size >= maxRemembered) remembered.clear();
        const until = Math.min(now.getTime() + trustMs, accepted.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY);
        remembered.set(key, { accepted, until });
      }
      return accepted.access;
    },
    forget(ownerId) {
      forgotten += 1;
      for (const [key, { accepted }] of remembered) if (accepted.ownerId === ownerId) remembered.delete(key);
    },
  };
}
