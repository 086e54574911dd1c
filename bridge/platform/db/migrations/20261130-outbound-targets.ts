// Other SCIM servers that a directory's users and groups are pushed on to, and what each of them has of it.
import { type Kysely, sql } from 'kysely';
import { distribute } from '../citus.ts';
import { protectByDirectory } from '../row-level-security.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db);

  await run(`create table outbound_targets (
    directory_id uuid not null references directories (id) on delete cascade,
    id uuid not null,
    slug text not null,
    settings jsonb not null,
    secret bytea not null,
    mode text not null constraint outbound_targets_mode_check check (mode in ('active', 'paused', 'purging')),
    revision bigint not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint outbound_targets_pkey primary key (directory_id, id),
    constraint outbound_targets_slug_key unique (directory_id, slug)
  )`);
  await distribute(db, 'outbound_targets');

  // The events up to \`position\` are noted in outbound_resources. The lease says which replica notes them.
  await run(`create table outbound_states (
    directory_id uuid not null references directories (id) on delete cascade,
    target_id uuid not null,
    position bigint not null,
    lease_owner text,
    lease_until timestamptz,
    held_until timestamptz,
    held_reason text,
    probe jsonb,
    run_requested boolean not null default true,
    run jsonb,
    last_run_at timestamptz,
    last_report jsonb,
    pushed_at timestamptz,
    constraint outbound_states_pkey primary key (directory_id, target_id),
    constraint outbound_states_target_fkey foreign key (directory_id, target_id)
      references outbound_targets (directory_id, id) on delete cascade
  )`);
  await distribute(db, 'outbound_states');

  // \`wanted\` rises with each change; who pushes settles what it has seen, and no more. Each claim counts an attempt before
  // anything is sent, so that whoever goes on after a crash knows that something may have been.
  await run(`create table outbound_resources (
    directory_id uuid not null references directories (id) on delete cascade,
    target_id uuid not null,
    source_id uuid not null,
    resource_type text not null constraint outbound_resources_type_check check (resource_type in ('User', 'Group')),
    state text not null constraint outbound_resources_state_check check (state in ('ok', 'pending', 'quarantined')),
    remote_id text,
    adopted boolean not null default false,
    retired boolean not null default false,
    wanted bigint not null default 1,
    attempts integer not null default 0,
    next_attempt_at timestamptz not null,
    problem text,
    pushed jsonb,
    pushed_version bigint,
    etag text,
    lease_owner text,
    lease_until timestamptz,
    updated_at timestamptz not null,
    constraint outbound_resources_pkey primary key (directory_id, target_id, source_id),
    constraint outbound_resources_target_fkey foreign key (directory_id, target_id)
      references outbound_targets (directory_id, id) on delete cascade
  )`);
  await distribute(db, 'outbound_resources');
  await run(`create unique index outbound_resources_remote_key
    on outbound_resources (directory_id, target_id, resource_type, remote_id) where remote_id is not null`);
  await run(`create index outbound_resources_pending_idx
    on outbound_resources (directory_id, target_id, next_attempt_at) where state = 'pending'`);
  await run(`create index outbound_resources_quarantined_idx
    on outbound_resources (directory_id, target_id) where state = 'quarantined'`);

  // Members as the target has them, by their ids there.
  await run(`create table outbound_members (
    directory_id uuid not null references directories (id) on delete cascade,
    target_id uuid not null,
    group_id uuid not null,
    remote_id text not null,
    constraint outbound_members_pkey primary key (directory_id, target_id, group_id, remote_id),
    constraint outbound_members_group_fkey foreign key (directory_id, target_id, group_id)
      references outbound_resources (directory_id, target_id, source_id) on delete cascade
  )`);
  await distribute(db, 'outbound_members');

  // A full reconciliation in parts that replicas share.
  await run(`create table outbound_tasks (
    directory_id uuid not null references directories (id) on delete cascade,
    target_id uuid not null,
    run_id uuid not null,
    number integer not null,
    resource_type text not null,
    source_ids uuid[] not null,
    report jsonb,
    lease_owner text,
    lease_until timestamptz,
    constraint outbound_tasks_pkey primary key (directory_id, target_id, run_id, number),
    constraint outbound_tasks_target_fkey foreign key (directory_id, target_id)
      references outbound_targets (directory_id, id) on delete cascade
  )`);
  await distribute(db, 'outbound_tasks');

  for (const table of [
    'outbound_targets',
    'outbound_states',
    'outbound_resources',
    'outbound_members',
    'outbound_tasks',
  ]) {
    await protectByDirectory(db, table);
  }
}
