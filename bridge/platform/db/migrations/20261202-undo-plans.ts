// Plans to undo what somebody did in a window, and what each of them would do to which resource.
import { type Kysely, sql } from 'kysely';
import { distribute } from '../citus.ts';
import { protectByDirectory } from '../row-level-security.ts';

const tables: Record<string, string> = {
  // The events up to `scanned_position` are noted in undo_items; those after `start_position` are what can be known.
  undo_plans: `
    directory_id uuid not null references directories (id) on delete cascade,
    id uuid not null,
    state text not null constraint undo_plans_state_check check (state in ('planning', 'planned', 'applying', 'applied')),
    actors text[] not null,
    from_time timestamptz not null,
    to_time timestamptz not null,
    start_position bigint not null,
    scanned_position bigint not null,
    end_position bigint not null,
    changes bigint not null default 0,
    created_by text not null,
    created_at timestamptz not null,
    applied_at timestamptz,
    constraint undo_plans_pkey primary key (directory_id, id)`,
  // An empty `member_id`: the resource itself. `last_event` is the last one that the plan has seen. `now_there`,
  // `former_there` and `since` are what events of a member have come to.
  undo_items: `
    directory_id uuid not null,
    plan_id uuid not null,
    resource_id uuid not null,
    member_id text collate "C" not null default '',
    resource_type text not null,
    state text not null constraint undo_items_state_check
      check (state in ('found', 'ready', 'conflict', 'impossible', 'done', 'refused')),
    action text,
    name text,
    name_key text collate "C",
    reason text,
    since jsonb,
    changes jsonb not null default '{}',
    lost text[] not null default '{}',
    now_there boolean,
    former_there boolean,
    last_event bigint,
    version bigint,
    overwrite boolean not null default false,
    problem text,
    constraint undo_items_pkey primary key (directory_id, plan_id, resource_id, member_id),
    constraint undo_items_plan_fkey foreign key (directory_id, plan_id)
      references undo_plans (directory_id, id) on delete cascade`,
};

export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db);
  for (const [table, columns] of Object.entries(tables)) {
    await run(`create table ${table} (${columns}\n)`);
    await distribute(db, table);
  }
  await run(`create index undo_items_waiting_idx on undo_items (directory_id, plan_id, state, action, resource_type, resource_id)
    where state in ('found', 'ready')`);
  await run(
    `create index undo_items_name_idx on undo_items (directory_id, plan_id, name_key) where name_key is not null`,
  );
  for (const table of Object.keys(tables)) await protectByDirectory(db, table);
}
