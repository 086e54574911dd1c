// Keeps what is written true to what the directory declares. A request knows the declared schemas of a moment ago; were it
// to write by them after a change, it could leave out a key that makes its resource found, or break what has come to be
// required. So whoever writes by declared schemas holds their revision until the commit.
import { CompiledQuery } from 'kysely';
import type { Scope } from '../../platform/db/scope.ts';
import { sql, statementOf } from '../../platform/db/sql-fragment.ts';
import type { Statement } from '../../platform/db/statement.ts';
import type { ScimRequest } from '../contracts.ts';

type Guarded = Pick<ScimRequest, 'directory' | 'types'>;

/**
 * Fails with a division by zero when the revision is another: in one round trip with what follows, nothing else can. Nobody
 * waits while it is being changed, which may take minutes: the writers of one directory would take all connections.
 */
const holdRevision = ({ directory, types }: Guarded): Statement =>
  statementOf(sql`select 1 / count(*) from (
    select from directories where id = ${directory.id} and schema_revision = ${types.revision} for share nowait) as present`);

/** For directories that never declared anything there is nothing to hold: their requests can't write what they don't know. */
export function schemaGuard(request: Guarded): Statement[] {
  return request.types.revision === 0 ? [] : [holdRevision(request)];
}

export async function guardSchemas(scope: Scope, request: Guarded): Promise<void> {
  if (request.types.revision === 0) return;
  const { text, values } = holdRevision(request);
  await scope.executeQuery(CompiledQuery.raw(text, [...values]));
}
