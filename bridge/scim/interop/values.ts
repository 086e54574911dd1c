// The tolerances for single values, each a function named after the habit it forgives.

import { forgives, type ToleranceOptions } from './tolerances.ts';

/** Entra: `"True"`, `"False"`. Any other string is left as it is and so fails the type check. */
export function stringAsBoolean(raw: unknown, tolerances: ToleranceOptions): unknown {
  const lower = typeof raw === 'string' ? raw.toLowerCase() : undefined;
  if (lower !== 'true' && lower !== 'false') return raw;
  return forgives(tolerances, 'stringBooleans') ? lower === 'true' : raw;
}

/** Okta's `active: [false]`, Entra's `manager: [{…}]`: the element of an array of one. */
export function singleElement(raw: unknown, tolerances: ToleranceOptions): unknown {
  return Array.isArray(raw) && raw.length === 1 && forgives(tolerances, 'singleElementArrays') ? raw[0] : raw;
}

/** Entra's `manager: "id"`, `emails: ["a@x.test"]`: a bare string stands for the sub-attribute `value`. */
export function bareStringAsValue(raw: unknown, tolerances: ToleranceOptions): unknown {
  return typeof raw === 'string' && forgives(tolerances, 'bareValues') ? { value: raw } : raw;
}

/** OneLogin's `emails: {…}`: one value where an array belongs. */
export function singleValueAsArray(raw: unknown, tolerances: ToleranceOptions): unknown {
  const isSingle = typeof raw === 'string' || (typeof raw === 'object' && raw !== null && !Array.isArray(raw));
  return isSingle && forgives(tolerances, 'singleValueForMultiValued') ? [raw] : raw;
}

/** Salesforce's `{"members":[…]}` as the value for the path `members`: the attribute once more around its values. */
export function unwrapNamed(raw: unknown, name: string, tolerances: ToleranceOptions): unknown {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return raw;
  const [only, ...others] = Object.entries(raw);
  const isWrapped = only !== undefined && others.length === 0 && only[0].toLowerCase() === name.toLowerCase();
  return isWrapped && forgives(tolerances, 'wrappedValues') ? only[1] : raw;
}
