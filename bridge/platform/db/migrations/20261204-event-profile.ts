// Under which identity provider's profile the request was understood that caused an event.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table events add column profile text`.execute(db);
}
