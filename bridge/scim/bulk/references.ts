// References between the operations of a bulk request (RFC 7644 §3.7.2): `bulkId:x` stands for the id of the resource
// that the operation with that bulkId makes.

import { isObject, type JsonObject, type JsonValue } from '../json.ts';
import { PATCH_OP_SCHEMA } from '../patch/parse.ts';
import { DEFAULT_MAX_NESTING } from '../resource/text.ts';

const prefix = 'bulkId:';
/** In a PATCH path or another filter: `members[value eq "bulkId:x"]`. At the end of a URI: `…/Users/bulkId:x`. */
const inside = /(?<=")bulkId:([^"]+)(?=")|(?<=\/)bulkId:([^/?#"]+)$/g;

/**
 * Every bulkId that the data refers to, in values and in keys. `whole` are those that stand alone as a value: they can
 * be nothing but references. Others count as references only if an operation has that bulkId.
 */
export function referencesIn(data: unknown): { whole: Set<string>; inside: Set<string> } {
  const found = { whole: new Set<string>(), inside: new Set<string>() };
  collect(data, found, DEFAULT_MAX_NESTING);
  return found;
}

function collect(value: unknown, found: { whole: Set<string>; inside: Set<string> }, levels: number): void {
  if (typeof value === 'string') {
    if (value.startsWith(prefix)) found.whole.add(value.slice(prefix.length));
    else if (value.includes(prefix)) for (const match of value.matchAll(inside)) found.inside.add(bulkIdOf(match));
    return;
  }
  // What lies deeper than bodies may is refused by whoever validates the data.
  if (typeof value !== 'object' || value === null || levels === 0) return;
  if (Array.isArray(value)) {
    for (const item of value) collect(item, found, levels - 1);
    return;
  }
  for (const [key, item] of Object.entries(value)) {
    if (key.includes(prefix)) for (const match of key.matchAll(inside)) found.inside.add(bulkIdOf(match));
    collect(item, found, levels - 1);
  }
}

const bulkIdOf = (match: readonly (string | undefined)[]): string => match[1] ?? match[2] ?? '';

/** The data with every reference replaced that `ids` knows. The input is not touched. */
export function withIds(data: unknown, ids: ReadonlyMap<string, string>): unknown {
  return replaced(data, ids, DEFAULT_MAX_NESTING);
}

function replaced(value: unknown, ids: ReadonlyMap<string, string>, levels: number): unknown {
  if (typeof value === 'string') return replacedText(value, ids);
  if (typeof value !== 'object' || value === null || levels === 0) return value;
  if (Array.isArray(value)) return value.map((item) => replaced(item, ids, levels - 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [replacedText(key, ids), replaced(item, ids, levels - 1)]),
  );
}

function replacedText(text: string, ids: ReadonlyMap<string, string>): string {
  if (!text.includes(prefix)) return text;
  if (text.startsWith(prefix)) return ids.get(text.slice(prefix.length)) ?? text;
  return text.replace(inside, (match, quoted, last) => ids.get(quoted ?? last) ?? match);
}

export interface Detached {
  /** What the resource can be created from before the others exist. */
  readonly data: JsonObject;
  /** The PatchOp message that adds the rest once they do; its references are still in it. */
  readonly patch: JsonObject;
}

/**
 * Takes apart the data of a creation that refers to resources which in turn need this one: elements of multi-valued
 * attributes, else whole attributes, that hold one of the references are added afterwards.
 */
export function detach(data: unknown, bulkIds: ReadonlySet<string>): Detached {
  const kept: JsonObject = {};
  const operations: JsonObject[] = [];
  const split = (name: string, path: string, value: JsonValue, target: JsonObject) => {
    if (!refersTo(value, bulkIds)) {
      target[name] = value;
      return;
    }
    if (!Array.isArray(value)) {
      operations.push({ op: 'add', path, value });
      return;
    }
    const [later, now] = [[] as JsonValue[], [] as JsonValue[]];
    for (const element of value) (refersTo(element, bulkIds) ? later : now).push(element);
    if (now.length > 0) target[name] = now;
    operations.push({ op: 'add', path, value: later });
  };
  for (const [name, value] of entriesOf(data)) {
    if (name.includes(':') && isObject(value)) {
      const extension: JsonObject = {};
      for (const [inner, item] of entriesOf(value)) split(inner, `${name}:${inner}`, item, extension);
      kept[name] = extension;
    } else {
      split(name, name, value, kept);
    }
  }
  return { data: kept, patch: { schemas: [PATCH_OP_SCHEMA], Operations: operations } };
}

/** The data came out of JSON.parse, so its values are JSON. A key `__proto__` is left out: it names no attribute. */
function entriesOf(data: unknown): [string, JsonValue][] {
  if (!isObject(data)) return [];
  return Object.entries(data as JsonObject).filter(([key]) => key !== '__proto__');
}

function refersTo(value: JsonValue, bulkIds: ReadonlySet<string>): boolean {
  if (typeof value === 'string' && !value.includes(prefix)) return false;
  if (typeof value === 'string' && value.startsWith(prefix)) return bulkIds.has(value.slice(prefix.length));
  if (typeof value !== 'object' && typeof value !== 'string') return false;
  const { whole, inside: mentioned } = referencesIn(value);
  return [...whole, ...mentioned].some((bulkId) => bulkIds.has(bulkId));
}
