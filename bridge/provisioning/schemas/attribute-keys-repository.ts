// The SQL of attribute keys: rows beside users and groups by which declared attributes are found and kept unique.
import { sql } from 'kysely';
import type { Scope } from '../../platform/db/scope.ts';
import { insertion, type Statement } from '../../platform/db/statement.ts';
import type { IndexedKey } from '../../scim/resource/indexed-keys.ts';

export type KeyTable = 'user_attribute_keys' | 'group_attribute_keys' | 'resource_attribute_keys';

/** Rows of one insert: a statement has 65,535 parameters at most. */
const rowsPerInsert = 1_000;

/** The statements that insert the keys of a new resource. */
export function keyInsertions(
  table: KeyTable,
  directoryId: string,
  resourceId: string,
  keys: readonly IndexedKey[],
): Statement[] {
  const statements: Statement[] = [];
  for (let start = 0; start < keys.length; start += rowsPerInsert) {
    const [first, ...others] = keys.slice(start, start + rowsPerInsert).map(({ attribute, key, isUnique }) => ({
      directory_id: directoryId,
      resource_id: resourceId,
      attribute,
      key,
      is_unique: isUnique,
    }));
    if (first) statements.push(insertion(table, [first, ...others]));
  }
  return statements;
}

/** Inserts the keys of many resources with one statement. */
export async function insertKeys(
  scope: Scope,
  table: KeyTable,
  directoryId: string,
  resources: readonly { id: string; keys: readonly IndexedKey[] }[],
): Promise<void> {
  const rows = resources.flatMap(({ id, keys }) =>
    keys.map(({ attribute, key, isUnique }) => ({ resource_id: id, attribute, key, is_unique: isUnique })),
  );
  if (rows.length === 0) return;
  // By key, so that two transactions with the same unique values wait for each other in one order.
  await sql`insert into ${sql.table(table)} (directory_id, resource_id, attribute, key, is_unique)
    select ${directoryId}::uuid, resource_id, attribute, key, is_unique
    from json_to_recordset(${JSON.stringify(rows)}::json) as new_key (resource_id uuid, attribute text, key text,
      is_unique boolean) order by attribute, key`.execute(scope);
}

/** Puts the keys of a changed resource in the place of those it had. */
export async function replaceKeys(
  scope: Scope,
  table: KeyTable,
  directoryId: string,
  resourceId: string,
  keys: readonly IndexedKey[],
): Promise<void> {
  // Sent together; PostgreSQL runs them in this order.
  await Promise.all([
    sql`delete from ${sql.table(table)} where directory_id = ${directoryId} and resource_id = ${resourceId}`.execute(
      scope,
    ),
    insertKeys(scope, table, directoryId, [{ id: resourceId, keys }]),
  ]);
}
