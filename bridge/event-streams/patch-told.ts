// A change of a resource as the PATCH that makes it (RFC 7644 §3.5.2): operations with paths, and the paths alone.
// One place of a value at a time: replacing a complex attribute would leave those of its parts that are gone.
import { deepEqual, isJsonObject, type JsonObject, type JsonValue, own } from '../scim/json.ts';
import type { ResourceTypeDefinition } from '../scim/schema/model.ts';
import { topLevelPaths } from '../scim/schema/resolve.ts';

interface Difference {
  path: string;
  /** Undefined: it is gone. */
  value: JsonValue | undefined;
}

function differences(type: ResourceTypeDefinition, before: JsonObject, after: JsonObject): Difference[] {
  return topLevelPaths(type).flatMap(({ text, extension, attribute }): Difference[] => {
    const valueIn = (state: JsonObject): JsonValue | undefined => {
      const container = extension === undefined ? state : own(state, extension);
      return isJsonObject(container) ? own(container, attribute.name) : undefined;
    };
    const [was, is] = [valueIn(before), valueIn(after)];
    if (deepEqual(was, is)) return [];
    if (!isJsonObject(was) || !isJsonObject(is)) return [{ path: text, value: is }];
    return [...new Set([...Object.keys(was), ...Object.keys(is)])].flatMap((name) => {
      const [wasSub, isSub] = [own(was, name), own(is, name)];
      return deepEqual(wasSub, isSub) ? [] : [{ path: `${text}.${name}`, value: isSub }];
    });
  });
}

/** What turns the one state into the other. */
export const patchOperations = (type: ResourceTypeDefinition, before: JsonObject, after: JsonObject): JsonObject[] =>
  differences(type, before, after).map(({ path, value }) =>
    value === undefined ? { op: 'remove', path } : { op: 'replace', path, value },
  );

/** The paths of what differs. */
export const touchedAttributes = (type: ResourceTypeDefinition, before: JsonObject, after: JsonObject): string[] =>
  differences(type, before, after).map(({ path }) => path);
