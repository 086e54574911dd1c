// From what a client sent for an attribute to its canonical value: types, names, unassigned values.

import { badRequest, quote, type ScimError } from '../errors.ts';
import { parseInstant } from '../filter/instant.ts';
import { foldCase } from '../filter/typed.ts';
import { forgives } from '../interop/tolerances.ts';
import { bareStringAsValue, singleElement, singleValueAsArray, stringAsBoolean } from '../interop/values.ts';
import { isObject, type JsonObject, type JsonValue } from '../json.ts';
import { fail, ok, type Result } from '../result.ts';
import type { AttributeDefinition } from '../schema/model.ts';
import { findAttribute, isForbiddenName } from '../schema/resolve.ts';
import { checkCount, isOnlyLabels, isPrimary, twoPrimaries } from './elements.ts';
import type { ValueOptions } from './options.ts';

/** What an object says of a complex attribute: a value to set, or undefined to unassign. */
export type SubValues = Map<AttributeDefinition, JsonValue | undefined>;

/**
 * Reads the value of an attribute. Undefined means unassigned: null, `""`, `[]`, and a complex value of which nothing
 * is left (RFC 7643 §2.5). `label` names the attribute in errors, which are 400 `invalidValue` for a wrong type and 400
 * `invalidSyntax` for an unknown sub-attribute that is not tolerated.
 */
export function readValue(
  attribute: AttributeDefinition,
  raw: unknown,
  options: ValueOptions,
  label: string = attribute.name,
): Result<JsonValue | undefined> {
  return attribute.multiValued
    ? readElements(attribute, raw, options, label)
    : readSingle(attribute, raw, options, label);
}

/**
 * Reads a multi-valued attribute. Undefined when no element is left. Duplicates are dropped; 400 `invalidValue` for two
 * primaries or for more than `maxValues` elements.
 */
export function readElements(
  attribute: AttributeDefinition,
  raw: unknown,
  options: ValueOptions,
  label: string,
): Result<JsonValue[] | undefined> {
  if (isUnassigned(raw)) return ok(undefined);
  const list = singleValueAsArray(raw, options);
  if (!Array.isArray(list)) return fail(wrongType(label, 'an array'));
  const tooMany = checkCount(list.length, options, label);
  if (tooMany !== undefined) return fail(tooMany);

  const elements: JsonValue[] = [];
  const seen = new Set<string>();
  for (const item of list) {
    const element = readSingle(attribute, item, options, label);
    if (!element.ok) return element;
    if (element.value === undefined || isOnlyLabels(attribute, element.value)) continue;
    // Sub-attributes come in the schema's order, so that equal elements have equal text.
    const text = JSON.stringify(element.value);
    if (!seen.has(text)) elements.push(element.value);
    seen.add(text);
  }
  if (elements.filter(isPrimary).length > 1) return fail(twoPrimaries(label));
  return ok(elements.length === 0 ? undefined : elements);
}

/** Reads one value of an attribute: that of a single-valued one, or one element of a multi-valued one. */
function readSingle(
  attribute: AttributeDefinition,
  raw: unknown,
  options: ValueOptions,
  label: string,
): Result<JsonValue | undefined> {
  const value = singleElement(raw, options);
  if (isUnassigned(value)) return ok(undefined);
  return attribute.type === 'complex'
    ? readComplex(attribute, value, options, label)
    : readSimple(attribute, value, options, label);
}

/** Null, `""` and `[]`: clients clear attributes with any of them. */
export function isUnassigned(raw: unknown): boolean {
  return raw === undefined || raw === null || raw === '' || (Array.isArray(raw) && raw.length === 0);
}

/** Unassigned, or nothing but white space. */
export function isBlank(value: JsonValue | undefined): boolean {
  return value === undefined || (typeof value === 'string' && value.trim() === '');
}

function readComplex(
  attribute: AttributeDefinition,
  raw: unknown,
  options: ValueOptions,
  label: string,
): Result<JsonObject | undefined> {
  const subValues = readSubValues(attribute, raw, options, label);
  if (!subValues.ok) return subValues;
  const object: JsonObject = {};
  for (const [sub, value] of subValues.value) {
    if (value !== undefined) object[sub.name] = value;
  }
  return ok(Object.keys(object).length === 0 ? undefined : object);
}

/**
 * Reads the sub-attributes that an object names, in the schema's order. readOnly ones are left out: clients echo them
 * (RFC 7644 §3.5.1 lets a server ignore them).
 */
export function readSubValues(
  attribute: AttributeDefinition,
  raw: unknown,
  options: ValueOptions,
  label: string,
): Result<SubValues> {
  const hasValue = findAttribute(attribute.subAttributes, 'value') !== undefined;
  const object = hasValue ? bareStringAsValue(raw, options) : raw;
  if (!isObject(object)) return fail(wrongType(label, 'an object'));
  const found: SubValues = new Map();
  for (const [key, item] of Object.entries(object)) {
    const sub = findAttribute(attribute.subAttributes, key);
    if (sub === undefined) {
      const error = unknownName(key, label, options);
      if (error !== undefined) return fail(error);
      continue;
    }
    if (sub.mutability === 'readOnly') continue;
    if (found.has(sub)) return fail(badRequest('invalidValue', `${label} has the sub-attribute ${sub.name} twice.`));
    const value = readValue(sub, item, options, `${label}.${sub.name}`);
    if (!value.ok) return value;
    found.set(sub, value.value);
  }
  return ok(inSchemaOrder(attribute, found));
}

/** The error for a name that no schema defines, or undefined where such names are dropped. */
export function unknownName(name: string, owner: string, options: ValueOptions): ScimError | undefined {
  if (isForbiddenName(name)) return badRequest('invalidSyntax', `${quote(name)} is not an attribute name.`);
  if (forgives(options, 'unknownAttributes')) return undefined;
  return badRequest('invalidSyntax', `${owner} has no attribute ${quote(name)}.`);
}

function inSchemaOrder(attribute: AttributeDefinition, values: SubValues): SubValues {
  if (values.size < 2) return values;
  const ordered: SubValues = new Map();
  for (const sub of attribute.subAttributes ?? []) {
    if (values.has(sub)) ordered.set(sub, values.get(sub));
  }
  return ordered;
}

function readSimple(
  attribute: AttributeDefinition,
  raw: unknown,
  options: ValueOptions,
  label: string,
): Result<JsonValue> {
  switch (attribute.type) {
    case 'boolean': {
      const value = stringAsBoolean(raw, options);
      return typeof value === 'boolean' ? ok(value) : fail(wrongType(label, 'true or false'));
    }
    case 'integer':
      return typeof raw === 'number' && Number.isSafeInteger(raw) ? ok(raw) : fail(wrongType(label, 'a whole number'));
    case 'decimal':
      return typeof raw === 'number' && Number.isFinite(raw) ? ok(raw) : fail(wrongType(label, 'a number'));
    case 'dateTime':
      return typeof raw === 'string' && parseInstant(raw) !== undefined
        ? ok(raw)
        : fail(wrongType(label, 'a date and time such as "2026-01-31T12:00:00Z"'));
    default:
      return typeof raw === 'string' ? canonical(attribute, raw, label) : fail(wrongType(label, 'a string'));
  }
}

/** The string itself, in the schema's spelling where the schema lists the values (RFC 7643 §7). */
function canonical({ canonicalValues, caseExact }: AttributeDefinition, text: string, label: string): Result<string> {
  if (canonicalValues === undefined || canonicalValues.includes(text)) return ok(text);
  const known = caseExact ? undefined : canonicalValues.find((value) => foldCase(value) === foldCase(text));
  if (known !== undefined) return ok(known);
  const listed = canonicalValues.slice(0, 10).map(quote).join(', ');
  return fail(wrongType(label, `one of ${listed}${canonicalValues.length > 10 ? ' …' : ''}`));
}

/** The error for a value of another type. */
export function wrongType(label: string, expected: string): ScimError {
  return badRequest('invalidValue', `${label} must be ${expected}.`);
}
