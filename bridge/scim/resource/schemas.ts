// The `schemas` attribute: what a client sends is checked, what is stored follows from the content.

import { badRequest, quote, type ScimError } from '../errors.ts';
import { forgives } from '../interop/tolerances.ts';
import { own } from '../json.ts';
import type { Resource, ResourceTypeDefinition } from '../schema/model.ts';
import { resolveSchema } from '../schema/resolve.ts';
import type { ValueOptions } from './options.ts';

/** The core schema and each extension the resource has attributes of. */
export function schemasOf(resourceType: ResourceTypeDefinition, resource: Resource): string[] {
  const extensions = resourceType.extensions.map(({ schema }) => schema.id);
  return [resourceType.schema.id, ...extensions.filter((id) => own(resource, id) !== undefined)];
}

/**
 * Checks a body's `schemas` (RFC 7643 §3). SCIM 1.1 is always refused: its bodies mean other things. Apart from that,
 * whatever stands there is accepted where loose schemas are tolerated, since clients forget and invent URNs; otherwise
 * the core schema must be named and no unknown one. 400 `invalidSyntax`.
 */
export function checkSchemas(
  resourceType: ResourceTypeDefinition,
  body: Record<string, unknown>,
  options: ValueOptions,
): ScimError | undefined {
  const schemas = entryOf(body, 'schemas');
  const list: unknown[] = Array.isArray(schemas) ? schemas : [schemas];
  const urns = list.filter((urn) => typeof urn === 'string');
  const namesCore = urns.some((urn) => urn.toLowerCase() === resourceType.schema.id.toLowerCase());
  if (!namesCore && urns.some((urn) => urn.toLowerCase().startsWith('urn:scim:schemas:'))) {
    return badRequest('invalidSyntax', 'This server speaks SCIM 2.0; the body names a schema of SCIM 1.1.');
  }
  const isList = Array.isArray(schemas) && urns.length === list.length && namesCore;
  const foreign = urns.find((urn) => resolveSchema(resourceType, urn) === undefined);
  if ((isList && foreign === undefined) || forgives(options, 'looseSchemas')) return undefined;
  return badRequest(
    'invalidSyntax',
    isList && foreign !== undefined
      ? `${resourceType.name} does not have the schema ${quote(foreign)}.`
      : `schemas must be an array that names ${quote(resourceType.schema.id)}.`,
  );
}

/**
 * Whether a member of an extension's object only says again which schema that object is of. Client libraries that model
 * extensions as resources send it, and RFC 7643 §3 has `schemas` speak of "the current JSON structure".
 */
export function repeatsSchema(name: string, value: unknown, urn: string): boolean {
  const isUrn = (item: unknown) => typeof item === 'string' && item.toLowerCase() === urn.toLowerCase();
  return name.toLowerCase() === 'schemas' && Array.isArray(value) && value.every(isUrn);
}

/** The value of a property whose name may be in another case. */
export function entryOf(object: Record<string, unknown>, name: string): unknown {
  if (Object.hasOwn(object, name)) return object[name];
  const key = Object.keys(object).find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : object[key];
}
