// What makes elements of multi-valued attributes equal, primary or void (RFC 7643 §2.4).

import { badRequest, type ScimError } from '../errors.ts';
import { isJsonObject, type JsonValue, own } from '../json.ts';
import type { AttributeDefinition } from '../schema/model.ts';
import { DEFAULT_MAX_VALUES, type ValueOptions } from './options.ts';

/** RFC 7643 §2.4: `primary: true` may appear once. */
export function twoPrimaries(label: string): ScimError {
  return badRequest('invalidValue', `Only one of the ${label} can be primary.`);
}

/** The error for more elements than the limit, or undefined. */
export function checkCount(count: number, options: ValueOptions, label: string): ScimError | undefined {
  const limit = options.maxValues ?? DEFAULT_MAX_VALUES;
  return count > limit ? badRequest('invalidValue', `${label} can have ${limit} values at most.`) : undefined;
}

export function isPrimary(element: JsonValue): boolean {
  return isJsonObject(element) && own(element, 'primary') === true;
}

/**
 * Whether an element says only what a value is for, without a value: `{"type":"work"}`, as left behind when a client
 * clears `emails[type eq "work"].value`. Such elements are not kept.
 */
export function isOnlyLabels(attribute: AttributeDefinition, element: JsonValue): boolean {
  return (
    isJsonObject(element) &&
    attribute.type === 'complex' &&
    Object.keys(element).every((key) => key === 'type' || key === 'primary')
  );
}

/**
 * What two elements have in common if they are the same value. RFC 7643 §2.4: a value together with its type is unique
 * within an attribute, so those two decide when there is a value; otherwise everything does.
 */
export function identityOf(element: JsonValue): string {
  if (!isJsonObject(element)) return JSON.stringify(element);
  const value = own(element, 'value');
  if (value !== undefined) return JSON.stringify(['value', value, own(element, 'type') ?? null]);
  return JSON.stringify(['all', ...Object.entries(element).sort(([a], [b]) => (a < b ? -1 : 1))]);
}
