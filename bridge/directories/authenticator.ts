// Who may use a directory's SCIM endpoint. Every refusal looks the same, so a caller learns nothing about what exists.
import type { Clock } from '../platform/clock.ts';
import type { AcceptedSecret } from '../platform/secrets/accepted-secret.ts';
import { type Accepted, type AcceptedTokens, createAcceptedTokens } from '../platform/secrets/accepted-tokens.ts';
import { sameDigest } from '../platform/secrets/tokens.ts';
import { type Directory, type DirectoryAccess, defaultDirectorySlug } from './contracts.ts';
import type { IssuerRepository } from './issuers/repository.ts';
import { type JwtVerifier, looksLikeJwt } from './issuers/verifier.ts';
import type { DirectoryRepository } from './repository.ts';

export type Authenticator = AcceptedTokens<DirectoryAccess>;

/** `authenticationSecret` opens the directory `default` besides its tokens. */
export function createAuthenticator(deps: {
  repository: DirectoryRepository;
  issuers: Pick<IssuerRepository, 'touchIssuer'>;
  jwts: JwtVerifier;
  clock: Clock;
  authenticationSecret?: AcceptedSecret | undefined;
}): Authenticator {
  const { repository, issuers, jwts, clock, authenticationSecret } = deps;

  async function lookUpToken(
    directory: Directory,
    digest: Buffer,
    now: Date,
  ): Promise<Accepted<DirectoryAccess> | undefined> {
    const found = await repository.findLiveToken(directory.id, digest, now);
    if (!found || !sameDigest(found.digest, digest)) return undefined;
    const { id, prefix, scopes, expiresAt } = found.token;
    const use = { id, note: (at: Date) => repository.touchToken(directory.id, id, at) };
    return { access: { directory, scopes, actor: `token:${prefix}` }, ownerId: directory.id, use, expiresAt };
  }

  async function lookUpJwt(
    directory: Directory,
    token: string,
    now: Date,
  ): Promise<Accepted<DirectoryAccess> | undefined> {
    const verified = await jwts.verify(directory.id, token, now);
    if (!verified) return undefined;
    const { issuerId: id, scopes, actor, expiresAt } = verified;
    const use = { id, note: (at: Date) => issuers.touchIssuer(directory.id, id, at) };
    return { access: { directory, scopes, actor }, ownerId: directory.id, use, expiresAt };
  }

  async function lookUp(
    slug: string,
    digest: Buffer,
    now: Date,
    token: string,
  ): Promise<Accepted<DirectoryAccess> | undefined> {
    const directory = await repository.findDirectory(slug);
    if (!directory) return undefined;
    if (slug === defaultDirectorySlug && authenticationSecret?.matches(digest)) {
      const access: DirectoryAccess = { directory, scopes: ['read', 'write'], actor: 'token:AUTHENTICATION_SECRET' };
      return { access, ownerId: directory.id, expiresAt: null };
    }
    return looksLikeJwt(token) ? lookUpJwt(directory, token, now) : lookUpToken(directory, digest, now);
  }

  return createAcceptedTokens({ clock, lookUp });
}
