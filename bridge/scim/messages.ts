// The envelopes of requests and responses: lists, queries, `meta` (RFC 7644 §3.4, RFC 7643 §3.1).

import { badRequest } from './errors.ts';
import { weakEtag } from './etag.ts';
import { isObject, type JsonObject, type JsonValue } from './json.ts';
import { entryOf } from './resource/schemas.ts';
import { checkText } from './resource/text.ts';
import { fail, ok, type Result } from './result.ts';
import type { Resource, ResourceTypeDefinition } from './schema/model.ts';

export const LIST_RESPONSE_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
export const SEARCH_REQUEST_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';

export interface ListPage {
  readonly resources: readonly JsonObject[];
  /** Of all matches, whatever the page. */
  readonly totalResults: number;
  readonly startIndex?: number | undefined;
  /** RFC 9865; absent on the last page. */
  readonly nextCursor?: string | undefined;
  readonly previousCursor?: string | undefined;
}

/** A ListResponse. `itemsPerPage` is what this page has; `Resources` is there even when empty, since clients want it. */
export function listResponse(page: ListPage): JsonObject {
  const body: JsonObject = { schemas: [LIST_RESPONSE_SCHEMA], totalResults: page.totalResults };
  if (page.startIndex !== undefined) body.startIndex = page.startIndex;
  body.itemsPerPage = page.resources.length;
  if (page.previousCursor !== undefined) body.previousCursor = page.previousCursor;
  if (page.nextCursor !== undefined) body.nextCursor = page.nextCursor;
  body.Resources = [...page.resources];
  return body;
}

export interface ListQuery {
  readonly filter?: string;
  /** From 1. */
  readonly startIndex: number;
  /** Between 0 and the maximum. */
  readonly count: number;
  readonly sortBy?: string;
  readonly sortOrder: 'ascending' | 'descending';
  readonly attributes?: string;
  readonly excludedAttributes?: string;
  /** RFC 9865; `""` asks for the first page. */
  readonly cursor?: string;
}

export interface ListQueryOptions {
  readonly defaultCount: number;
  readonly maxCount: number;
}

/**
 * Parses the parameters of a list request (RFC 7644 §3.4.2). startIndex below 1 is 1, count is kept between 0 and the
 * maximum; what is no whole number is 400 `invalidValue`. Unknown parameters, and blank ones except cursor, are ignored.
 */
export function parseListQuery(
  query: Readonly<Record<string, string | undefined>>,
  options: ListQueryOptions,
): Result<ListQuery> {
  const startIndex = wholeNumber('startIndex', query['startIndex'], 1);
  if (!startIndex.ok) return startIndex;
  const count = wholeNumber('count', query['count'], options.defaultCount);
  if (!count.ok) {
    // RFC 9865 §2.2 has an error of its own for pages by cursor.
    return query['cursor'] === undefined ? count : fail({ ...count.error, scimType: 'invalidCount' });
  }
  const sortOrder = query['sortOrder']?.trim().toLowerCase() || 'ascending';
  if (sortOrder !== 'ascending' && sortOrder !== 'descending') {
    return fail(badRequest('invalidValue', 'sortOrder must be "ascending" or "descending".'));
  }
  return ok({
    startIndex: Math.max(1, startIndex.value),
    count: Math.min(Math.max(0, count.value), options.maxCount),
    sortOrder,
    ...given('filter', query['filter']),
    ...given('sortBy', query['sortBy']),
    ...given('attributes', query['attributes']),
    ...given('excludedAttributes', query['excludedAttributes']),
    ...(query['cursor'] === undefined ? {} : { cursor: query['cursor'] }),
  });
}

/**
 * Parses the body of a POST to `.search` (RFC 7644 §3.4.3) into the same query. 400 `invalidSyntax` when it is not a
 * SearchRequest, 400 `invalidValue` for members of wrong types.
 */
export function parseSearchRequest(body: unknown, options: ListQueryOptions): Result<ListQuery> {
  if (!isObject(body)) return fail(badRequest('invalidSyntax', 'The body must be a JSON object.'));
  const error = checkText(body);
  if (error !== undefined) return fail(error);
  const schemas = entryOf(body, 'schemas');
  if (!Array.isArray(schemas) || !schemas.includes(SEARCH_REQUEST_SCHEMA)) {
    return fail(badRequest('invalidSyntax', `schemas must be ["${SEARCH_REQUEST_SCHEMA}"].`));
  }
  const query: Record<string, string> = {};
  for (const name of ['filter', 'sortBy', 'sortOrder', 'startIndex', 'count', 'cursor']) {
    const value = entryOf(body, name);
    if (value === undefined || value === null) continue;
    if (typeof value !== 'string' && typeof value !== 'number') return wrongMember(name);
    query[name] = String(value);
  }
  for (const name of ['attributes', 'excludedAttributes']) {
    const value = entryOf(body, name);
    if (value === undefined || value === null) continue;
    const names: unknown[] = Array.isArray(value) ? value : [value];
    if (!names.every((item) => typeof item === 'string')) return wrongMember(name);
    query[name] = names.join(',');
  }
  return parseListQuery(query, options);
}

function wrongMember(name: string): Result<never> {
  return fail(badRequest('invalidValue', `${name} has a value of the wrong type.`));
}

/** A parameter as a property, absent when blank. */
function given<K extends string>(name: K, value: string | undefined): Partial<Record<K, string>> {
  const properties: Partial<Record<string, string>> = {};
  if (value !== undefined && value.trim() !== '') properties[name] = value;
  return properties;
}

const MAX_INDEX = 2_147_483_647;

/** A whole number, cut to what a database takes as offset or limit. */
function wholeNumber(name: string, text: string | undefined, fallback: number): Result<number> {
  const trimmed = text?.trim() ?? '';
  if (trimmed === '') return ok(fallback);
  if (!/^[+-]?\d{1,100}$/.test(trimmed)) return fail(badRequest('invalidValue', `${name} must be a whole number.`));
  return ok(Math.min(Math.max(Number(trimmed), -MAX_INDEX), MAX_INDEX));
}

/** What a stored resource is made of. */
export interface StoredResource {
  readonly id: string;
  /** As `validate` or `planPatch` gave it. */
  readonly resource: Resource;
  readonly created: Date;
  readonly lastModified: Date;
  readonly version: number;
  /** Attributes that are kept elsewhere and added to the response: `members`, `groups`. */
  readonly extra?: Readonly<Record<string, JsonValue>>;
}

/**
 * The complete resource for a response, with `id` and `meta`; pass it through `project` before it is sent.
 * `baseUrl` is that of the directory, without a slash at the end.
 */
export function toResponse(resourceType: ResourceTypeDefinition, stored: StoredResource, baseUrl: string): Resource {
  return {
    ...stored.resource,
    ...stored.extra,
    id: stored.id,
    meta: {
      resourceType: resourceType.name,
      created: stored.created.toISOString(),
      lastModified: stored.lastModified.toISOString(),
      location: locationOf(resourceType, stored.id, baseUrl),
      version: weakEtag(stored.version),
    },
  };
}

/** The URI of a resource: `meta.location` and the Location header. */
export function locationOf(resourceType: ResourceTypeDefinition, id: string, baseUrl: string): string {
  return `${baseUrl}${resourceType.endpoint}/${encodeURIComponent(id)}`;
}
