// What a directory and its tokens are.
import type { DirectoryKind } from '../platform/db/database.ts';
import { violatedConstraint } from '../platform/db/errors.ts';
import { ApiError } from '../platform/http/api-error.ts';
import type { ProfileName } from '../scim/interop/profiles.ts';

export interface Directory {
  id: string;
  /** The name in URLs: lower-case letters, digits and hyphens. */
  slug: string;
  name: string;
  kind: DirectoryKind;
  profile: ProfileName;
  /** A disabled directory takes no provisioning and serves nobody; its users stay as they are. */
  enabled: boolean;
  createdAt: Date;
  /** Rises with every change of what the directory declares; 0: it has the standard resource types alone. */
  schemaRevision: number;
  /** It changes from one identity provider to another, which takes its users over: see provisioning/moves/. */
  moving: boolean;
  /** Of a directory that is pulled: how its source does. */
  source: { health: 'ok' | 'degraded' | 'unavailable'; seenAt: Date | null } | null;
}

/** A name in URLs, checked. @throws ApiError invalid_request */
export function requireSlug(slug: string): string {
  if (slugPattern.test(slug)) return slug;
  throw new ApiError(
    'invalid_request',
    'A slug has 1 to 63 lower-case letters, digits and hyphens, no hyphen at the ends.',
  );
}

/** The 409 for a slug that is taken; any other error as it is. */
export function mapSlugConflict(error: unknown, slug: string): unknown {
  if (violatedConstraint(error) !== 'directories_slug_key') return error;
  return new ApiError('conflict', `There is already a directory "${slug}".`, { cause: error });
}

export type TokenScope = 'read' | 'write';

export const isTokenScope = (text: string): text is TokenScope => text === 'read' || text === 'write';

export interface DirectoryToken {
  id: string;
  name: string;
  /** Its first characters, enough to tell it from others. */
  prefix: string;
  scopes: TokenScope[];
  createdAt: Date;
  expiresAt: Date | null;
  revokedAt: Date | null;
  lastUsedAt: Date | null;
}

/** What a request with a valid token may do. */
export interface DirectoryAccess {
  directory: Directory;
  scopes: TokenScope[];
  /** The actor in events, such as `token:rb_scim_Ab12cd` or `jwt:login.example.com/client-id`. */
  actor: string;
}

export const slugPattern = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
/** The directory behind the plain /scim/v2. */
export const defaultDirectorySlug = 'default';
