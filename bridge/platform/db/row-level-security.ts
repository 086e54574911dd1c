// The second wall between directories: PostgreSQL itself hides every row whose directory the transaction did not name.
import { type Kysely, sql } from 'kysely';

/** The setting that names the directories of a transaction, as a PostgreSQL array literal of UUIDs. */
export const directoriesSetting = 'realmbridge.directory_ids';

/**
 * Hides and refuses rows of `table` outside the directories named by {@link directoriesSetting}. `force` makes it hold
 * for the table's owner too; only a superuser (or a role with BYPASSRLS) is not bound, and `doctor` warns of that.
 */
export async function protectByDirectory(db: Kysely<unknown>, table: string): Promise<void> {
  await sql`alter table ${sql.table(table)} enable row level security`.execute(db);
  await sql`alter table ${sql.table(table)} force row level security`.execute(db);
  // A sub-select is evaluated once a statement; the bare setting would be read and parsed anew for every row.
  const named = `(select nullif(current_setting('${directoriesSetting}', true), '')::uuid[])::uuid[]`;
  await sql.raw(`create policy ${table}_directory on ${table} using (directory_id = any (${named}))`).execute(db);
}
