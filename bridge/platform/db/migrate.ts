// Brings the schema up to date, from any number of replicas at once, and refuses a database that is too new.
import { type Kysely, sql } from 'kysely';
import { type Migration, type MigrationProvider, Migrator } from 'kysely/migration';
import type { Database } from './database.ts';
import * as initialStore from './migrations/20261122-initial-store.ts';
import * as serverKeys from './migrations/20261122-server-keys.ts';
import * as textSearch from './migrations/20261122-text-search.ts';
import * as federationMappings from './migrations/20261123-federation-mappings.ts';
import * as toleranceUses from './migrations/20261123-tolerance-uses.ts';
import * as userBindings from './migrations/20261123-user-bindings.ts';
import * as declaredSchemas from './migrations/20261124-declared-schemas.ts';
import * as trustedIssuers from './migrations/20261124-trusted-issuers.ts';
import * as typedResources from './migrations/20261124-typed-resources.ts';
import * as ldapDirectories from './migrations/20261125-ldap-directories.ts';
import * as auditLog from './migrations/20261126-audit-log.ts';
import * as eventRetention from './migrations/20261126-event-retention.ts';
import * as scimRequests from './migrations/20261126-scim-requests.ts';
import * as directoryMoves from './migrations/20261127-directory-moves.ts';
import * as eventsByResource from './migrations/20261127-events-by-resource.ts';
import * as webhooks from './migrations/20261128-webhooks.ts';
import * as requestsByRequestId from './migrations/20261129-requests-by-request-id.ts';
import * as outboundTargets from './migrations/20261130-outbound-targets.ts';
import * as undoPlans from './migrations/20261202-undo-plans.ts';
import * as untoldValues from './migrations/20261202-untold-values.ts';
import * as eventStreams from './migrations/20261203-event-streams.ts';
import * as guard from './migrations/20261203-guard.ts';
import * as eventProfile from './migrations/20261204-event-profile.ts';
import * as guardHeldIndexes from './migrations/20261204-guard-held-indexes.ts';

/**
 * All migrations by name, in order; imported statically so that a bundle has them too. A name that ends in `.breaking`
 * marks a change that an older bridge can't live with: it will refuse to start on such a database.
 */
const migrations: Record<string, Migration> = {
  '20261122-initial-store': initialStore,
  '20261122-server-keys': serverKeys,
  '20261122-text-search': textSearch,
  '20261123-federation-mappings': federationMappings,
  '20261123-tolerance-uses': toleranceUses,
  '20261123-user-bindings': userBindings,
  '20261124-declared-schemas': declaredSchemas,
  '20261124-trusted-issuers': trustedIssuers,
  '20261124-typed-resources': typedResources,
  '20261125-ldap-directories': ldapDirectories,
  '20261126-audit-log': auditLog,
  '20261126-event-retention': eventRetention,
  '20261126-scim-requests': scimRequests,
  '20261127-directory-moves': directoryMoves,
  '20261127-events-by-resource': eventsByResource,
  '20261128-webhooks': webhooks,
  '20261129-requests-by-request-id': requestsByRequestId,
  '20261130-outbound-targets': outboundTargets,
  '20261202-undo-plans': undoPlans,
  '20261202-untold-values': untoldValues,
  '20261203-event-streams': eventStreams,
  '20261203-guard': guard,
  '20261204-event-profile': eventProfile,
  '20261204-guard-held-indexes': guardHeldIndexes,
};

const provider: MigrationProvider = { getMigrations: async () => migrations };
const oldestPostgres = 140_000;

/** What stands between this bridge and the database: too old a server, or a schema from a newer, breaking release. */
export class MigrationRefusedError extends Error {
  override readonly name = 'MigrationRefusedError';
}

export interface MigrationState {
  /** Names that the database has and this bridge knows. */
  applied: string[];
  /** Names that this bridge has and the database lacks. */
  pending: string[];
  /** Names that only the database has: a newer bridge was here. */
  unknown: string[];
}

/** Compares the database's migrations with this bridge's; changes nothing. */
export async function readMigrationState(db: Kysely<Database>): Promise<MigrationState> {
  const { rows: tables } = await sql<{
    found: boolean;
  }>`select to_regclass('kysely_migration') is not null as found`.execute(db);
  const rows = tables[0]?.found
    ? (await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db)).rows
    : [];
  const there = new Set(rows.map((row) => row.name));
  const known = Object.keys(migrations);
  return {
    applied: known.filter((name) => there.has(name)),
    pending: known.filter((name) => !there.has(name)),
    unknown: [...there].filter((name) => !(name in migrations)),
  };
}

/**
 * Applies what is pending in one transaction under an advisory lock and answers the names that were applied.
 * @throws MigrationRefusedError when the server is older than PostgreSQL 14 or lacks ICU, or when the database is ahead by a breaking change.
 */
export async function migrate(db: Kysely<Database>): Promise<string[]> {
  const { rows } = await sql<{ version: number; name: string; icu: boolean }>`
    select current_setting('server_version_num')::int as version, current_setting('server_version') as name,
           exists (select from pg_collation where collname = 'und-x-icu') as icu`.execute(db);
  if ((rows[0]?.version ?? 0) < oldestPostgres) {
    throw new MigrationRefusedError(`PostgreSQL ${rows[0]?.name} is too old: Realmbridge needs 14 or newer.`);
  }
  if (!rows[0]?.icu) {
    throw new MigrationRefusedError(
      'This PostgreSQL was built without ICU, which Realmbridge needs to compare names of all languages without case.',
    );
  }
  const { unknown } = await readMigrationState(db);
  const breaking = unknown.filter((name) => name.endsWith('.breaking'));
  if (breaking.length > 0) {
    throw new MigrationRefusedError(
      `The database was migrated by a newer Realmbridge (${breaking.join(', ')}) in a way this release can't work with. Start the newer release, or restore a backup from before the upgrade.`,
    );
  }
  // A harmless newer migration is not ours to name: Kysely would call it corruption, so only go on when something is pending.
  if (unknown.length > 0) return [];
  return db.connection().execute(async (connection) => {
    // A migration of a large table, and waiting for another replica's, may take longer than a request ever should.
    await sql`set statement_timeout = 0`.execute(connection);
    try {
      const { error, results } = await new Migrator({ db: connection, provider }).migrateToLatest();
      if (error) throw error;
      return (results ?? []).map((result) => result.migrationName);
    } finally {
      await sql`reset statement_timeout`.execute(connection).catch(() => undefined);
    }
  });
}
