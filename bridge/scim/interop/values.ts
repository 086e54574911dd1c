// The tolerances for single values, each a function named after the habit it forgives.

import type { Tolerances } from './tolerances.ts';

/** Entra: `"True"`, `"False"`. Any other string is left as it is and so fails the type check. */
export function stringAsBoolean(raw: unknown, tolerances: Tolerances): unknown {
  if (!tolerances.stringBooleans || typeof raw !== 'string') return raw;
  const lower = raw.toLowerCase();
  return lower === 'true' ? true : lower === 'false' ? false : raw;
}

/** Okta's `active: [false]`, Entra's `manager: [{…}]`: the element of an array of one. */
export function singleElement(raw: unknown, tolerances: Tolerances): unknown {
  return tolerances.singleElementArrays && Array.isArray(raw) && raw.length === 1 ? raw[0] : raw;
}

/** Entra's `manager: "id"`, `emails: ["a@x.test"]`: a bare string stands for the sub-attribute `value`. */
export function bareStringAsValue(raw: unknown, tolerances: Tolerances): unknown {
  return tolerances.bareValues && typeof raw === 'string' ? { value: raw } : raw;
}

/** OneLogin's `emails: {…}`: one value where an array belongs. */
export function singleValueAsArray(raw: unknown, tolerances: Tolerances): unknown {
  const isSingle = typeof raw === 'string' || (typeof raw === 'object' && raw !== null);
  return tolerances.singleValueForMultiValued && isSingle && !Array.isArray(raw) ? [raw] : raw;
}

/** Salesforce's `{"members":[…]}` as the value for the path `members`: the attribute once more around its values. */
export function unwrapNamed(raw: unknown, name: string): unknown {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return raw;
  const [only, ...others] = Object.entries(raw);
  return only !== undefined && others.length === 0 && only[0].toLowerCase() === name.toLowerCase() ? only[1] : raw;
}
