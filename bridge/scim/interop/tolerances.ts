// What identity providers send that RFC 7643/7644 do not allow, one flag per habit.
// Each flag says who does it; profiles.ts says which flags a profile sets.

export interface Tolerances {
  /** Entra: `"True"` and `"False"` as values of boolean attributes, in bodies. */
  readonly stringBooleans: boolean;
  /** Okta: `[false]` for `active`; Entra's legacy manager sample: an array of one for a complex attribute. */
  readonly singleElementArrays: boolean;
  /** OneLogin: `emails` as one object instead of an array. */
  readonly singleValueForMultiValued: boolean;
  /** Entra: manager as a bare string; others: e-mails and members as bare strings. The string is the `value`. */
  readonly bareValues: boolean;
  /** Entra, Okta, Keycloak extensions: attributes and schema URNs that no schema here defines are dropped. */
  readonly unknownAttributes: boolean;
  /** Entra: `department` or `manager` at the root, and the enterprise URN without the colon before `User`. */
  readonly looseExtensionNames: boolean;
  /** Okta, authentik: `id`, `schemas`, `meta` and `groups` inside a pathless PATCH value. A changed `id` is refused all the same. */
  readonly readOnlyEchoes: boolean;
  /** Entra, aadOptscim062020: `name.givenName`, `emails[type eq "work"].value` as keys of a pathless PATCH value. */
  readonly pathKeys: boolean;
  /** Entra: add or replace through a value path without a match creates the element instead of `noTarget`. */
  readonly createOnMiss: boolean;
  /** Entra, JumpCloud, Salesforce: `remove` with the values to be removed in `value`. */
  readonly removeByValue: boolean;
  /** Old authentik releases, Microsoft's collection: `userName eq anna` without quotes. */
  readonly unquotedFilterValues: boolean;
  /** Many: `schemas` missing or of other case or version in a body. */
  readonly looseSchemas: boolean;
}
