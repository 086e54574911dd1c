// The life of directories and their tokens.
import type { Clock } from '../platform/clock.ts';
import { ApiError } from '../platform/http/api-error.ts';
import { isUuid, newId } from '../platform/ids.ts';
import { newToken } from '../platform/secrets/tokens.ts';
import { type ProfileName, profileNames } from '../scim/interop/profiles.ts';
import { type Directory, type DirectoryToken, mapSlugConflict, requireSlug, type TokenScope } from './contracts.ts';
import type { DirectoryRepository } from './repository.ts';

const defaultOverlapMs = 24 * 3_600_000;
const maxOverlapMs = 90 * 24 * 3_600_000;

interface RotatedToken {
  /** Shown this once. */
  token: string;
  id: string;
  prefix: string;
  expiresAt: Date | null;
  /** The old token with its new end. */
  previous: DirectoryToken;
}

export interface DirectoryServiceDeps {
  repository: DirectoryRepository;
  clock: Clock;
  /** Told the directory's id after a change that its readers must see. */
  onChange: (directoryId: string) => void;
}

/** Use cases on directories. Each method throws ApiError: `directory_absent`, `conflict` or `invalid_request`. */
export function createDirectoryService({ repository, clock, onChange }: DirectoryServiceDeps) {
  async function requireDirectory(slug: string): Promise<Directory> {
    const directory = await repository.findDirectory(slug);
    if (!directory) throw new ApiError('directory_absent', `There is no directory "${slug}".`);
    return directory;
  }

  return {
    requireDirectory,
    findDirectory: (slug: string) => repository.findDirectory(slug),
    listDirectories: () => repository.listDirectories(),

    async createDirectory(input: { slug: string; name?: string; profile?: ProfileName }): Promise<Directory> {
      const slug = requireSlug(input.slug);
      const profile = input.profile ?? 'auto';
      if (!profileNames.includes(profile)) {
        throw new ApiError(
          'invalid_request',
          `There is no profile "${profile}"; there are ${profileNames.join(', ')}.`,
        );
      }
      const directory: Directory = {
        id: newId(),
        slug,
        name: input.name ?? slug,
        kind: 'scim',
        profile,
        enabled: true,
        createdAt: clock.now(),
        schemaRevision: 0,
        moving: false,
        source: null,
      };
      try {
        await repository.insertDirectory(directory);
      } catch (error) {
        throw mapSlugConflict(error, slug);
      }
      onChange(directory.id);
      return directory;
    },

    async updateDirectory(
      slug: string,
      change: { name?: string; profile?: ProfileName; enabled?: boolean },
    ): Promise<Directory> {
      const { id } = await requireDirectory(slug);
      const updated = await repository.updateDirectory(id, change, clock.now());
      if (!updated) throw new ApiError('directory_absent', `There is no directory "${slug}".`);
      onChange(id);
      return updated;
    },

    async deleteDirectory(slug: string): Promise<void> {
      const { id } = await requireDirectory(slug);
      await repository.deleteDirectory(id, clock.now());
      onChange(id);
    },

    /** The answer's `token` is shown this once; only its digest is stored. */
    async createToken(
      slug: string,
      input: { name?: string; scopes?: TokenScope[]; expiresAt?: Date },
    ): Promise<{ token: string; id: string; prefix: string }> {
      const directory = await requireDirectory(slug);
      const { token, prefix, digest } = newToken('scim');
      const id = newId();
      await repository.insertToken(
        directory,
        {
          id,
          name: input.name ?? 'token',
          prefix,
          digest,
          scopes: input.scopes ?? ['read', 'write'],
          expiresAt: input.expiresAt ?? null,
        },
        clock.now(),
      );
      onChange(directory.id);
      return { token, id, prefix };
    },

    async listTokens(slug: string): Promise<DirectoryToken[]> {
      return repository.listTokens((await requireDirectory(slug)).id);
    },

    /**
     * Makes a token with the name and scopes of a live one, which ends after the overlap: time enough to give the new
     * one to the identity provider. The new one lives as long as the old one was made to, unless `expiresAt` says otherwise.
     */
    async rotateToken(
      slug: string,
      tokenId: string,
      { overlapMs = defaultOverlapMs, expiresAt }: { overlapMs?: number; expiresAt?: Date } = {},
    ): Promise<RotatedToken> {
      const directory = await requireDirectory(slug);
      const now = clock.now();
      if (!(overlapMs >= 0 && overlapMs <= maxOverlapMs)) {
        throw new ApiError('invalid_request', 'The overlap must be between nothing and 90 days.');
      }
      const { token, prefix, digest } = newToken('scim');
      const id = newId();
      let newExpiresAt = expiresAt ?? null;
      const plan = (old: DirectoryToken) => {
        const end = now.getTime() + overlapMs;
        const oldEnd = old.expiresAt?.getTime();
        if (oldEnd !== undefined) newExpiresAt ??= new Date(now.getTime() + oldEnd - old.createdAt.getTime());
        return {
          token: { id, name: old.name, prefix, digest, scopes: old.scopes, expiresAt: newExpiresAt },
          oldExpiresAt: new Date(Math.min(end, oldEnd ?? end)),
        };
      };
      const previous = isUuid(tokenId) ? await repository.rotateToken(directory, tokenId, plan, now) : undefined;
      if (!previous) throw new ApiError('token_absent', `Directory "${slug}" has no live token ${tokenId}.`);
      onChange(directory.id);
      return { token, id, prefix, expiresAt: newExpiresAt, previous };
    },

    async revokeToken(slug: string, tokenId: string): Promise<void> {
      const directory = await requireDirectory(slug);
      if (!(await repository.revokeToken(directory, tokenId, clock.now()))) {
        throw new ApiError('token_absent', `Directory "${slug}" has no live token ${tokenId}.`);
      }
      onChange(directory.id);
    },
  };
}

export type DirectoryService = ReturnType<typeof createDirectoryService>;
