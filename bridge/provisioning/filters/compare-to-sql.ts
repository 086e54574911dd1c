// Comparisons with what is stored, in SQL: with columns, and with values inside of the `resource` JSON.
import type { SqlBool } from 'kysely';
import { type SqlCondition, type SqlFragment, sql } from '../../platform/db/sql-fragment.ts';
import { isUuid } from '../../platform/ids.ts';
import type { Comparison, StringOperator } from '../../scim/filter/typed.ts';
import type { AttributePath } from '../../scim/schema/model.ts';
import { type Column, folded, type Storage } from './filter-columns.ts';
import { afterPrefix, likePattern } from './text-patterns.ts';

export const yes: SqlCondition = sql<SqlBool>`true`;
const no: SqlCondition = sql<SqlBool>`false`;

const orderOperators = { eq: sql`=`, gt: sql`>`, ge: sql`>=`, lt: sql`<`, le: sql`<=` };

/** `column` compared with a string; both are folded already where the attribute is not caseExact. */
export function compareText(
  column: SqlFragment,
  operator: StringOperator,
  value: string,
  sorted = false,
): SqlCondition {
  // PostgreSQL can't hold U+0000, so nothing stored has it.
  if (value.includes('\0')) return no;
  if (sorted && operator === 'sw') {
    // Unlike LIKE, comparisons tell nothing of rows that row-level security hides, so they may use the index.
    const end = afterPrefix(value);
    const upwards = sql<SqlBool>`${column} >= ${value}`;
    return end === undefined ? upwards : sql<SqlBool>`(${upwards} and ${column} < ${end})`;
  }
  if (operator === 'co' || operator === 'sw' || operator === 'ew') {
    return sql<SqlBool>`${column} like ${likePattern(operator, value)}`;
  }
  if (operator === 'eq') return sql<SqlBool>`${column} = ${value}`;
  return sql<SqlBool>`${column} collate "C" ${orderOperators[operator]} ${value}`;
}

export function compareColumn(column: Column, comparison: Comparison): SqlCondition {
  switch (column.type) {
    case 'constant':
      return comparison.type === 'string' && compareConstant(column.value, comparison) ? yes : no;
    case 'uuid':
      if (comparison.type !== 'string') return no;
      // A value that can't be an id is nobody's id. Ids are shown in lower case and compared exactly.
      if (comparison.operator === 'eq') {
        return isUuid(comparison.value) && comparison.value === comparison.value.toLowerCase()
          ? sql<SqlBool>`${column.column} = ${comparison.value}`
          : no;
      }
      return compareText(sql`${column.column}::text`, comparison.operator, comparison.value);
    case 'text':
      return comparison.type === 'string'
        ? compareText(column.column, comparison.operator, comparison.value, column.sorted)
        : no;
    case 'boolean':
      return comparison.type === 'boolean' ? sql<SqlBool>`${column.column} = ${comparison.value}` : no;
    case 'instant':
      return comparison.type === 'instant'
        ? sql<SqlBool>`${column.column} ${orderOperators[comparison.operator]} to_timestamp(${comparison.value / 1000}::float8)`
        : no;
  }
}

function compareConstant(constant: string, comparison: Comparison & { type: 'string' }): boolean {
  const have = comparison.caseExact ? constant : constant.toLowerCase();
  const { operator, value } = comparison;
  switch (operator) {
    case 'eq':
      return have === value;
    case 'co':
      return have.includes(value);
    case 'sw':
      return have.startsWith(value);
    case 'ew':
      return have.endsWith(value);
    case 'gt':
      return have > value;
    case 'ge':
      return have >= value;
    case 'lt':
      return have < value;
    case 'le':
      return have <= value;
  }
}

export function presentColumn(column: Column): SqlCondition {
  return column.type === 'constant' ? yes : sql<SqlBool>`${column.column} is not null`;
}

/** `value` is a jsonb expression holding one value of the attribute. */
export function compareJson(value: SqlFragment, comparison: Comparison): SqlCondition {
  const text = sql`(${value} #>> '{}')`;
  switch (comparison.type) {
    case 'string':
      return compareText(comparison.caseExact ? text : folded(text), comparison.operator, comparison.value);
    case 'boolean':
      return sql<SqlBool>`${value} = ${JSON.stringify(comparison.value)}::jsonb`;
    case 'number':
      // As text: a float8 would come to a numeric with fewer digits.
      return sql<SqlBool>`${numberOf(value)} ${orderOperators[comparison.operator]} ${String(comparison.value)}::text::numeric`;
    case 'instant':
      return sql<SqlBool>`${instantOf(value)} ${orderOperators[comparison.operator]} to_timestamp(${comparison.value / 1000}::float8)`;
  }
}

export const numberOf = (value: SqlFragment): SqlFragment =>
  sql`(case when jsonb_typeof(${value}) = 'number' then (${value} #>> '{}')::numeric end)`;

/** A time without offset is in UTC (parseInstant), whatever the session's time zone. */
export const instantOf = (value: SqlFragment): SqlFragment =>
  sql`(case when jsonb_typeof(${value}) <> 'string' then null
    when (${value} #>> '{}') ~ '([zZ]|[+-][0-9]{2}:[0-9]{2})$' then (${value} #>> '{}')::timestamptz
    else ((${value} #>> '{}') || 'Z')::timestamptz end)`;

/** The jsonb of a path's attribute inside the resource, without its sub-attribute. */
export function attributeJson(storage: Storage, path: AttributePath): SqlFragment {
  const root = sql`${storage.table}.resource`;
  const owner = path.extension === undefined ? root : sql`(${root} -> ${path.extension}::text)`;
  return sql`(${owner} -> ${path.attribute.name}::text)`;
}

export const subJson = (value: SqlFragment, path: AttributePath): SqlFragment =>
  path.subAttribute ? sql`(${value} -> ${path.subAttribute.name}::text)` : value;
