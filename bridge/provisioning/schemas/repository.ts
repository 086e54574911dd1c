// The SQL of what a directory declares.
import { sql } from 'kysely';
import type { Pool } from 'pg';
import type { Directory } from '../../directories/contracts.ts';
import { isEmpty } from '../../events/audit/changes.ts';
import { type DirectoryChange, recordDirectoryChanges } from '../../events/audit/repository.ts';
import type { Changes } from '../../events/contracts.ts';
import { readIn, type Scope, writeIn } from '../../platform/db/scope.ts';
import type { SchemaDeclaration } from '../../scim/schema/declaration.ts';
import type { TypeDeclaration } from '../../scim/schema/type-declaration.ts';
import type { KeyTable } from './attribute-keys-repository.ts';
import type { Declared } from './catalogue.ts';
import { schemaShape, toDeclaration, toTypeDeclaration, typeShape } from './contracts.ts';

/** Where the resources of a type are. */
export interface Place {
  /** The resource type's name. */
  type: string;
  table: 'users' | 'groups' | 'resources';
  keys: KeyTable;
}

export async function readSchemas(scope: Scope, directoryId: string): Promise<SchemaDeclaration[]> {
  const rows = await scope
    .selectFrom('directory_schemas')
    .select('definition')
    .where('directory_id', '=', directoryId)
    .orderBy('created_at')
    .orderBy('urn_key')
    .execute();
  return rows.map(({ definition }) => toDeclaration(schemaShape.parse(definition)));
}

export async function readTypes(scope: Scope, directoryId: string): Promise<TypeDeclaration[]> {
  const rows = await scope
    .selectFrom('directory_resource_types')
    .select('definition')
    .where('directory_id', '=', directoryId)
    .orderBy('created_at')
    .orderBy('name_key')
    .execute();
  return rows.map(({ definition }) => toTypeDeclaration(typeShape.parse(definition)));
}

/** What a directory declares, and as of which revision: read too early, the revision is refused to writers. */
export function readDeclared(pool: Pool, directoryId: string): Promise<Declared> {
  return readIn(pool, [directoryId], async (scope) => {
    const [row, schemas, types] = await Promise.all([
      scope.selectFrom('directories').select('schema_revision').where('id', '=', directoryId).executeTakeFirst(),
      readSchemas(scope, directoryId),
      readTypes(scope, directoryId),
    ]);
    return { revision: row?.schema_revision ?? 0, schemas, types };
  });
}

/**
 * Runs `work` as the directory's next revision, alone: writers that hold the present one are waited for, and those that
 * come meanwhile are refused (write-guard-repository.ts).
 */
export function changeSchemas<T>(
  pool: Pool,
  directoryId: string,
  now: Date,
  work: (scope: Scope) => Promise<T>,
): Promise<T> {
  return writeIn(pool, directoryId, async (scope) => {
    // A directory with many users takes its time.
    await sql`set local statement_timeout = 0`.execute(scope);
    await sql`update directories set schema_revision = schema_revision + 1, updated_at = ${now} where id = ${directoryId}`.execute(
      scope,
    );
    return work(scope);
  });
}

export async function saveSchema(
  scope: Scope,
  directoryId: string,
  declaration: SchemaDeclaration,
  now: Date,
): Promise<void> {
  const definition = JSON.stringify(declaration);
  await scope
    .insertInto('directory_schemas')
    .values({
      directory_id: directoryId,
      urn_key: declaration.id.toLowerCase(),
      definition,
      created_at: now,
      updated_at: now,
    })
    .onConflict((conflict) =>
      conflict.columns(['directory_id', 'urn_key']).doUpdateSet({ definition, updated_at: now }),
    )
    .execute();
}

export async function deleteSchema(scope: Scope, directoryId: string, urn: string): Promise<void> {
  await scope
    .deleteFrom('directory_schemas')
    .where('directory_id', '=', directoryId)
    .where('urn_key', '=', urn.toLowerCase())
    .execute();
}

export async function saveType(scope: Scope, directoryId: string, type: TypeDeclaration, now: Date): Promise<void> {
  const definition = JSON.stringify(type);
  await scope
    .insertInto('directory_resource_types')
    .values({
      directory_id: directoryId,
      name_key: type.name.toLowerCase(),
      definition,
      created_at: now,
      updated_at: now,
    })
    .onConflict((conflict) =>
      conflict.columns(['directory_id', 'name_key']).doUpdateSet({ definition, updated_at: now }),
    )
    .execute();
}

export async function deleteType(scope: Scope, directoryId: string, name: string): Promise<void> {
  await scope
    .deleteFrom('directory_resource_types')
    .where('directory_id', '=', directoryId)
    .where('name_key', '=', name.toLowerCase())
    .execute();
}

/** Records what was declared or taken back; a declaration that is the same as before is no change. To be called last. */
export async function recordDeclaration(
  scope: Scope,
  directory: Directory,
  type: DirectoryChange['type'],
  changes: Changes,
  now: Date,
): Promise<void> {
  if (!isEmpty(changes)) await recordDirectoryChanges(scope, directory, [{ type, changes }], now);
}
