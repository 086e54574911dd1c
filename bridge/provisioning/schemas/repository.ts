// The SQL of declared schemas: what is declared, and what of it lies in resources.
import { type RawBuilder, sql } from 'kysely';
import type { Pool } from 'pg';
import { readIn, type Scope, writeIn } from '../../platform/db/scope.ts';
import type { JsonObject } from '../../scim/json.ts';
import type { SchemaDeclaration } from '../../scim/schema/declaration.ts';
import type { Declared } from './catalogue.ts';
import { schemaShape, toDeclaration } from './contracts.ts';

export type KeyedTable = 'users' | 'groups';

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

/** What a directory declares, and as of which revision: no change falls between the two. */
export function readDeclared(pool: Pool, directoryId: string): Promise<Declared> {
  return readIn(pool, [directoryId], async (scope) => {
    const [row, schemas] = await Promise.all([
      scope.selectFrom('directories').select('schema_revision').where('id', '=', directoryId).executeTakeFirst(),
      readSchemas(scope, directoryId),
    ]);
    return { revision: row?.schema_revision ?? 0, schemas };
  });
}

/**
 * Runs `work` as the directory's next revision, alone: writers that hold the present one are waited for, and those that
 * come meanwhile wait and are then refused (schema-guard-repository.ts).
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

const extension = (urn: string): RawBuilder<unknown> => sql`(resource -> ${urn}::text)`;

async function count(scope: Scope, query: RawBuilder<{ total: number }>): Promise<number> {
  const { rows } = await query.execute(scope);
  return rows[0]?.total ?? 0;
}

/** How many resources have a value of one of the extension's attributes. */
export function countHolders(
  scope: Scope,
  directoryId: string,
  table: KeyedTable,
  urn: string,
  attributes: readonly string[],
): Promise<number> {
  return count(
    scope,
    sql`select count(*) as total from ${sql.table(table)}
      where directory_id = ${directoryId} and jsonb_exists_any(${extension(urn)}, ${[...attributes]}::text[])`,
  );
}

/** Like {@link countHolders}, whatever the attributes: for what may be left of a schema that nobody knows any more. */
export function countExtended(scope: Scope, directoryId: string, table: KeyedTable, urn: string): Promise<number> {
  return count(
    scope,
    sql`select count(*) as total from ${sql.table(table)}
      where directory_id = ${directoryId} and ${extension(urn)} is not null`,
  );
}

/**
 * Takes attributes out of an extension, and the extension out of resources that have nothing else of it; undefined: all
 * of it. Versions rise, and each resource gets its event, as if a client had removed them. Answers how many there were.
 */
export async function dropValues(
  scope: Scope,
  directoryId: string,
  target: { table: KeyedTable; urn: string; attributes: readonly string[] | undefined },
  change: { actor: string; eventType: string; resourceType: string; now: Date },
): Promise<number> {
  const { table, urn, attributes } = target;
  const { actor, eventType, resourceType, now } = change;
  const rest: RawBuilder<unknown> =
    attributes === undefined
      ? sql`null::jsonb`
      : sql`nullif(${extension(urn)} - ${[...attributes]}::text[], '{}'::jsonb)`;
  const holds: RawBuilder<unknown> =
    attributes === undefined
      ? sql`${extension(urn)} is not null`
      : sql`jsonb_exists_any(${extension(urn)}, ${[...attributes]}::text[])`;
  const { rows } = await sql<{ total: number }>`
    with held as (
      select id, version + 1 as version, ${extension(urn)} as before, ${rest} as rest from ${sql.table(table)}
      where directory_id = ${directoryId} and ${holds} for update
    ), logged as (
      insert into events (directory_id, type, resource_type, resource_id, resource_version, data, actor, created_at)
      select ${directoryId}::uuid, ${eventType}::text, ${resourceType}::text, held.id, held.version,
        jsonb_build_object('changes', jsonb_build_object(${urn}::text,
          jsonb_build_object('before', held.before, 'after', coalesce(held.rest, 'null'::jsonb)))),
        ${actor}::text, ${now}::timestamptz
      from held
    ), changed as (
      update ${sql.table(table)} as r
      set resource = case when held.rest is not null then jsonb_set(r.resource, array[${urn}::text], held.rest)
          else jsonb_set(r.resource - ${urn}::text, '{schemas}', (r.resource -> 'schemas') - ${urn}::text) end,
        version = held.version, last_modified_at = ${now}::timestamptz
      from held where r.directory_id = ${directoryId} and r.id = held.id
      returning 1
    ) select count(*) as total from changed`.execute(scope);
  return rows[0]?.total ?? 0;
}

/** How many resources lack the required parts of an extension; those without the extension only where it is required. */
export function countLacking(
  scope: Scope,
  directoryId: string,
  table: KeyedTable,
  { id: urn, required, attributes }: SchemaDeclaration,
): Promise<number> {
  const names = attributes.filter((attribute) => attribute.required).map(({ name }) => name);
  const lacks = sql`not jsonb_exists_all(${extension(urn)}, ${names}::text[])`;
  return count(
    scope,
    sql`select count(*) as total from ${sql.table(table)} where directory_id = ${directoryId}
      and ${required ? sql`(${extension(urn)} is null or ${lacks})` : sql`${lacks}`}`,
  );
}

export interface ExtendedResource {
  id: string;
  /** The extension's object. */
  value: JsonObject;
}

/** Resources that have the extension, by id, after `afterId`. */
export async function listExtended(
  scope: Scope,
  directoryId: string,
  target: { table: KeyedTable; urn: string },
  afterId: string,
  limit: number,
): Promise<ExtendedResource[]> {
  const { rows } = await sql<ExtendedResource>`
    select id, ${extension(target.urn)} as value from ${sql.table(target.table)}
    where directory_id = ${directoryId} and id > ${afterId} and ${extension(target.urn)} is not null
    order by id limit ${limit}`.execute(scope);
  return rows;
}

/** Forgets the keys of the extension's attributes. */
export async function deleteExtensionKeys(
  scope: Scope,
  directoryId: string,
  table: KeyedTable,
  urn: string,
): Promise<void> {
  const keys = table === 'users' ? 'user_attribute_keys' : 'group_attribute_keys';
  await scope
    .deleteFrom(keys)
    .where('directory_id', '=', directoryId)
    .where(sql<boolean>`starts_with(attribute, ${`${urn}:`})`)
    .execute();
}
