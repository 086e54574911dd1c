// Who may use a directory's SCIM endpoint. Every refusal looks the same, so a caller learns nothing about what exists.
import type { Clock } from '../platform/clock.ts';
import { digestToken, sameDigest } from '../platform/secrets/tokens.ts';
import { type DirectoryAccess, defaultDirectorySlug } from './contracts.ts';
import type { DirectoryRepository } from './repository.ts';

/** How long an accepted token is believed without asking the database: the longest a revoked one can live on elsewhere. */
const trustMs = 2_000;
const touchEveryMs = 60_000;
const maxRemembered = 10_000;

interface Remembered {
  access: DirectoryAccess;
  until: number;
}

interface Found {
  access: DirectoryAccess;
  /** Null for what never expires. */
  expiresAt: Date | null;
}

export interface Authenticator {
  /** The access that `token` gives to the directory, or undefined. */
  authenticate(slug: string, token: string): Promise<DirectoryAccess | undefined>;
  /** Forgets what was remembered of a directory, after a change to it or its tokens. */
  forget(directoryId: string): void;
}

/** `authenticationSecret` opens the directory `default` besides its tokens. */
export function createAuthenticator(deps: {
  repository: DirectoryRepository;
  clock: Clock;
  authenticationSecret?: string | undefined;
}): Authenticator {
  const { repository, clock } = deps;
  const secretDigest = deps.authenticationSecret === undefined ? undefined : digestToken(deps.authenticationSecret);
  const remembered = new Map<string, Remembered>();
  const touched = new Map<string, number>();

  async function lookUp(slug: string, digest: Buffer): Promise<Found | undefined> {
    const directory = await repository.findDirectory(slug);
    if (directory?.kind !== 'scim') return undefined;
    if (secretDigest && slug === defaultDirectorySlug && sameDigest(digest, secretDigest)) {
      const access: DirectoryAccess = { directory, scopes: ['read', 'write'], actor: 'token:AUTHENTICATION_SECRET' };
      return { access, expiresAt: null };
    }
    const now = clock.now();
    const found = await repository.findLiveToken(directory.id, digest, now);
    if (!found || !sameDigest(found.digest, digest)) return undefined;
    const { token } = found;
    if (now.getTime() - (touched.get(token.id) ?? 0) > touchEveryMs) {
      if (touched.size >= maxRemembered) touched.clear();
      touched.set(token.id, now.getTime());
      await repository.touchToken(directory.id, token.id, now);
    }
    const access: DirectoryAccess = { directory, scopes: token.scopes, actor: `token:${token.prefix}` };
    return { access, expiresAt: token.expiresAt };
  }

  return {
    async authenticate(slug, token) {
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
    forget(directoryId) {
      for (const [key, { access }] of remembered) if (access.directory.id === directoryId) remembered.delete(key);
    },
  };
}
