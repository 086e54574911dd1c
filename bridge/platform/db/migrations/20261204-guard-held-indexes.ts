// What the guard holds is looked up at each write, while a wave of a hundred thousand is held: by its kind, by its group and by
// what is released, none of which may lead through all of it.
import { type Kysely, sql } from 'kysely';

const statements = [
  // Without the rows of users: `group_id is null` would lead to all of them.
  'drop index guard_held_group_idx',
  'create index guard_held_group_idx on guard_held (directory_id, group_id, operation) where group_id is not null',
  "create index guard_held_operation_idx on guard_held (directory_id, operation) where state = 'held'",
  "create index guard_held_released_idx on guard_held (directory_id, id) where state = 'released'",
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
