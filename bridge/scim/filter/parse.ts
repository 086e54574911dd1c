// Filter text to syntax tree (RFC 7644 §3.4.2.2): recursive descent with a depth limit, linear in the length.

import { badRequest, quote } from '../errors.ts';
import { forgives, type ToleranceOptions } from '../interop/tolerances.ts';
import { fail, ok, type Result } from '../result.ts';
import {
  type CompareOperator,
  DEFAULT_FILTER_LIMITS,
  type Filter,
  type FilterLimits,
  type FilterLiteral,
} from './ast.ts';
import { isJsonNumber, Scanner } from './scanner.ts';

/** Where it is forgiven, `userName eq anna` is `userName eq "anna"`. */
export interface FilterOptions extends Partial<FilterLimits>, Pick<ToleranceOptions, 'unquotedFilterValues' | 'used'> {}

/** `name`, `name[filter]` or `name[filter].sub`, as in a PATCH path. */
export interface BracketPath {
  readonly attribute: string;
  readonly filter: Filter | undefined;
  readonly subAttribute: string | undefined;
}

const OPEN_PAREN = 0x28;
const CLOSE_PAREN = 0x29;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const DOT = 0x2e;

const OPERATORS: ReadonlyMap<string, CompareOperator> = new Map(
  (['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const).map((operator) => [operator, operator]),
);

/**
 * Parses a filter. Precedence: grouping, `not`, `and`, `or`. Beyond the grammar: `not` without parentheses, keywords
 * and literals in any case, any white space. Errors are 400 `invalidFilter`; so is a filter above the limits.
 */
export function parseFilter(text: string, options: FilterOptions = {}): Result<Filter> {
  const parser = new FilterParser(text, options);
  const filter = parser.parseWhole();
  return filter === undefined ? fail(badRequest('invalidFilter', parser.detail())) : ok(filter);
}

/**
 * Parses the form of a PATCH path (RFC 7644 §3.5.2): one attribute, optionally with a filter in brackets and a
 * sub-attribute after it. Errors are 400 `invalidPath`, inside the brackets `invalidFilter`.
 */
export function parseBracketPath(text: string, options: FilterOptions = {}): Result<BracketPath> {
  const parser = new FilterParser(text, options);
  const path = parser.parseBracketPath();
  if (path !== undefined) return ok(path);
  return fail(badRequest(parser.insideBrackets ? 'invalidFilter' : 'invalidPath', parser.detail()));
}

class FilterParser {
  insideBrackets = false;
  private readonly scanner: Scanner;
  private readonly limits: FilterLimits;
  private readonly options: FilterOptions;
  private nodes = 0;

  constructor(text: string, options: FilterOptions) {
    this.scanner = new Scanner(text);
    this.limits = {
      maxLength: options.maxLength ?? DEFAULT_FILTER_LIMITS.maxLength,
      maxDepth: options.maxDepth ?? DEFAULT_FILTER_LIMITS.maxDepth,
      maxNodes: options.maxNodes ?? DEFAULT_FILTER_LIMITS.maxNodes,
    };
    this.options = options;
  }

  /** Why parsing failed, as a sentence. */
  detail(): string {
    return `The filter is not valid: ${this.scanner.error}.`;
  }

  parseWhole(): Filter | undefined {
    if (this.isTooLong()) return undefined;
    const filter = this.parseOr(0);
    if (filter === undefined) return undefined;
    this.scanner.skipSpace();
    return this.scanner.atEnd() ? filter : this.failHere('expected "and", "or" or the end');
  }

  parseBracketPath(): BracketPath | undefined {
    if (this.isTooLong()) return undefined;
    const { scanner } = this;
    scanner.skipSpace();
    const attribute = this.readAttributeName();
    if (attribute === undefined) return undefined;
    let filter: Filter | undefined;
    let subAttribute: string | undefined;
    if (scanner.take(OPEN_BRACKET)) {
      filter = this.parseBrackets(0);
      if (filter === undefined) return undefined;
      if (scanner.take(DOT)) {
        subAttribute = this.readAttributeName();
        if (subAttribute === undefined) return undefined;
      }
    }
    scanner.skipSpace();
    return scanner.atEnd() ? { attribute, filter, subAttribute } : this.failHere('expected the end of the path');
  }

  private isTooLong(): boolean {
    if (this.scanner.text.length <= this.limits.maxLength) return false;
    this.scanner.error = `it is longer than ${this.limits.maxLength} characters`;
    return true;
  }

  private parseOr(depth: number): Filter | undefined {
    return this.parseChain('or', depth);
  }

  /** One level of the precedence ladder: operands joined by `kind`; `or` is a chain of `and` chains. */
  private parseChain(kind: 'and' | 'or', depth: number): Filter | undefined {
    const first = kind === 'or' ? this.parseChain('and', depth) : this.parseUnary(depth);
    if (first === undefined) return undefined;
    this.scanner.skipSpace();
    if (!this.scanner.takeKeyword(kind)) return first;
    const operands = [first];
    do {
      const next = kind === 'or' ? this.parseChain('and', depth) : this.parseUnary(depth);
      if (next === undefined) return undefined;
      operands.push(next);
      this.scanner.skipSpace();
    } while (this.scanner.takeKeyword(kind));
    return this.count({ kind, operands });
  }

  private parseUnary(depth: number): Filter | undefined {
    const { scanner } = this;
    scanner.skipSpace();
    if (depth > this.limits.maxDepth) return this.failWith(`it is nested deeper than ${this.limits.maxDepth} levels`);
    if (scanner.takeKeyword('not')) {
      const operand = this.parseUnary(depth + 1);
      return operand === undefined ? undefined : this.count({ kind: 'not', operand });
    }
    if (scanner.take(OPEN_PAREN)) {
      const inner = this.parseOr(depth + 1);
      if (inner === undefined) return undefined;
      scanner.skipSpace();
      return scanner.take(CLOSE_PAREN) ? inner : this.failHere('expected ")"');
    }
    return this.parseAttributeExpression(depth);
  }

  private parseAttributeExpression(depth: number): Filter | undefined {
    const { scanner } = this;
    const path = this.readAttributeName();
    if (path === undefined) return undefined;
    if (!scanner.take(OPEN_BRACKET)) return this.parseComparison(path);
    if (this.insideBrackets) return this.failWith('brackets do not nest');
    const filter = this.parseBrackets(depth + 1);
    if (filter === undefined) return undefined;
    if (!scanner.take(DOT)) return this.count({ kind: 'element', path, filter });
    const sub = this.readAttributeName();
    if (sub === undefined) return undefined;
    const comparison = this.parseComparison(sub);
    if (comparison === undefined) return undefined;
    const both = this.count({ kind: 'and', operands: [filter, comparison] });
    return both === undefined ? undefined : this.count({ kind: 'element', path, filter: both });
  }

  /** From after "[" to after "]". A failure leaves `insideBrackets` set, which tells where it was. */
  private parseBrackets(depth: number): Filter | undefined {
    this.insideBrackets = true;
    const filter = this.parseOr(depth);
    if (filter === undefined) return undefined;
    this.scanner.skipSpace();
    if (!this.scanner.take(CLOSE_BRACKET)) return this.failHere('expected "]"');
    this.insideBrackets = false;
    return filter;
  }

  private parseComparison(path: string): Filter | undefined {
    const { scanner } = this;
    scanner.skipSpace();
    const start = scanner.position;
    const word = scanner.readWord();
    const operator = OPERATORS.get(word) ?? OPERATORS.get(word.toLowerCase());
    if (operator !== undefined) {
      scanner.skipSpace();
      const value = this.readLiteral();
      return value === undefined ? undefined : this.count({ kind: 'compare', path, operator, value });
    }
    if (word.toLowerCase() === 'pr') return this.count({ kind: 'present', path });
    scanner.position = start;
    return word === '' ? this.failHere('expected an operator') : this.failHere(`${quote(word)} is not an operator`);
  }

  private readLiteral(): FilterLiteral | undefined {
    const { scanner } = this;
    if (scanner.peek() === 0x22) return scanner.readString();
    const start = scanner.position;
    const word = scanner.readBare();
    const lower = word.length <= 5 ? word.toLowerCase() : word;
    if (lower === 'true') return true;
    if (lower === 'false') return false;
    if (lower === 'null') return null;
    if (isJsonNumber(word)) {
      const number = Number(word);
      // "+ 0" turns -0, which prints as "0", into 0.
      return Number.isFinite(number) ? number + 0 : this.failHere('the number is too large');
    }
    if (isPlainWord(word) && forgives(this.options, 'unquotedFilterValues')) return word;
    scanner.position = start;
    return this.failHere('expected a value: a string in double quotes, a number, true, false or null');
  }

  /** Reads `name`, `name.sub` or `urn:…:name`; whether it exists is not decided here. */
  private readAttributeName(): string | undefined {
    const name = this.scanner.readWord();
    const first = name.charCodeAt(0);
    const letter = (first | 0x20) >= 0x61 && (first | 0x20) <= 0x7a;
    // "$" begins "$ref". "__proto__" and other underscores do not begin an attribute name (RFC 7643 §2.1).
    return letter || first === 0x24 ? name : this.failHere('expected an attribute name');
  }

  private count(filter: Filter): Filter | undefined {
    this.nodes++;
    return this.nodes > this.limits.maxNodes ? this.failWith(`it has more than ${this.limits.maxNodes} terms`) : filter;
  }

  private failHere(reason: string): undefined {
    return this.failWith(`${reason} at position ${this.scanner.position}`);
  }

  private failWith(reason: string): undefined {
    if (this.scanner.error === '') this.scanner.error = reason;
    return undefined;
  }
}

/** What is quoted otherwise, or looks like JSON, would be searched for as it stands and never be found. */
function isPlainWord(word: string): boolean {
  return word !== '' && !/^['`{“‘]/.test(word) && word.isWellFormed() && !word.includes('\u0000');
}
