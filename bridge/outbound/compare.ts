// What differs between a resource as it should be and as the target has it, and the PATCH that makes it so (RFC 7644
// §3.5.2). What the target has beside is its own affair.
import { deepEqual, isJsonObject, type JsonObject, type JsonValue, own } from '../scim/json.ts';

/** Compared without case by most servers, and spelt as they like (RFC 7643 §4.1). */
const caseless = new Set(['username', 'displayname', 'value', 'type', 'externalid']);

function sameText(key: string, a: JsonValue, b: JsonValue): boolean {
  if (a === b) return true;
  const [left, right] = [String(a), String(b)];
  return caseless.has(key.toLowerCase()) ? left.toLowerCase() === right.toLowerCase() : left === right;
}

function member(object: JsonObject, name: string): JsonValue | undefined {
  const exact = own(object, name);
  if (exact !== undefined) return exact;
  const key = Object.keys(object).find((one) => one.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : own(object, key);
}

/** Whether `has` holds all that `wants` says. An element that `wants` doesn't have is one too many. */
function holds(wants: JsonValue, has: JsonValue | undefined, key: string): boolean {
  if (has === undefined || has === null) return wants === false && key === 'primary';
  if (Array.isArray(wants)) {
    const elements = Array.isArray(has) ? has : [has];
    return wants.length === elements.length && wants.every((one) => elements.some((other) => holds(one, other, key)));
  }
  if (isJsonObject(wants)) {
    return isJsonObject(has) && Object.entries(wants).every(([name, value]) => holds(value, member(has, name), name));
  }
  return typeof has !== 'object' && sameText(key, wants, has);
}

/** Attributes, at the root or of an extension, that the target has otherwise. */
export function differencesOf(desired: JsonObject, remote: JsonObject): string[] {
  const found: string[] = [];
  for (const [key, value] of Object.entries(desired)) {
    if (key === 'schemas') continue;
    const has = member(remote, key);
    if (key.includes(':') && isJsonObject(value)) {
      const inside = isJsonObject(has) ? has : {};
      for (const [name, one] of Object.entries(value)) {
        if (!holds(one, member(inside, name), name)) found.push(`${key}:${name}`);
      }
    } else if (!holds(value, has, key)) found.push(key);
  }
  return found;
}

interface Leaf {
  path: string;
  value: JsonValue;
}

/** By path: a part of a single complex attribute is a leaf of its own, because replacing the whole would only merge. */
function leavesOf(resource: JsonObject): Leaf[] {
  const leaves: Leaf[] = [];
  const add = (prefix: string, object: JsonObject) => {
    for (const [key, value] of Object.entries(object)) {
      if (key === 'schemas') continue;
      const path = prefix === '' ? key : `${prefix}:${key}`;
      if (key.includes(':') && isJsonObject(value)) add(key, value);
      else if (isJsonObject(value)) {
        for (const [sub, part] of Object.entries(value)) leaves.push({ path: `${path}.${sub}`, value: part });
      } else leaves.push({ path, value });
    }
  };
  add('', resource);
  return leaves;
}

export const patchSchema = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** A message with these operations. */
export const patchMessage = (operations: JsonObject[]): JsonObject => ({
  schemas: [patchSchema],
  Operations: operations,
});

/** What leads from `before`, as it was pushed, to `desired`; without `before`, all that is desired. */
export function patchOperations(before: JsonObject | undefined, desired: JsonObject): JsonObject[] {
  const was = new Map(leavesOf(before ?? {}).map(({ path, value }) => [path, value]));
  const is = leavesOf(desired);
  const changed = is
    .filter(({ path, value }) => !deepEqual(was.get(path), value))
    .map(({ path, value }): JsonObject => ({ op: 'replace', path, value }));
  const paths = new Set(is.map(({ path }) => path));
  const gone = [...was.keys()].filter((path) => !paths.has(path)).map((path): JsonObject => ({ op: 'remove', path }));
  return [...changed, ...gone];
}
