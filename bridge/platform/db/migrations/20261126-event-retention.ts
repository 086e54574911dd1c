// Up to where a directory's log was pruned: positions up to and including this one are gone.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table event_heads add column pruned_position bigint not null default 0`.execute(db);
}
