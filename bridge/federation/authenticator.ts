// Who may ask about a federation. Every refusal looks the same, so a caller learns nothing about what exists.
import { slugPattern } from '../directories/contracts.ts';
import type { Clock } from '../platform/clock.ts';
import { digestToken, sameDigest } from '../platform/secrets/tokens.ts';
import type { FederationRepository } from './repository.ts';

/** How long an accepted token is believed without asking the database: the longest a revoked one can live on elsewhere. */
const trustMs = 2_000;
const touchEveryMs = 60_000;
const maxRemembered = 10_000;

/** What a request with a valid token may do: ask about this federation. */
export interface FederationAccess {
  federationId: string;
  slug: string;
  /** The token's name in logs, such as `token:rb_federation_Ab12cd`. */
  actor: string;
}

interface Found {
  access: FederationAccess;
  /** Null for what never expires. */
  expiresAt: Date | null;
}

export interface FederationAuthenticator {
  /** The access that `token` gives to the federation, or undefined. */
  authenticate(slug: string, token: string): Promise<FederationAccess | undefined>;
  /** Forgets what was remembered of a federation, after a change to its tokens. */
  forget(federationId: string): void;
}

export function createFederationAuthenticator(deps: {
  repository: Pick<FederationRepository, 'findLiveToken' | 'touchToken'>;
  clock: Clock;
}): FederationAuthenticator {
  const { repository, clock } = deps;
  const remembered = new Map<string, { access: FederationAccess; until: number }>();
  const touched = new Map<string, number>();

  async function lookUp(slug: string, digest: Buffer): Promise<Found | undefined> {
    const now = clock.now();
    const found = await repository.findLiveToken(slug, digest, now);
    if (!found || !sameDigest(found.digest, digest)) return undefined;
    const { federationId, token } = found;
    if (now.getTime() - (touched.get(token.id) ?? 0) > touchEveryMs) {
      if (touched.size >= maxRemembered) touched.clear();
      touched.set(token.id, now.getTime());
      await repository.touchToken(federationId, token.id, now);
    }
    const access: FederationAccess = { federationId, slug, actor: `token:${token.prefix}` };
    return { access, expiresAt: token.expiresAt };
  }

  return {
    async authenticate(slug, token) {
      if (!slugPattern.test(slug)) return undefined;
      const digest = digestToken(token);
      const key = `${slug}\n${digest.toString('base64')}`;
      const now = clock.now().getTime();
      const known = remembered.get(key);
      if (known && known.until > now) return known.access;
      const found = await lookUp(slug, digest);
      if (found) {
        if (remembered.size >= maxRemembered) remembered.clear();
        const until = Math.min(now + trustMs, found.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY);
        remembered.set(key, { access: found.access, until });
      } else {
        remembered.delete(key);
      }
      return found?.access;
    },
    forget(federationId) {
      for (const [key, { access }] of remembered) if (access.federationId === federationId) remembered.delete(key);
    },
  };
}
