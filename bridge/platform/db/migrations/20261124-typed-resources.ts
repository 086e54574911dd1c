// Resource types that directories declare for themselves, and their resources: of all types in one table.
import { type Kysely, sql } from 'kysely';
import { distribute } from '../citus.ts';
import { protectByDirectory } from '../row-level-security.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db);
  await run(`create table directory_resource_types (
    directory_id uuid not null references directories (id) on delete cascade,
    name_key text not null,
    definition jsonb not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint directory_resource_types_pkey primary key (directory_id, name_key)
  )`);
  await distribute(db, 'directory_resource_types');

  await run(`create table resources (
    directory_id uuid not null references directories (id) on delete cascade,
    id uuid not null,
    resource_type text not null,
    external_id text collate "C",
    resource jsonb not null,
    version bigint not null,
    created_at timestamptz not null,
    last_modified_at timestamptz not null,
    constraint resources_pkey primary key (directory_id, id)
  )`);
  await distribute(db, 'resources');
  await run('create index resources_created_idx on resources (directory_id, resource_type, created_at, id)');
  await run(
    'create index resources_external_id_idx on resources (directory_id, resource_type, external_id) where external_id is not null',
  );

  await run(`create table resource_attribute_keys (
    directory_id uuid not null,
    resource_id uuid not null,
    attribute text collate "C" not null,
    key text collate "C" not null,
    is_unique boolean not null,
    constraint resource_attribute_keys_pkey primary key (directory_id, attribute, key, resource_id),
    constraint resource_attribute_keys_resource_fkey foreign key (directory_id, resource_id) references resources (directory_id, id) on delete cascade
  )`);
  await distribute(db, 'resource_attribute_keys');
  await run('create index resource_attribute_keys_resource_idx on resource_attribute_keys (directory_id, resource_id)');
  await run(
    'create unique index resource_attribute_keys_unique on resource_attribute_keys (directory_id, attribute, key) where is_unique',
  );
  for (const table of ['directory_resource_types', 'resources', 'resource_attribute_keys']) {
    await protectByDirectory(db, table);
  }
}
