// What a filter means, in executable form. The SQL compiler is tested against this.

import { isJsonObject, isPresent, type JsonValue, own } from '../json.ts';
import type { AttributePath, Resource } from '../schema/model.ts';
import { parseInstant } from './instant.ts';
import { type Comparison, foldCase, type OrderOperator, type TypedFilter } from './typed.ts';

type Leaf = Extract<TypedFilter, { kind: 'compare' | 'present' | 'element' }>;

/** Whether a resource in canonical form meets a checked filter; see typed.ts for the rules. */
export function evaluate(filter: TypedFilter, resource: Resource): boolean {
  return combine(filter, (leaf) => valuesAt(leaf.path, resource).some((value) => meets(leaf, value)));
}

/** Whether one element of a multi-valued attribute meets the filter that stands between the brackets. */
export function evaluateElement(filter: TypedFilter, element: JsonValue): boolean {
  return combine(filter, (leaf) => meets(leaf, subValue(leaf.path, element)));
}

function combine(filter: TypedFilter, test: (leaf: Leaf) => boolean): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.operands.every((operand) => combine(operand, test));
    case 'or':
      return filter.operands.some((operand) => combine(operand, test));
    case 'not':
      return !combine(filter.operand, test);
    default:
      return test(filter);
  }
}

function meets(leaf: Leaf, value: JsonValue | undefined): boolean {
  switch (leaf.kind) {
    case 'present':
      return isPresent(value);
    case 'element':
      return value !== undefined && evaluateElement(leaf.filter, value);
    case 'compare':
      return value !== undefined && matches(leaf, value);
  }
}

function valuesAt(path: AttributePath, resource: Resource): (JsonValue | undefined)[] {
  const container = path.extension === undefined ? resource : own(resource, path.extension);
  const value = isJsonObject(container) ? own(container, path.attribute.name) : undefined;
  if (value === undefined || value === null) return [];
  const values = Array.isArray(value) ? value : [value];
  return path.subAttribute === undefined ? values : values.map((element) => subValue(path, element));
}

function subValue(path: AttributePath, element: JsonValue): JsonValue | undefined {
  if (path.subAttribute === undefined) return element;
  return isJsonObject(element) ? own(element, path.subAttribute.name) : undefined;
}

function matches(filter: Comparison, stored: JsonValue): boolean {
  switch (filter.type) {
    case 'boolean':
      return stored === filter.value;
    case 'number':
      return typeof stored === 'number' && inOrder(filter.operator, stored - filter.value);
    case 'instant': {
      const instant = typeof stored === 'string' ? parseInstant(stored) : undefined;
      return instant !== undefined && inOrder(filter.operator, instant - filter.value);
    }
    case 'string': {
      if (typeof stored !== 'string') return false;
      const text = filter.caseExact ? stored : foldCase(stored);
      if (filter.operator === 'co') return text.includes(filter.value);
      if (filter.operator === 'sw') return text.startsWith(filter.value);
      if (filter.operator === 'ew') return text.endsWith(filter.value);
      if (filter.operator === 'eq') return text === filter.value;
      return inOrder(filter.operator, compareCodePoints(text, filter.value));
    }
  }
}

function inOrder(operator: OrderOperator, difference: number): boolean {
  switch (operator) {
    case 'eq':
      return difference === 0;
    case 'gt':
      return difference > 0;
    case 'ge':
      return difference >= 0;
    case 'lt':
      return difference < 0;
    case 'le':
      return difference <= 0;
  }
}

/** Orders like UTF-8 bytes (SQL `collate "C"`); `<` would order by UTF-16 units, which differs beyond U+FFFF. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a.charCodeAt(i) !== b.charCodeAt(i)) return unitRank(a.charCodeAt(i)) - unitRank(b.charCodeAt(i));
  }
  return a.length - b.length;
}

/** Lifts surrogates above all other units. Comparing the second unit of equal first halves works as it is. */
function unitRank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
