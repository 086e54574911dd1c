// The SQL of what is known of LDAP entries: which user or group each one is, and since when it is missing.
import { hash } from 'node:crypto';
import { sql } from 'kysely';
import type { Pool } from 'pg';
import { readAtOnce, readIn, writeIn } from '../platform/db/scope.ts';
import type { Statement } from '../platform/db/statement.ts';
import { type EntryProblem, type LdapSettings, ldapSettings } from './contracts.ts';
import { canonicalDn } from './dn.ts';
import type { EntryKind } from './reader.ts';

export interface KnownEntry {
  entryId: string;
  /** Null: it could not be taken over. */
  resourceId: string | null;
  dn: string;
  fingerprint: string | null;
  problem: string | null;
  missing: number;
}

export type EntryRow = Omit<KnownEntry, 'missing'>;

/** Under which names of entries are compared. */
export const dnKey = (dn: string): string => hash('sha256', canonicalDn(dn), 'base64url');

/** What a password check needs of its user. */
export interface Login {
  settings: LdapSettings;
  sealedPassword: Buffer;
  updatedAt: Date;
  /** Absent for a user that no entry is known of. */
  entry: { entryId: string; dn: string } | undefined;
}

const maxProblems = 20;

interface LoginRow {
  settings: unknown;
  bind_password: Buffer;
  updated_at: Date;
  entry_id: string | null;
  dn: string | null;
}

const loginOf = (directoryId: string, userId: string): Statement<LoginRow> => ({
  text: `select c.settings, c.bind_password, c.updated_at, e.entry_id, e.dn
    from ldap_connections c
    left join ldap_entries e on e.directory_id = c.directory_id and e.resource_id = $2 and e.kind = 'User'
    where c.directory_id = $1`,
  values: [directoryId, userId],
});

export function createEntriesRepository(pool: Pool) {
  return {
    async findEntries(
      directoryId: string,
      kind: EntryKind,
      entryIds: readonly string[],
    ): Promise<Map<string, KnownEntry>> {
      const { rows } = await readIn(pool, [directoryId], (scope) =>
        sql<KnownEntry>`select entry_id as "entryId", resource_id as "resourceId", dn, fingerprint, problem, missing
          from ldap_entries where directory_id = ${directoryId} and kind = ${kind}
            and entry_id = any(${[...entryIds]}::text[])`.execute(scope),
      );
      return new Map(rows.map((row) => [row.entryId, row]));
    },

    /** Users or groups that were taken over before a failure kept that from being noted. */
    async findResources(
      directoryId: string,
      kind: EntryKind,
      entryIds: readonly string[],
    ): Promise<Map<string, string>> {
      const { rows } = await readIn(pool, [directoryId], (scope) =>
        sql<{ id: string; external_id: string }>`select id, external_id
          from ${sql.table(kind === 'User' ? 'users' : 'groups')}
          where directory_id = ${directoryId} and external_id = any(${[...entryIds]}::text[])`.execute(scope),
      );
      return new Map(rows.map((row) => [row.external_id, row.id]));
    },

    /** Notes entries that were seen just now. */
    async saveEntries(directoryId: string, kind: EntryKind, entries: readonly EntryRow[]): Promise<void> {
      if (entries.length === 0) return;
      const rows = entries.map(({ entryId, resourceId, dn, fingerprint, problem }) => ({
        entry_id: entryId,
        resource_id: resourceId,
        dn,
        dn_key: dnKey(dn),
        fingerprint,
        problem,
      }));
      await writeIn(pool, directoryId, (scope) =>
        sql`insert into ldap_entries (directory_id, kind, entry_id, resource_id, dn, dn_key, fingerprint, problem)
          select ${directoryId}::uuid, ${kind}, entry_id, resource_id, dn, dn_key, fingerprint, problem
          from json_to_recordset(${JSON.stringify(rows)}::json) as seen (entry_id text, resource_id uuid, dn text,
            dn_key text, fingerprint text, problem text)
          order by entry_id
          on conflict on constraint ldap_entries_pkey do update set resource_id = excluded.resource_id, dn = excluded.dn,
            dn_key = excluded.dn_key, fingerprint = excluded.fingerprint, problem = excluded.problem, missing = 0`.execute(
          scope,
        ),
      );
    },

    /** Which users or groups these names belong to, by {@link dnKey}. */
    async findByDn(directoryId: string, keys: readonly string[]): Promise<Map<string, string>> {
      if (keys.length === 0) return new Map();
      const { rows } = await readIn(pool, [directoryId], (scope) =>
        sql<{ dn_key: string; resource_id: string }>`select dn_key, resource_id from ldap_entries
          where directory_id = ${directoryId} and dn_key = any(${[...keys]}::text[]) and resource_id is not null
          order by missing desc`.execute(scope),
      );
      // An entry that is still there goes before one that was deleted and made again under its name.
      return new Map(rows.map((row) => [row.dn_key, row.resource_id]));
    },

    async findByUserName(directoryId: string, keys: readonly string[]): Promise<string[]> {
      if (keys.length === 0) return [];
      const { rows } = await readIn(pool, [directoryId], (scope) =>
        sql<{ id: string }>`select id from users
          where directory_id = ${directoryId} and user_name_key = any(${[...keys]}::text[])`.execute(scope),
      );
      return rows.map((row) => row.id);
    },

    /**
     * Counts anew what the tables of a long import hold. Until they are analysed, all indexes that begin with the directory
     * look alike to the planner, and it may read the whole directory for each page. Only an owner may; others get a warning.
     */
    async analyse(directoryId: string): Promise<void> {
      await writeIn(pool, directoryId, (scope) => sql`analyze ldap_entries, users, groups`.execute(scope));
    },

    /** How many known entries a complete listing has not. */
    async countMissing(
      directoryId: string,
      kind: EntryKind,
      listed: ReadonlySet<string>,
    ): Promise<{ known: number; missing: number; unknown: number }> {
      const { rows } = await readIn(pool, [directoryId], (scope) =>
        sql<{ known: number; missing: number; unknown: number }>`
          with listed as materialized (select unnest(${[...listed]}::text[]) as entry_id),
          known as materialized (select entry_id, resource_id from ldap_entries
            where directory_id = ${directoryId} and kind = ${kind})
          select (select count(*) from known where resource_id is not null) as known,
            (select count(*) from known where resource_id is not null
              and not exists (select from listed where listed.entry_id = known.entry_id)) as missing,
            (select count(*) from listed
              where not exists (select from known where known.entry_id = listed.entry_id)) as unknown`.execute(scope),
      );
      return rows[0] ?? { known: 0, missing: 0, unknown: 0 };
    },

    /**
     * Counts one more listing for the entries that it lacks, and none for those that it has; forgets missing ones that
     * were never taken over. Answers those that `atLeast` listings in a row lacked.
     */
    async noteListing(
      directoryId: string,
      kind: EntryKind,
      listed: ReadonlySet<string>,
      atLeast: number,
    ): Promise<{ entryId: string; resourceId: string }[]> {
      return writeIn(pool, directoryId, async (scope) => {
        const isListed = sql`exists (select from unnest(${[...listed]}::text[]) as listed (entry_id)
          where listed.entry_id = ldap_entries.entry_id)`;
        const ofKind = sql`directory_id = ${directoryId} and kind = ${kind}`;
        await sql`delete from ldap_entries where ${ofKind} and resource_id is null and not ${isListed}`.execute(scope);
        await sql`update ldap_entries set missing = 0 where ${ofKind} and missing > 0 and ${isListed}`.execute(scope);
        await sql`update ldap_entries set missing = missing + 1 where ${ofKind} and not ${isListed}`.execute(scope);
        const { rows } = await sql<{ entryId: string; resourceId: string }>`
          select entry_id as "entryId", resource_id as "resourceId" from ldap_entries
          where ${ofKind} and missing >= ${atLeast} order by entry_id`.execute(scope);
        return rows;
      });
    },

    /** How many entries are known, and which of these are among them. */
    async findDeleted(
      directoryId: string,
      kind: EntryKind,
      entryIds: readonly string[],
    ): Promise<{ known: number; gone: { entryId: string; resourceId: string }[] }> {
      if (entryIds.length === 0) return { known: 0, gone: [] };
      const { rows } = await readIn(pool, [directoryId], (scope) =>
        sql<{ entryId: string; resourceId: string; known: number }>`
          with known as materialized (select entry_id, resource_id from ldap_entries
            where directory_id = ${directoryId} and kind = ${kind} and resource_id is not null)
          select entry_id as "entryId", resource_id as "resourceId", (select count(*) from known) as known
          from known where entry_id = any(${[...entryIds]}::text[]) order by entry_id`.execute(scope),
      );
      return { known: rows[0]?.known ?? 0, gone: rows };
    },

    async deleteEntry(directoryId: string, kind: EntryKind, entryId: string): Promise<void> {
      await writeIn(pool, directoryId, (scope) =>
        scope
          .deleteFrom('ldap_entries')
          .where('directory_id', '=', directoryId)
          .where('kind', '=', kind)
          .where('entry_id', '=', entryId)
          .execute(),
      );
    },

    async listProblems(directoryId: string): Promise<{ count: number; first: EntryProblem[] }> {
      const { rows } = await readIn(pool, [directoryId], (scope) =>
        sql<EntryProblem & { count: number }>`select dn, problem, count(*) over () as count from ldap_entries
          where directory_id = ${directoryId} and problem is not null order by dn limit ${maxProblems}`.execute(scope),
      );
      return { count: rows[0]?.count ?? 0, first: rows.map(({ dn, problem }) => ({ dn, problem })) };
    },

    /** Undefined when the directory has no connection. */
    async findLogin(directoryId: string, userId: string): Promise<Login | undefined> {
      const [[row]] = await readAtOnce(pool, [directoryId], [loginOf(directoryId, userId)]);
      if (!row) return undefined;
      const { entry_id: entryId, dn } = row;
      return {
        settings: ldapSettings.parse(row.settings),
        sealedPassword: row.bind_password,
        updatedAt: row.updated_at,
        entry: entryId === null || dn === null ? undefined : { entryId, dn },
      };
    },

    /** Notes that an entry has another name now. */
    async moveEntry(directoryId: string, entryId: string, dn: string): Promise<void> {
      await writeIn(pool, directoryId, (scope) =>
        scope
          .updateTable('ldap_entries')
          .set({ dn, dn_key: dnKey(dn) })
          .where('directory_id', '=', directoryId)
          .where('kind', '=', 'User')
          .where('entry_id', '=', entryId)
          .execute(),
      );
    },
  };
}

export type EntriesRepository = ReturnType<typeof createEntriesRepository>;
