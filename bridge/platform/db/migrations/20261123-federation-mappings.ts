// What a federation makes of its directories: SCIM attributes as Keycloak attributes, groups as roles. These are the
// operator's, like the list of a federation's directories, so they are outside of row-level security.
import { type Kysely, sql } from 'kysely';
import { reference } from '../citus.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db);
  await run('alter table federations add column attribute_mappings jsonb');
  // A directory that leaves the federation takes its mappings along: one that comes back under the same slug is another.
  await run(`create table federation_role_mappings (
    federation_id uuid not null,
    directory_id uuid not null,
    position integer not null,
    group_id uuid,
    group_name text,
    client text,
    role text not null,
    allow_admin boolean not null,
    constraint federation_role_mappings_pkey primary key (federation_id, position),
    constraint federation_role_mappings_group_check check (num_nonnulls(group_id, group_name) = 1),
    constraint federation_role_mappings_directory_fkey foreign key (federation_id, directory_id)
      references federation_directories (federation_id, directory_id) on delete cascade
  )`);
  await reference(db, 'federation_role_mappings');
}
