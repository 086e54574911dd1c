// What a federation's directory is bound to in Keycloak: an organization, and an identity provider with the path of the
// subject. Constraints come apart from their columns, which Citus wants.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db);
  for (const column of ['organization', 'identity_provider', 'identity_subject', 'unlinked_users']) {
    await run(`alter table federation_directories add column ${column} text`);
  }
  await run(`alter table federation_directories add constraint federation_directories_unlinked_users_check
    check (unlinked_users in ('allow', 'refuse'))`);
  await run(`alter table federation_directories add constraint federation_directories_identity_check
    check (num_nonnulls(identity_provider, identity_subject, unlinked_users) in (0, 3))`);
}
