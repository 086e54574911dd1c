// Which tolerances of its profile a directory's identity provider has really needed, so that the others can be switched off.
import { type Kysely, sql } from 'kysely';
import { distribute } from '../citus.ts';
import { protectByDirectory } from '../row-level-security.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table directory_tolerance_uses (
    directory_id uuid not null references directories (id) on delete cascade,
    tolerance text not null,
    first_used_at timestamptz not null,
    last_used_at timestamptz not null,
    uses bigint not null,
    constraint directory_tolerance_uses_pkey primary key (directory_id, tolerance)
  )`.execute(db);
  await distribute(db, 'directory_tolerance_uses');
  await protectByDirectory(db, 'directory_tolerance_uses');
}
