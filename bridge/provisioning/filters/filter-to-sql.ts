// Compiles a checked filter (scim/filter/typed.ts) to one parameterised SQL condition. Nothing is ever filtered in
// JavaScript. Promoted columns are used where there are any; everything else is read from the `resource` JSON.
import type { SqlBool } from 'kysely';
import { type SqlCondition, type SqlFragment, sql } from '../../platform/db/sql-fragment.ts';
import { badRequest } from '../../scim/errors.ts';
import type { Comparison, TypedFilter } from '../../scim/filter/typed.ts';
import { keyedName, keyPrefixToFind, keyToFind } from '../../scim/resource/indexed-keys.ts';
import type { AttributePath } from '../../scim/schema/model.ts';
import { ScimFailure } from '../scim-failure.ts';
import {
  attributeJson,
  compareColumn,
  compareJson,
  compareText,
  presentColumn,
  subJson,
  yes,
} from './compare-to-sql.ts';
import { type Column, memberColumns, type SideTable, type Storage } from './filter-columns.ts';
import { searchHint } from './search-hint.ts';

function unsupportedPath(path: AttributePath): ScimFailure {
  return new ScimFailure(badRequest('invalidFilter', `Filtering on "${path.text}" is not supported.`));
}

/** True when some element of the JSON array meets the condition that `make` builds for it. */
function someElement(array: SqlFragment, make: (element: SqlFragment) => SqlCondition): SqlCondition {
  return sql<SqlBool>`exists (select 1 from jsonb_array_elements(case when jsonb_typeof(${array}) = 'array' then ${array} else '[]' end) as element(value) where ${make(sql.ref('element.value'))})`;
}

/** A leaf (comparison or presence) at a place: a column, a side table's row, or a JSON value. */
interface Leaf {
  path: AttributePath;
  onColumn: (column: Column) => SqlCondition;
  onJson: (value: SqlFragment) => SqlCondition;
  comparison?: Comparison;
}

const presence = (path: AttributePath): Leaf => ({
  path,
  onColumn: presentColumn,
  onJson: (value) => sql<SqlBool>`${value} is not null`,
});

const comparing = (comparison: Comparison): Leaf => ({
  path: comparison.path,
  onColumn: (column) => compareColumn(column, comparison),
  onJson: (value) => compareJson(value, comparison),
  comparison,
});

/**
 * True when some row of the side table meets the condition. `offset 0` makes PostgreSQL ask row by row: once a hint has
 * left few candidates, it must not begin with the side table instead.
 */
function someRow({ from }: SideTable, condition: SqlCondition | undefined, isHinted: boolean): SqlCondition {
  return sql<SqlBool>`exists (select 1 ${from}${condition ? sql` and ${condition}` : sql``}${isHinted ? sql` offset 0` : sql``})`;
}

function compileLeaf(storage: Storage, leaf: Leaf, isHinted: boolean): SqlCondition {
  const { path } = leaf;
  if (storage.unsupported.includes(path.text)) throw unsupportedPath(path);
  const column = storage.columns[path.text];
  if (column) return leaf.onColumn(column);
  // `meta pr`: every resource has it.
  if (path.attribute.name === 'meta' && path.extension === undefined) {
    if (path.subAttribute === undefined) return yes;
    throw unsupportedPath(path);
  }
  const side = path.extension === undefined ? storage.sideTables[path.attribute.name] : undefined;
  if (side) {
    if (!path.subAttribute) return someRow(side, undefined, isHinted);
    const sideColumn = side.columns[path.subAttribute.name];
    if (sideColumn) return someRow(side, leaf.onColumn(sideColumn), isHinted);
  }
  const json = attributeJson(storage, path);
  const condition = path.attribute.multiValued
    ? someElement(json, (element) => leaf.onJson(subJson(element, path)))
    : leaf.onJson(subJson(json, path));
  return leaf.comparison ? withKey(storage, leaf.comparison, condition) : condition;
}

/**
 * Where the comparison is one that keys can find, the resource must have such a key as well. What the condition says
 * decides: a key that was left behind shows nobody.
 */
function withKey(storage: Storage, comparison: Comparison, condition: SqlCondition): SqlCondition {
  const hint = keyHint(storage, comparison);
  return hint ? sql<SqlBool>`(${hint} and ${condition})` : condition;
}

function keyHint({ table, keys }: Storage, comparison: Comparison): SqlCondition | undefined {
  const key = keyToFind(comparison);
  const prefix = keyPrefixToFind(comparison);
  if (key === undefined && prefix === undefined) return undefined;
  const { path } = comparison;
  const column = sql.ref('k.key');
  const matches =
    key === undefined ? compareText(column, 'sw', prefix ?? '', true) : compareText(column, 'eq', key, true);
  return sql<SqlBool>`exists (select 1 from ${keys.table} as k where k.directory_id = ${table}.directory_id
    and k.resource_id = ${table}.id and k.attribute = ${keyedName(path.text, path.extension, keys.coreUrn)} and ${matches})`;
}

/** The keys that a resource must have for some element to meet the filter. */
function elementHints(storage: Storage, filter: TypedFilter): SqlCondition[] {
  if (filter.kind === 'and') return filter.operands.flatMap((operand) => elementHints(storage, operand));
  const hint = filter.kind === 'compare' ? keyHint(storage, filter) : undefined;
  return hint ? [hint] : [];
}

/** Whether every leaf of an element filter has a column in the side table. */
function fits(side: SideTable, filter: TypedFilter): boolean {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.operands.every((operand) => fits(side, operand));
    case 'not':
      return fits(side, filter.operand);
    case 'element':
      return false;
    default:
      return filter.path.subAttribute !== undefined && filter.path.subAttribute.name in side.columns;
  }
}

/** A condition on one element, whose leaves `leafAt` compiles. */
function compileBoolean(
  filter: TypedFilter,
  leafAt: (leaf: Leaf) => SqlCondition,
  elementAt: (filter: TypedFilter & { kind: 'element' }) => SqlCondition,
): SqlCondition {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const operands = filter.operands.map((operand) => compileBoolean(operand, leafAt, elementAt));
      return sql<SqlBool>`(${sql.join(operands, filter.kind === 'and' ? ' and ' : ' or ')})`;
    }
    case 'not':
      // Two-valued: an unknown operand counts as false, so its negation is true (RFC 7644 §3.4.2.2 on absent values).
      return sql<SqlBool>`((${compileBoolean(filter.operand, leafAt, elementAt)}) is not true)`;
    case 'element':
      return elementAt(filter);
    case 'present':
      return leafAt(presence(filter.path));
    case 'compare':
      return leafAt(comparing(filter));
  }
}

function noNesting(filter: TypedFilter & { kind: 'element' }): SqlCondition {
  throw unsupportedPath(filter.path);
}

function compileElement(storage: Storage, element: TypedFilter & { kind: 'element' }, isHinted: boolean): SqlCondition {
  const { path, filter } = element;
  const side = path.extension === undefined ? storage.sideTables[path.attribute.name] : undefined;
  if (side && fits(side, filter)) {
    const condition = compileBoolean(
      filter,
      (leaf) => {
        const column = leaf.path.subAttribute && side.columns[leaf.path.subAttribute.name];
        if (!column) throw unsupportedPath(leaf.path);
        return leaf.onColumn(column);
      },
      noNesting,
    );
    return someRow(side, condition, isHinted);
  }
  if (side && path.attribute.name !== 'emails') throw unsupportedPath(path);
  const condition = someElement(attributeJson(storage, path), (value) =>
    compileBoolean(filter, (leaf) => leaf.onJson(subJson(value, leaf.path)), noNesting),
  );
  return sql<SqlBool>`(${sql.join([...elementHints(storage, filter), condition], ' and ')})`;
}

/**
 * The condition on `users` or `groups` rows that means `filter`.
 * @throws ScimFailure invalidFilter for the few paths whose values are not stored.
 */
export function filterToSql(storage: Storage, filter: TypedFilter): SqlCondition {
  const hint = searchHint(storage, filter);
  const condition = compileBoolean(
    filter,
    (leaf) => compileLeaf(storage, leaf, hint !== undefined),
    (element) => compileElement(storage, element, hint !== undefined),
  );
  return hint ? sql<SqlBool>`(${condition} and ${hint})` : condition;
}

/** The condition on `group_members` rows for the filter between the brackets of `members[…]`. */
export function memberFilterToSql(filter: TypedFilter): SqlCondition {
  const columns = memberColumns('group_members');
  return compileBoolean(
    filter,
    (leaf) => {
      const column = leaf.path.subAttribute && columns[leaf.path.subAttribute.name];
      if (!column) throw unsupportedPath(leaf.path);
      return leaf.onColumn(column);
    },
    noNesting,
  );
}
