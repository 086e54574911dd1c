// The SQL of lists that the endpoints of one resource type don't cover: pages by cursor, and lists over several types.
import { type Expression, type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Scope } from '../../platform/db/scope.ts';
import type { TypedFilter } from '../../scim/filter/typed.ts';
import type { AttributePath, ResourceTypeDefinition } from '../../scim/schema/model.ts';
import { storageOf } from '../filters/filter-columns.ts';
import { filterToSql } from '../filters/filter-to-sql.ts';
import { type SortKeyType, sortKey, sortKeyType } from '../filters/sort-key.ts';
import type { StoredResource } from '../stored-resource.ts';
import { toStored } from '../users/users-repository.ts';
import type { ListPosition } from './list-cursor.ts';

/** What is looked for among the resources of one type. */
export interface SearchPart {
  resourceType: ResourceTypeDefinition;
  filter: TypedFilter | undefined;
  /** Undefined where the type doesn't have what is sorted by: its resources come last then. */
  sortPath: AttributePath | undefined;
}

export interface SearchSlice {
  sort: { type: SortKeyType; descending: boolean } | undefined;
  /** The resources after this one only. */
  after: ListPosition | undefined;
  offset: number;
  count: number;
}

export interface FoundResource {
  resourceType: ResourceTypeDefinition;
  stored: StoredResource;
  position: ListPosition;
}

/** A cursor's position must fit a URL, so longer texts are ordered by their beginnings. Columns hold none. */
const sortedCharacters = 512;

/** How values of the path are compared when sorting, or undefined when it can't be sorted by. */
export function sortTypeOf(resourceType: ResourceTypeDefinition, path: AttributePath): SortKeyType | undefined {
  const storage = storageOf(resourceType);
  return sortKey(storage, path) && sortKeyType(storage, path);
}

function matching(part: SearchPart, directoryId: string): RawBuilder<SqlBool> {
  const storage = storageOf(part.resourceType);
  const inDirectory = sql<SqlBool>`${storage.table}.directory_id = ${directoryId}`;
  const ofDirectory = storage.only ? sql<SqlBool>`${inDirectory} and ${storage.only}` : inDirectory;
  return part.filter ? sql<SqlBool>`${ofDirectory} and ${filterToSql(storage, part.filter)}` : ofDirectory;
}

function keyOf(part: SearchPart, slice: SearchSlice): Expression<unknown> | undefined {
  if (!slice.sort) return undefined;
  const type = sql.raw(slice.sort.type);
  const storage = storageOf(part.resourceType);
  const key = part.sortPath && sortKey(storage, part.sortPath);
  if (!part.sortPath || !key) return sql`null::${type}`;
  const isBounded = part.sortPath.text in storage.columns || slice.sort.type !== 'text';
  return isBounded ? key : sql`left(${key}, ${sql.lit(sortedCharacters)})`;
}

/** Every resource has these, so that an index can lead to the position. */
const isAlwaysThere = ({ attribute, extension, subAttribute }: AttributePath): boolean =>
  extension === undefined &&
  ((attribute.required && subAttribute === undefined) || attribute.name === 'id' || attribute.name === 'meta');

/** The rows that come after the position; those without a sort key come last in either direction. */
function behind(part: SearchPart, slice: SearchSlice, key: Expression<unknown> | undefined): RawBuilder<SqlBool> {
  const { after, sort } = slice;
  if (!after) return sql<SqlBool>`true`;
  const { table } = storageOf(part.resourceType);
  const later = sql<SqlBool>`(${table}.created_at, ${table}.id) > (${after.created}::timestamptz, ${after.id}::uuid)`;
  if (!sort || !key) return later;
  if (after.key === null) return sql<SqlBool>`(${key} is null and ${later})`;
  const value = sql`${after.key}::text::${sql.raw(sort.type)}`;
  const beyond = sort.descending ? sql`<` : sql`>`;
  const next = sql<SqlBool>`(${key} ${beyond}= ${value} and (${key} ${beyond} ${value} or ${later}))`;
  return part.sortPath && isAlwaysThere(part.sortPath) ? next : sql<SqlBool>`(${next} or ${key} is null)`;
}

function rowsOf(part: SearchPart, directoryId: string, slice: SearchSlice): RawBuilder<unknown> {
  const storage = storageOf(part.resourceType);
  const { table } = storage;
  const key = keyOf(part, slice);
  return sql`select ${part.resourceType.name}::text as type, ${table}.id, ${table}.resource, ${table}.version,
      ${table}.created_at, ${table}.last_modified_at, ${key ?? sql`null::text`} as sort_key
    from ${table} where ${matching(part, directoryId)} and ${behind(part, slice, key)}`;
}

interface Row {
  type: string;
  id: string;
  resource: Record<string, unknown>;
  version: number;
  created_at: Date;
  last_modified_at: Date;
  created_text: string;
  key_text: string | null;
}

/** The slice of all that match, by sort key, then in the order of creation. */
export async function findSlice(
  scope: Scope,
  directoryId: string,
  parts: readonly SearchPart[],
  slice: SearchSlice,
): Promise<FoundResource[]> {
  const direction = sql.raw(slice.sort?.descending ? 'desc' : 'asc');
  const order = slice.sort ? sql`sort_key ${direction} nulls last, created_at, id` : sql`created_at, id`;
  const { rows } = await sql<Row>`
    select type, id, resource, version, created_at, last_modified_at,
      created_at::text as created_text, sort_key::text as key_text
    from (${sql.join(
      parts.map((part) => rowsOf(part, directoryId, slice)),
      sql` union all `,
    )}) as found
    order by ${order} offset ${slice.offset} limit ${slice.count}`.execute(scope);
  return rows.map((row) => {
    const part = parts.find(({ resourceType }) => resourceType.name === row.type);
    if (!part) throw new TypeError(`nobody asked for ${row.type}`);
    return {
      resourceType: part.resourceType,
      stored: toStored(row),
      position: { key: row.key_text, created: row.created_text, id: row.id },
    };
  });
}

/** How many match, all types together. */
export async function countMatches(scope: Scope, directoryId: string, parts: readonly SearchPart[]): Promise<number> {
  const counts = parts.map(
    (part) => sql`(select count(*) from ${storageOf(part.resourceType).table} where ${matching(part, directoryId)})`,
  );
  const { rows } = await sql<{ total: number }>`select ${sql.join(counts, sql` + `)} as total`.execute(scope);
  return rows[0]?.total ?? 0;
}
