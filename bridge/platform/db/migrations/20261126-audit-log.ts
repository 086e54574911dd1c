// What operators changed. Rows name directories and federations without referring to them, because they outlive both; like
// the federations, they are the operator's and lie outside of row-level security.
import { type Kysely, sql } from 'kysely';
import { reference } from '../citus.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db);
  await run(`create table audit_log (
    id bigint generated always as identity constraint audit_log_pkey primary key,
    type text not null,
    directory_id uuid,
    directory_slug text,
    federation_id uuid,
    federation_slug text,
    resource_type text not null,
    resource_id uuid not null,
    resource_name text not null,
    changes jsonb not null,
    actor text not null,
    request_id text,
    created_at timestamptz not null
  )`);
  await reference(db, 'audit_log');
  await run('create index audit_log_directory_idx on audit_log (directory_slug, id) where directory_slug is not null');
  await run(
    'create index audit_log_federation_idx on audit_log (federation_slug, id) where federation_slug is not null',
  );
}
