// From a list request's text to a checked page.
import { isTimeout } from '../../platform/db/errors.ts';
import { badRequest } from '../../scim/errors.ts';
import { checkFilter } from '../../scim/filter/check.ts';
import { parseFilter } from '../../scim/filter/parse.ts';
import type { ResourceTypeDefinition } from '../../scim/schema/model.ts';
import { resolveAttribute } from '../../scim/schema/resolve.ts';
import type { ListQuery, ScimRequest } from '../contracts.ts';
import { storageOf } from '../filters/filter-columns.ts';
import { sortKey } from '../filters/sort-key.ts';
import { ScimFailure, valueOrThrow } from '../scim-failure.ts';
import type { ListPage } from '../stored-resource.ts';

/**
 * Runs the queries of a list. What PostgreSQL gave up on for its time is for the client to narrow (RFC 7644 table 9).
 * @throws ScimFailure tooMany
 */
export async function inTime<T>(query: () => Promise<T>): Promise<T> {
  try {
    return await query();
  } catch (error) {
    if (!isTimeout(error)) throw error;
    throw new ScimFailure(badRequest('tooMany', 'The query takes too long; use a narrower filter.'), { cause: error });
  }
}

/** @throws ScimFailure invalidFilter, or invalidValue for a sortBy that can't be sorted by. */
export function parsePage(
  resourceType: ResourceTypeDefinition,
  query: ListQuery,
  request: Pick<ScimRequest, 'tolerances'>,
): ListPage {
  const { tolerances } = request;
  const page: ListPage = { startIndex: query.startIndex, count: query.count };
  if (query.filter !== undefined) {
    page.filter = valueOrThrow(
      checkFilter(valueOrThrow(parseFilter(query.filter, tolerances)), resourceType, tolerances),
    );
  }
  if (query.sortBy !== undefined) {
    const path = resolveAttribute(resourceType, query.sortBy, tolerances);
    if (!path || !sortKey(storageOf(resourceType), path)) {
      throw new ScimFailure(
        badRequest('invalidValue', `Sorting by ${JSON.stringify(query.sortBy.slice(0, 80))} is not supported.`),
      );
    }
    page.sort = { path, descending: query.sortOrder === 'descending' };
  }
  return page;
}

/**
 * How many match, when the page itself tells: `found` are its rows and one more, if there is one. Otherwise they must be
 * counted.
 */
export function totalOf({ startIndex, count }: ListPage, found: number): number | undefined {
  const isLast = found <= count && (found > 0 || startIndex === 1);
  return isLast && count > 0 ? startIndex - 1 + found : undefined;
}
