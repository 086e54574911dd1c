// The schemas that a directory declares for itself, and what a change of them does to the values that are there.
import type { Pool } from 'pg';
import type { Directory } from '../../directories/contracts.ts';
import type { Clock } from '../../platform/clock.ts';
import { violatedConstraint } from '../../platform/db/errors.ts';
import { readIn, type Scope } from '../../platform/db/scope.ts';
import { ApiError } from '../../platform/http/api-error.ts';
import { quote } from '../../scim/errors.ts';
import { indexedKeys } from '../../scim/resource/indexed-keys.ts';
import { declarationFault, maxSchemas, type SchemaDeclaration } from '../../scim/schema/declaration.ts';
import { typesWith } from '../../scim/schema/resource-types.ts';
import { findLongKey } from '../attribute-keys.ts';
import { insertKeys, type KeyTable } from '../attribute-keys-repository.ts';
import { changedAttributes, demandsMore, keysDiffer } from './changes.ts';
import type { KeyedTable } from './repository.ts';
import * as store from './repository.ts';

export interface SchemaServiceDeps {
  pool: Pool;
  clock: Clock;
  requireDirectory: (slug: string) => Promise<Directory>;
  /** Told the directory's id after a change. */
  onChange: (directoryId: string) => void;
}

/** What becomes of values that a change would leave without a schema: it is refused, or they are removed. */
export type OldValues = 'refuse' | 'drop';

export interface SchemaChange {
  schema: SchemaDeclaration;
  created: boolean;
  /** How many resources lost values. */
  dropped: number;
}

interface Place {
  table: KeyedTable;
  keys: KeyTable;
  resourceType: string;
  eventType: 'user.updated' | 'group.updated';
  plural: string;
}

const places: Record<string, Place> = {
  User: {
    table: 'users',
    keys: 'user_attribute_keys',
    resourceType: 'User',
    eventType: 'user.updated',
    plural: 'users',
  },
  Group: {
    table: 'groups',
    keys: 'group_attribute_keys',
    resourceType: 'Group',
    eventType: 'group.updated',
    plural: 'groups',
  },
};

const batchSize = 1_000;
const beforeAllIds = '00000000-0000-0000-0000-000000000000';

const sameUrn = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

const invalid = (detail: string): ApiError => new ApiError('invalid_request', `${detail}.`);
const conflict = (detail: string, cause?: unknown): ApiError => new ApiError('conflict', detail, { cause });

function placeOf(resourceType: string): Place {
  const place = places[resourceType];
  if (!place) {
    throw invalid(
      `resourceType: there is no resource type ${quote(resourceType)}; there are ${Object.keys(places).join(', ')}`,
    );
  }
  return place;
}

/** Use cases on declared schemas. Each throws ApiError: `directory_absent`, `schema_absent`, `conflict`, `invalid_request`. */
export function createSchemaService({ pool, clock, requireDirectory, onChange }: SchemaServiceDeps) {
  async function list(slug: string): Promise<{ directory: Directory; schemas: SchemaDeclaration[] }> {
    const directory = await requireDirectory(slug);
    return {
      directory,
      schemas: await readIn(pool, [directory.id], (scope) => store.readSchemas(scope, directory.id)),
    };
  }

  function requireSchema(schemas: readonly SchemaDeclaration[], slug: string, urn: string): SchemaDeclaration {
    const found = schemas.find(({ id }) => sameUrn(id, urn));
    if (!found) throw new ApiError('schema_absent', `Directory "${slug}" declares no schema ${quote(urn)}.`);
    return found;
  }

  /** Removes the values, or refuses when there are any. `attributes` undefined: of the whole schema. */
  async function clear(
    scope: Scope,
    directoryId: string,
    schema: SchemaDeclaration,
    attributes: string[] | undefined,
    oldValues: OldValues,
  ): Promise<number> {
    if (attributes?.length === 0) return 0;
    const place = placeOf(schema.resourceType);
    const { table, plural } = place;
    if (oldValues === 'drop') {
      const change = { ...place, actor: 'operator', now: clock.now() };
      return store.dropValues(scope, directoryId, { table, urn: schema.id, attributes }, change);
    }
    const holders =
      attributes === undefined
        ? await store.countExtended(scope, directoryId, table, schema.id)
        : await store.countHolders(scope, directoryId, table, schema.id, attributes);
    if (holders === 0) return 0;
    const what = attributes === undefined ? 'this schema' : attributes.map((name) => quote(name)).join(', ');
    throw conflict(
      `${holders} ${plural} have values of ${what}. Let the identity provider remove them first, or say that they may be dropped (values=drop).`,
    );
  }

  async function requireComplete(scope: Scope, directoryId: string, schema: SchemaDeclaration): Promise<void> {
    const { table, plural } = placeOf(schema.resourceType);
    const lacking = await store.countLacking(scope, directoryId, table, schema);
    if (lacking === 0) return;
    throw conflict(
      `${lacking} ${plural} lack what would be required. Declare it as not required, let the identity provider fill it in, and require it then.`,
    );
  }

  /** Makes the keys of all resources that have the extension. */
  async function rebuildKeys(scope: Scope, directoryId: string, schema: SchemaDeclaration): Promise<void> {
    const { table, keys, plural } = placeOf(schema.resourceType);
    const types = typesWith([schema]);
    const resourceType = table === 'users' ? types.user : types.group;
    await store.deleteExtensionKeys(scope, directoryId, table, schema.id);
    let after = beforeAllIds;
    for (;;) {
      const batch = await store.listExtended(scope, directoryId, { table, urn: schema.id }, after, batchSize);
      const made = batch.map(({ id, value }) => ({ id, keys: indexedKeys(resourceType, { [schema.id]: value }) }));
      const tooLong = made.find((one) => findLongKey(one.keys));
      if (tooLong) throw conflict(`Of the ${plural}, ${tooLong.id} has a value too long to be indexed or unique.`);
      await insertKeys(scope, keys, directoryId, made);
      const last = batch.at(-1);
      if (!last || batch.length < batchSize) return;
      after = last.id;
    }
  }

  /** All of a declaration that depends on what is there; in the transaction of the change. */
  async function declare(
    scope: Scope,
    directoryId: string,
    schema: SchemaDeclaration,
    oldValues: OldValues,
  ): Promise<SchemaChange> {
    const schemas = await store.readSchemas(scope, directoryId);
    const before = schemas.find(({ id }) => sameUrn(id, schema.id));
    const others = schemas.filter((other) => other !== before);
    if (others.length >= maxSchemas) throw conflict(`A directory can declare ${maxSchemas} schemas at most.`);
    const fault = declarationFault(
      schema,
      others.map(({ id }) => id),
    );
    if (fault !== undefined) throw invalid(fault);
    if (before && (before.id !== schema.id || before.resourceType !== schema.resourceType)) {
      throw conflict(
        `The schema is declared as ${before.id} for ${before.resourceType}; delete it before it can have another spelling or resource type.`,
      );
    }
    const dropped = await clear(
      scope,
      directoryId,
      schema,
      before ? changedAttributes(before, schema) : undefined,
      oldValues,
    );
    if (demandsMore(before, schema)) await requireComplete(scope, directoryId, schema);
    await store.saveSchema(scope, directoryId, schema, clock.now());
    if (before && (dropped > 0 || keysDiffer(before, schema))) await rebuildKeys(scope, directoryId, schema);
    return { schema, created: before === undefined, dropped };
  }

  return {
    listSchemas: async (slug: string): Promise<SchemaDeclaration[]> => (await list(slug)).schemas,

    async requireSchema(slug: string, urn: string): Promise<SchemaDeclaration> {
      return requireSchema((await list(slug)).schemas, slug, urn);
    },

    /** Declares a schema, or declares it anew. What needs no look at the directory is checked before anything waits. */
    async putSchema(slug: string, schema: SchemaDeclaration, oldValues: OldValues = 'refuse'): Promise<SchemaChange> {
      const fault = declarationFault(schema, []);
      if (fault !== undefined) throw invalid(fault);
      placeOf(schema.resourceType);
      const { id } = await requireDirectory(slug);
      try {
        const change = await store.changeSchemas(pool, id, clock.now(), (scope) =>
          declare(scope, id, schema, oldValues),
        );
        onChange(id);
        return change;
      } catch (error) {
        if (!violatedConstraint(error)?.endsWith('_attribute_keys_unique')) throw error;
        throw conflict('Some values that would have to be unique occur twice in the directory.', error);
      }
    },

    /** Answers how many resources lost values with it. */
    async deleteSchema(slug: string, urn: string, oldValues: OldValues = 'refuse'): Promise<number> {
      const { id } = await requireDirectory(slug);
      const dropped = await store.changeSchemas(pool, id, clock.now(), async (scope) => {
        const schema = requireSchema(await store.readSchemas(scope, id), slug, urn);
        const cleared = await clear(scope, id, schema, undefined, oldValues);
        await store.deleteExtensionKeys(scope, id, placeOf(schema.resourceType).table, schema.id);
        await store.deleteSchema(scope, id, schema.id);
        return cleared;
      });
      onChange(id);
      return dropped;
    },
  };
}

export type SchemaService = ReturnType<typeof createSchemaService>;
