// The SQL of resources whose types are declared by their directories. Lists of them are in search-repository.ts.
import { CompiledQuery } from 'kysely';
import type { Scope } from '../../platform/db/scope.ts';
import { insertion, type Statement } from '../../platform/db/statement.ts';
import type { IndexedKey } from '../../scim/resource/indexed-keys.ts';
import type { Resource } from '../../scim/schema/model.ts';
import { keyInsertions, replaceKeys } from '../schemas/attribute-keys-repository.ts';
import type { RowLock, StoredResource } from '../stored-resource.ts';
import { toStored, type UserRow } from '../users/users-repository.ts';

const keyTable = 'resource_attribute_keys';

export interface NewResource {
  type: string;
  stored: StoredResource;
  externalId: string | null;
  keys: readonly IndexedKey[];
}

export function insertions(directoryId: string, { type, stored, externalId, keys }: NewResource): Statement[] {
  const { id, resource, version, createdAt } = stored;
  return [
    insertion('resources', [
      {
        directory_id: directoryId,
        id,
        resource_type: type,
        external_id: externalId,
        resource: JSON.stringify(resource),
        version,
        created_at: createdAt,
        last_modified_at: createdAt,
      },
    ]),
    ...keyInsertions(keyTable, directoryId, id, keys),
  ];
}

/** Inserts a resource in the caller's transaction. */
export async function insertResource(scope: Scope, directoryId: string, resource: NewResource): Promise<void> {
  for (const { text, values } of insertions(directoryId, resource)) {
    await scope.executeQuery(CompiledQuery.raw(text, [...values]));
  }
}

/** Columns as of users. */
export function resourceById(directoryId: string, type: string, id: string): Statement<UserRow> {
  return {
    text: `select id, resource, version, created_at, last_modified_at from resources
      where directory_id = $1 and id = $2 and resource_type = $3`,
    values: [directoryId, id, type],
  };
}

export async function findResource(
  scope: Scope,
  directoryId: string,
  type: string,
  id: string,
  lock: RowLock,
): Promise<StoredResource | undefined> {
  const row = await scope
    .selectFrom('resources')
    .select(['id', 'resource', 'version', 'created_at', 'last_modified_at'])
    .where('directory_id', '=', directoryId)
    .where('id', '=', id)
    .where('resource_type', '=', type)
    .$if(lock === 'change', (query) => query.forNoKeyUpdate())
    .$if(lock === 'delete', (query) => query.forUpdate())
    .executeTakeFirst();
  return row && toStored(row);
}

/** Writes the new state of a resource that the transaction has locked. Without `keys` it keeps those that it has. */
export async function updateResource(
  scope: Scope,
  directoryId: string,
  change: {
    id: string;
    resource: Resource;
    externalId: string | null;
    version: number;
    now: Date;
    keys: readonly IndexedKey[] | undefined;
  },
): Promise<void> {
  await scope
    .updateTable('resources')
    .set({
      resource: JSON.stringify(change.resource),
      external_id: change.externalId,
      version: change.version,
      last_modified_at: change.now,
    })
    .where('directory_id', '=', directoryId)
    .where('id', '=', change.id)
    .execute();
  if (change.keys) await replaceKeys(scope, keyTable, directoryId, change.id, change.keys);
}

export async function deleteResource(scope: Scope, directoryId: string, id: string): Promise<void> {
  await scope.deleteFrom('resources').where('directory_id', '=', directoryId).where('id', '=', id).execute();
}
