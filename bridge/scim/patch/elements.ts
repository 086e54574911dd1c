// PATCH of multi-valued attributes: as a whole, or of the elements that a value path selects.

import { badRequest, type ScimError } from '../errors.ts';
import { evaluateElement } from '../filter/evaluate.ts';
import type { TypedFilter } from '../filter/typed.ts';
import { forgives } from '../interop/tolerances.ts';
import { singleElement, unwrapNamed } from '../interop/values.ts';
import { deepEqual, isJsonObject, isObject, type JsonObject, type JsonValue, own } from '../json.ts';
import type { PatchPath } from '../path/path.ts';
import { checkCount, identityOf, isPrimary, twoPrimaries } from '../resource/elements.ts';
import { isUnassigned, readElements, readSubValues, readValue, type SubValues } from '../resource/values.ts';
import { fail, ok, type Result } from '../result.ts';
import type { AttributeDefinition, AttributePath } from '../schema/model.ts';
import { type Bindings, bindingsOf, contradicts } from './bindings.ts';
import { type Draft, readAttribute, spend, writeAttribute } from './draft.ts';
import { mergeObject } from './single.ts';
import type { PatchOperation } from './types.ts';

/** What it costs to tell an element from others, beside a mere look at it. */
const identityWork = 8;

/** Which elements an operation is about, and what an element must be like to be among them. */
interface Selection {
  readonly selects: (element: JsonValue) => boolean;
  /** Undefined when the filter is more than `eq` joined by `and`: no element can be made from it. */
  readonly bindings: Bindings | undefined;
  readonly subAttribute: AttributeDefinition | undefined;
}

/** Applies an operation on a multi-valued attribute (RFC 7644 §3.5.2.1 to §3.5.2.3). Returns the error, if any. */
export function applyToElements(
  operation: PatchOperation,
  target: Extract<PatchPath, { kind: 'attribute' | 'elements' }>,
  draft: Draft,
): ScimError | undefined {
  const { path } = target;
  const current = currentElements(path, draft);
  const tooMuch = spend(
    draft,
    current.length * (target.kind === 'elements' ? 2 + termsOf(target.filter) : identityWork),
  );
  if (tooMuch !== undefined) return tooMuch;
  if (target.kind === 'elements') {
    const selection: Selection = {
      selects: (element) => evaluateElement(target.filter, element),
      bindings: bindingsOf(target.filter),
      subAttribute: target.subAttribute,
    };
    return applyToSelection(operation, path, selection, current, draft);
  }
  if (path.subAttribute === undefined) return applyToWhole(operation, path, current, draft);
  if (operation.op !== 'remove' && current.length > 1) {
    return badRequest('invalidPath', `${path.text} does not say which of the values is meant; use a filter.`);
  }
  const everything: Selection = { selects: () => true, bindings: new Map(), subAttribute: path.subAttribute };
  return applyToSelection(operation, path, everything, current, draft);
}

/** The terms of a filter, all of which may have to be tried on an element. */
function termsOf(filter: TypedFilter): number {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.operands.reduce((sum, operand) => sum + termsOf(operand), 0);
    case 'not':
      return termsOf(filter.operand);
    default:
      return 1;
  }
}

function currentElements(path: AttributePath, draft: Draft): JsonValue[] {
  const value = readAttribute(draft.resource, path);
  return Array.isArray(value) ? value : [];
}

function applyToWhole(
  { op, value }: PatchOperation,
  path: AttributePath,
  current: JsonValue[],
  draft: Draft,
): ScimError | undefined {
  const { attribute } = path;
  if (op === 'remove' && (value === undefined || value === null)) {
    writeAttribute(draft.resource, path, undefined);
    return undefined;
  }
  if (op === 'remove' && !forgives(draft.options, 'removeByValue')) {
    return badRequest('invalidValue', 'A remove operation takes no value; select the values by a filter in the path.');
  }
  // RFC 7644 §3.5.2.1 lets a lone value be added without an array around it.
  const raw = unwrapNamed(value, attribute.name, draft.options);
  const list = isUnassigned(raw) || Array.isArray(raw) ? raw : [raw];
  const read = readElements(attribute, list, draft.options, path.text);
  if (!read.ok) return read.error;
  const given = read.value ?? [];
  const tooMuch = spend(draft, given.length * identityWork);
  if (tooMuch !== undefined) return tooMuch;
  if (op === 'replace') {
    writeAttribute(draft.resource, path, given);
    return undefined;
  }
  if (op === 'remove') {
    writeAttribute(draft.resource, path, withoutMeant(current, given));
    return undefined;
  }
  const elements = addElements(current, given);
  const tooMany = checkCount(elements.length, draft.options, path.text);
  if (tooMany === undefined) writeAttribute(draft.resource, path, elements);
  return tooMany;
}

/** Adds what is not there yet; what is there with other details takes over the new ones. */
function addElements(current: JsonValue[], given: JsonValue[]): JsonValue[] {
  const elements = given.some(isPrimary) ? current.map(withoutPrimary) : [...current];
  const places = new Map<string, number>();
  for (const [index, element] of elements.entries()) {
    const identity = identityOf(element);
    if (!places.has(identity)) places.set(identity, index);
  }
  for (const item of given) {
    const identity = identityOf(item);
    const index = places.get(identity);
    const existing = index === undefined ? undefined : elements[index];
    if (index === undefined || existing === undefined) {
      places.set(identity, elements.length);
      elements.push(item);
    } else {
      elements[index] = isJsonObject(existing) && isJsonObject(item) ? { ...existing, ...item } : item;
    }
  }
  return elements;
}

/**
 * The elements that no value of a remove operation means: display and primary are not part of a value's identity. Values
 * with the same attributes are looked up together.
 */
function withoutMeant(current: JsonValue[], given: JsonValue[]): JsonValue[] {
  const meant = new Map<string, { keys: string[]; values: Set<string> }>();
  const plain = new Set(given.filter((item) => !isJsonObject(item)));
  for (const item of given.filter(isJsonObject)) {
    const keys = Object.keys(item).filter((key) => key !== 'display' && key !== 'primary');
    if (keys.length === 0) continue;
    const kind = meant.get(keys.join()) ?? { keys, values: new Set() };
    kind.values.add(valuesOf(item, keys));
    meant.set(keys.join(), kind);
  }
  return current.filter((element) => {
    if (!isJsonObject(element)) return !plain.has(element);
    return ![...meant.values()].some(({ keys, values }) => values.has(valuesOf(element, keys)));
  });
}

const valuesOf = (element: JsonObject, keys: string[]): string =>
  JSON.stringify(keys.map((key) => own(element, key) ?? null));

function applyToSelection(
  operation: PatchOperation,
  path: AttributePath,
  selection: Selection,
  current: JsonValue[],
  draft: Draft,
): ScimError | undefined {
  const { subAttribute } = selection;
  const isWhole = operation.op !== 'remove' && subAttribute === undefined;
  const raw = isWhole ? singleElement(operation.value, draft.options) : operation.value;
  const isRemoval = operation.op === 'remove' || (operation.op === 'replace' && isUnassigned(raw));
  if (isRemoval && subAttribute === undefined) {
    writeAttribute(
      draft.resource,
      path,
      current.filter((element) => !selection.selects(element)),
    );
    return undefined;
  }
  const values = readChanges(path, subAttribute, isRemoval ? undefined : raw, draft);
  if (!values.ok) return values.error;

  const isWholeReplace = operation.op === 'replace' && subAttribute === undefined && isObject(raw);
  const touched = new Set<JsonValue>();
  let elements = current.map((element) => {
    if (!isJsonObject(element) || !selection.selects(element)) return element;
    const base = isWholeReplace ? keepBound(element, selection.bindings) : element;
    const changed = mergeObject(base, values.value);
    touched.add(changed);
    return changed;
  });
  if (touched.size === 0) {
    if (operation.op === 'remove') return undefined;
    const created = createElement(path, selection, values.value, draft);
    if (!created.ok) return created.error;
    if (created.value === undefined) return undefined;
    touched.add(created.value);
    elements.push(created.value);
  }
  const primaries = [...touched].filter(isPrimary);
  if (primaries.length > 1) return twoPrimaries(path.text);
  if (primaries.length === 1) {
    elements = elements.map((element) => (touched.has(element) ? element : withoutPrimary(element)));
  }
  const tooMany = checkCount(elements.length, draft.options, path.text);
  if (tooMany === undefined) writeAttribute(draft.resource, path, distinct(elements, touched));
  return tooMany;
}

function readChanges(
  path: AttributePath,
  subAttribute: AttributeDefinition | undefined,
  raw: unknown,
  draft: Draft,
): Result<SubValues> {
  if (subAttribute !== undefined) {
    const value = readValue(subAttribute, raw, draft.options, `${path.attribute.name}.${subAttribute.name}`);
    return value.ok ? ok(new Map([[subAttribute, value.value]])) : value;
  }
  return isUnassigned(raw) ? ok(new Map()) : readSubValues(path.attribute, raw, draft.options, path.text);
}

/**
 * The element for a value path that selected nothing. RFC 7644 §3.5.2.3 wants `noTarget`; Entra sets new values this way
 * and expects an element with what the filter asks for. Undefined when there is nothing to set.
 */
function createElement(
  path: AttributePath,
  { bindings }: Selection,
  values: SubValues,
  draft: Draft,
): Result<JsonObject | undefined> {
  const canBeMade = bindings !== undefined && !contradicts(bindings, values);
  if (!canBeMade || !forgives(draft.options, 'createOnMiss')) {
    return fail(badRequest('noTarget', `None of the ${path.text} is selected by the path.`));
  }
  if ([...values.values()].every((value) => value === undefined)) return ok(undefined);
  return ok(mergeObject({}, new Map([...bindings, ...values])));
}

/** A replaced element loses everything but what the path selected it by. */
function keepBound(element: JsonObject, bindings: Bindings | undefined): JsonObject {
  const kept: JsonObject = {};
  for (const sub of bindings?.keys() ?? []) {
    const value = own(element, sub.name);
    if (value !== undefined) kept[sub.name] = value;
  }
  return kept;
}

/** RFC 7644 §3.5.2: when a value becomes primary, the server sets the others' `primary` to false. */
function withoutPrimary(element: JsonValue): JsonValue {
  return isJsonObject(element) && isPrimary(element) ? { ...element, primary: false } : element;
}

/** A change may have made elements equal; the rest were distinct before. */
function distinct(elements: JsonValue[], touched: ReadonlySet<JsonValue>): JsonValue[] {
  const [changed] = touched;
  if (touched.size === 1 && changed !== undefined) {
    return elements.filter((element) => element === changed || !isEqualElement(element, changed));
  }
  const seen = new Set<string>();
  return elements.filter((element) => {
    const text = isJsonObject(element) ? JSON.stringify(Object.entries(element).sort(byKey)) : JSON.stringify(element);
    return !seen.has(text) && seen.add(text);
  });
}

/** Looks at `value` first, which tells most elements apart at little cost. */
function isEqualElement(a: JsonValue, b: JsonValue): boolean {
  if (!isJsonObject(a) || !isJsonObject(b)) return a === b;
  return own(a, 'value') === own(b, 'value') && deepEqual(a, b);
}

function byKey([a]: [string, JsonValue], [b]: [string, JsonValue]): number {
  return a < b ? -1 : 1;
}
