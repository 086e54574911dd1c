// Which SCIM attributes Keycloak gets as user attributes: data of the federation, compiled once for each of its revisions.
import { hash } from 'node:crypto';
import { ENTERPRISE_USER_SCHEMA } from '../../scim/schema/enterprise-user-schema.ts';
import { type AttributeSource, parseSource, readSource } from './attribute-source.ts';

export interface AttributeMapping {
  /** Of the SCIM attribute, such as `title` or `urn:…:User:manager.value`. */
  path: string;
  /** Keycloak's name. */
  attribute: string;
  /** Whether Keycloak gets all values, or only the first. */
  multiValued: boolean;
}

const core = ['displayName', 'nickName', 'title', 'userType', 'preferredLanguage', 'timezone', 'profileUrl'];
const enterprise = ['employeeNumber', 'costCenter', 'organization', 'division', 'department'];

/** What a federation has as long as nobody says otherwise. */
export const defaultMappings: readonly AttributeMapping[] = [
  ...core.map((name) => ({ path: name, attribute: name, multiValued: false })),
  { path: 'phoneNumbers.value', attribute: 'phoneNumbers', multiValued: true },
  ...enterprise.map((name) => ({ path: `${ENTERPRISE_USER_SCHEMA}:${name}`, attribute: name, multiValued: false })),
  { path: `${ENTERPRISE_USER_SCHEMA}:manager.value`, attribute: 'manager', multiValued: false },
];

export const maxMappings = 100;
const maxNameLength = 255;
/** Keycloak's own rule for the names of a user profile. */
const namePattern = /^[A-Za-z0-9._-]+$/;
/** Kept by Keycloak or by its provider for themselves, in lower case. */
const reserved = new Set([
  ...['username', 'email', 'firstname', 'lastname', 'locale', 'id', 'enabled', 'emailverified', 'email_verified'],
  ...['ldap_id', 'ldap_entry_dn', 'kerberos_principal', 'created_timestamp', 'createtimestamp', 'modifytimestamp'],
  ...['usercertificate', 'disabledreason', 'is_temporary_admin', 'terms_and_conditions', 'kc.read.only'],
]);
const reservedPrefixes = ['realmbridge.', 'saml.persistent.name.id.for', 'user.attributes.', 'kc.'];

export interface WishedMapping {
  path: string;
  attribute: string;
  multiValued?: boolean | undefined;
}

export type CheckedMappings = { ok: true; mappings: AttributeMapping[] } | { ok: false; problem: string };

function nameProblem(name: string): string | undefined {
  if (!namePattern.test(name) || name.length > maxNameLength) {
    return `"${name.slice(0, 80)}" is no name of a Keycloak attribute: 1 to ${maxNameLength} letters, digits, dots, underscores and hyphens`;
  }
  const key = name.toLowerCase();
  return reserved.has(key) || reservedPrefixes.some((prefix) => key.startsWith(prefix))
    ? `the Keycloak attribute "${name}" is reserved`
    : undefined;
}

/** The mappings as they are stored: paths spelt canonically. The first problem is told with its place. */
export function checkMappings(wished: readonly WishedMapping[]): CheckedMappings {
  if (wished.length > maxMappings)
    return { ok: false, problem: `A federation maps at most ${maxMappings} attributes.` };
  const mappings: AttributeMapping[] = [];
  const names = new Set<string>();
  for (const [index, { path, attribute, multiValued }] of wished.entries()) {
    const refuse = (problem: string): CheckedMappings => ({ ok: false, problem: `mappings.${index}: ${problem}.` });
    const problem = nameProblem(attribute);
    if (problem !== undefined) return refuse(problem);
    if (names.has(attribute.toLowerCase())) return refuse(`the Keycloak attribute "${attribute}" is mapped twice`);
    names.add(attribute.toLowerCase());
    const parsed = parseSource(path);
    if (!parsed.ok) return refuse(parsed.problem);
    const { source } = parsed;
    mappings.push({ path: source.text, attribute, multiValued: multiValued ?? source.multiValued });
  }
  return { ok: true, mappings };
}

export interface CompiledAttributes {
  mappings: readonly AttributeMapping[];
  /** Differs between any two lists; undefined for the default one. */
  fingerprint: string | undefined;
  /** Every attribute that `resource` has, by Keycloak's name. */
  read(resource: Record<string, unknown>): Record<string, string[]>;
  /** Where an attribute comes from, by Keycloak's name. */
  sourceOf(name: string): AttributeSource | undefined;
}

/** The language in which a user starts; Keycloak lets the user change it, so it is no matter of mapping. */
const localeMapping: AttributeMapping = { path: 'locale', attribute: 'locale', multiValued: false };

/** @throws Error for a stored mapping that is not valid any more. */
function compile(stored: readonly AttributeMapping[] | null): CompiledAttributes {
  const mappings = stored ?? defaultMappings;
  const sources = new Map<string, AttributeSource & { all: boolean }>();
  for (const { path, attribute, multiValued } of [...mappings, localeMapping]) {
    const parsed = parseSource(path);
    if (!parsed.ok) throw new Error(`attribute mapping of "${attribute}": ${parsed.problem}`);
    sources.set(attribute, { ...parsed.source, all: multiValued });
  }
  return {
    mappings,
    fingerprint: stored === null ? undefined : hash('sha256', JSON.stringify(stored), 'base64url').slice(0, 16),
    read(resource) {
      const attributes: Record<string, string[]> = {};
      for (const [name, source] of sources) {
        const values = readSource(resource, source);
        if (values.length > 0) attributes[name] = source.all ? values : values.slice(0, 1);
      }
      return attributes;
    },
    sourceOf: (name) => sources.get(name),
  };
}

export const defaultAttributes = compile(null);

/** Compiles each federation's mappings once for each revision. */
export function createAttributeCompiler() {
  const compiled = new Map<string, { revision: number; attributes: CompiledAttributes }>();
  return (
    federation: { id: string; revision: number },
    mappings: readonly AttributeMapping[] | null,
  ): CompiledAttributes => {
    if (mappings === null) return defaultAttributes;
    const known = compiled.get(federation.id);
    if (known?.revision === federation.revision) return known.attributes;
    const attributes = compile(mappings);
    compiled.set(federation.id, { revision: federation.revision, attributes });
    return attributes;
  };
}
