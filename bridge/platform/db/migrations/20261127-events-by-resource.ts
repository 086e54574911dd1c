// The last event of one resource, and the deletion of somebody of whom only the name is known, found without reading a log.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db);
  await run('create index events_resource_idx on events (directory_id, resource_id, id)');
  // The name itself is no use in an index: under row-level security PostgreSQL looks into JSON only afterwards.
  await run("create index events_deleted_users_idx on events (directory_id, id) where type = 'user.deleted'");
}
