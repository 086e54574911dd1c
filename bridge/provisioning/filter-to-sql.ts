// Compiles a checked filter (scim/filter/typed.ts) to one parameterised SQL condition. Nothing is ever filtered in
// JavaScript. Promoted columns are used where there are any; everything else is read from the `resource` JSON.
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { isUuid } from '../platform/ids.ts';
import { badRequest } from '../scim/errors.ts';
import type { Comparison, StringOperator, TypedFilter } from '../scim/filter/typed.ts';
import type { AttributePath } from '../scim/schema/model.ts';
import { type Column, type Fragment, folded, memberColumns, type SideTable, type Storage } from './filter-columns.ts';
import { ScimFailure } from './scim-failure.ts';
import { searchHint } from './search-hint.ts';
import { afterPrefix, likePattern } from './text-patterns.ts';

type Condition = RawBuilder<SqlBool>;

const yes: Condition = sql<SqlBool>`true`;
const no: Condition = sql<SqlBool>`false`;

const orderOperators = { eq: sql`=`, gt: sql`>`, ge: sql`>=`, lt: sql`<`, le: sql`<=` };

/** `column` compared with a string; both are folded already where the attribute is not caseExact. */
function compareText(column: Fragment, operator: StringOperator, value: string, sorted = false): Condition {
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

function unsupportedPath(path: AttributePath): ScimFailure {
  return new ScimFailure(badRequest('invalidFilter', `Filtering on "${path.text}" is not supported.`));
}

function compareColumn(column: Column, comparison: Comparison): Condition {
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

function presentColumn(column: Column): Condition {
  return column.type === 'constant' ? yes : sql<SqlBool>`${column.column} is not null`;
}

/** `value` is a jsonb expression holding one value of the attribute. */
function compareJson(value: Fragment, comparison: Comparison): Condition {
  const text = sql`(${value} #>> '{}')`;
  switch (comparison.type) {
    case 'string':
      return compareText(comparison.caseExact ? text : folded(text), comparison.operator, comparison.value);
    case 'boolean':
      return sql<SqlBool>`${value} = ${JSON.stringify(comparison.value)}::jsonb`;
    case 'number':
      return sql<SqlBool>`case when jsonb_typeof(${value}) = 'number' then ${text}::numeric end ${orderOperators[comparison.operator]} ${comparison.value}::float8::numeric`;
    case 'instant':
      return sql<SqlBool>`case when jsonb_typeof(${value}) = 'string' then ${text}::timestamptz end ${orderOperators[comparison.operator]} to_timestamp(${comparison.value / 1000}::float8)`;
  }
}

/** The jsonb of a path's attribute inside the resource, without its sub-attribute. */
function attributeJson(storage: Storage, path: AttributePath): Fragment {
  const root = sql`${storage.table}.resource`;
  const owner = path.extension === undefined ? root : sql`(${root} -> ${path.extension}::text)`;
  return sql`(${owner} -> ${path.attribute.name}::text)`;
}

const subJson = (value: Fragment, path: AttributePath): Fragment =>
  path.subAttribute ? sql`(${value} -> ${path.subAttribute.name}::text)` : value;

/** True when some element of the JSON array meets the condition that `make` builds for it. */
function someElement(array: Fragment, make: (element: Fragment) => Condition): Condition {
  return sql<SqlBool>`exists (select 1 from jsonb_array_elements(case when jsonb_typeof(${array}) = 'array' then ${array} else '[]' end) as element(value) where ${make(sql.ref('element.value'))})`;
}

/** A leaf (comparison or presence) at a place: a column, a side table's row, or a JSON value. */
interface Leaf {
  path: AttributePath;
  onColumn: (column: Column) => Condition;
  onJson: (value: Fragment) => Condition;
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
});

/**
 * True when some row of the side table meets the condition. `offset 0` makes PostgreSQL ask row by row: once a hint has
 * left few candidates, it must not begin with the side table instead.
 */
function someRow({ from }: SideTable, condition: Condition | undefined, isHinted: boolean): Condition {
  return sql<SqlBool>`exists (select 1 ${from}${condition ? sql` and ${condition}` : sql``}${isHinted ? sql` offset 0` : sql``})`;
}

function compileLeaf(storage: Storage, leaf: Leaf, isHinted: boolean): Condition {
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
  if (!path.attribute.multiValued) return leaf.onJson(subJson(json, path));
  return someElement(json, (element) => leaf.onJson(subJson(element, path)));
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
  leafAt: (leaf: Leaf) => Condition,
  elementAt: (filter: TypedFilter & { kind: 'element' }) => Condition,
): Condition {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const operands = filter.operands.map((operand) => compileBoolean(operand, leafAt, elementAt));
      return sql<SqlBool>`(${sql.join(operands, filter.kind === 'and' ? sql` and ` : sql` or `)})`;
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

function noNesting(filter: TypedFilter & { kind: 'element' }): Condition {
  throw unsupportedPath(filter.path);
}

function compileElement(storage: Storage, element: TypedFilter & { kind: 'element' }, isHinted: boolean): Condition {
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
  return someElement(attributeJson(storage, path), (value) =>
    compileBoolean(filter, (leaf) => leaf.onJson(subJson(value, leaf.path)), noNesting),
  );
}

/**
 * The condition on `users` or `groups` rows that means `filter`.
 * @throws ScimFailure invalidFilter for the few paths whose values are not stored.
 */
export function filterToSql(storage: Storage, filter: TypedFilter): Condition {
  const hint = searchHint(storage, filter);
  const condition = compileBoolean(
    filter,
    (leaf) => compileLeaf(storage, leaf, hint !== undefined),
    (element) => compileElement(storage, element, hint !== undefined),
  );
  return hint ? sql<SqlBool>`(${condition} and ${hint})` : condition;
}

/** The condition on `group_members` rows for the filter between the brackets of `members[…]`. */
export function memberFilterToSql(filter: TypedFilter): Condition {
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

/** What to sort by for a path, or undefined when it can't be sorted by. Multi-valued attributes are not sortable here. */
export function sortKey(storage: Storage, path: AttributePath): Fragment | undefined {
  const column = storage.columns[path.text];
  if (column) return column.type === 'constant' ? undefined : column.column;
  if (path.attribute.multiValued || path.leaf.type === 'complex' || path.attribute.name === 'meta') return undefined;
  if (path.leaf.returned === 'never') return undefined;
  const text = sql`(${subJson(attributeJson(storage, path), path)} #>> '{}')`;
  return path.leaf.caseExact ? text : folded(text);
}
