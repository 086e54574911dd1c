// Narrows a search for parts of strings down before the filter itself is asked. Row-level security keeps PostgreSQL from
// using a trigram index on the tables that it guards, since LIKE might tell of hidden rows; so a copy of the keys lies
// beside them (UserSearchTable). A hint is a condition on that copy that all rows meet which the filter finds: it lets
// through too many at worst, and what is answered is decided by the filter, on the guarded tables.
import type { SqlBool } from 'kysely';
import { type SqlCondition, sql } from '../../platform/db/sql-fragment.ts';
import type { Comparison, TypedFilter } from '../../scim/filter/typed.ts';
import type { Storage } from './filter-columns.ts';
import { likePattern } from './text-patterns.ts';

/** Trigrams have three characters. */
const leastLength = 3;
const hintedOperators = ['eq', 'co', 'sw', 'ew'] as const;
type HintedOperator = (typeof hintedOperators)[number];

const isHinted = (operator: string): operator is HintedOperator => hintedOperators.some((one) => one === operator);

function hintOf(searched: NonNullable<Storage['searched']>, comparison: Comparison): SqlCondition | undefined {
  const { path } = comparison;
  const column = path.extension === undefined ? searched.columns[path.text] : undefined;
  if (!column || comparison.type !== 'string' || !isHinted(comparison.operator)) return undefined;
  const { value } = comparison;
  if (value.length < leastLength || value.includes('\0')) return undefined;
  // A user's e-mails lie in one string, so their ends are not its ends.
  const operator = path.attribute.multiValued ? 'co' : comparison.operator;
  return sql<SqlBool>`${column} like ${likePattern(operator, value)}`;
}

/** A condition on the copy that is true wherever the filter is; undefined: none is known. */
function necessary(searched: NonNullable<Storage['searched']>, filter: TypedFilter): SqlCondition | undefined {
  switch (filter.kind) {
    case 'compare':
      return hintOf(searched, filter);
    case 'element':
      return necessary(searched, filter.filter);
    case 'and': {
      const known = filter.operands.map((operand) => necessary(searched, operand)).filter((hint) => hint !== undefined);
      return known.length === 0 ? undefined : sql<SqlBool>`(${sql.join(known, ' and ')})`;
    }
    case 'or': {
      const known = filter.operands.map((operand) => necessary(searched, operand)).filter((hint) => hint !== undefined);
      return known.length < filter.operands.length ? undefined : sql<SqlBool>`(${sql.join(known, ' or ')})`;
    }
    default:
      return undefined;
  }
}

/** Equality with, or the beginning of, a string that has an index of its own. */
function isSelective({ columns, searched }: Storage, filter: TypedFilter): boolean {
  if (filter.kind !== 'compare' || filter.type !== 'string') return false;
  const { path, operator } = filter;
  const isIndexed = path.text in columns || path.text in (searched?.columns ?? {});
  return isIndexed && path.extension === undefined && (operator === 'eq' || operator === 'sw');
}

/** Whether finding parts of strings is what takes the time. */
function asksForParts(storage: Storage, filter: TypedFilter): boolean {
  const asks = (operand: TypedFilter): boolean => asksForParts(storage, operand);
  switch (filter.kind) {
    case 'and':
      return filter.operands.some(asks) && !filter.operands.some((operand) => isSelective(storage, operand));
    case 'or':
      return filter.operands.some(asks);
    case 'element':
      return asks(filter.filter);
    case 'compare':
      return filter.type === 'string' && (filter.operator === 'co' || filter.operator === 'ew');
    default:
      return false;
  }
}

/** The hint for a filter, or undefined where it would not help. */
export function searchHint(storage: Storage, filter: TypedFilter): SqlCondition | undefined {
  const { searched } = storage;
  if (!searched || !asksForParts(storage, filter)) return undefined;
  const condition = necessary(searched, filter);
  return condition && sql<SqlBool>`exists (select 1 ${searched.from} and ${condition})`;
}
