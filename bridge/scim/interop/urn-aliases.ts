// Misspelt schema URNs seen in the wild, lower-cased, with the id that was meant.

import { ENTERPRISE_USER_SCHEMA } from '../schema/enterprise-user-schema.ts';

/** Entra's published samples have the enterprise URN without the colon before `User`. */
export const URN_ALIASES: ReadonlyMap<string, string> = new Map([
  ['urn:ietf:params:scim:schemas:extension:enterprise:2.0user', ENTERPRISE_USER_SCHEMA],
]);
