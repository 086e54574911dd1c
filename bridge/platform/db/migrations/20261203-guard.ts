// The guard for pushed SCIM: its settings, what it has counted within its window, and what it holds until an operator decides.
import { type Kysely, sql } from 'kysely';
import { distribute } from '../citus.ts';
import { protectByDirectory } from '../row-level-security.ts';

const guarded = (table: string) =>
  `operation text not null constraint ${table}_operation_check check (operation in ('deactivate', 'delete', 'remove_member'))`;

const tables: Record<string, string> = {
  // No row: the default settings, as without `settings`.
  guards: `
    directory_id uuid not null references directories (id) on delete cascade,
    enabled boolean not null default true,
    settings jsonb,
    passing_until timestamptz,
    constraint guards_pkey primary key (directory_id)`,
  // Its row is the lock under which one operation is counted. `counted` is the number of rows of guard_changes.
  guard_windows: `
    directory_id uuid not null references directories (id) on delete cascade,
    ${guarded('guard_windows')},
    counted integer not null default 0,
    known integer not null default 0,
    known_at timestamptz,
    tripped_at timestamptz,
    constraint guard_windows_pkey primary key (directory_id, operation)`,
  // Whom it was done to within the window. Not bound to users: who was deleted is counted, too.
  guard_changes: `
    directory_id uuid not null references directories (id) on delete cascade,
    ${guarded('guard_changes')},
    user_id uuid not null,
    at timestamptz not null,
    constraint guard_changes_pkey primary key (directory_id, operation, user_id)`,
  // `released`: decided, and to be carried out.
  guard_held: `
    directory_id uuid not null references directories (id) on delete cascade,
    id uuid not null,
    operation text not null constraint guard_held_operation_check
      check (operation in ('deactivate', 'delete', 'remove_member', 'delete_group')),
    user_id uuid,
    group_id uuid,
    state text not null default 'held' constraint guard_held_state_check check (state in ('held', 'released')),
    actor text not null,
    request_id text,
    held_at timestamptz not null,
    constraint guard_held_pkey primary key (directory_id, id),
    constraint guard_held_subject_check check (
      (user_id is not null) = (operation <> 'delete_group')
      and (group_id is not null) = (operation in ('remove_member', 'delete_group'))),
    constraint guard_held_user_fkey foreign key (directory_id, user_id)
      references users (directory_id, id) on delete cascade,
    constraint guard_held_group_fkey foreign key (directory_id, group_id)
      references groups (directory_id, id) on delete cascade`,
};

const indexes = [
  'index guard_changes_at_idx on guard_changes (directory_id, operation, at)',
  'unique index guard_held_user_key on guard_held (directory_id, user_id, operation) where group_id is null',
  'unique index guard_held_member_key on guard_held (directory_id, user_id, group_id) where user_id is not null and group_id is not null',
  'unique index guard_held_group_key on guard_held (directory_id, group_id) where user_id is null',
  'index guard_held_user_idx on guard_held (directory_id, user_id)',
  'index guard_held_group_idx on guard_held (directory_id, group_id)',
];

export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db);
  for (const [table, columns] of Object.entries(tables)) {
    await run(`create table ${table} (${columns}\n)`);
    await distribute(db, table);
  }
  for (const index of indexes) await run(`create ${index}`);
  for (const table of Object.keys(tables)) await protectByDirectory(db, table);
}
