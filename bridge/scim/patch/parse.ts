// Reads the body of a PATCH into operations, each with one resolved target (RFC 7644 §3.5.2).

import { badRequest, quote, type ScimError, scimError } from '../errors.ts';
import { forgives } from '../interop/tolerances.ts';
import { isObject } from '../json.ts';
import { type PatchPath, parsePath } from '../path/path.ts';
import type { ValueOptions } from '../resource/options.ts';
import { entryOf, repeatsSchema } from '../resource/schemas.ts';
import { checkText } from '../resource/text.ts';
import { isUnassigned } from '../resource/values.ts';
import { fail, ok, type Result } from '../result.ts';
import type { ResourceTypeDefinition } from '../schema/model.ts';
import { isForbiddenName } from '../schema/resolve.ts';
import type { PatchOperation } from './types.ts';

export const PATCH_OP_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

export interface PatchOptions extends ValueOptions {
  readonly maxOperations?: number;
}

/** What clients are used to elsewhere is 100 member changes per request. */
export const DEFAULT_MAX_OPERATIONS = 1_000;

/** Characters of all paths together; a filter in a path takes time to be read. */
const MAX_PATH_LENGTH = 200_000;

/** A pathless operation counts once per key, within this multiple of the limit. */
const KEYS_PER_OPERATION = 4;

type OpName = PatchOperation['op'];

interface RawOperation {
  readonly op: OpName;
  readonly path: string | undefined;
  readonly value: unknown;
}

/**
 * Parses a PatchOp message. Names of operations and members compare without case. A pathless operation becomes one per
 * key of its value, so that dotted, URN and value-path keys mean what they mean as paths; operations on unknown attributes
 * are left out where those are tolerated.
 *
 * 400 `invalidSyntax` for a bad message, `noTarget` for a remove without path, `invalidPath` and `invalidFilter` for bad
 * paths, `invalidValue` for a missing value. Too many operations are 413, as RFC 7644 §3.7.4 has it for bulk requests:
 * `tooMany` would speak of search results.
 */
export function parsePatch(
  body: unknown,
  resourceType: ResourceTypeDefinition,
  options: PatchOptions,
): Result<PatchOperation[]> {
  if (!isObject(body)) return fail(badRequest('invalidSyntax', 'The body must be a JSON object.'));
  const error = checkText(body, options) ?? checkMessage(body, options);
  if (error !== undefined) return fail(error);
  const list = entryOf(body, 'Operations');
  if (!Array.isArray(list) || list.length === 0) {
    return fail(badRequest('invalidSyntax', 'Operations must be an array with at least one operation.'));
  }
  const limit = options.maxOperations ?? DEFAULT_MAX_OPERATIONS;
  if (list.length > limit) return fail(tooManyOperations(limit));

  const operations: PatchOperation[] = [];
  let pathLength = 0;
  for (const item of list) {
    const raw = readOperation(item);
    if (!raw.ok) return raw;
    pathLength += pathLengthOf(raw.value);
    if (pathLength > MAX_PATH_LENGTH) {
      return fail(scimError(413, `The paths of a PATCH can have ${MAX_PATH_LENGTH} characters at most.`));
    }
    const resolved = resolveOperation(raw.value, resourceType, options);
    if (!resolved.ok) return resolved;
    operations.push(...resolved.value);
    if (operations.length > limit * KEYS_PER_OPERATION) return fail(tooManyOperations(limit));
  }
  return ok(operations);
}

function tooManyOperations(limit: number): ScimError {
  return scimError(413, `A PATCH can have ${limit} operations at most; send the rest in another request.`);
}

function checkMessage(body: Record<string, unknown>, options: PatchOptions): ScimError | undefined {
  const schemas = entryOf(body, 'schemas');
  const isNamed = Array.isArray(schemas) && schemas.includes(PATCH_OP_SCHEMA);
  return isNamed || forgives(options, 'looseSchemas')
    ? undefined
    : badRequest('invalidSyntax', `schemas must be ["${PATCH_OP_SCHEMA}"].`);
}

function readOperation(item: unknown): Result<RawOperation> {
  if (!isObject(item)) return fail(badRequest('invalidSyntax', 'Each operation must be an object.'));
  const op = opName(entryOf(item, 'op'));
  if (op === undefined) return fail(badRequest('invalidSyntax', 'op must be "add", "remove" or "replace".'));
  const path = entryOf(item, 'path');
  if (path !== undefined && path !== null && typeof path !== 'string') {
    return fail(badRequest('invalidPath', 'path must be a string.'));
  }
  const text = path?.trim();
  return ok({ op, path: text === '' ? undefined : text, value: entryOf(item, 'value') });
}

/** Without a path, the keys of the value are paths. */
function pathLengthOf({ path, value }: RawOperation): number {
  if (path !== undefined) return path.length;
  return isObject(value) ? Object.keys(value).reduce((sum, key) => sum + key.length, 0) : 0;
}

function opName(raw: unknown): OpName | undefined {
  const lower = typeof raw === 'string' ? raw.toLowerCase() : '';
  return lower === 'add' || lower === 'remove' || lower === 'replace' ? lower : undefined;
}

function resolveOperation(
  raw: RawOperation,
  resourceType: ResourceTypeDefinition,
  options: PatchOptions,
): Result<PatchOperation[]> {
  const { op, value } = raw;
  if (raw.path === undefined) {
    if (op === 'remove') return fail(badRequest('noTarget', 'A remove operation needs a path.'));
    if (!isObject(value)) return fail(badRequest('invalidValue', `Without a path, ${op} needs an object as value.`));
    return expand(op, value, '', resourceType, options);
  }
  const path = parsePath(raw.path, resourceType, options);
  if (!path.ok) return path;
  if (path.value.kind === 'unknown') return ok([]);
  // OneLogin adds a member by its value path alone; the filter says all there is to say.
  const filterSaysAll = op === 'add' && path.value.kind === 'elements';
  if (value === undefined && op !== 'remove' && !(filterSaysAll && forgives(options, 'createOnMiss'))) {
    return fail(badRequest('invalidValue', `${op} ${quote(raw.path)} needs a value.`));
  }
  if (path.value.kind === 'schema') return resolveSchemaOperation(op, value, path.value, resourceType, options);
  return ok([{ op, path: path.value, value, pathless: false }]);
}

/** A schema's URN as target: its value is an object of that schema's attributes. */
function resolveSchemaOperation(
  op: OpName,
  value: unknown,
  path: Extract<PatchPath, { kind: 'schema' }>,
  resourceType: ResourceTypeDefinition,
  options: PatchOptions,
): Result<PatchOperation[]> {
  const urn = path.schema.id;
  if (op === 'remove' || isUnassigned(value)) {
    if (op === 'add') return ok([]);
    if (path.extension === undefined) return fail(badRequest('noTarget', `${quote(urn)} can't be removed.`));
    return ok([{ op: 'remove', path, value: undefined, pathless: false }]);
  }
  if (!isObject(value)) return fail(badRequest('invalidValue', `${quote(urn)} must be an object.`));
  return expand(op, value, `${urn}:`, resourceType, options);
}

function expand(
  op: OpName,
  object: Record<string, unknown>,
  prefix: string,
  resourceType: ResourceTypeDefinition,
  options: PatchOptions,
): Result<PatchOperation[]> {
  const operations: PatchOperation[] = [];
  for (const [key, value] of Object.entries(object)) {
    if (prefix !== '' && repeatsSchema(key, value, prefix.slice(0, -1))) continue;
    const path = parseKey(key, prefix, resourceType, options);
    if (!path.ok) return path;
    if (path.value.kind === 'unknown') continue;
    if (path.value.kind === 'schema') {
      const inner = resolveSchemaOperation(op, value, path.value, resourceType, options);
      if (!inner.ok) return inner;
      operations.push(...inner.value);
    } else {
      operations.push({ op, path: path.value, value, pathless: true });
    }
  }
  return ok(operations);
}

function parseKey(
  key: string,
  prefix: string,
  resourceType: ResourceTypeDefinition,
  options: PatchOptions,
): Result<PatchPath> {
  const path = parsePath(`${prefix}${key}`, resourceType, options);
  if (!path.ok) {
    const isJustAName = !key.includes('[') && !key.split(/[.:]/).some(isForbiddenName);
    return isJustAName && forgives(options, 'unknownAttributes') ? ok({ kind: 'unknown', text: key }) : path;
  }
  const isSchema = path.value.kind === 'schema' && prefix === '';
  const isName = path.value.kind === 'attribute' && path.value.path.subAttribute === undefined;
  if (isSchema || isName || path.value.kind === 'unknown' || forgives(options, 'pathKeys')) return path;
  return fail(badRequest('invalidPath', `${quote(key)} is not the name of an attribute.`));
}
