// Reads the body of a POST to /Bulk (RFC 7644 §3.7). What is wrong with one operation fails that operation only.

import { badRequest, quote, type ScimError, scimError } from '../errors.ts';
import { forgives, type ToleranceOptions } from '../interop/tolerances.ts';
import { isObject } from '../json.ts';
import { entryOf } from '../resource/schemas.ts';
import { checkNames, checkText } from '../resource/text.ts';
import { fail, ok, type Result } from '../result.ts';
import type { ResourceTypeDefinition } from '../schema/model.ts';
import type { BadBulkOperation, BulkMethod, BulkOperation, BulkRequest, BulkTarget } from './types.ts';

export const BULK_REQUEST_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';

export interface BulkOptions extends Pick<ToleranceOptions, 'looseSchemas' | 'used'> {
  readonly resourceTypes: readonly ResourceTypeDefinition[];
  readonly maxOperations: number;
}

const methods: readonly BulkMethod[] = ['POST', 'PUT', 'PATCH', 'DELETE'];
/** Ample for any counter or UUID; bulkIds are echoed in the response. */
const maxBulkIdLength = 256;
const bulkIdPrefix = 'bulkId:';

/**
 * Parses a BulkRequest message. 400 `invalidSyntax` for a bad message, 400 `invalidValue` for a bad failOnErrors, 413
 * naming the limit for too many operations.
 */
export function parseBulkRequest(body: unknown, options: BulkOptions): Result<BulkRequest> {
  if (!isObject(body)) return fail(badRequest('invalidSyntax', 'The body must be a JSON object.'));
  const tooMany = checkNames(body);
  if (tooMany !== undefined) return fail(tooMany);
  const schemas = entryOf(body, 'schemas');
  const isNamed = Array.isArray(schemas) && schemas.includes(BULK_REQUEST_SCHEMA);
  if (!isNamed && !forgives(options, 'looseSchemas')) {
    return fail(badRequest('invalidSyntax', `schemas must be ["${BULK_REQUEST_SCHEMA}"].`));
  }
  const list = entryOf(body, 'Operations');
  if (!Array.isArray(list) || list.length === 0) {
    return fail(badRequest('invalidSyntax', 'Operations must be an array with at least one operation.'));
  }
  if (list.length > options.maxOperations) return fail(tooManyOperations(options.maxOperations));
  const failOnErrors = entryOf(body, 'failOnErrors') ?? 0;
  if (typeof failOnErrors !== 'number' || !Number.isInteger(failOnErrors) || failOnErrors < 0) {
    return fail(badRequest('invalidValue', 'failOnErrors must be a whole number.'));
  }

  const operations: BulkOperation[] = [];
  const bad: BadBulkOperation[] = [];
  const bulkIds = new Set<string>();
  for (const [index, item] of list.entries()) {
    const read = readOperation(item, index, options.resourceTypes);
    if ('error' in read) {
      bad.push(read);
    } else if (read.bulkId !== undefined && bulkIds.has(read.bulkId)) {
      bad.push(refused(read, badRequest('invalidValue', `The bulkId ${quote(read.bulkId)} is given twice.`)));
    } else {
      if (read.bulkId !== undefined) bulkIds.add(read.bulkId);
      operations.push(read);
    }
  }
  return ok({ failOnErrors: failOnErrors === 0 ? undefined : failOnErrors, operations, bad });
}

function tooManyOperations(limit: number): ScimError {
  return scimError(413, `The bulk request has more than the ${limit} operations that maxOperations allows.`);
}

function refused(
  operation: { index: number; method: string | undefined; bulkId: string | undefined },
  error: ScimError,
): BadBulkOperation {
  return { index: operation.index, method: operation.method, bulkId: operation.bulkId, error };
}

function readOperation(
  item: unknown,
  index: number,
  resourceTypes: readonly ResourceTypeDefinition[],
): BulkOperation | BadBulkOperation {
  const nothing = { index, method: undefined, bulkId: undefined };
  if (!isObject(item)) return refused(nothing, badRequest('invalidSyntax', 'Each operation must be an object.'));
  const tooMany = checkNames(item);
  if (tooMany !== undefined) return refused(nothing, tooMany);
  const given = textEntries(item);
  if (!given.ok) return refused(nothing, given.error);
  const { method: methodText, path, bulkId, version } = given.value;
  const method = methods.find((candidate) => candidate === methodText?.toUpperCase());
  const known = { index, method, bulkId };
  if (method === undefined) {
    return refused(known, badRequest('invalidSyntax', 'method must be POST, PUT, PATCH or DELETE.'));
  }
  const place = readPath(path, method, resourceTypes);
  if (!place.ok) return refused(known, place.error);
  const data = entryOf(item, 'data');
  if (method !== 'DELETE' && !isObject(data)) {
    return refused(known, badRequest('invalidSyntax', `A ${method} operation needs an object as data.`));
  }
  return { index, method, ...place.value, bulkId, version, data };
}

type TextEntries = Partial<Record<'method' | 'path' | 'bulkId' | 'version', string>>;

function textEntries(item: Record<string, unknown>): Result<TextEntries> {
  const entries: TextEntries = {};
  for (const name of ['method', 'path', 'bulkId', 'version'] as const) {
    const value = entryOf(item, name);
    if (value === undefined || value === null || value === '') continue;
    if (typeof value !== 'string') return fail(badRequest('invalidSyntax', `${name} must be a string.`));
    const error = checkText(value);
    if (error !== undefined) return fail(error);
    entries[name] = value;
  }
  if (entries.bulkId !== undefined && entries.bulkId.length > maxBulkIdLength) {
    return fail(badRequest('invalidValue', `bulkId may have at most ${maxBulkIdLength} characters.`));
  }
  return ok(entries);
}

type Place = Pick<BulkOperation, 'resourceType' | 'target' | 'attributes' | 'excludedAttributes'>;

/** `/Users`, `/Users/{id}` or `/Users/bulkId:{bulkId}`, each with an optional query for the projection. */
function readPath(
  text: string | undefined,
  method: BulkMethod,
  resourceTypes: readonly ResourceTypeDefinition[],
): Result<Place> {
  if (text === undefined) return fail(badRequest('invalidSyntax', 'Each operation needs a path.'));
  const [path = '', query = ''] = text.split('?', 2);
  const [endpoint, id, ...rest] = path.replace(/^\//, '').replace(/\/$/, '').split('/');
  const resourceType = resourceTypes.find((type) => type.endpoint === `/${endpoint}`);
  if (resourceType === undefined || rest.length > 0) {
    return fail(scimError(404, `There is no endpoint ${quote(path)} for bulk operations.`));
  }
  if (method === 'POST' && id !== undefined) {
    return fail(badRequest('invalidSyntax', `A POST operation goes to ${resourceType.endpoint}, not to a resource.`));
  }
  if (method !== 'POST' && id === undefined) {
    return fail(badRequest('invalidSyntax', `A ${method} operation needs the id of a resource in its path.`));
  }
  const parameters = new URLSearchParams(query);
  return ok({
    resourceType,
    target: targetOf(id),
    attributes: parameters.get('attributes') ?? undefined,
    excludedAttributes: parameters.get('excludedAttributes') ?? undefined,
  });
}

function targetOf(segment: string | undefined): BulkTarget {
  if (segment === undefined) return { kind: 'new' };
  const id = decoded(segment);
  return id.startsWith(bulkIdPrefix) ? { kind: 'bulkId', bulkId: id.slice(bulkIdPrefix.length) } : { kind: 'id', id };
}

/** A segment with broken escapes is nobody's id as it stands. */
function decoded(segment: string): string {
  return /%(?![0-9a-f]{2})/i.test(segment) ? segment : safelyDecoded(segment);
}

function safelyDecoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
