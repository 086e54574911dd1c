// The SQL of directories and their tokens.
import { type Insertable, type Kysely, type Selectable, sql } from 'kysely';
import type { Pool } from 'pg';
import { changesBetween, isEmpty } from '../events/audit/changes.ts';
import { type DirectoryChange, recordChanges, recordDirectoryChanges } from '../events/audit/repository.ts';
import type { Database, DirectoriesTable, DirectoryTokensTable } from '../platform/db/database.ts';
import { readIn, type Scope, writeIn } from '../platform/db/scope.ts';
import { isProfileName } from '../scim/interop/profiles.ts';
import { type Directory, type DirectoryToken, isTokenScope, type TokenScope } from './contracts.ts';

function toDirectory(row: Selectable<DirectoriesTable>): Directory {
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    kind: row.kind,
    profile: isProfileName(row.profile) ? row.profile : 'auto',
    enabled: row.enabled,
    createdAt: row.created_at,
    schemaRevision: row.schema_revision,
    moving: row.moving,
    source: row.kind === 'ldap' ? { health: row.source_health, seenAt: row.source_seen_at } : null,
  };
}

function toToken(row: Selectable<DirectoryTokensTable>): DirectoryToken {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes.filter(isTokenScope),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    lastUsedAt: row.last_used_at,
  };
}

export interface NewDirectoryToken {
  id: string;
  name: string;
  prefix: string;
  digest: Buffer;
  scopes: TokenScope[];
  expiresAt: Date | null;
}

const tokenRow = (directoryId: string, token: NewDirectoryToken, now: Date): Insertable<DirectoryTokensTable> => ({
  directory_id: directoryId,
  id: token.id,
  name: token.name,
  prefix: token.prefix,
  digest: token.digest,
  scopes: token.scopes,
  created_at: now,
  expires_at: token.expiresAt,
  revoked_at: null,
  last_used_at: null,
});

/** What an audit shows of a directory. */
const audited = ({ name, kind, profile, enabled }: Pick<Directory, 'name' | 'kind' | 'profile' | 'enabled'>) => ({
  name,
  kind,
  profile,
  enabled,
});

/** Never the digest. */
const auditedToken = ({ name, prefix, scopes, expiresAt }: Omit<NewDirectoryToken, 'id' | 'digest'>) => ({
  name,
  prefix,
  scopes,
  expiresAt: expiresAt?.toISOString() ?? null,
});

const tokenPart = ({ id, prefix }: { id: string; prefix: string }) => ({ type: 'Token' as const, id, name: prefix });

/**
 * Also for whoever makes a directory together with what belongs to it: `insertRest` does that, and answers what an audit
 * shows of it.
 */
export async function insertDirectory(
  scope: Scope,
  directory: Directory,
  insertRest?: () => Promise<Record<string, unknown>>,
): Promise<void> {
  const { createdAt, schemaRevision, source: _source, ...columns } = directory;
  await scope
    .insertInto('directories')
    .values({ ...columns, created_at: createdAt, updated_at: createdAt, schema_revision: schemaRevision })
    .execute();
  const changes = changesBetween(undefined, { ...audited(directory), ...(await insertRest?.()) });
  await recordDirectoryChanges(scope, directory, [{ type: 'directory.created', changes }], createdAt);
}

/** The toggle is told apart from the rest, because it decides who may log in. */
function changesOf(before: Directory, after: Directory): DirectoryChange[] {
  const { enabled, ...rest } = changesBetween(audited(before), audited(after));
  return [
    ...(isEmpty(rest) ? [] : [{ type: 'directory.updated' as const, changes: rest }]),
    ...(enabled
      ? [
          {
            type: after.enabled ? ('directory.enabled' as const) : ('directory.disabled' as const),
            changes: { enabled },
          },
        ]
      : []),
  ];
}

/**
 * For whoever gives access to a directory: a move that closes it, or an undo, either sees what is given here or comes
 * before it. Without that, what is given while it starts would be left to the former identity provider.
 */
export async function holdAccess(scope: Scope, directoryId: string): Promise<void> {
  await scope.selectFrom('directories').select('id').where('id', '=', directoryId).forShare().execute();
}

export function createDirectoryRepository(db: Kysely<Database>, pool: Pool) {
  return {
    insertDirectory: (directory: Directory) =>
      writeIn(pool, directory.id, (scope) => insertDirectory(scope, directory)),

    async findDirectory(slug: string): Promise<Directory | undefined> {
      const row = await db.selectFrom('directories').selectAll().where('slug', '=', slug).executeTakeFirst();
      return row && toDirectory(row);
    },

    async listDirectories(): Promise<Directory[]> {
      const rows = await db.selectFrom('directories').selectAll().orderBy('slug').execute();
      return rows.map(toDirectory);
    },

    async updateDirectory(
      id: string,
      change: { name?: string; profile?: string; enabled?: boolean },
      now: Date,
    ): Promise<Directory | undefined> {
      return writeIn(pool, id, async (scope) => {
        const before = await scope
          .selectFrom('directories')
          .selectAll()
          .where('id', '=', id)
          .forNoKeyUpdate()
          .executeTakeFirst();
        if (!before) return undefined;
        const row = await scope
          .updateTable('directories')
          .set({ ...change, updated_at: now })
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirstOrThrow();
        const after = toDirectory(row);
        await recordDirectoryChanges(scope, after, changesOf(toDirectory(before), after), now);
        return after;
      });
    },

    /** Deletes the directory with everything in it, its events too: the audit log alone remembers it. */
    async deleteDirectory(id: string, now: Date): Promise<void> {
      await writeIn(pool, id, async (scope) => {
        // One statement for a whole company takes its time.
        await sql`set local statement_timeout = 0`.execute(scope);
        const row = await scope.deleteFrom('directories').where('id', '=', id).returningAll().executeTakeFirst();
        if (!row) return;
        const { slug } = row;
        const resource = { type: 'Directory' as const, id, name: slug };
        const changes = changesBetween(audited(toDirectory(row)), undefined);
        await recordChanges(scope, [{ type: 'directory.deleted', directory: { id, slug }, resource, changes }], now);
      });
    },

    async insertToken(directory: Directory, token: NewDirectoryToken, now: Date): Promise<void> {
      await writeIn(pool, directory.id, async (scope) => {
        await holdAccess(scope, directory.id);
        await scope
          .insertInto('directory_tokens')
          .values(tokenRow(directory.id, token, now))
          .execute();
        const changes = changesBetween(undefined, auditedToken(token));
        await recordDirectoryChanges(
          scope,
          directory,
          [{ type: 'token.created', part: tokenPart(token), changes }],
          now,
        );
      });
    },

    async listTokens(directoryId: string): Promise<DirectoryToken[]> {
      const rows = await readIn(pool, [directoryId], (scope) =>
        scope
          .selectFrom('directory_tokens')
          .selectAll()
          .where('directory_id', '=', directoryId)
          .orderBy('created_at')
          .orderBy('id')
          .execute(),
      );
      return rows.map(toToken);
    },

    /** The token with this digest if it is neither revoked nor expired at `now`. */
    async findLiveToken(
      directoryId: string,
      digest: Buffer,
      now: Date,
    ): Promise<{ token: DirectoryToken; digest: Buffer } | undefined> {
      const row = await readIn(pool, [directoryId], (scope) =>
        scope
          .selectFrom('directory_tokens')
          .selectAll()
          .where('directory_id', '=', directoryId)
          .where('digest', '=', digest)
          .where('revoked_at', 'is', null)
          .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]))
          .executeTakeFirst(),
      );
      return row && { token: toToken(row), digest: row.digest };
    },

    async touchToken(directoryId: string, id: string, now: Date): Promise<void> {
      await writeIn(pool, directoryId, (scope) =>
        scope
          .updateTable('directory_tokens')
          .set({ last_used_at: now })
          .where('directory_id', '=', directoryId)
          .where('id', '=', id)
          .execute(),
      );
    },

    /** Replaces a live token by one that `plan` makes of it, and has the old one end when the plan says. */
    async rotateToken(
      directory: Directory,
      id: string,
      plan: (old: DirectoryToken) => { token: NewDirectoryToken; oldExpiresAt: Date },
      now: Date,
    ): Promise<DirectoryToken | undefined> {
      const directoryId = directory.id;
      return writeIn(pool, directoryId, async (scope) => {
        await holdAccess(scope, directoryId);
        const old = await scope
          .selectFrom('directory_tokens')
          .selectAll()
          .where('directory_id', '=', directoryId)
          .where('id', '=', id)
          .where('revoked_at', 'is', null)
          .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]))
          .forUpdate()
          .executeTakeFirst();
        if (!old) return undefined;
        const { token, oldExpiresAt } = plan(toToken(old));
        await scope
          .insertInto('directory_tokens')
          .values(tokenRow(directoryId, token, now))
          .execute();
        await scope
          .updateTable('directory_tokens')
          .set({ expires_at: oldExpiresAt })
          .where('directory_id', '=', directoryId)
          .where('id', '=', id)
          .execute();
        const before = toToken(old);
        const after = { ...before, expiresAt: oldExpiresAt };
        const changes = [
          {
            type: 'token.created' as const,
            part: tokenPart(token),
            changes: changesBetween(undefined, { ...auditedToken(token), replaces: id }),
          },
          {
            type: 'token.updated' as const,
            part: tokenPart(before),
            changes: changesBetween(auditedToken(before), auditedToken(after)),
          },
        ];
        await recordDirectoryChanges(scope, directory, changes, now);
        return after;
      });
    },

    /** Answers false when there is no such live token. */
    async revokeToken(directory: Directory, id: string, now: Date): Promise<boolean> {
      return writeIn(pool, directory.id, async (scope) => {
        const row = await scope
          .updateTable('directory_tokens')
          .set({ revoked_at: now })
          .where('directory_id', '=', directory.id)
          .where('id', '=', id)
          .where('revoked_at', 'is', null)
          .returning(['id', 'prefix'])
          .executeTakeFirst();
        if (!row) return false;
        const changes = changesBetween(undefined, { revokedAt: now.toISOString() });
        await recordDirectoryChanges(scope, directory, [{ type: 'token.revoked', part: tokenPart(row), changes }], now);
        return true;
      });
    },
  };
}

export type DirectoryRepository = ReturnType<typeof createDirectoryRepository>;
