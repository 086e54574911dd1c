// The store of docs/architecture.md. Every tenant table's keys start with directory_id and each table is distributed as
// soon as it exists, so that the same schema runs on Citus. No triggers: Citus refuses them on distributed tables.
import { type Kysely, sql } from 'kysely';
import { distribute, reference } from '../citus.ts';
import { protectByDirectory } from '../row-level-security.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db);

  await run(`create table directories (
    id uuid constraint directories_pkey primary key,
    slug text not null constraint directories_slug_key unique constraint directories_slug_check check (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    name text not null,
    kind text not null constraint directories_kind_check check (kind in ('scim', 'ldap')),
    profile text not null,
    enabled boolean not null default true,
    created_at timestamptz not null,
    updated_at timestamptz not null
  )`);
  await reference(db, 'directories');

  await run(`create table directory_tokens (
    directory_id uuid not null references directories (id) on delete cascade,
    id uuid not null,
    name text not null,
    prefix text not null,
    digest bytea not null,
    scopes text[] not null,
    created_at timestamptz not null,
    expires_at timestamptz,
    revoked_at timestamptz,
    last_used_at timestamptz,
    constraint directory_tokens_pkey primary key (directory_id, id),
    constraint directory_tokens_digest_key unique (directory_id, digest)
  )`);
  await distribute(db, 'directory_tokens');

  await run(`create table users (
    directory_id uuid not null references directories (id) on delete cascade,
    id uuid not null,
    user_name text not null,
    user_name_key text not null,
    external_id text,
    email text,
    email_key text,
    given_name text,
    family_name text,
    display_name text,
    display_name_key text,
    active boolean not null,
    resource jsonb not null,
    version bigint not null,
    created_at timestamptz not null,
    last_modified_at timestamptz not null,
    constraint users_pkey primary key (directory_id, id),
    constraint users_user_name_key unique (directory_id, user_name_key)
  )`);
  await distribute(db, 'users');
  await run('create index users_external_id_idx on users (directory_id, external_id) where external_id is not null');
  await run('create index users_email_idx on users (directory_id, email_key) where email_key is not null');
  await run(
    'create index users_display_name_idx on users (directory_id, display_name_key) where display_name_key is not null',
  );
  await run('create index users_created_idx on users (directory_id, created_at, id)');
  await run('create index users_last_modified_idx on users (directory_id, last_modified_at)');

  await run(`create table user_emails (
    directory_id uuid not null,
    user_id uuid not null,
    position integer not null,
    value text,
    value_key text,
    type_key text,
    is_primary boolean,
    constraint user_emails_pkey primary key (directory_id, user_id, position),
    constraint user_emails_user_fkey foreign key (directory_id, user_id) references users (directory_id, id) on delete cascade
  )`);
  await distribute(db, 'user_emails');
  await run('create index user_emails_value_idx on user_emails (directory_id, value_key)');

  await run(`create table user_credentials (
    directory_id uuid not null,
    user_id uuid not null,
    password_hash text not null,
    changed_at timestamptz not null,
    constraint user_credentials_pkey primary key (directory_id, user_id),
    constraint user_credentials_user_fkey foreign key (directory_id, user_id) references users (directory_id, id) on delete cascade
  )`);
  await distribute(db, 'user_credentials');

  await run(`create table groups (
    directory_id uuid not null references directories (id) on delete cascade,
    id uuid not null,
    display_name text not null,
    display_name_key text not null,
    external_id text,
    resource jsonb not null,
    version bigint not null,
    created_at timestamptz not null,
    last_modified_at timestamptz not null,
    constraint groups_pkey primary key (directory_id, id),
    constraint groups_display_name_key unique (directory_id, display_name_key)
  )`);
  await distribute(db, 'groups');
  await run('create index groups_external_id_idx on groups (directory_id, external_id) where external_id is not null');
  await run('create index groups_created_idx on groups (directory_id, created_at, id)');

  // A member that the directory doesn't know (yet) is kept as it was sent: then both user_id and child_group_id are null.
  await run(`create table group_members (
    directory_id uuid not null,
    group_id uuid not null,
    member_id text not null,
    user_id uuid,
    child_group_id uuid,
    display text,
    created_at timestamptz not null,
    constraint group_members_pkey primary key (directory_id, group_id, member_id),
    constraint group_members_one_kind_check check (num_nonnulls(user_id, child_group_id) <= 1),
    constraint group_members_group_fkey foreign key (directory_id, group_id) references groups (directory_id, id) on delete cascade,
    constraint group_members_user_fkey foreign key (directory_id, user_id) references users (directory_id, id) on delete cascade,
    constraint group_members_child_group_fkey foreign key (directory_id, child_group_id) references groups (directory_id, id) on delete cascade
  )`);
  await distribute(db, 'group_members');
  await run('create index group_members_member_idx on group_members (directory_id, member_id)');
  await run('create index group_members_user_idx on group_members (directory_id, user_id) where user_id is not null');
  await run(
    'create index group_members_child_group_idx on group_members (directory_id, child_group_id) where child_group_id is not null',
  );

  // An event gets its position after its transaction committed (events/repository.ts), so a reader that goes by position
  // never misses one that committed late. \`id\` only keeps the order of writing until then.
  await run(`create table events (
    directory_id uuid not null references directories (id) on delete cascade,
    id bigint generated always as identity,
    position bigint,
    type text not null,
    resource_type text not null,
    resource_id uuid not null,
    resource_version bigint,
    data jsonb not null,
    actor text not null,
    request_id text,
    created_at timestamptz not null,
    constraint events_pkey primary key (directory_id, id),
    constraint events_position_key unique (directory_id, position)
  )`);
  await distribute(db, 'events');
  await run('create index events_unplaced_idx on events (directory_id, id) where position is null');

  await run(`create table event_heads (
    directory_id uuid not null references directories (id) on delete cascade,
    position bigint not null,
    constraint event_heads_pkey primary key (directory_id)
  )`);
  await distribute(db, 'event_heads');

  await run(`create table federations (
    id uuid constraint federations_pkey primary key,
    slug text not null constraint federations_slug_key unique constraint federations_slug_check check (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    name text not null,
    revision bigint not null default 1,
    created_at timestamptz not null
  )`);
  await reference(db, 'federations');

  await run(`create table federation_directories (
    federation_id uuid not null references federations (id) on delete cascade,
    directory_id uuid not null references directories (id) on delete cascade,
    priority integer not null,
    enabled boolean not null default true,
    constraint federation_directories_pkey primary key (federation_id, directory_id),
    constraint federation_directories_priority_key unique (federation_id, priority) deferrable initially deferred
  )`);
  await reference(db, 'federation_directories');

  await run(`create table federation_tokens (
    federation_id uuid not null references federations (id) on delete cascade,
    id uuid not null,
    name text not null,
    prefix text not null,
    digest bytea not null constraint federation_tokens_digest_key unique,
    created_at timestamptz not null,
    expires_at timestamptz,
    revoked_at timestamptz,
    last_used_at timestamptz,
    constraint federation_tokens_pkey primary key (federation_id, id)
  )`);
  await reference(db, 'federation_tokens');

  await run(`create table reserved_usernames (
    federation_id uuid not null references federations (id) on delete cascade,
    username_key text not null,
    reason text not null,
    constraint reserved_usernames_pkey primary key (federation_id, username_key)
  )`);
  await reference(db, 'reserved_usernames');

  await run(`create table consumers (
    id uuid constraint consumers_pkey primary key,
    kind text not null constraint consumers_kind_check check (kind in ('keycloak', 'webhook', 'outbound')),
    name text not null,
    federation_id uuid references federations (id) on delete cascade,
    cursor text,
    last_seen_at timestamptz,
    created_at timestamptz not null,
    constraint consumers_name_key unique (kind, name)
  )`);
  await reference(db, 'consumers');

  for (const table of [
    'directory_tokens',
    'users',
    'user_emails',
    'user_credentials',
    'groups',
    'group_members',
    'events',
    'event_heads',
  ]) {
    await protectByDirectory(db, table);
  }
}
