// What identity providers send that RFC 7643/7644 do not allow: one flag per habit, and who has it. profiles.ts says which
// flags a profile sets; docs/scim-support.md is made from both.

export const toleranceNotes = {
  stringBooleans: 'Entra: `"True"` and `"False"` as values of boolean attributes, in bodies.',
  singleElementArrays:
    "Okta: `[false]` for `active`; Entra's legacy manager sample: an array of one for a complex attribute.",
  singleValueForMultiValued: 'OneLogin: `emails` as one object instead of an array.',
  bareValues:
    'Entra: manager as a bare string; others: e-mails and members as bare strings. The string is the `value`.',
  unknownAttributes:
    'Entra, Okta, Keycloak extensions: attributes and schema URNs that no schema here defines are dropped.',
  looseExtensionNames:
    'Entra: `department` or `manager` at the root, and the enterprise URN without the colon before `User`.',
  readOnlyEchoes:
    'Okta, authentik: `id`, `schemas`, `meta` and `groups` inside a pathless PATCH value. A changed `id` is refused all the same.',
  pathKeys:
    'Entra, aadOptscim062020: `name.givenName`, `emails[type eq "work"].value` as keys of a pathless PATCH value.',
  createOnMiss: 'Entra: add or replace through a value path without a match creates the element instead of `noTarget`.',
  removeByValue: 'Entra, JumpCloud, Salesforce: `remove` with the values to be removed in `value`.',
  unquotedFilterValues: "Old authentik releases, Microsoft's collection: `userName eq anna` without quotes.",
  looseSchemas: 'Many: `schemas` missing or of other case or version in a body.',
  wrappedValues: 'Salesforce: `{"members":[…]}` as the value for the path `members`, the attribute once more.',
} as const;

export type ToleranceName = keyof typeof toleranceNotes;

export type Tolerances = Readonly<Record<ToleranceName, boolean>>;

export const toleranceNames = Object.keys(toleranceNotes).filter(isToleranceName);

/** Whether a stored name is that of a tolerance. */
export function isToleranceName(name: string): name is ToleranceName {
  return Object.hasOwn(toleranceNotes, name);
}

/** Told of each tolerance without which a request would have been refused, or read otherwise; maybe several times. */
export type ToleranceReport = (name: ToleranceName) => void;

/** The tolerances of a request, and who is told of their use. */
export interface ReportedTolerances extends Tolerances {
  readonly used?: ToleranceReport;
}

/** Tolerances as options of a parser or planner. What is absent is off, and nobody need be told. */
export interface ToleranceOptions extends Partial<Tolerances> {
  readonly used?: ToleranceReport;
}

/**
 * Whether a habit is forgiven. To be asked only where the RFC's rule would refuse or mean something else, because the
 * answer yes is reported as a use.
 */
export function forgives(options: ToleranceOptions, name: ToleranceName): boolean {
  if (options[name] !== true) return false;
  options.used?.(name);
  return true;
}
