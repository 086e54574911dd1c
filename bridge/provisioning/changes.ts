// What changed between two states of a resource, in the form events carry it.
import type { EventData } from '../events/contracts.ts';
import { deepEqual, type JsonObject, own } from '../scim/json.ts';
import { tellable } from '../scim/never-returned.ts';
import type { ResourceTypeDefinition } from '../scim/schema/model.ts';

type Changes = NonNullable<EventData['changes']>;

/**
 * Top-level attributes that differ, with the value before and after; null where there was or is none. What is never returned
 * is left out: of a change of nothing else, nothing is told but that it happened.
 */
export function changesBetween(resourceType: ResourceTypeDefinition, before: JsonObject, after: JsonObject): Changes {
  const changes: Changes = {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (name === 'schemas') continue;
    const was = tellable(resourceType, name, own(before, name));
    const is = tellable(resourceType, name, own(after, name));
    if (!deepEqual(was, is)) changes[name] = { before: was ?? null, after: is ?? null };
  }
  return changes;
}

/** The values without null and without repetition. */
export const distinct = (values: readonly (string | null)[]): string[] =>
  [...new Set(values)].filter((value) => value !== null);
