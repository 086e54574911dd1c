// Who complains brings the id that a response or an event had, of one request among millions.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index scim_requests_request_id_idx on scim_requests (directory_id, request_id, id)`.execute(db);
}
