// Schemas that directories declare for themselves, and the keys of their indexed and unique attributes. Keys are rows, not
// expression indexes: declaring a schema changes no table, and equality on them may use an index under row-level security.
import { type Kysely, sql } from 'kysely';
import { distribute } from '../citus.ts';
import { protectByDirectory } from '../row-level-security.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db);
  // Rises with every change of what the directory declares; 0: it never declared anything.
  await run('alter table directories add column schema_revision bigint not null default 0');

  await run(`create table directory_schemas (
    directory_id uuid not null references directories (id) on delete cascade,
    urn_key text not null,
    definition jsonb not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint directory_schemas_pkey primary key (directory_id, urn_key)
  )`);
  await distribute(db, 'directory_schemas');
  await protectByDirectory(db, 'directory_schemas');

  for (const [table, owner] of [
    ['user_attribute_keys', 'users'],
    ['group_attribute_keys', 'groups'],
  ] as const) {
    await run(`create table ${table} (
      directory_id uuid not null,
      resource_id uuid not null,
      attribute text collate "C" not null,
      key text collate "C" not null,
      is_unique boolean not null,
      constraint ${table}_pkey primary key (directory_id, attribute, key, resource_id),
      constraint ${table}_resource_fkey foreign key (directory_id, resource_id) references ${owner} (directory_id, id) on delete cascade
    )`);
    await distribute(db, table);
    await run(`create index ${table}_resource_idx on ${table} (directory_id, resource_id)`);
    await run(`create unique index ${table}_unique on ${table} (directory_id, attribute, key) where is_unique`);
    await protectByDirectory(db, table);
  }
}
