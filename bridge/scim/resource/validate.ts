// Reads the body of a POST or PUT into a resource in canonical form.

import { badRequest, quote, type ScimError } from '../errors.ts';
import { isJsonObject, isObject, type JsonObject, type JsonValue, own } from '../json.ts';
import { fail, ok, type Result } from '../result.ts';
import { membersAttribute } from '../schema/group-schema.ts';
import type { AttributeDefinition, AttributePath, Resource, ResourceTypeDefinition } from '../schema/model.ts';
import { resolveAttribute, resolveSchema, topLevelPaths } from '../schema/resolve.ts';
import { checkRequiredParts } from './declared-rules.ts';
import { type MemberRef, readMembers } from './members.ts';
import type { ValueOptions } from './options.ts';
import { checkSchemas, repeatsSchema, schemasOf } from './schemas.ts';
import { checkText } from './text.ts';
import { isBlank, isUnassigned, readValue, unknownName } from './values.ts';

export interface ValidResource {
  /** Without `id`, `meta`, `members` and `password`; attributes in the schema's order. */
  readonly resource: Resource;
  /** Absent when the client sent none; a PUT without it keeps the password. */
  readonly password?: string;
  /** Absent when the client did not mention members; null and `[]` are an empty list. */
  readonly members?: readonly MemberRef[];
}

/** What a client sent, sorted out by attribute. */
type Found = Map<AttributePath, unknown>;

/**
 * Validates a body for creation or replacement (RFC 7644 §3.3, §3.5.1). readOnly attributes are ignored; unknown ones
 * are dropped where tolerated, else 400 `invalidSyntax`. Wrong types, missing or blank required attributes, two primaries
 * and text that can't be stored are 400 `invalidValue`.
 */
export function validate(
  resourceType: ResourceTypeDefinition,
  input: unknown,
  mode: 'create' | 'replace',
  options: ValueOptions,
): Result<ValidResource> {
  if (!isObject(input)) return fail(badRequest('invalidSyntax', 'The body must be a JSON object.'));
  const textError = checkText(input, options) ?? checkSchemas(resourceType, input, options);
  if (textError !== undefined) return fail(textError);
  const found = collect(resourceType, input, options);
  if (!found.ok) return found;

  const resource: Resource = {};
  let password: string | undefined;
  let members: readonly MemberRef[] | undefined;
  for (const path of topLevelPaths(resourceType)) {
    const { attribute } = path;
    if (attribute.mutability === 'readOnly' || attribute.name === 'schemas') continue;
    const raw = found.value.get(path);
    if (attribute === membersAttribute) {
      if (!found.value.has(path)) continue;
      const read = readMembers(raw, options);
      if (!read.ok) return read;
      members = read.value;
      continue;
    }
    const value = readValue(attribute, raw, options, path.text);
    if (!value.ok) return value;
    const missing = path.extension === undefined && checkRequired(attribute, value.value, resourceType, mode);
    if (missing) return fail(missing);
    if (value.value === undefined) continue;
    if (attribute.mutability === 'writeOnly') {
      if (typeof value.value === 'string') password = value.value;
    } else {
      put(resource, path, value.value);
    }
  }
  const missing = checkRequiredParts(resourceType, resource);
  if (missing !== undefined) return fail(missing);
  return ok({
    resource: { schemas: schemasOf(resourceType, resource), ...resource },
    ...(password === undefined ? {} : { password }),
    ...(members === undefined ? {} : { members }),
  });
}

/** The error for a required attribute that is unassigned or blank, else undefined. */
function checkRequired(
  attribute: AttributeDefinition,
  value: JsonValue | undefined,
  resourceType: ResourceTypeDefinition,
  mode: 'create' | 'replace',
): ScimError | undefined {
  if (!attribute.required || !isBlank(value)) return undefined;
  return badRequest('invalidValue', `${attribute.name} is required to ${mode} a ${resourceType.name}.`);
}

function put(resource: Resource, path: AttributePath, value: JsonValue): void {
  if (path.extension === undefined) {
    resource[path.attribute.name] = value;
    return;
  }
  const existing = own(resource, path.extension);
  const container: JsonObject = isJsonObject(existing) ? existing : {};
  container[path.attribute.name] = value;
  resource[path.extension] = container;
}

function collect(
  resourceType: ResourceTypeDefinition,
  input: Record<string, unknown>,
  options: ValueOptions,
): Result<Found> {
  const found: Found = new Map();
  const misplaced: Found = new Map();
  for (const [key, raw] of Object.entries(input)) {
    const schema = resolveSchema(resourceType, key, options);
    const error =
      schema === undefined
        ? collectAttribute(resourceType, key, raw, found, misplaced, options)
        : collectSchema(resourceType, schema.schema.id, raw, found, options);
    if (error !== undefined) return fail(error);
  }
  // Entra sends unmapped extension attributes as nulls at the root: what stands in its proper place wins over those.
  for (const [path, raw] of misplaced) {
    if (!found.has(path)) found.set(path, raw);
  }
  return ok(found);
}

function collectAttribute(
  resourceType: ResourceTypeDefinition,
  key: string,
  raw: unknown,
  found: Found,
  misplaced: Found,
  options: ValueOptions,
): ScimError | undefined {
  const path = resolveAttribute(resourceType, key, options);
  if (path === undefined || path.subAttribute !== undefined) return unknownName(key, resourceType.name, options);
  const isMisplaced = path.extension !== undefined && !key.includes(':');
  return remember(isMisplaced ? misplaced : found, path, raw);
}

/** The object under a schema's URN. */
function collectSchema(
  resourceType: ResourceTypeDefinition,
  urn: string,
  raw: unknown,
  found: Found,
  options: ValueOptions,
): ScimError | undefined {
  if (isUnassigned(raw)) return undefined;
  if (!isObject(raw)) return badRequest('invalidValue', `${quote(urn)} must be an object.`);
  for (const [name, value] of Object.entries(raw)) {
    if (repeatsSchema(name, value, urn)) continue;
    const path = name.includes(':') ? undefined : resolveAttribute(resourceType, `${urn}:${name}`);
    const error =
      path === undefined || path.subAttribute !== undefined
        ? unknownName(name, quote(urn), options)
        : remember(found, path, value);
    if (error !== undefined) return error;
  }
  return undefined;
}

/** Names that differ only in case are one attribute; given twice, neither value is more right than the other. */
function remember(found: Found, path: AttributePath, raw: unknown): ScimError | undefined {
  if (found.has(path)) return badRequest('invalidValue', `${path.text} is given twice.`);
  found.set(path, raw);
  return undefined;
}
