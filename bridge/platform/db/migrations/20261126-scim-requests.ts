// What identity providers asked and how it ended, for whoever must say why a person is not there.
import { type Kysely, sql } from 'kysely';
import { distribute } from '../citus.ts';
import { protectByDirectory } from '../row-level-security.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db);
  await run(`create table scim_requests (
    directory_id uuid not null references directories (id) on delete cascade,
    id uuid not null,
    created_at timestamptz not null,
    method text not null,
    path text not null,
    query jsonb not null,
    resource_id uuid,
    actor text,
    request_id text not null,
    address text not null,
    user_agent text,
    status integer not null,
    scim_type text,
    detail text,
    failed_operations integer not null,
    failed boolean not null,
    duration_ms integer not null,
    tolerances jsonb not null,
    sent jsonb,
    constraint scim_requests_pkey primary key (directory_id, id)
  )`);
  await distribute(db, 'scim_requests');
  await protectByDirectory(db, 'scim_requests');
  await run('create index scim_requests_failed_idx on scim_requests (directory_id, id) where failed');
  await run(
    'create index scim_requests_resource_idx on scim_requests (directory_id, resource_id, id) where resource_id is not null',
  );
}
