// What a value filter fixes: `type eq "work" and primary eq true` says what an element made from it is like.

import type { TypedFilter } from '../filter/typed.ts';
import type { JsonValue } from '../json.ts';
import type { SubValues } from '../resource/values.ts';
import type { AttributeDefinition } from '../schema/model.ts';

export type Bindings = ReadonlyMap<AttributeDefinition, JsonValue>;

/** The sub-attribute values of a filter made of `eq` joined by `and`; undefined for any other filter. */
export function bindingsOf(filter: TypedFilter): Bindings | undefined {
  const bindings = new Map<AttributeDefinition, JsonValue>();
  return bind(filter, bindings) ? bindings : undefined;
}

function bind(filter: TypedFilter, bindings: Map<AttributeDefinition, JsonValue>): boolean {
  if (filter.kind === 'and') return filter.operands.every((operand) => bind(operand, bindings));
  if (filter.kind !== 'compare' || filter.operator !== 'eq' || filter.type === 'instant') return false;
  const sub = filter.path.subAttribute;
  if (sub === undefined) return false;
  const value = filter.type === 'string' ? filter.literal : filter.value;
  if (bindings.has(sub) && !isSameValue(sub, bindings.get(sub), value)) return false;
  bindings.set(sub, value);
  return true;
}

/** Whether values to be set would leave the element unselected by the filter it is made from. */
export function contradicts(bindings: Bindings, values: SubValues): boolean {
  for (const [sub, value] of values) {
    if (value !== undefined && bindings.has(sub) && !isSameValue(sub, bindings.get(sub), value)) return true;
  }
  return false;
}

function isSameValue(sub: AttributeDefinition, a: JsonValue | undefined, b: JsonValue): boolean {
  if (typeof a === 'string' && typeof b === 'string' && !sub.caseExact) return a.toLowerCase() === b.toLowerCase();
  return a === b;
}
