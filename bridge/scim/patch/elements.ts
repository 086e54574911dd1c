// PATCH of multi-valued attributes: as a whole, or of the elements that a value path selects.

import { badRequest, type ScimError } from '../errors.ts';
import { evaluateElement } from '../filter/evaluate.ts';
import { singleElement, unwrapNamed } from '../interop/values.ts';
import { deepEqual, isJsonObject, isObject, type JsonObject, type JsonValue, own } from '../json.ts';
import type { PatchPath } from '../path/path.ts';
import { checkCount, isPrimary, isSameElement, twoPrimaries } from '../resource/elements.ts';
import { isUnassigned, readElements, readSubValues, readValue, type SubValues } from '../resource/values.ts';
import { fail, ok, type Result } from '../result.ts';
import type { AttributeDefinition, AttributePath } from '../schema/model.ts';
import { type Bindings, bindingsOf, contradicts } from './bindings.ts';
import { type Draft, readAttribute, writeAttribute } from './draft.ts';
import { mergeObject } from './single.ts';
import type { PatchOperation } from './types.ts';

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
  if (op === 'remove' && !draft.options.removeByValue) {
    return badRequest('invalidValue', 'A remove operation takes no value; select the values by a filter in the path.');
  }
  // RFC 7644 §3.5.2.1 lets a lone value be added without an array around it.
  const raw = unwrapNamed(value, attribute.name);
  const list = isUnassigned(raw) || Array.isArray(raw) ? raw : [raw];
  const read = readElements(attribute, list, draft.options, path.text);
  if (!read.ok) return read.error;
  const given = read.value ?? [];
  if (op === 'replace') {
    writeAttribute(draft.resource, path, given);
    return undefined;
  }
  if (op === 'remove') {
    writeAttribute(
      draft.resource,
      path,
      current.filter((element) => !given.some((item) => isMeant(item, element))),
    );
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
  for (const item of given) {
    const index = elements.findIndex((element) => isSameElement(element, item));
    const existing = elements[index];
    if (existing === undefined) elements.push(item);
    else elements[index] = isJsonObject(existing) && isJsonObject(item) ? { ...existing, ...item } : item;
  }
  return elements;
}

/** Whether a value in a remove operation means this element: display and primary are not part of its identity. */
function isMeant(item: JsonValue, element: JsonValue): boolean {
  if (!isJsonObject(item) || !isJsonObject(element)) return item === element;
  const keys = Object.keys(item).filter((key) => key !== 'display' && key !== 'primary');
  return keys.length > 0 && keys.every((key) => own(item, key) === own(element, key));
}

function applyToSelection(
  operation: PatchOperation,
  path: AttributePath,
  selection: Selection,
  current: JsonValue[],
  draft: Draft,
): ScimError | undefined {
  const { subAttribute } = selection;
  const raw = subAttribute === undefined ? singleElement(operation.value, draft.options) : operation.value;
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
  if (!draft.options.createOnMiss || bindings === undefined || contradicts(bindings, values)) {
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
