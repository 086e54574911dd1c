// The extension schemas that a directory declares for itself.
import type { Pool } from 'pg';
import type { Directory } from '../../directories/contracts.ts';
import { changesBetween } from '../../events/audit/changes.ts';
import type { Clock } from '../../platform/clock.ts';
import { readIn, type Scope } from '../../platform/db/scope.ts';
import { ApiError } from '../../platform/http/api-error.ts';
import { quote } from '../../scim/errors.ts';
import { neverReturned } from '../../scim/never-returned.ts';
import { maxSchemas, type SchemaDeclaration, schemaFault } from '../../scim/schema/declaration.ts';
import { typesWith } from '../../scim/schema/resource-types.ts';
import type { TypeDeclaration } from '../../scim/schema/type-declaration.ts';
import { changedAttributes, demandsMore, keysDiffer } from './changes.ts';
import { placeOf, urnsOf } from './places.ts';
import * as store from './repository.ts';
import { clearValues, conflict, mapDuplicate, type OldValues, rebuildKeys, requireComplete } from './stored-values.ts';
import { deleteKeysOf } from './values-repository.ts';

export interface SchemaServiceDeps {
  pool: Pool;
  clock: Clock;
  requireDirectory: (slug: string) => Promise<Directory>;
  /** Told the directory's id after a change. */
  onChange: (directoryId: string) => void;
}

export interface SchemaChange {
  schema: SchemaDeclaration;
  created: boolean;
  /** How many resources lost values. */
  dropped: number;
}

const sameUrn = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

const invalid = (detail: string): ApiError => new ApiError('invalid_request', `${detail}.`);

function requireIn(schemas: readonly SchemaDeclaration[], slug: string, urn: string): SchemaDeclaration {
  const found = schemas.find(({ id }) => sameUrn(id, urn));
  if (!found) throw new ApiError('schema_absent', `Directory "${slug}" declares no schema ${quote(urn)}.`);
  return found;
}

/** What must hold of a declaration beside the other ones of the directory. */
function checkBeside(
  schema: SchemaDeclaration,
  before: SchemaDeclaration | undefined,
  others: readonly SchemaDeclaration[],
  types: readonly TypeDeclaration[],
): void {
  if (others.length >= maxSchemas) throw conflict(`A directory can declare ${maxSchemas} schemas at most.`);
  const fault = schemaFault(schema, urnsOf(others, types));
  if (fault !== undefined) throw invalid(fault);
  if (before && (before.id !== schema.id || before.resourceType !== schema.resourceType)) {
    throw conflict(
      `The schema is declared as ${before.id} for ${before.resourceType}; delete it before it can have another spelling or resource type.`,
    );
  }
}

/** Use cases on declared schemas. Each throws ApiError: `directory_absent`, `schema_absent`, `conflict`, `invalid_request`. */
export function createSchemaService({ pool, clock, requireDirectory, onChange }: SchemaServiceDeps) {
  async function list(slug: string): Promise<SchemaDeclaration[]> {
    const { id } = await requireDirectory(slug);
    return readIn(pool, [id], (scope) => store.readSchemas(scope, id));
  }

  /** In the transaction of the change. */
  async function declare(
    scope: Scope,
    directory: Directory,
    schema: SchemaDeclaration,
    oldValues: OldValues,
  ): Promise<SchemaChange> {
    const { id: directoryId } = directory;
    const schemas = await store.readSchemas(scope, directoryId);
    const types = await store.readTypes(scope, directoryId);
    const place = placeOf(schema.resourceType, types);
    const before = schemas.find(({ id }) => sameUrn(id, schema.id));
    checkBeside(
      schema,
      before,
      schemas.filter((other) => other !== before),
      types,
    );
    const never = neverReturned([...(before?.attributes ?? []), ...schema.attributes]);
    const values = { directoryId, place, urn: schema.id, never };
    const changed = before && changedAttributes(before, schema);
    const dropped = await clearValues(scope, clock, values, changed, oldValues);
    if (demandsMore(before, schema)) await requireComplete(scope, values, schema.attributes, schema.required);
    await store.saveSchema(scope, directoryId, schema, clock.now());
    if (before && (dropped > 0 || keysDiffer(before, schema))) {
      const type = typesWith([schema], types).all.find(({ name }) => name === place.type);
      if (type) await rebuildKeys(scope, values, type);
    }
    const changes = changesBetween(before && { [schema.id]: before }, { [schema.id]: schema });
    await store.recordDeclaration(scope, directory, before ? 'schema.updated' : 'schema.created', changes, clock.now());
    return { schema, created: before === undefined, dropped };
  }

  return {
    listSchemas: list,

    async requireSchema(slug: string, urn: string): Promise<SchemaDeclaration> {
      return requireIn(await list(slug), slug, urn);
    },

    /** Declares a schema, or declares it anew. What needs no look at the directory is checked before anything waits. */
    async putSchema(slug: string, schema: SchemaDeclaration, oldValues: OldValues = 'refuse'): Promise<SchemaChange> {
      const fault = schemaFault(schema, []);
      if (fault !== undefined) throw invalid(fault);
      const directory = await requireDirectory(slug);
      try {
        const change = await store.changeSchemas(pool, directory.id, clock.now(), (scope) =>
          declare(scope, directory, schema, oldValues),
        );
        onChange(directory.id);
        return change;
      } catch (error) {
        throw mapDuplicate(error);
      }
    },

    /** Answers how many resources lost values with it. */
    async deleteSchema(slug: string, urn: string, oldValues: OldValues = 'refuse'): Promise<number> {
      const directory = await requireDirectory(slug);
      const { id } = directory;
      const dropped = await store.changeSchemas(pool, id, clock.now(), async (scope) => {
        const schema = requireIn(await store.readSchemas(scope, id), slug, urn);
        const place = placeOf(schema.resourceType, await store.readTypes(scope, id));
        const cleared = await clearValues(
          scope,
          clock,
          { directoryId: id, place, urn: schema.id, never: neverReturned(schema.attributes) },
          undefined,
          oldValues,
        );
        await deleteKeysOf(scope, id, place, schema.id);
        await store.deleteSchema(scope, id, schema.id);
        const changes = changesBetween({ [schema.id]: schema }, undefined);
        await store.recordDeclaration(scope, directory, 'schema.deleted', changes, clock.now());
        return cleared;
      });
      onChange(id);
      return dropped;
    },
  };
}

export type SchemaService = ReturnType<typeof createSchemaService>;
