// Checks a filter against a resource type: attributes exist, operators fit types, values have the type's form.

import { badRequest, quote } from '../errors.ts';
import { fail, ok, type Result } from '../result.ts';
import type { AttributePath, ResourceTypeDefinition } from '../schema/model.ts';
import { type ResolveOptions, resolveAttribute, resolveSubAttribute } from '../schema/resolve.ts';
import type { CompareOperator, Filter, FilterLiteral } from './ast.ts';
import { parseInstant } from './instant.ts';
import { foldCase, type OrderOperator, type TypedFilter } from './typed.ts';

type CompareFilter = Extract<Filter, { kind: 'compare' }>;

export interface CheckOptions extends ResolveOptions {
  /** In a query over several resource types, an attribute that this one doesn't have is one that no resource has a value of. */
  readonly unknownIsAbsent?: boolean;
}

interface CheckContext {
  readonly resourceType: ResourceTypeDefinition;
  readonly options: CheckOptions;
  /** The multi-valued (or complex) attribute whose brackets we are in. */
  readonly parent: AttributePath | undefined;
}

/**
 * Checks and resolves a filter; see typed.ts for what the result guarantees. 400 `invalidFilter` for an unknown
 * attribute (a silent miss would make a client create duplicates), one that is never returned (it would be an oracle for
 * passwords), an operator that its type does not have, or a value of another type.
 */
export function checkFilter(
  filter: Filter,
  resourceType: ResourceTypeDefinition,
  options: CheckOptions = {},
): Result<TypedFilter> {
  return check(filter, { resourceType, options, parent: undefined });
}

/** Checks what stands between the brackets of a PATCH path; paths are read from an element of `parent`. */
export function checkElementFilter(
  filter: Filter,
  resourceType: ResourceTypeDefinition,
  parent: AttributePath,
): Result<TypedFilter> {
  return check(filter, { resourceType, options: {}, parent });
}

function check(filter: Filter, context: CheckContext): Result<TypedFilter> {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const operands: TypedFilter[] = [];
      for (const operand of filter.operands) {
        const checked = check(operand, context);
        if (!checked.ok) return checked;
        operands.push(checked.value);
      }
      return ok({ kind: filter.kind, operands });
    }
    case 'not': {
      const operand = check(filter.operand, context);
      return operand.ok ? ok(not(operand.value)) : operand;
    }
    case 'present': {
      if (isAbsent(filter.path, context)) return ok(never(context));
      const path = resolve(filter.path, context);
      return path.ok ? ok({ kind: 'present', path: path.value }) : path;
    }
    case 'element':
      return checkElement(filter.path, filter.filter, context);
    case 'compare':
      return checkComparison(filter, context);
  }
}

function checkElement(text: string, inner: Filter, context: CheckContext): Result<TypedFilter> {
  if (context.parent !== undefined) return invalid('Brackets do not nest in a filter.');
  if (isAbsent(text, context)) return ok(never(context));
  const path = resolve(text, context);
  if (!path.ok) return path;
  const { attribute, subAttribute } = path.value;
  if (subAttribute !== undefined || (!attribute.multiValued && attribute.type !== 'complex')) {
    return invalid(`${quote(text)} has no elements that brackets could select.`);
  }
  const filter = check(inner, { ...context, parent: path.value });
  if (!filter.ok) return filter;
  if (attribute.multiValued) return ok({ kind: 'element', path: path.value, filter: filter.value });
  // A single complex value is its own only element: it exists and meets the filter.
  return ok({ kind: 'and', operands: [{ kind: 'present', path: path.value }, filter.value] });
}

function checkComparison(filter: CompareFilter, context: CheckContext): Result<TypedFilter> {
  if (isAbsent(filter.path, context)) {
    const isNothing = filter.value === null || filter.value === '';
    const holds = isNothing ? filter.operator === 'eq' : filter.operator === 'ne';
    return ok(holds ? not(never(context)) : never(context));
  }
  const resolved = resolve(filter.path, context);
  if (!resolved.ok) return resolved;
  if (filter.value === null || filter.value === '') {
    const path = resolved.value;
    if (filter.operator === 'eq') return ok(not({ kind: 'present', path }));
    if (filter.operator === 'ne') return ok({ kind: 'present', path });
    if (filter.value === null) return invalid(`Only "eq" and "ne" can compare ${quote(filter.path)} with null.`);
  }
  const path = defaultValuePath(resolved.value, context);
  if (path === undefined) {
    return invalid(`${quote(filter.path)} is complex; compare one of its sub-attributes.`);
  }
  if (filter.operator !== 'ne') return compare(path, filter.operator, filter.value);
  const equal = compare(path, 'eq', filter.value);
  return equal.ok ? ok(not(equal.value)) : equal;
}

/** RFC 7644 §3.4.2.2 by example: `emails co "x"` compares the default sub-attribute, `value`. */
function defaultValuePath(path: AttributePath, context: CheckContext): AttributePath | undefined {
  return path.leaf.type === 'complex' ? resolveSubAttribute(context.resourceType, path, 'value') : path;
}

function compare(
  path: AttributePath,
  operator: Exclude<CompareOperator, 'ne'>,
  value: Exclude<FilterLiteral, null>,
): Result<TypedFilter> {
  const { leaf } = path;
  switch (leaf.type) {
    case 'boolean': {
      const boolean = typeof value === 'string' ? booleanOf(value) : value;
      if (typeof boolean !== 'boolean') return wrongType(path, 'true or false');
      if (operator !== 'eq') return wrongOperator(path, operator);
      return ok({ kind: 'compare', type: 'boolean', path, operator, value: boolean });
    }
    case 'integer':
    case 'decimal':
      if (typeof value !== 'number') return wrongType(path, 'a number');
      if (!isOrder(operator)) return wrongOperator(path, operator);
      return ok({ kind: 'compare', type: 'number', path, operator, value });
    case 'dateTime': {
      const instant = typeof value === 'string' ? parseInstant(value) : undefined;
      if (instant === undefined) return wrongType(path, 'a date and time such as "2026-01-31T12:00:00Z"');
      if (!isOrder(operator)) return wrongOperator(path, operator);
      return ok({ kind: 'compare', type: 'instant', path, operator, value: instant });
    }
    default: {
      // A number without quotes where text is expected is text: employee numbers, phone numbers.
      const text = typeof value === 'number' ? String(value) : value;
      if (typeof text !== 'string') return wrongType(path, 'a string');
      if (leaf.type === 'binary' && operator !== 'eq') return wrongOperator(path, operator);
      const { caseExact } = leaf;
      const folded = caseExact ? text : foldCase(text);
      return ok({ kind: 'compare', type: 'string', path, operator, caseExact, value: folded, literal: text });
    }
  }
}

function find(text: string, context: CheckContext): AttributePath | undefined {
  return context.parent === undefined
    ? resolveAttribute(context.resourceType, text, context.options)
    : resolveInElement(text, context.parent, context.resourceType);
}

function isAbsent(text: string, context: CheckContext): boolean {
  return context.options.unknownIsAbsent === true && find(text, context) === undefined;
}

/** A filter that nothing meets, made of what every consumer understands: something that is there and is not. */
function never({ parent, resourceType }: CheckContext): TypedFilter {
  const [first] = parent?.attribute.subAttributes ?? [];
  const path =
    parent === undefined
      ? resolveAttribute(resourceType, 'id')
      : first === undefined
        ? parent
        : resolveSubAttribute(resourceType, parent, first.name);
  const present: TypedFilter[] = path === undefined ? [] : [{ kind: 'present', path }];
  return { kind: 'and', operands: [...present, ...present.map(not)] };
}

function resolve(text: string, context: CheckContext): Result<AttributePath> {
  const path = find(text, context);
  if (path === undefined) {
    return invalid(`The filter names the attribute ${quote(text)}, which ${context.resourceType.name} does not have.`);
  }
  if (path.leaf.returned === 'never' || path.attribute.returned === 'never') {
    return invalid(`The attribute ${quote(text)} can't be used in a filter.`);
  }
  return ok(path);
}

function resolveInElement(
  text: string,
  parent: AttributePath,
  resourceType: ResourceTypeDefinition,
): AttributePath | undefined {
  const isSimple = parent.attribute.type !== 'complex';
  if (isSimple) return text.toLowerCase() === 'value' ? parent : undefined;
  return resolveSubAttribute(resourceType, parent, text);
}

/** Entra writes `primary eq "True"`; a string can't mean anything else against a boolean. */
function booleanOf(text: string): boolean | undefined {
  const lower = text.toLowerCase();
  return lower === 'true' ? true : lower === 'false' ? false : undefined;
}

function isOrder(operator: CompareOperator): operator is OrderOperator {
  return operator !== 'co' && operator !== 'sw' && operator !== 'ew' && operator !== 'ne';
}

function not(operand: TypedFilter): TypedFilter {
  return { kind: 'not', operand };
}

function wrongOperator(path: AttributePath, operator: CompareOperator): Result<never> {
  return invalid(`"${operator}" does not apply to ${quote(path.text)}, which is of type ${path.leaf.type}.`);
}

function wrongType(path: AttributePath, expected: string): Result<never> {
  return invalid(`${quote(path.text)} is compared with ${expected}.`);
}

function invalid(detail: string): Result<never> {
  return fail(badRequest('invalidFilter', detail));
}
