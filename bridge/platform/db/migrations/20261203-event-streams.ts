// Event streams: who gets security event tokens (RFC 9967), by push or by poll, and the keys that sign them.
import { type Kysely, sql } from 'kysely';
import { reference } from '../citus.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db);

  // A stream has its places in the logs, its failed messages and its pause as a webhook has. Its URL is not in the
  // webhook's column, so that a bridge that knows no streams sends nothing there.
  await run(`alter table webhooks add column kind text not null default 'webhook'
    constraint webhooks_kind_check check (kind in ('webhook', 'push', 'poll'))`);
  await run('alter table webhooks alter column url drop not null');
  await run(`alter table webhooks add constraint webhooks_url_check check ((kind = 'webhook') = (url is not null))`);
  await run('alter table webhooks drop constraint webhooks_slug_key');
  await run(
    `create unique index webhooks_slug_key on webhooks ((case when kind = 'webhook' then kind else 'event_stream' end), slug)`,
  );

  await run(`create table event_streams (
    id uuid constraint event_streams_pkey primary key references webhooks (id) on delete cascade,
    url text,
    push_authorization bytea,
    base_url text not null,
    audience text not null,
    events text[],
    resource_types text[],
    content text not null constraint event_streams_content_check check (content in ('full', 'notice')),
    token_digest bytea,
    token_prefix text,
    previous_digest bytea,
    previous_until timestamptz,
    verification jsonb,
    verified_at timestamptz,
    constraint event_streams_delivery_check check ((url is null) = (token_digest is not null))
  )`);
  await reference(db, 'event_streams');

  // Of a stream that is fetched: what lies after \`position\` and was acknowledged before what lies between.
  await run(`alter table webhook_cursors add column acknowledged jsonb not null default '[]'`);

  // \`signs_from\` lies a little after the key is published, \`published_until\` long after the next one signs.
  await run(`create table signing_keys (
    id uuid constraint signing_keys_pkey primary key,
    public_jwk jsonb not null,
    private_key bytea not null,
    created_at timestamptz not null,
    signs_from timestamptz not null,
    published_until timestamptz
  )`);
  await reference(db, 'signing_keys');
}
