// Distributes a table by directory where the Citus extension is installed, and does nothing elsewhere.
import { type Kysely, sql } from 'kysely';

async function hasCitus(db: Kysely<unknown>): Promise<boolean> {
  const { rows } = await sql<{ n: number }>`select 1 as n from pg_extension where extname = 'citus'`.execute(db);
  return rows.length > 0;
}

/** Shards `table` by directory_id. Must be called right after `create table`, before another table refers to it. */
export async function distribute(db: Kysely<unknown>, table: string): Promise<void> {
  if (await hasCitus(db)) await sql`select create_distributed_table(${table}, 'directory_id')`.execute(db);
}

/** Copies `table` to every node, for the few tables that all directories refer to. */
export async function reference(db: Kysely<unknown>, table: string): Promise<void> {
  if (await hasCitus(db)) await sql`select create_reference_table(${table})`.execute(db);
}
