// From a user or group of the store to the resource that a target gets: mappings in the order of their names, each merged
// deeply into what came before. Pure, and without code of anybody's: a mapping is JSON with places for values in it.
import { cloneJson, isJsonObject, isPresent, type JsonObject, type JsonValue, own } from '../scim/json.ts';
import { isForbiddenName } from '../scim/schema/resolve.ts';

const place = /\{([^{}]*)\}/g;
const wholePlace = /^\{([^{}]*)\}$/;
const attributeName = String.raw`[A-Za-z$][\w$-]*`;
const pathPattern = new RegExp(
  String.raw`^(?:(?<urn>urn:[^[\]"\s]+):)?(?<attribute>${attributeName})(?:\[(?<key>${attributeName})\s+eq\s+(?:"(?<text>[^"]*)"|(?<flag>true|false))\])?(?:\.(?<sub>${attributeName}))?$`,
  'i',
);
const maxDepth = 6;
const maxPaths = 10;

interface Path {
  keys: string[];
  condition: { key: string; value: string } | undefined;
  sub: string | undefined;
}

function parsePath(text: string): Path | undefined {
  const groups = pathPattern.exec(text.trim())?.groups;
  if (!groups) return undefined;
  const { urn, attribute = '', key, text: value, flag, sub } = groups;
  if ([attribute, key ?? '', sub ?? ''].some(isForbiddenName)) return undefined;
  return {
    keys: urn === undefined ? [attribute] : [urn, attribute],
    condition: key === undefined ? undefined : { key, value: value ?? flag?.toLowerCase() ?? '' },
    sub,
  };
}

const pathsOf = (places: string): string[] => places.split('|').map((path) => path.trim());

/** Names compare without case (RFC 7643 §2.1). */
function member(object: JsonObject, name: string): JsonValue | undefined {
  const exact = own(object, name);
  if (exact !== undefined) return exact;
  const key = Object.keys(object).find((one) => one.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : own(object, key);
}

function read(source: JsonObject, { keys, condition, sub }: Path): JsonValue | undefined {
  let value: JsonValue | undefined = source;
  for (const key of keys) value = isJsonObject(value) ? member(value, key) : undefined;
  if (condition === undefined && sub === undefined) return value;
  const elements = Array.isArray(value) ? value : value === undefined ? [] : [value];
  for (const element of elements) {
    if (!isJsonObject(element)) continue;
    const found = condition && member(element, condition.key);
    if (condition && String(found).toLowerCase() !== condition.value.toLowerCase()) continue;
    const picked = sub === undefined ? element : member(element, sub);
    if (isPresent(picked)) return picked;
  }
  return undefined;
}

/** The first of the paths that has a value. */
function firstOf(source: JsonObject, places: string): JsonValue | undefined {
  for (const text of pathsOf(places)) {
    const path = parsePath(text);
    const value = path && read(source, path);
    if (isPresent(value)) return value;
  }
  return undefined;
}

function fillText(text: string, source: JsonObject): JsonValue | undefined {
  const whole = wholePlace.exec(text);
  if (whole) {
    const value = firstOf(source, whole[1] ?? '');
    return value === undefined ? undefined : cloneJson(value);
  }
  let missing = false;
  const filled = text.replace(place, (_all, places: string) => {
    const value = firstOf(source, places);
    if (value === undefined || typeof value === 'object') missing = true;
    return String(value);
  });
  return missing ? undefined : filled;
}

const isEmptied = (template: JsonObject, filled: JsonObject): boolean =>
  Object.values(template).some((value) => typeof value === 'string' && wholePlace.test(value)) &&
  !Object.entries(template).some(([key, value]) => typeof value === 'string' && place.test(value) && key in filled);

/** A template with its values; undefined where the source has none. An element whose places are all empty is none. */
function fill(template: JsonValue, source: JsonObject): JsonValue | undefined {
  place.lastIndex = 0;
  if (typeof template === 'string') return fillText(template, source);
  if (Array.isArray(template)) {
    return template.flatMap((element) => {
      const filled = fill(element, source);
      if (filled === undefined || filled === null) return [];
      if (isJsonObject(element) && isJsonObject(filled) && isEmptied(element, filled)) return [];
      return [filled];
    });
  }
  if (!isJsonObject(template)) return template;
  const filled: JsonObject = {};
  for (const [key, value] of Object.entries(template)) {
    const one = fill(value, source);
    if (one !== undefined) filled[key] = one;
  }
  return filled;
}

/** Objects are merged, everything else is put in place of what was there, and null takes away. */
function merge(into: JsonObject, from: JsonObject): void {
  for (const [name, value] of Object.entries(from)) {
    const key = Object.keys(into).find((one) => one.toLowerCase() === name.toLowerCase()) ?? name;
    const present = own(into, key);
    if (value === null) delete into[key];
    else if (isJsonObject(value) && isJsonObject(present)) merge(present, value);
    else into[key] = stripped(value);
  }
}

function stripped(value: JsonValue): JsonValue {
  if (!isJsonObject(value)) return value;
  const kept: JsonObject = {};
  merge(kept, value);
  return kept;
}

// What is pushed is remembered, and read back to be compared: neither is for a password.
const isPassword = (key: string): boolean => /^(urn:.*:)?password$/i.test(key);

/** Without what no mapping may give: of one that is stored, by a version that took it. */
export function withoutPasswords(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withoutPasswords);
  if (!isJsonObject(value)) return value;
  const kept = Object.entries(value).filter(([key]) => !isPassword(key));
  return Object.fromEntries(kept.map(([key, part]) => [key, withoutPasswords(part)]));
}

/** What is wrong with a mapping, as the end of a sentence; undefined: nothing. */
export function mappingFault(value: JsonValue, depth = 0): string | undefined {
  if (depth > maxDepth) return `is nested more than ${maxDepth} deep`;
  if (typeof value === 'string') {
    for (const [, places = ''] of value.matchAll(place)) {
      const paths = pathsOf(places);
      const wrong = paths.find((path) => parsePath(path) === undefined);
      if (wrong !== undefined)
        return `has "${wrong}", which is no path such as name.givenName or emails[type eq "work"].value`;
      if (paths.length > maxPaths) return `has more than ${maxPaths} paths in one place`;
    }
    return undefined;
  }
  const parts = Array.isArray(value) ? value : isJsonObject(value) ? Object.values(value) : [];
  const keys = isJsonObject(value) ? Object.keys(value) : [];
  if (keys.some(isForbiddenName)) return 'has a name that no attribute has';
  if (keys.some(isPassword)) return 'has a password, which is never pushed';
  for (const part of parts) {
    const fault = mappingFault(part, depth + 1);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

export interface NamedMapping {
  name: string;
  resourceType: 'User' | 'Group';
  attributes: JsonObject;
}

/** `base` with the mappings of its type, in the order of their names. */
export function applyMappings(
  base: JsonObject,
  source: JsonObject,
  resourceType: 'User' | 'Group',
  mappings: readonly NamedMapping[],
): JsonObject {
  const result = stripped(cloneJson(base)) as JsonObject;
  const ordered = mappings
    .filter((mapping) => mapping.resourceType === resourceType)
    .toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  for (const { attributes } of ordered) {
    const filled = fill(attributes, source);
    if (isJsonObject(filled)) merge(result, filled);
  }
  return result;
}
