// Directories that are read from LDAP servers: how to reach them, which entry is which user or group, and how it goes.
import { type Kysely, sql } from 'kysely';
import { distribute } from '../citus.ts';
import { protectByDirectory } from '../row-level-security.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db);

  // Beside the directory itself, because whoever answers for a federation must know it of all its directories at once.
  await run(`alter table directories
    add column source_health text not null default 'ok'
      constraint directories_source_health_check check (source_health in ('ok', 'degraded', 'unavailable')),
    add column source_seen_at timestamptz`);

  await run(`create table ldap_connections (
    directory_id uuid not null references directories (id) on delete cascade,
    settings jsonb not null,
    bind_password bytea not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint ldap_connections_pkey primary key (directory_id)
  )`);
  await distribute(db, 'ldap_connections');

  // A lease says which replica reads the directory; it is renewed while that replica lives.
  await run(`create table ldap_states (
    directory_id uuid not null references directories (id) on delete cascade,
    lease_owner text,
    lease_until timestamptz,
    requested text constraint ldap_states_requested_check check (requested in ('full', 'accept-removals')),
    health jsonb,
    watermark jsonb,
    last_full_at timestamptz,
    last_changes_at timestamptz,
    last_listing_at timestamptz,
    last_report jsonb,
    failure jsonb,
    held jsonb,
    constraint ldap_states_pkey primary key (directory_id)
  )`);
  await distribute(db, 'ldap_states');

  // \`entry_id\` never changes, while the name (dn) may; \`dn_key\` is a digest, since names have no useful limit of length.
  await run(`create table ldap_entries (
    directory_id uuid not null references directories (id) on delete cascade,
    kind text not null constraint ldap_entries_kind_check check (kind in ('User', 'Group')),
    entry_id text not null,
    resource_id uuid,
    dn text not null,
    dn_key text not null,
    fingerprint text,
    problem text,
    missing integer not null default 0,
    constraint ldap_entries_pkey primary key (directory_id, kind, entry_id)
  )`);
  await distribute(db, 'ldap_entries');
  await run(
    'create index ldap_entries_resource_idx on ldap_entries (directory_id, resource_id) where resource_id is not null',
  );
  await run('create index ldap_entries_dn_idx on ldap_entries (directory_id, dn_key)');

  for (const table of ['ldap_connections', 'ldap_states', 'ldap_entries']) await protectByDirectory(db, table);
}
