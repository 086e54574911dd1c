// Keys that all replicas of a bridge share, such as the one that signs cursors. Rows are made when they are first needed.
import { type Kysely, sql } from 'kysely';
import { reference } from '../citus.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table server_keys (
    name text constraint server_keys_pkey primary key,
    secret bytea not null,
    created_at timestamptz not null
  )`.execute(db);
  await reference(db, 'server_keys');
}
