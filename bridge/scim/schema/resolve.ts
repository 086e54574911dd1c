// From a name a client wrote to the definition it means: tables built once per resource type.

import { forgives, type ToleranceOptions } from '../interop/tolerances.ts';
import { URN_ALIASES } from '../interop/urn-aliases.ts';
import { commonAttributes } from './common-attributes.ts';
import type { AttributeDefinition, AttributePath, ResourceTypeDefinition, SchemaDefinition } from './model.ts';

/** Extension attributes without their URN, and known misspellings of URNs, may be forgiven. */
export type ResolveOptions = Pick<ToleranceOptions, 'looseExtensionNames' | 'used'>;

/** A schema of a resource type; `extension` is its key in the resource and undefined for the core schema. */
export interface ResolvedSchema {
  readonly schema: SchemaDefinition;
  readonly extension: string | undefined;
}

interface ResourceTypeIndex {
  /** All in lower case: `username`, `name.givenname`, `urn:…:user:username`. */
  readonly paths: ReadonlyMap<string, AttributePath>;
  readonly loosePaths: ReadonlyMap<string, AttributePath>;
  readonly schemas: ReadonlyMap<string, ResolvedSchema>;
  readonly looseSchemas: ReadonlyMap<string, ResolvedSchema>;
  readonly topLevel: readonly AttributePath[];
}

const indexes = new WeakMap<ResourceTypeDefinition, ResourceTypeIndex>();

/**
 * Resolves an attribute path: `userName`, `name.givenName`, with or without a schema URN in front. Names compare
 * without case (RFC 7643 §2.1). The URN is matched as a whole against the known schemas, so the dot of "2.0" and colons
 * never mislead. Undefined when there is no such attribute.
 */
export function resolveAttribute(
  resourceType: ResourceTypeDefinition,
  text: string,
  options: ResolveOptions = {},
): AttributePath | undefined {
  const index = indexOf(resourceType);
  const key = text.toLowerCase();
  return index.paths.get(key) ?? looselyNamed(index.loosePaths.get(key), options);
}

/** Resolves the URN of the core schema or of an extension, without case. */
export function resolveSchema(
  resourceType: ResourceTypeDefinition,
  urn: string,
  options: ResolveOptions = {},
): ResolvedSchema | undefined {
  const index = indexOf(resourceType);
  const key = urn.toLowerCase();
  return index.schemas.get(key) ?? looselyNamed(index.looseSchemas.get(key), options);
}

function looselyNamed<T>(found: T | undefined, options: ResolveOptions): T | undefined {
  return found !== undefined && forgives(options, 'looseExtensionNames') ? found : undefined;
}

/** The path of a sub-attribute, by its name without case; `path` must not have one yet. */
export function resolveSubAttribute(
  resourceType: ResourceTypeDefinition,
  path: AttributePath,
  name: string,
): AttributePath | undefined {
  return indexOf(resourceType).paths.get(`${path.text}.${name}`.toLowerCase());
}

/** Finds a definition by name without case among sub-attributes or the attributes of a schema. */
export function findAttribute(
  attributes: readonly AttributeDefinition[] | undefined,
  name: string,
): AttributeDefinition | undefined {
  const exact = attributes?.find((attribute) => attribute.name === name);
  if (exact !== undefined) return exact;
  const key = name.toLowerCase();
  return attributes?.find((attribute) => attribute.name.toLowerCase() === key);
}

/** Every top-level attribute of the resource type in the order of its schemas: common, core, extensions. */
export function topLevelPaths(resourceType: ResourceTypeDefinition): readonly AttributePath[] {
  return indexOf(resourceType).topLevel;
}

/** Names that JavaScript would follow to a prototype; never attribute names, whatever a client writes. */
export function isForbiddenName(name: string): boolean {
  return name === '__proto__' || name === 'constructor' || name === 'prototype';
}

function indexOf(resourceType: ResourceTypeDefinition): ResourceTypeIndex {
  const known = indexes.get(resourceType);
  if (known !== undefined) return known;
  const index = buildIndex(resourceType);
  indexes.set(resourceType, index);
  return index;
}

function buildIndex(resourceType: ResourceTypeDefinition): ResourceTypeIndex {
  const paths = new Map<string, AttributePath>();
  const loosePaths = new Map<string, AttributePath>();
  const schemas = new Map<string, ResolvedSchema>();
  const looseSchemas = new Map<string, ResolvedSchema>();
  const coreUrn = resourceType.schema.id.toLowerCase();

  for (const attribute of [...commonAttributes, ...resourceType.schema.attributes]) {
    for (const path of pathsOf(attribute, undefined)) {
      const key = path.text.toLowerCase();
      paths.set(key, path);
      paths.set(`${coreUrn}:${key}`, path);
    }
  }
  schemas.set(coreUrn, { schema: resourceType.schema, extension: undefined });
  for (const { schema } of resourceType.extensions) {
    const resolved = { schema, extension: schema.id };
    const aliases = [...URN_ALIASES].filter(([, id]) => id === schema.id).map(([alias]) => alias);
    schemas.set(schema.id.toLowerCase(), resolved);
    for (const alias of aliases) looseSchemas.set(alias, resolved);
    for (const path of schema.attributes.flatMap((attribute) => pathsOf(attribute, schema.id))) {
      const bare = path.text.slice(schema.id.length + 1).toLowerCase();
      paths.set(path.text.toLowerCase(), path);
      // Of two extensions that have the name, the first is meant: a declared schema takes nothing from the enterprise one.
      if (!paths.has(bare) && !loosePaths.has(bare)) loosePaths.set(bare, path);
      for (const alias of aliases) loosePaths.set(`${alias}:${bare}`, path);
    }
  }
  const topLevel = [...new Set(paths.values())].filter((path) => path.subAttribute === undefined);
  return { paths, loosePaths, schemas, looseSchemas, topLevel };
}

function pathsOf(attribute: AttributeDefinition, extension: string | undefined): AttributePath[] {
  const text = extension === undefined ? attribute.name : `${extension}:${attribute.name}`;
  const own: AttributePath = { text, extension, attribute, subAttribute: undefined, leaf: attribute };
  const sub = (attribute.subAttributes ?? []).map(
    (subAttribute): AttributePath => ({
      text: `${text}.${subAttribute.name}`,
      extension,
      attribute,
      subAttribute,
      leaf: subAttribute,
    }),
  );
  return [own, ...sub].map((path) => Object.freeze(path));
}
