// Finding users by parts of their names in large directories. Keys are compared byte by byte, so that their indexes serve
// prefixes and order as well as equality, on any locale. Substrings are found through trigrams of a copy of the keys that
// lies outside of row-level security, where PostgreSQL may use such an index (docs/decisions/0010-text-search.md).
import { type Kysely, sql } from 'kysely';
import { distribute } from '../citus.ts';
import { directoriesSetting } from '../row-level-security.ts';

const keys: Record<string, string[]> = {
  users: ['user_name_key', 'display_name_key', 'email_key', 'external_id'],
  user_emails: ['value_key'],
  groups: ['display_name_key', 'external_id'],
};

/** Where trigrams can't be had, searches are as right and slower. Managed services may have to allow the extension first. */
const tryTrigrams = `do $$ begin
  create extension if not exists pg_trgm;
exception when others then
  raise notice 'pg_trgm is not available (%): searching for parts of names in large directories will be slow', sqlerrm;
end $$`;

/** An extension that was there already may lie in any schema. A search reads what is pending, so that is kept short. */
const indexTrigrams = `do $$ declare home text; begin
  select n.nspname into home from pg_opclass c join pg_namespace n on n.oid = c.opcnamespace where c.opcname = 'gin_trgm_ops';
  if home is not null then
    execute format('create index user_search_trigrams_idx on user_search using gin
      (user_name_key %1$I.gin_trgm_ops, display_name_key %1$I.gin_trgm_ops, email_keys %1$I.gin_trgm_ops)
      with (gin_pending_list_limit = 512)', home);
  end if;
end $$`;

/** Under row-level security, each directory's users must be named to be seen. */
async function copyKeys(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ id: string }>`select id from directories`.execute(db);
  for (const { id } of rows) {
    await sql`select set_config(${directoriesSetting}, ${`{${id}}`}, true)`.execute(db);
    await sql`insert into user_search (directory_id, user_id, user_name_key, display_name_key, email_keys)
      select u.directory_id, u.id, u.user_name_key, u.display_name_key, (
        select string_agg(e.value_key, E'\n' order by e.position) from user_emails e
        where e.directory_id = u.directory_id and e.user_id = u.id)
      from users u where u.directory_id = ${id}`.execute(db);
  }
  await sql`select set_config(${directoriesSetting}, '', true)`.execute(db);
}

export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db);
  for (const [table, columns] of Object.entries(keys)) {
    const changes = columns.map((column) => `alter column ${column} type text collate "C"`);
    await run(`alter table ${table} ${changes.join(', ')}`);
  }
  await run(tryTrigrams);
  await run(`create table user_search (
    directory_id uuid not null,
    user_id uuid not null,
    user_name_key text collate "C" not null,
    display_name_key text collate "C",
    email_keys text collate "C",
    constraint user_search_pkey primary key (directory_id, user_id),
    constraint user_search_user_fkey foreign key (directory_id, user_id) references users (directory_id, id) on delete cascade
  )`);
  // Finer statistics, or PostgreSQL takes a rare substring for a frequent one and reads the whole table. Citus takes them
  // from the table as it is distributed.
  const finer = ['user_name_key', 'display_name_key', 'email_keys'].map(
    (column) => `alter ${column} set statistics 1000`,
  );
  await run(`alter table user_search ${finer.join(', ')}`);
  await distribute(db, 'user_search');
  await copyKeys(db);
  await run(indexTrigrams);
}
