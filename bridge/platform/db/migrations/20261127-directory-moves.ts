// Moves of directories from one identity provider to another: how users, groups and members were before, which of them have
// been taken over, and who waits for a person's decision. One move for each directory: the latest.
import { type Kysely, sql } from 'kysely';
import { distribute } from '../citus.ts';
import { protectByDirectory } from '../row-level-security.ts';

const ofMove = `directory_id uuid not null references directory_moves (directory_id) on delete cascade`;
const movedState = (table: string) =>
  `state text not null constraint ${table}_state_check check (state in ('waiting', 'adopted', 'created'))`;

const tables: Record<string, string> = {
  directory_moves: `
    directory_id uuid not null references directories (id) on delete cascade,
    id uuid not null,
    state text not null constraint directory_moves_state_check
      check (state in ('starting', 'open', 'finishing', 'finished', 'undoing', 'undone')),
    match text[] not null,
    previous jsonb not null,
    leftovers jsonb,
    started_at timestamptz not null,
    ended_at timestamptz,
    lease_owner text,
    lease_until timestamptz,
    constraint directory_moves_pkey primary key (directory_id)`,
  // The password's digest goes along, so that going back brings the old password back.
  directory_move_users: `
    ${ofMove},
    user_id uuid not null,
    ${movedState('directory_move_users')},
    user_name_key text collate "C",
    active boolean not null,
    resource jsonb,
    version bigint not null,
    password_hash text,
    created_at timestamptz not null,
    last_modified_at timestamptz not null,
    matched_by text,
    moved_at timestamptz,
    restored boolean not null default false,
    constraint directory_move_users_pkey primary key (directory_id, user_id)`,
  directory_move_keys: `
    ${ofMove},
    user_id uuid not null,
    attribute text not null,
    key text collate "C" not null,
    constraint directory_move_keys_pkey primary key (directory_id, user_id, attribute)`,
  directory_move_groups: `
    ${ofMove},
    group_id uuid not null,
    ${movedState('directory_move_groups')},
    display_name_key text collate "C",
    resource jsonb,
    version bigint not null,
    created_at timestamptz not null,
    last_modified_at timestamptz not null,
    moved_at timestamptz,
    restored boolean not null default false,
    constraint directory_move_groups_pkey primary key (directory_id, group_id)`,
  directory_move_members: `
    ${ofMove},
    group_id uuid not null,
    member_id text not null,
    display text,
    created_at timestamptz not null,
    confirmed boolean not null default false,
    constraint directory_move_members_pkey primary key (directory_id, group_id, member_id)`,
  directory_move_claims: `
    ${ofMove},
    id uuid not null,
    user_name_key text collate "C" not null,
    user_name text not null,
    external_id text,
    email text,
    employee_number text,
    reason text not null,
    candidates uuid[] not null,
    decision text constraint directory_move_claims_decision_check check (decision in ('adopt', 'create')),
    user_id uuid,
    attempts bigint not null,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    constraint directory_move_claims_pkey primary key (directory_id, id),
    constraint directory_move_claims_user_name_key unique (directory_id, user_name_key),
    constraint directory_move_claims_user_check check ((decision is not distinct from 'adopt') = (user_id is not null))`,
};

const indexes = [
  'directory_move_users_state_idx on directory_move_users (directory_id, state, user_id)',
  'directory_move_users_name_idx on directory_move_users (directory_id, user_name_key)',
  'directory_move_keys_key_idx on directory_move_keys (directory_id, attribute, key)',
  'directory_move_groups_state_idx on directory_move_groups (directory_id, state, group_id)',
  'directory_move_groups_name_idx on directory_move_groups (directory_id, display_name_key)',
];

export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db);
  // Beside the directory itself, so that whoever writes knows of it without asking.
  await run('alter table directories add column moving boolean not null default false');
  for (const [table, columns] of Object.entries(tables)) {
    await run(`create table ${table} (${columns}\n)`);
    await distribute(db, table);
  }
  for (const index of indexes) await run(`create index ${index}`);
  for (const table of Object.keys(tables)) await protectByDirectory(db, table);
}
