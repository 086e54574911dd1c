// Who may ask about a federation. Every refusal looks the same, so a caller learns nothing about what exists.
import { slugPattern } from '../directories/contracts.ts';
import type { Clock } from '../platform/clock.ts';
import { type Accepted, type AcceptedTokens, createAcceptedTokens } from '../platform/secrets/accepted-tokens.ts';
import { sameDigest } from '../platform/secrets/tokens.ts';
import type { FederationRepository } from './repository.ts';

/** What a request with a valid token may do: ask about this federation. */
export interface FederationAccess {
  federationId: string;
  slug: string;
  tokenId: string;
  /** The token's name in logs, such as `token:rb_federation_Ab12cd`. */
  actor: string;
}

export type FederationAuthenticator = AcceptedTokens<FederationAccess>;

export function createFederationAuthenticator(deps: {
  repository: Pick<FederationRepository, 'findLiveToken' | 'touchToken'>;
  clock: Clock;
}): FederationAuthenticator {
  const { repository, clock } = deps;

  async function lookUp(slug: string, digest: Buffer, now: Date): Promise<Accepted<FederationAccess> | undefined> {
    if (!slugPattern.test(slug)) return undefined;
    const found = await repository.findLiveToken(slug, digest, now);
    if (!found || !sameDigest(found.digest, digest)) return undefined;
    const { federationId, token } = found;
    const use = { id: token.id, note: (at: Date) => repository.touchToken(federationId, token.id, at) };
    const access: FederationAccess = { federationId, slug, tokenId: token.id, actor: `token:${token.prefix}` };
    return { access, ownerId: federationId, use, expiresAt: token.expiresAt };
  }

  return createAcceptedTokens({ clock, lookUp });
}
