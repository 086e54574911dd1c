// The filter after checking against a resource type: what evaluate() interprets and what a SQL compiler translates.

import type { AttributePath } from '../schema/model.ts';

/**
 * A checked filter. Guarantees, so that a compiler needs no lookup and no further check:
 *
 * - Every path exists and is resolved to its definition. No path is complex in a `compare` (`emails co "x"` has become
 *   `emails.value co "x"`), none is `returned: never`.
 * - The operator fits the type, and the value has the type's form.
 * - There is no `ne` and no null: `a ne v` is `not (a eq v)`, `a eq null` and `a eq ""` are `not (a pr)`, `a ne null` is
 *   `a pr`. So `ne` is true for an absent attribute, and on a multi-valued one it means "no value equals".
 * - `not` is two-valued: true whenever the operand is not true. SQL must write `not coalesce(x, false)` or `x is not true`.
 *
 * Meaning of the leaves:
 *
 * - Outside an `element`, a path through a multi-valued attribute holds when **any** value of it does, each leaf on
 *   its own (`emails.type eq "work" and emails.value co "x"` may be met by two different e-mails).
 * - `element` holds when **one** element of the multi-valued `path.attribute` meets the whole inner filter. Paths inside
 *   it are still absolute (`emails.type`), but are read from that element: `path.subAttribute` names the property, and
 *   undefined means the element itself (`schemas[value eq "urn:…"]`). Elements do not nest.
 * - `present` is false for null, `""`, `[]` and `{}`; `false` and `0` are present. The path may be complex or multi-valued.
 */
export type TypedFilter =
  | { readonly kind: 'and' | 'or'; readonly operands: readonly TypedFilter[] }
  | { readonly kind: 'not'; readonly operand: TypedFilter }
  | Comparison
  | { readonly kind: 'present'; readonly path: AttributePath }
  | { readonly kind: 'element'; readonly path: AttributePath; readonly filter: TypedFilter };

export type OrderOperator = 'eq' | 'gt' | 'ge' | 'lt' | 'le';
export type StringOperator = OrderOperator | 'co' | 'sw' | 'ew';

/** A comparison, discriminated further by `type`, the form of `value`. */
export type Comparison = StringComparison | BooleanComparison | NumberComparison | InstantComparison;

/** string, reference and binary attributes. Order is by code point (SQL: `collate "C"`). */
export interface StringComparison {
  readonly kind: 'compare';
  readonly type: 'string';
  readonly path: AttributePath;
  readonly operator: StringOperator;
  /** When false, compare `foldCase(stored)` with `value`, which is folded already. */
  readonly caseExact: boolean;
  readonly value: string;
  /** The value as the client wrote it. */
  readonly literal: string;
}

export interface BooleanComparison {
  readonly kind: 'compare';
  readonly type: 'boolean';
  readonly path: AttributePath;
  readonly operator: 'eq';
  readonly value: boolean;
}

/** integer and decimal attributes. */
export interface NumberComparison {
  readonly kind: 'compare';
  readonly type: 'number';
  readonly path: AttributePath;
  readonly operator: OrderOperator;
  readonly value: number;
}

/** dateTime attributes: instants, whatever the offset they were written with. */
export interface InstantComparison {
  readonly kind: 'compare';
  readonly type: 'instant';
  readonly path: AttributePath;
  readonly operator: OrderOperator;
  /** Milliseconds since 1970 UTC, with a fraction when the client sent more than three digits. */
  readonly value: number;
}

/** How strings compare when an attribute is not caseExact. */
export function foldCase(text: string): string {
  return text.toLowerCase();
}
