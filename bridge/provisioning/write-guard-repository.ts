// Keeps what is written true to what the directory is. A request knows the directory as it was when it came, and may have
// waited for a hook, or for the operations before it in a bulk request, since then. Were it to write by the declared schemas
// of that time, it could leave out a key that makes its resource found, or break what has come to be required; were it to
// write as if there were no move, it would change what the move has taken down. So whoever writes checks both in its
// transaction, and holds them until the commit.
import { CompiledQuery } from 'kysely';
import type { Scope } from '../platform/db/scope.ts';
import { type SqlFragment, sql, statementOf } from '../platform/db/sql-fragment.ts';
import type { Statement } from '../platform/db/statement.ts';
import type { ScimRequest } from './contracts.ts';

type Guarded = Pick<ScimRequest, 'directory' | 'types'>;

// Told apart from the other advisory locks of this database by the first of the two keys.
const writersLock = 0x6d6f_7665;
const writersKey = (directoryId: string): SqlFragment => sql`${sql.lit(writersLock)}, hashtext(${directoryId})`;

/**
 * Each of them fails with a division by zero when the directory is another: in one round trip with what follows, nothing else
 * can. Nobody waits while the schemas are being changed, which may take minutes: the writers of one directory would take all
 * connections.
 */
export function writeGuard({ directory, types }: Guarded): Statement[] {
  // Those that know of the move hold the move itself.
  const unmoved = directory.moving
    ? []
    : [
        statementOf(sql`select pg_advisory_xact_lock_shared(${writersKey(directory.id)})`),
        statementOf(sql`select 1 / count(*) from directories where id = ${directory.id} and not moving`),
      ];
  // A directory that never declared anything has nothing to hold: its requests can't write what they don't know.
  const undeclared = types.revision === 0;
  const declared = sql`select 1 / count(*) from (
    select from directories where id = ${directory.id} and schema_revision = ${types.revision} for share nowait) as present`;
  return undeclared ? unmoved : [...unmoved, statementOf(declared)];
}

/** For transactions that are not sent at once. */
export async function guardWrite(scope: Scope, request: Guarded): Promise<void> {
  await Promise.all(
    writeGuard(request).map(({ text, values }) => scope.executeQuery(CompiledQuery.raw(text, [...values]))),
  );
}

/**
 * Whether nobody writes any more who does not know of the move. To be asked once `moving` is committed: who comes later finds
 * it in the check, which follows the lock.
 */
export async function haveWritersEnded(scope: Scope, directoryId: string): Promise<boolean> {
  const { text, values } = statementOf(sql`select pg_try_advisory_xact_lock(${writersKey(directoryId)}) as alone`);
  const { rows } = await scope.executeQuery<{ alone: boolean }>(CompiledQuery.raw(text, [...values]));
  return rows[0]?.alone === true;
}
