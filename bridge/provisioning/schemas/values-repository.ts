// The SQL of values by declared schemas: who has them, who lacks them, and what becomes of them.
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Actor } from '../../events/contracts.ts';
import type { Scope } from '../../platform/db/scope.ts';
import type { JsonObject } from '../../scim/json.ts';
import type { NeverReturned } from '../../scim/never-returned.ts';
import type { AttributeDefinition } from '../../scim/schema/model.ts';
import type { Place } from './repository.ts';

/** The values of a schema in the resources of a type; without `urn` the schema is the type's core schema. */
export interface Values {
  directoryId: string;
  place: Place;
  urn: string | undefined;
  /** Of these values, what is told to nobody. */
  never: NeverReturned;
}

const inPlace = ({ directoryId, place }: Values): RawBuilder<SqlBool> =>
  place.table === 'resources'
    ? sql<SqlBool>`directory_id = ${directoryId} and resource_type = ${place.type}`
    : sql<SqlBool>`directory_id = ${directoryId}`;

const container = ({ urn }: Values): RawBuilder<unknown> =>
  urn === undefined ? sql`resource` : sql`(resource -> ${urn}::text)`;

async function count(scope: Scope, values: Values, condition: RawBuilder<unknown>): Promise<number> {
  const { rows } = await sql<{ total: number }>`
    select count(*) as total from ${sql.table(values.place.table)} where ${inPlace(values)} and ${condition}`.execute(
    scope,
  );
  return rows[0]?.total ?? 0;
}

/** Who has a value of one of the attributes; undefined: of any, known or not. */
const holding = (values: Values, attributes: readonly string[] | undefined): RawBuilder<unknown> =>
  attributes === undefined
    ? sql`${container(values)} is not null`
    : sql`jsonb_exists_any(${container(values)}, ${[...attributes]}::text[])`;

export const countHolders = (
  scope: Scope,
  values: Values,
  attributes: readonly string[] | undefined,
): Promise<number> => count(scope, values, holding(values, attributes));

/** How many resources lack what is required; those without the extension only where it is required itself. */
export function countLacking(
  scope: Scope,
  values: Values,
  attributes: readonly AttributeDefinition[],
  isRequired: boolean,
): Promise<number> {
  const names = attributes.filter(({ required }) => required).map(({ name }) => name);
  const lacks = sql`not jsonb_exists_all(${container(values)}, ${names}::text[])`;
  return count(scope, values, isRequired ? sql`(${container(values)} is null or ${lacks})` : lacks);
}

/** An object of the schema's attributes as it may be told, see scim/never-returned.ts; null where nothing is left. */
function tellable({ never }: Values, object: RawBuilder<unknown>): RawBuilder<unknown> {
  if (never.size === 0) return object;
  const parts = JSON.stringify(Object.fromEntries(never));
  return sql`(
    with told as (
      select member.key, case jsonb_typeof(hidden.part)
          when 'array' then case jsonb_typeof(member.value)
            when 'array' then (select coalesce(jsonb_agg(element - hidden.names), '[]') from jsonb_array_elements(member.value)
              as element where element - hidden.names <> '{}')
            else nullif(member.value - hidden.names, '{}') end
          else member.value end as value
      from jsonb_each(${object}) as member
        cross join lateral (select ${parts}::jsonb -> member.key as part) as found
        cross join lateral (select found.part, case jsonb_typeof(found.part) when 'array'
          then array(select jsonb_array_elements_text(found.part)) end as names) as hidden
      where hidden.part is distinct from 'true'::jsonb
    ) select jsonb_object_agg(key, value) from told where value is not null)`;
}

export interface Change {
  actor: Actor;
  eventType: string;
  now: Date;
}

/**
 * Takes attributes out of an extension, and the extension out of resources that have nothing else of it; undefined: all
 * of it. Versions rise, and each resource gets its event, as if a client had removed them. Answers how many there were.
 */
export async function dropValues(
  scope: Scope,
  values: Values & { urn: string },
  attributes: readonly string[] | undefined,
  { actor, eventType, now }: Change,
): Promise<number> {
  const { directoryId, place, urn } = values;
  const table = sql.table(place.table);
  const rest: RawBuilder<unknown> =
    attributes === undefined
      ? sql`null::jsonb`
      : sql`nullif(${container(values)} - ${[...attributes]}::text[], '{}'::jsonb)`;
  const { rows } = await sql<{ total: number }>`
    with held as (
      select id, version + 1 as version, ${container(values)} as before, ${rest} as rest from ${table}
      where ${inPlace(values)} and ${holding(values, attributes)} for update
    ), logged as (
      insert into events (directory_id, type, resource_type, resource_id, resource_version, data, actor, request_id, created_at)
      select ${directoryId}::uuid, ${eventType}::text, ${place.type}::text, held.id, held.version,
        jsonb_build_object('changes', jsonb_build_object(${urn}::text,
          jsonb_build_object('before', coalesce(${tellable(values, sql`held.before`)}, 'null'::jsonb),
            'after', coalesce(${tellable(values, sql`held.rest`)}, 'null'::jsonb)))),
        ${actor.name}::text, ${actor.requestId ?? null}::text, ${now}::timestamptz
      from held
    ), changed as (
      update ${table} as r
      set resource = case when held.rest is not null then jsonb_set(r.resource, array[${urn}::text], held.rest)
          else jsonb_set(r.resource - ${urn}::text, '{schemas}', (r.resource -> 'schemas') - ${urn}::text) end,
        version = held.version, last_modified_at = ${now}::timestamptz
      from held where r.directory_id = ${directoryId} and r.id = held.id
      returning 1
    ) select count(*) as total from changed`.execute(scope);
  return rows[0]?.total ?? 0;
}

/** Deletes all resources of a declared type, each with its event. Answers how many there were. */
export async function dropResources(scope: Scope, values: Values, { actor, eventType, now }: Change): Promise<number> {
  const { directoryId, place } = values;
  const { rows } = await sql<{ total: number }>`
    with gone as (
      delete from ${sql.table(place.table)} where ${inPlace(values)} returning id, version, resource
    ), logged as (
      insert into events (directory_id, type, resource_type, resource_id, resource_version, data, actor, request_id, created_at)
      select ${directoryId}::uuid, ${eventType}::text, ${place.type}::text, gone.id, gone.version,
        jsonb_build_object('changes', (
          select jsonb_object_agg(key, jsonb_build_object('before', value, 'after', null))
          from jsonb_each(${tellable(values, sql`gone.resource - 'schemas'`)}))),
        ${actor.name}::text, ${actor.requestId ?? null}::text, ${now}::timestamptz
      from gone
      returning 1
    ) select count(*) as total from logged`.execute(scope);
  return rows[0]?.total ?? 0;
}

export interface Holder {
  id: string;
  /** What holds the schema's attributes. */
  value: JsonObject;
}

/** Resources that have the schema, by id, after `afterId`. */
export async function listHolders(scope: Scope, values: Values, afterId: string, limit: number): Promise<Holder[]> {
  const { rows } = await sql<Holder>`
    select id, ${container(values)} as value from ${sql.table(values.place.table)}
    where ${inPlace(values)} and id > ${afterId} and ${container(values)} is not null
    order by id limit ${limit}`.execute(scope);
  return rows;
}

/** Forgets the keys of a schema's attributes; the URN is the core schema's too. */
export async function deleteKeysOf(scope: Scope, directoryId: string, place: Place, urn: string): Promise<void> {
  await scope
    .deleteFrom(place.keys)
    .where('directory_id', '=', directoryId)
    .where(sql<boolean>`starts_with(attribute, ${`${urn}:`})`)
    .execute();
}
