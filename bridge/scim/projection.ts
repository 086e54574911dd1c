// Which attributes a response has: `attributes`, `excludedAttributes` and each attribute's `returned` (RFC 7644 §3.9).

import { badRequest } from './errors.ts';
import { isJsonObject, type JsonObject, type JsonValue, own } from './json.ts';
import { fail, ok, type Result } from './result.ts';
import type { AttributeDefinition, AttributePath, Resource, ResourceTypeDefinition } from './schema/model.ts';
import { resolveAttribute, resolveSchema, topLevelPaths } from './schema/resolve.ts';

/** What a client asked for. `names` holds the canonical text of paths, see AttributePath. */
export interface Projection {
  readonly mode: 'default' | 'only' | 'except';
  readonly names: ReadonlySet<string>;
}

export const DEFAULT_PROJECTION: Projection = { mode: 'default', names: new Set() };

/**
 * Parses the two query parameters, comma-separated lists of attribute names, sub-attribute paths or schema URNs. Unknown
 * names are ignored. RFC 7644 §3.9 makes the parameters mutually exclusive: both are 400 `invalidValue`.
 */
export function parseProjection(
  attributes: string | undefined,
  excludedAttributes: string | undefined,
  resourceType: ResourceTypeDefinition,
): Result<Projection> {
  const only = attributes?.trim() ? attributes : undefined;
  const except = excludedAttributes?.trim() ? excludedAttributes : undefined;
  if (only !== undefined && except !== undefined) {
    return fail(badRequest('invalidValue', "attributes and excludedAttributes can't be used together."));
  }
  if (only !== undefined) return ok({ mode: 'only', names: namesIn(only, resourceType) });
  if (except !== undefined) return ok({ mode: 'except', names: namesIn(except, resourceType) });
  return ok(DEFAULT_PROJECTION);
}

function namesIn(list: string, resourceType: ResourceTypeDefinition): Set<string> {
  const names = new Set<string>();
  for (const item of list.split(',')) {
    const name = item.trim();
    const schema = resolveSchema(resourceType, name, { looseExtensionNames: true });
    if (schema === undefined) {
      const path = resolveAttribute(resourceType, name, { looseExtensionNames: true });
      if (path !== undefined) names.add(path.text);
    } else {
      const prefix = schema.extension === undefined ? '' : `${schema.extension}:`;
      for (const attribute of schema.schema.attributes) names.add(`${prefix}${attribute.name}`);
    }
  }
  return names;
}

/**
 * Whether the response has any part of a core attribute that is `returned: default` (`members`, `groups`), so that
 * loading it can be skipped when it does not. The name is in the schema's spelling.
 */
export function wantsAttribute({ mode, names }: Projection, attribute: string): boolean {
  if (mode === 'default') return true;
  if (mode === 'except') return !names.has(attribute);
  return names.has(attribute) || [...names].some((name) => name.startsWith(`${attribute}.`));
}

/** Whether the response has all of such an attribute's sub-attributes that are `returned: default`. */
export function wantsWhole({ mode, names }: Projection, attribute: string): boolean {
  if (mode === 'default') return true;
  if (mode === 'only') return names.has(attribute);
  return !names.has(attribute) && ![...names].some((name) => name.startsWith(`${attribute}.`));
}

/** The resource as the client gets it: what is not in a schema or `returned: never` is never there. */
export function project(
  resourceType: ResourceTypeDefinition,
  resource: Resource,
  projection: Projection = DEFAULT_PROJECTION,
): Resource {
  const projected: Resource = {};
  for (const path of topLevelPaths(resourceType)) {
    if (!isWanted(path.attribute, path.text, projection)) continue;
    const container = path.extension === undefined ? resource : own(resource, path.extension);
    const value = isJsonObject(container) ? own(container, path.attribute.name) : undefined;
    const kept = value === undefined ? undefined : projectValue(path, value, projection);
    if (kept === undefined) continue;
    const target = path.extension === undefined ? projected : extensionOf(projected, path.extension);
    target[path.attribute.name] = kept;
  }
  return projected;
}

function extensionOf(resource: Resource, extension: string): JsonObject {
  const existing = own(resource, extension);
  if (isJsonObject(existing)) return existing;
  const created: JsonObject = {};
  resource[extension] = created;
  return created;
}

function isWanted(attribute: AttributeDefinition, text: string, { mode, names }: Projection): boolean {
  if (attribute.returned === 'always') return true;
  if (attribute.returned === 'never') return false;
  if (mode === 'except') return attribute.returned === 'default' && !names.has(text);
  if (mode === 'only') {
    return names.has(text) || (attribute.subAttributes ?? []).some((sub) => names.has(`${text}.${sub.name}`));
  }
  return attribute.returned === 'default';
}

function projectValue(path: AttributePath, value: JsonValue, projection: Projection): JsonValue | undefined {
  const { subAttributes } = path.attribute;
  if (subAttributes === undefined) return value;
  const wanted = subAttributes.filter((sub) => isSubWanted(sub, path.text, projection));
  if (Array.isArray(value)) {
    return value.map((element) => (isJsonObject(element) ? pick(element, wanted) : element)).filter(hasContent);
  }
  if (!isJsonObject(value)) return value;
  const picked = pick(value, wanted);
  return hasContent(picked) ? picked : undefined;
}

function isSubWanted(sub: AttributeDefinition, parent: string, { mode, names }: Projection): boolean {
  if (sub.returned === 'always') return true;
  if (sub.returned === 'never') return false;
  if (mode === 'only') return names.has(`${parent}.${sub.name}`) || (names.has(parent) && sub.returned === 'default');
  return sub.returned === 'default' && !(mode === 'except' && names.has(`${parent}.${sub.name}`));
}

function pick(object: JsonObject, wanted: readonly AttributeDefinition[]): JsonObject {
  const picked: JsonObject = {};
  for (const { name } of wanted) {
    const value = own(object, name);
    if (value !== undefined) picked[name] = value;
  }
  return picked;
}

function hasContent(value: JsonValue): boolean {
  return !isJsonObject(value) || Object.keys(value).length > 0;
}
