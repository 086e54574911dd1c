// From a list request's text to a checked page.
import { badRequest } from '../scim/errors.ts';
import { checkFilter } from '../scim/filter/check.ts';
import { parseFilter } from '../scim/filter/parse.ts';
import { tolerancesOf } from '../scim/interop/profiles.ts';
import type { ResourceTypeDefinition } from '../scim/schema/model.ts';
import { resolveAttribute } from '../scim/schema/resolve.ts';
import type { ListQuery, ScimRequest } from './contracts.ts';
import { groupStorage, sortKey, userStorage } from './filter-to-sql.ts';
import { ScimFailure, valueOrThrow } from './scim-failure.ts';
import type { ListPage } from './stored-resource.ts';

/** @throws ScimFailure invalidFilter, or invalidValue for a sortBy that can't be sorted by. */
export function parsePage(
  resourceType: ResourceTypeDefinition,
  query: ListQuery,
  request: Pick<ScimRequest, 'directory'>,
): ListPage {
  const tolerances = tolerancesOf(request.directory.profile);
  if (query.cursor !== undefined) {
    throw new ScimFailure(badRequest('invalidCursor', 'Paging by cursor is not supported; use startIndex and count.'));
  }
  const page: ListPage = { startIndex: query.startIndex, count: query.count };
  if (query.filter !== undefined) {
    page.filter = valueOrThrow(checkFilter(valueOrThrow(parseFilter(query.filter, tolerances)), resourceType));
  }
  if (query.sortBy !== undefined) {
    const path = resolveAttribute(resourceType, query.sortBy);
    const storage = resourceType.name === 'User' ? userStorage : groupStorage;
    if (!path || !sortKey(storage, path)) {
      throw new ScimFailure(
        badRequest('invalidValue', `Sorting by ${JSON.stringify(query.sortBy.slice(0, 80))} is not supported.`),
      );
    }
    page.sort = { path, descending: query.sortOrder === 'descending' };
  }
  return page;
}
