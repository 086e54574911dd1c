// Who may use a directory's SCIM endpoint. Every refusal looks the same, so a caller learns nothing about what exists.
import type { Clock } from '../platform/clock.ts';
import { type Accepted, type AcceptedTokens, createAcceptedTokens } from '../platform/secrets/accepted-tokens.ts';
import { digestToken, sameDigest } from '../platform/secrets/tokens.ts';
import { type DirectoryAccess, defaultDirectorySlug } from './contracts.ts';
import type { DirectoryRepository } from './repository.ts';

export type Authenticator = AcceptedTokens<DirectoryAccess>;

/** `authenticationSecret` opens the directory `default` besides its tokens. */
export function createAuthenticator(deps: {
  repository: DirectoryRepository;
  clock: Clock;
  authenticationSecret?: string | undefined;
}): Authenticator {
  const { repository, clock } = deps;
  const secretDigest = deps.authenticationSecret === undefined ? undefined : digestToken(deps.authenticationSecret);

  async function lookUp(slug: string, digest: Buffer, now: Date): Promise<Accepted<DirectoryAccess> | undefined> {
    const directory = await repository.findDirectory(slug);
    if (directory?.kind !== 'scim') return undefined;
    const ownerId = directory.id;
    if (secretDigest && slug === defaultDirectorySlug && sameDigest(digest, secretDigest)) {
      const access: DirectoryAccess = { directory, scopes: ['read', 'write'], actor: 'token:AUTHENTICATION_SECRET' };
      return { access, ownerId, expiresAt: null };
    }
    const found = await repository.findLiveToken(directory.id, digest, now);
    if (!found || !sameDigest(found.digest, digest)) return undefined;
    const { id: tokenId, prefix, scopes, expiresAt } = found.token;
    return { access: { directory, scopes, actor: `token:${prefix}` }, ownerId, tokenId, expiresAt };
  }

  return createAcceptedTokens({ clock, lookUp, touch: repository.touchToken });
}
