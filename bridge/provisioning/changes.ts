// What changed between two states of a resource, in the form events carry it.
import type { EventData } from '../events/contracts.ts';
import { deepEqual, type JsonObject, own } from '../scim/json.ts';

type Changes = NonNullable<EventData['changes']>;

/** Top-level attributes that differ, with the value before and after; null where there was or is none. */
export function changesBetween(before: JsonObject, after: JsonObject): Changes {
  const changes: Changes = {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (name === 'schemas') continue;
    const [was, is] = [own(before, name), own(after, name)];
    if (!deepEqual(was, is)) changes[name] = { before: was ?? null, after: is ?? null };
  }
  return changes;
}

/** The values without null and without repetition. */
export const distinct = (values: readonly (string | null)[]): string[] =>
  [...new Set(values)].filter((value) => value !== null);
