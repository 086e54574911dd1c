// Issuers whose JWTs open a directory's SCIM endpoint instead of a token of its own.
import { type Kysely, sql } from 'kysely';
import { distribute } from '../citus.ts';
import { protectByDirectory } from '../row-level-security.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table directory_issuers (
    directory_id uuid not null references directories (id) on delete cascade,
    id uuid not null,
    issuer text not null,
    audience text not null,
    jwks_url text,
    required_claims jsonb not null,
    scopes text[] not null,
    scope_claim text,
    read_value text,
    write_value text,
    enabled boolean not null,
    created_at timestamptz not null,
    last_used_at timestamptz,
    constraint directory_issuers_pkey primary key (directory_id, id),
    constraint directory_issuers_issuer_key unique (directory_id, issuer)
  )`.execute(db);
  await distribute(db, 'directory_issuers');
  await protectByDirectory(db, 'directory_issuers');
}
