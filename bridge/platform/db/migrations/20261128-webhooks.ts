// Webhooks: who is told of events, how far each has come in each directory's log, what could not be delivered yet.
import { type Kysely, sql } from 'kysely';
import { distribute, reference } from '../citus.ts';
import { protectByDirectory } from '../row-level-security.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db);

  // A webhook is for one directory or for all of them, so, like a federation, it belongs to none. The lease says which
  // replica delivers; it is renewed while that replica lives.
  await run(`create table webhooks (
    id uuid constraint webhooks_pkey primary key,
    slug text not null constraint webhooks_slug_key unique constraint webhooks_slug_check check (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    directory_id uuid references directories (id) on delete cascade,
    url text not null,
    types text[],
    pause_cause text constraint webhooks_pause_cause_check check (pause_cause in ('operator', 'failing', 'gone', 'secret')),
    pause_reason text,
    paused_at timestamptz,
    revision bigint not null default 1,
    lease_owner text,
    lease_until timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint webhooks_pause_check check (num_nonnulls(pause_cause, pause_reason, paused_at) in (0, 3))
  )`);
  await reference(db, 'webhooks');

  await run(`create table webhook_secrets (
    webhook_id uuid not null references webhooks (id) on delete cascade,
    id uuid not null,
    sealed bytea not null,
    created_at timestamptz not null,
    expires_at timestamptz,
    constraint webhook_secrets_pkey primary key (webhook_id, id)
  )`);
  await reference(db, 'webhook_secrets');

  // All events up to \`position\` are delivered, not wanted, or in webhook_deliveries; those from \`skip_after\` to \`skip_to\`
  // lie behind a replayed range and are not sent again. \`epoch\` rises whenever another process or an operator takes the
  // place over: whoever has an older one may not write any more.
  await run(`create table webhook_cursors (
    directory_id uuid not null references directories (id) on delete cascade,
    webhook_id uuid not null references webhooks (id) on delete cascade,
    position bigint not null,
    epoch bigint not null default 0,
    skip_after bigint,
    skip_to bigint,
    missed bigint not null default 0,
    missed_at timestamptz,
    delivered_at timestamptz,
    constraint webhook_cursors_pkey primary key (directory_id, webhook_id)
  )`);
  await distribute(db, 'webhook_cursors');

  // What failed, and what must wait behind it because it is of the same resource. It keeps the message, since the log
  // may be cut off in the meantime.
  // They refer to the place in the log and not to directory and webhook: whoever writes them has locked the place, and
  // would otherwise wait for a directory that is being deleted, which waits for the place.
  await run(`create table webhook_deliveries (
    directory_id uuid not null,
    webhook_id uuid not null,
    position bigint not null,
    state text not null constraint webhook_deliveries_state_check check (state in ('waiting', 'dead')),
    type text not null,
    resource_type text not null,
    resource_id uuid not null,
    body text not null,
    attempts integer not null,
    first_failed_at timestamptz,
    last_failed_at timestamptz,
    next_attempt_at timestamptz,
    problem text,
    constraint webhook_deliveries_pkey primary key (directory_id, webhook_id, position),
    constraint webhook_deliveries_cursor_fkey foreign key (directory_id, webhook_id)
      references webhook_cursors (directory_id, webhook_id) on delete cascade
  )`);
  await distribute(db, 'webhook_deliveries');

  await run(`create table webhook_attempts (
    directory_id uuid not null,
    webhook_id uuid not null,
    id uuid not null,
    position bigint not null,
    type text not null,
    at timestamptz not null,
    status integer,
    duration_ms integer not null,
    answer text not null,
    problem text,
    constraint webhook_attempts_pkey primary key (directory_id, webhook_id, id),
    constraint webhook_attempts_cursor_fkey foreign key (directory_id, webhook_id)
      references webhook_cursors (directory_id, webhook_id) on delete cascade
  )`);
  await distribute(db, 'webhook_attempts');

  for (const table of ['webhook_cursors', 'webhook_deliveries', 'webhook_attempts'])
    await protectByDirectory(db, table);
}
