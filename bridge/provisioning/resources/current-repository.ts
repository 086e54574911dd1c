// The SQL of resources as they are now, of all types at once.
import { sql } from 'kysely';
import type { Pool } from 'pg';
import { readIn } from '../../platform/db/scope.ts';
import type { StoredResource } from '../stored-resource.ts';

export interface TypedResource extends StoredResource {
  type: string;
}

/** Those of the ids that there are. */
export function readCurrent(pool: Pool, directoryId: string, ids: readonly string[]): Promise<TypedResource[]> {
  return readIn(pool, [directoryId], async (scope) => {
    const columns = sql.raw(
      'id, resource, version, created_at as "createdAt", last_modified_at as "lastModifiedAt" from',
    );
    const ours = sql`directory_id = ${directoryId} and id = any(${ids}::uuid[])`;
    const { rows } = await sql<TypedResource>`
      select 'User' as type, ${columns} users where ${ours}
      union all select 'Group' as type, ${columns} groups where ${ours}
      union all select resource_type as type, ${columns} resources where ${ours}`.execute(scope);
    return rows;
  });
}
