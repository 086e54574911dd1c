// What lists are sorted by, in SQL.
import { type SqlFragment, sql } from '../../platform/db/sql-fragment.ts';
import type { AttributePath } from '../../scim/schema/model.ts';
import { attributeJson, instantOf, numberOf, subJson } from './compare-to-sql.ts';
import { folded, type Storage } from './filter-columns.ts';

/** What to sort by for a path, or undefined when it can't be sorted by. Multi-valued attributes are not sortable here. */
export function sortKey(storage: Storage, path: AttributePath): SqlFragment | undefined {
  const column = storage.columns[path.text];
  if (column) return column.type === 'constant' ? undefined : column.column;
  if (path.attribute.multiValued || path.leaf.type === 'complex' || path.attribute.name === 'meta') return undefined;
  if (path.leaf.returned === 'never') return undefined;
  const value = subJson(attributeJson(storage, path), path);
  switch (sortKeyType(storage, path)) {
    case 'numeric':
      return numberOf(value);
    case 'timestamptz':
      return instantOf(value);
    case 'boolean':
      return sql`(case when jsonb_typeof(${value}) = 'boolean' then (${value} #>> '{}')::boolean end)`;
    default: {
      const text = sql`(${value} #>> '{}')`;
      return path.leaf.caseExact ? text : folded(text);
    }
  }
}

export type SortKeyType = 'text' | 'uuid' | 'boolean' | 'timestamptz' | 'numeric';

/** How values of a path that can be sorted by are compared. */
export function sortKeyType(storage: Storage, path: AttributePath): SortKeyType {
  const type = storage.columns[path.text]?.type;
  if (type === 'instant') return 'timestamptz';
  if (type !== undefined) return type === 'uuid' || type === 'boolean' ? type : 'text';
  switch (path.leaf.type) {
    case 'integer':
    case 'decimal':
      return 'numeric';
    case 'dateTime':
      return 'timestamptz';
    case 'boolean':
      return 'boolean';
    default:
      return 'text';
  }
}
