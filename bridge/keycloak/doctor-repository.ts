// What `doctor` asks the database about itself.
import { sql } from 'kysely';
import type { Store } from '../platform/db/connect.ts';

export interface DatabaseFacts {
  version: string;
  user: string;
  /** True: row-level security does not bind this user. */
  bypassesRowSecurity: boolean;
  now: Date;
}

export async function readDatabaseFacts({ db }: Pick<Store, 'db'>): Promise<DatabaseFacts> {
  const { rows } = await sql<DatabaseFacts>`
    select current_setting('server_version') as version, current_user as user,
           (select rolsuper or rolbypassrls from pg_roles where rolname = current_user) as "bypassesRowSecurity",
           clock_timestamp() as now`.execute(db);
  const facts = rows[0];
  if (!facts) throw new Error('the database answered nothing');
  return facts;
}
