// The SQL of directories and their tokens.
import { type Insertable, type Kysely, type Selectable, sql } from 'kysely';
import type { Pool } from 'pg';
import type { Database, DirectoriesTable, DirectoryTokensTable } from '../platform/db/database.ts';
import { readIn, writeIn } from '../platform/db/scope.ts';
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

/** Also for whoever makes a directory together with what belongs to it. */
export async function insertDirectory(db: Kysely<Database>, directory: Directory): Promise<void> {
  const { createdAt, schemaRevision, source: _source, ...columns } = directory;
  await db
    .insertInto('directories')
    .values({ ...columns, created_at: createdAt, updated_at: createdAt, schema_revision: schemaRevision })
    .execute();
}

export function createDirectoryRepository(db: Kysely<Database>, pool: Pool) {
  return {
    insertDirectory: (directory: Directory) => insertDirectory(db, directory),

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
      const row = await db
        .updateTable('directories')
        .set({ ...change, updated_at: now })
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst();
      return row && toDirectory(row);
    },

    /** Deletes the directory with everything in it. */
    async deleteDirectory(id: string): Promise<void> {
      await writeIn(pool, id, async (scope) => {
        // One statement for a whole company takes its time.
        await sql`set local statement_timeout = 0`.execute(scope);
        await scope.deleteFrom('directories').where('id', '=', id).execute();
      });
    },

    async insertToken(directoryId: string, token: NewDirectoryToken, now: Date): Promise<void> {
      await writeIn(pool, directoryId, (scope) =>
        scope
          .insertInto('directory_tokens')
          .values(tokenRow(directoryId, token, now))
          .execute(),
      );
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
      directoryId: string,
      id: string,
      plan: (old: DirectoryToken) => { token: NewDirectoryToken; oldExpiresAt: Date },
      now: Date,
    ): Promise<DirectoryToken | undefined> {
      return writeIn(pool, directoryId, async (scope) => {
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
        return { ...toToken(old), expiresAt: oldExpiresAt };
      });
    },

    /** Answers false when there is no such live token. */
    async revokeToken(directoryId: string, id: string, now: Date): Promise<boolean> {
      const result = await writeIn(pool, directoryId, (scope) =>
        scope
          .updateTable('directory_tokens')
          .set({ revoked_at: now })
          .where('directory_id', '=', directoryId)
          .where('id', '=', id)
          .where('revoked_at', 'is', null)
          .executeTakeFirst(),
      );
      return result.numUpdatedRows > 0n;
    },
  };
}

export type DirectoryRepository = ReturnType<typeof createDirectoryRepository>;
