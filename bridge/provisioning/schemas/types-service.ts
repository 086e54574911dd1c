// The resource types that a directory declares for itself.
import type { Directory } from '../../directories/contracts.ts';
import { presentActor } from '../../events/actor.ts';
import { changesBetween } from '../../events/audit/changes.ts';
import { readIn, type Scope } from '../../platform/db/scope.ts';
import { ApiError } from '../../platform/http/api-error.ts';
import { quote } from '../../scim/errors.ts';
import { neverReturned } from '../../scim/never-returned.ts';
import { typesWith } from '../../scim/schema/resource-types.ts';
import { maxTypes, type TypeDeclaration, typeFault } from '../../scim/schema/type-declaration.ts';
import { changedAttributes, demandsMore, keysDiffer } from './changes.ts';
import { declaredPlace, pluralOf, urnsOf } from './places.ts';
import * as store from './repository.ts';
import type { SchemaServiceDeps } from './service.ts';
import { clearValues, conflict, mapDuplicate, type OldValues, rebuildKeys, requireComplete } from './stored-values.ts';
import { countHolders, deleteKeysOf, dropResources, type Values } from './values-repository.ts';

export interface TypeChange {
  type: TypeDeclaration;
  created: boolean;
}

const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

const invalid = (detail: string): ApiError => new ApiError('invalid_request', `${detail}.`);

function requireIn(types: readonly TypeDeclaration[], slug: string, name: string): TypeDeclaration {
  const found = types.find((type) => sameName(type.name, name));
  if (!found) {
    throw new ApiError('resource_type_absent', `Directory "${slug}" declares no resource type ${quote(name)}.`);
  }
  return found;
}

const valuesOf = (directoryId: string, { name, schema }: TypeDeclaration): Values => ({
  directoryId,
  place: declaredPlace(name),
  urn: undefined,
  never: neverReturned(schema.attributes),
});

/** Use cases on declared types. Each throws ApiError: `directory_absent`, `resource_type_absent`, `conflict`, `invalid_request`. */
export function createTypeService({ pool, clock, requireDirectory, onChange }: SchemaServiceDeps) {
  async function list(slug: string): Promise<TypeDeclaration[]> {
    const { id } = await requireDirectory(slug);
    return readIn(pool, [id], (scope) => store.readTypes(scope, id));
  }

  /** In the transaction of the change. */
  async function declare(scope: Scope, directory: Directory, type: TypeDeclaration): Promise<TypeChange> {
    const { id: directoryId } = directory;
    const types = await store.readTypes(scope, directoryId);
    const before = types.find(({ name }) => sameName(name, type.name));
    const others = types.filter((other) => other !== before);
    if (others.length >= maxTypes) throw conflict(`A directory can declare ${maxTypes} resource types at most.`);
    const fault = typeFault(type, others, urnsOf(await store.readSchemas(scope, directoryId), others));
    if (fault !== undefined) throw invalid(fault);
    if (before && (before.name !== type.name || before.schema.id !== type.schema.id)) {
      throw conflict(
        `The resource type is declared as ${before.name} with the schema ${before.schema.id}; delete it before it can have others.`,
      );
    }
    const values = valuesOf(directoryId, type);
    if (before) await clearValues(scope, clock, values, changedAttributes(before.schema, type.schema), 'refuse');
    if (demandsMore(before?.schema, type.schema)) {
      await requireComplete(scope, values, type.schema.attributes, false);
    }
    await store.saveType(scope, directoryId, type, clock.now());
    if (before && keysDiffer(before.schema, type.schema)) {
      const [definition] = typesWith([], [type]).declared;
      if (definition) await rebuildKeys(scope, values, definition);
    }
    const changes = changesBetween(before && { [type.name]: before }, { [type.name]: type });
    const event = before ? 'resource_type.updated' : 'resource_type.created';
    await store.recordDeclaration(scope, directory, event, changes, clock.now());
    return { type, created: before === undefined };
  }

  return {
    listTypes: list,

    async requireType(slug: string, name: string): Promise<TypeDeclaration> {
      return requireIn(await list(slug), slug, name);
    },

    /** Declares a resource type, or declares it anew. */
    async putType(slug: string, type: TypeDeclaration): Promise<TypeChange> {
      const fault = typeFault(type, [], []);
      if (fault !== undefined) throw invalid(fault);
      const directory = await requireDirectory(slug);
      try {
        const change = await store.changeSchemas(pool, directory.id, clock.now(), (scope) =>
          declare(scope, directory, type),
        );
        onChange(directory.id);
        return change;
      } catch (error) {
        throw mapDuplicate(error);
      }
    },

    /** Answers how many resources went with it; with 'refuse' there must be none. */
    async deleteType(slug: string, name: string, oldValues: OldValues = 'refuse'): Promise<number> {
      const directory = await requireDirectory(slug);
      const { id } = directory;
      const dropped = await store.changeSchemas(pool, id, clock.now(), async (scope) => {
        const type = requireIn(await store.readTypes(scope, id), slug, name);
        const extension = (await store.readSchemas(scope, id)).find(({ resourceType }) => resourceType === type.name);
        if (extension) throw conflict(`The schema ${extension.id} extends ${type.name}; delete it first.`);
        const values = valuesOf(id, type);
        const count =
          oldValues === 'drop'
            ? await dropResources(scope, values, {
                actor: presentActor(),
                eventType: 'resource.deleted',
                now: clock.now(),
              })
            : await countHolders(scope, values, undefined);
        if (oldValues === 'refuse' && count > 0) {
          throw conflict(
            `There are ${count} ${pluralOf(values.place)}. Let the identity provider delete them first, or say that they may be dropped (values=drop).`,
          );
        }
        await deleteKeysOf(scope, id, values.place, type.schema.id);
        await store.deleteType(scope, id, type.name);
        const changes = changesBetween({ [type.name]: type }, undefined);
        await store.recordDeclaration(scope, directory, 'resource_type.deleted', changes, clock.now());
        return count;
      });
      onChange(id);
      return dropped;
    },
  };
}

export type TypeService = ReturnType<typeof createTypeService>;
