// The target of a PATCH operation (RFC 7644 §3.5.2, figure 1).

import { badRequest, quote } from '../errors.ts';
import { checkElementFilter } from '../filter/check.ts';
import { parseBracketPath } from '../filter/parse.ts';
import type { TypedFilter } from '../filter/typed.ts';
import { forgives, type ToleranceOptions } from '../interop/tolerances.ts';
import { fail, ok, type Result } from '../result.ts';
import type { AttributeDefinition, AttributePath, ResourceTypeDefinition, SchemaDefinition } from '../schema/model.ts';
import { isForbiddenName, resolveAttribute, resolveSchema, resolveSubAttribute } from '../schema/resolve.ts';

export type PatchPath =
  /** `userName`, `name.givenName`, `urn:…:User:department`. */
  | { readonly kind: 'attribute'; readonly path: AttributePath }
  /** `emails[type eq "work"]`, `emails[type eq "work"].value`. `path` is the multi-valued attribute. */
  | {
      readonly kind: 'elements';
      readonly path: AttributePath;
      readonly filter: TypedFilter;
      readonly subAttribute: AttributeDefinition | undefined;
    }
  /** The bare URN of a schema; `extension` is undefined for the core schema. */
  | { readonly kind: 'schema'; readonly schema: SchemaDefinition; readonly extension: string | undefined }
  /** An attribute that no schema defines; only where unknown attributes are tolerated. */
  | { readonly kind: 'unknown'; readonly text: string };

/** Where unknown attributes are forgiven, what no schema defines becomes `unknown` instead of 400 `invalidPath`. */
export type PathOptions = Pick<
  ToleranceOptions,
  'unknownAttributes' | 'looseExtensionNames' | 'unquotedFilterValues' | 'used'
>;

/**
 * Parses and resolves a PATCH path. Attribute names and URNs compare without case, and a URN is recognised as a whole
 * among the schemas of the resource type. 400 `invalidPath` for bad syntax or an unknown attribute, 400
 * `invalidFilter` for what is wrong between brackets.
 */
export function parsePath(
  text: string,
  resourceType: ResourceTypeDefinition,
  options: PathOptions = {},
): Result<PatchPath> {
  const plain = resolvePlain(text.trim(), resourceType, options);
  if (plain !== undefined) return ok(plain);

  const parsed = parseBracketPath(text, options);
  if (!parsed.ok) return parsed;
  const { attribute: name, filter, subAttribute: subName } = parsed.value;
  if (name.split(/[.:]/).some(isForbiddenName)) return invalidPath(`${quote(name)} is not an attribute name.`);
  if (/(^|[.:])\.|\.$/.test(name)) return invalidPath(`${quote(name)} lacks a name before or after a dot.`);
  const path = resolveAttribute(resourceType, name, options);
  if (path === undefined || filter === undefined) return unknown(text, resourceType, options);
  if (path.subAttribute !== undefined || !path.attribute.multiValued) {
    return invalidPath(`${quote(name)} has one value at most, so that a filter can't select from it.`);
  }
  const checked = checkElementFilter(filter, resourceType, path);
  if (!checked.ok) return checked;
  if (subName === undefined) return ok({ kind: 'elements', path, filter: checked.value, subAttribute: undefined });
  const subPath = isForbiddenName(subName) ? undefined : resolveSubAttribute(resourceType, path, subName);
  if (subPath === undefined) return unknown(text, resourceType, options);
  return ok({ kind: 'elements', path, filter: checked.value, subAttribute: subPath.leaf });
}

/** A path without brackets. Most are, and a table look-up settles them. */
function resolvePlain(text: string, resourceType: ResourceTypeDefinition, options: PathOptions): PatchPath | undefined {
  const path = resolveAttribute(resourceType, text, options);
  if (path !== undefined) return { kind: 'attribute', path };
  const schema = resolveSchema(resourceType, text, options);
  return schema === undefined ? undefined : { kind: 'schema', ...schema };
}

function unknown(text: string, resourceType: ResourceTypeDefinition, options: PathOptions): Result<PatchPath> {
  if (forgives(options, 'unknownAttributes')) return ok({ kind: 'unknown', text });
  return invalidPath(`${resourceType.name} has no attribute ${quote(text)}.`);
}

function invalidPath(detail: string): Result<never> {
  return fail(badRequest('invalidPath', detail));
}
