// The SQL that makes a resource which was deleted, and is made again, the one that it was.
import type { Scope } from '../../platform/db/scope.ts';
import type { Resource } from '../../scim/schema/model.ts';

/** A resource that was deleted, as it was. */
export interface Former {
  id: string;
  resource: Resource;
  createdAt: Date;
  /** Its last one. */
  version: number;
}

/** Gives it its age back, and a version that nobody has seen, which is answered. */
export async function giveAge(
  scope: Scope,
  directoryId: string,
  table: 'users' | 'groups' | 'resources',
  { id, createdAt, version: last }: Pick<Former, 'id' | 'createdAt' | 'version'>,
): Promise<number> {
  const version = last + 1;
  await scope
    .updateTable(table)
    .set({ created_at: createdAt, version })
    .where('directory_id', '=', directoryId)
    .where('id', '=', id)
    .execute();
  return version;
}
