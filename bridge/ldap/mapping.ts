// From LDAP entries to SCIM resources, by the paths of a directory's mapping. Nothing here reads or writes.
import type { JsonObject, JsonValue } from '../scim/json.ts';
import type { AttributeDefinition, ResourceTypeDefinition } from '../scim/schema/model.ts';
import { findAttribute, isForbiddenName, resolveAttribute } from '../scim/schema/resolve.ts';
import type { LdapEntry } from './entry.ts';

export interface CompiledMapping {
  /** LDAP attributes to ask for. */
  attributes: readonly string[];
  /** The resource without references, and the name of the manager's entry if the mapping has one. */
  read(entry: LdapEntry): { resource: JsonObject; managerDn: string | undefined };
}

export type MappingResult = { ok: true; mapping: CompiledMapping } | { ok: false; problem: string };

type Write = (resource: JsonObject, texts: readonly string[]) => void;

interface CompiledPath {
  path: string;
  ldapAttribute: string;
  /** Undefined for the manager, whose id is found later. */
  write: Write | undefined;
}

const bracketPath = /^([^[\]]+)\[\s*type\s+eq\s+"([^"\\]*)"\s*\](?:\.([A-Za-z$][\w$-]*))?$/i;
/** What the bridge sets itself, or what LDAP has in another form. */
const reserved = new Set(['id', 'externalId', 'meta', 'schemas', 'password', 'groups', 'active', 'members', 'photos']);

function converted({ type }: AttributeDefinition, text: string): JsonValue | undefined {
  switch (type) {
    case 'boolean':
      return /^(true|false)$/i.test(text) ? text.toLowerCase() === 'true' : undefined;
    case 'integer':
      return /^-?\d{1,15}$/.test(text) ? Number(text) : undefined;
    case 'decimal':
      return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined;
    default:
      return text;
  }
}

function valuesOf(definition: AttributeDefinition, texts: readonly string[]): JsonValue[] {
  return texts.map((text) => converted(definition, text)).filter((value) => value !== undefined);
}

function child(parent: JsonObject, key: string): JsonObject {
  const known = Object.hasOwn(parent, key) ? parent[key] : undefined;
  if (typeof known === 'object' && known !== null && !Array.isArray(known)) return known;
  const made: JsonObject = {};
  parent[key] = made;
  return made;
}

function elements(parent: JsonObject, key: string): JsonObject[] {
  const known = Object.hasOwn(parent, key) ? parent[key] : undefined;
  if (Array.isArray(known)) return known as JsonObject[];
  const made: JsonObject[] = [];
  parent[key] = made;
  return made;
}

/** A write below the extension's object, if the attribute belongs to one. */
const within =
  (extension: string | undefined, write: Write): Write =>
  (resource, texts) =>
    write(extension === undefined ? resource : child(resource, extension), texts);

function single(name: string, definition: AttributeDefinition): Write {
  return (parent, texts) => {
    const [value] = valuesOf(definition, texts);
    if (value !== undefined) parent[name] = value;
  };
}

/** Each value becomes an element; the first is the primary one where the schema knows such. */
function listed(attribute: AttributeDefinition, sub: AttributeDefinition): Write {
  const hasPrimary = findAttribute(attribute.subAttributes, 'primary') !== undefined;
  return (parent, texts) => {
    const all = valuesOf(sub, texts);
    if (all.length === 0) return;
    parent[attribute.name] = all.map((value, index) => ({
      [sub.name]: value,
      ...(hasPrimary && index === 0 && { primary: true }),
    }));
  };
}

function typed(attribute: AttributeDefinition, type: string, sub: AttributeDefinition): Write {
  return (parent, texts) => {
    const [value] = valuesOf(sub, texts);
    if (value === undefined) return;
    const all = elements(parent, attribute.name);
    const known = all.find((element) => element['type'] === type);
    if (known) known[sub.name] = value;
    else all.push({ type, [sub.name]: value });
  };
}

function compilePath(type: ResourceTypeDefinition, path: string): { write: Write | undefined } | { problem: string } {
  const bracket = bracketPath.exec(path.trim());
  const [, bare = path.trim(), elementType, elementSub] = bracket ?? [];
  const found = isForbiddenName(bare) ? undefined : resolveAttribute(type, bare);
  if (!found) return { problem: `${type.name} has no attribute "${path}"` };
  const { attribute, subAttribute, extension } = found;
  if (extension === undefined && reserved.has(attribute.name))
    return { problem: `"${attribute.name}" can't be mapped` };
  if (attribute.mutability === 'readOnly') return { problem: `"${attribute.name}" is computed` };
  if (elementType !== undefined) {
    const sub = findAttribute(attribute.subAttributes, elementSub ?? 'value');
    const hasTypes = attribute.multiValued && findAttribute(attribute.subAttributes, 'type') !== undefined;
    if (!sub || !hasTypes || subAttribute) return { problem: `"${attribute.name}" has no elements with a type` };
    return { write: within(extension, typed(attribute, elementType, sub)) };
  }
  if (attribute.name === 'manager' && extension !== undefined && !subAttribute) return { write: undefined };
  if (attribute.type !== 'complex') {
    if (!attribute.multiValued) return { write: within(extension, single(attribute.name, attribute)) };
    const write: Write = (parent, texts) => {
      const all = valuesOf(attribute, texts);
      if (all.length > 0) parent[attribute.name] = all;
    };
    return { write: within(extension, write) };
  }
  const sub = subAttribute ?? findAttribute(attribute.subAttributes, 'value');
  if (!sub) return { problem: `"${attribute.name}" has several parts; name one of them` };
  if (attribute.multiValued) return { write: within(extension, listed(attribute, sub)) };
  const write: Write = (parent, texts) => {
    if (texts.length > 0) single(sub.name, sub)(child(parent, attribute.name), texts);
  };
  return { write: within(extension, write) };
}

/** Compiles a mapping of SCIM paths to LDAP attributes for resources of the type. */
export function compileMapping(type: ResourceTypeDefinition, mapping: Readonly<Record<string, string>>): MappingResult {
  const paths: CompiledPath[] = [];
  for (const [path, ldapAttribute] of Object.entries(mapping)) {
    const compiled = compilePath(type, path);
    if ('problem' in compiled) return { ok: false, problem: compiled.problem };
    paths.push({ path, ldapAttribute: ldapAttribute.toLowerCase(), write: compiled.write });
  }
  return {
    ok: true,
    mapping: {
      attributes: [...new Set(Object.values(mapping))],
      read(entry) {
        const resource: JsonObject = {};
        let managerDn: string | undefined;
        for (const { ldapAttribute, write } of paths) {
          const texts = entry.texts(ldapAttribute);
          if (write) write(resource, texts);
          else managerDn ??= texts[0];
        }
        return { resource, managerDn };
      },
    },
  };
}
