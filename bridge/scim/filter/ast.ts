// The filter as it was written: syntax only, attribute paths are still text. See typed.ts for the checked form.

export type CompareOperator = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le';
export type FilterLiteral = string | number | boolean | null;

/**
 * RFC 7644 §3.4.2.2. `a[f].b op v`, which is not in the RFC's filter grammar but is sent by Entra, is parsed into
 * `a[f and b op v]`: the sub-attribute belongs to the element that the brackets selected.
 */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly operands: readonly Filter[] }
  | { readonly kind: 'not'; readonly operand: Filter }
  | {
      readonly kind: 'compare';
      readonly path: string;
      readonly operator: CompareOperator;
      readonly value: FilterLiteral;
    }
  | { readonly kind: 'present'; readonly path: string }
  | { readonly kind: 'element'; readonly path: string; readonly filter: Filter };

export interface FilterLimits {
  /** Characters in the text. */
  readonly maxLength: number;
  /** Nested parentheses, brackets and `not`s. */
  readonly maxDepth: number;
  /** Nodes in the tree: comparisons and logical operators. */
  readonly maxNodes: number;
}

export const DEFAULT_FILTER_LIMITS: FilterLimits = { maxLength: 4096, maxDepth: 32, maxNodes: 200 };
