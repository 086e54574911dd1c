// Lists that the endpoints of one resource type don't cover: pages by cursor (RFC 9865), and queries at the server's root
// over all resource types (RFC 7644 §3.4.2.1).
import { mapWithBreaks } from '../../platform/breath.ts';
import type { Scope } from '../../platform/db/scope.ts';
import { badRequest, quote } from '../../scim/errors.ts';
import { checkFilter } from '../../scim/filter/check.ts';
import { parseFilter } from '../../scim/filter/parse.ts';
import type { JsonObject } from '../../scim/json.ts';
import type { ListQuery } from '../../scim/messages.ts';
import { type Projection, parseProjection, wantsAttribute } from '../../scim/projection.ts';
import type { ResourceTypeDefinition } from '../../scim/schema/model.ts';
import { resolveAttribute } from '../../scim/schema/resolve.ts';
import type { ScimRequest, ShownPage } from '../contracts.ts';
import { haveMoreMembersThan, listMembers } from '../groups/groups-repository.ts';
import { heldMembers, type ListedResource, listTexts } from '../member-texts.ts';
import { groupsAttribute, listedGroup, membersAttribute, show } from '../presentation.ts';
import { ScimFailure, valueOrThrow } from '../scim-failure.ts';
import type { Transactions } from '../transactions.ts';
import { managerIdOf, wantsManager, withManagerName } from '../users/managers.ts';
import { listDisplayNames, listGroupsOfUsers } from '../users/users-repository.ts';
import type { CursorSigner, ListCursor } from './list-cursor.ts';
import { inTime } from './list-page.ts';
import {
  countMatches,
  type FoundResource,
  findSlice,
  type SearchPart,
  type SearchSlice,
  sortTypeOf,
} from './search-repository.ts';

/** Who asks; the projection is in the query, since each resource type reads it in its own way. */
export type SearchRequest = Omit<ScimRequest, 'projection' | 'ifMatch'>;

export interface SearchServiceDeps {
  transactions: Transactions;
  cursors: CursorSigner;
}

interface Search {
  parts: SearchPart[];
  sort: SearchSlice['sort'];
}

export function createSearchService({ transactions, cursors }: SearchServiceDeps) {
  async function present(
    scope: Scope,
    found: FoundResource[],
    request: SearchRequest,
    query: ListQuery,
  ): Promise<Pick<ShownPage, 'resources' | 'streamed'>> {
    const { id: directoryId } = request.directory;
    const projections = new Map<ResourceTypeDefinition, Projection>();
    for (const type of new Set(found.map(({ resourceType }) => resourceType))) {
      projections.set(type, valueOrThrow(parseProjection(query.attributes, query.excludedAttributes, type)));
    }
    const idsWanting = (type: string, attribute: string) =>
      found
        .filter(({ resourceType }) => resourceType.name === type)
        .filter(({ resourceType }) => wantsAttribute(projectionOf(resourceType), attribute))
        .map(({ stored }) => stored.id);
    const projectionOf = (type: ResourceTypeDefinition) =>
      projections.get(type) ?? { mode: 'default', names: new Set() };
    const managerIds = found.flatMap(({ resourceType, stored }) =>
      resourceType.name === 'User' && wantsManager(projectionOf(resourceType))
        ? (managerIdOf(stored.resource) ?? [])
        : [],
    );
    const groupIds = idsWanting('Group', 'members');
    const [groupsOfUsers, isLong, names] = await Promise.all([
      listGroupsOfUsers(scope, directoryId, idsWanting('User', 'groups')),
      haveMoreMembersThan(scope, directoryId, groupIds, heldMembers),
      listDisplayNames(scope, directoryId, [...new Set(managerIds)]),
    ]);
    const members = isLong ? [] : await listMembers(scope, directoryId, groupIds);
    const byUser = Map.groupBy(groupsOfUsers, ({ userId }) => userId);
    const byGroup = Map.groupBy(members, ({ groupId }) => groupId);
    const readLater = new Set(isLong ? groupIds : []);
    const shown = await mapWithBreaks(found, ({ resourceType, stored }): ListedResource => {
      const shownAs = { ...request, projection: projectionOf(resourceType) };
      if (readLater.has(stored.id)) return listedGroup(resourceType, stored, shownAs);
      const computed: JsonObject = {
        ...groupsAttribute(byUser.get(stored.id) ?? [], request.baseUrl),
        ...membersAttribute(byGroup.get(stored.id) ?? [], request.baseUrl),
      };
      const resource = withManagerName(stored.resource, names.get(managerIdOf(stored.resource) ?? ''));
      return show(resourceType, { ...stored, resource }, computed, shownAs);
    });
    if (!isLong) return { resources: shown.map(({ body }) => body) };
    return { resources: [], streamed: { count: shown.length, texts: listTexts(transactions, request, shown) } };
  }

  return {
    /**
     * One page. Over one resource type an unknown attribute in the filter is 400 invalidFilter; over several it is absent
     * where it is unknown.
     * @throws ScimFailure 400 for a bad filter, sortBy or cursor.
     */
    async search(
      request: SearchRequest,
      query: ListQuery,
      types: readonly ResourceTypeDefinition[] = request.types.all,
    ): Promise<ShownPage> {
      const { id: directoryId } = request.directory;
      // Wrong parameters are wrong even when nothing is found.
      for (const type of types) valueOrThrow(parseProjection(query.attributes, query.excludedAttributes, type));
      const { parts, sort } = parseSearch(request, query, types);
      const boundTo = [
        directoryId,
        request.actor.name,
        types.map(({ name }) => name),
        query.filter ?? null,
        query.sortBy?.toLowerCase() ?? null,
        query.sortOrder,
        // A declared attribute may have come to be of another type since.
        sort?.type ?? null,
      ];
      const cursor: ListCursor | undefined = query.cursor ? await cursors.read(query.cursor, boundTo) : undefined;
      const byCursor = query.cursor !== undefined;
      const slice: SearchSlice = {
        sort,
        after: cursor?.after,
        offset: byCursor ? 0 : query.startIndex - 1,
        // One more than asked for says whether there is another page.
        count: byCursor ? query.count + 1 : query.count,
      };
      const read = async (scope: Scope) => {
        const [total, found] = await Promise.all([
          cursor?.total ?? countMatches(scope, directoryId, parts),
          findSlice(scope, directoryId, parts, slice),
        ]);
        const page = found.slice(0, query.count);
        const shown = await present(scope, page, request, query);
        return { total, shown, last: page.at(-1)?.position, hasMore: found.length > query.count };
      };
      const { total, shown, last, hasMore } = await inTime(() => transactions.read(directoryId, read));
      if (!byCursor) return { ...shown, totalResults: total, startIndex: query.startIndex };
      if (!hasMore) return { ...shown, totalResults: total };
      const next: ListCursor = { total, after: last ?? cursor?.after };
      return { ...shown, totalResults: total, nextCursor: await cursors.write(next, boundTo) };
    },
  };
}

export type SearchService = ReturnType<typeof createSearchService>;

function parseSearch(request: SearchRequest, query: ListQuery, types: readonly ResourceTypeDefinition[]): Search {
  const { tolerances } = request;
  const options = { ...tolerances, unknownIsAbsent: types.length > 1 };
  const filter = query.filter === undefined ? undefined : valueOrThrow(parseFilter(query.filter, tolerances));
  const parts = types.map(
    (resourceType): SearchPart => ({
      resourceType,
      filter: filter && valueOrThrow(checkFilter(filter, resourceType, options)),
      sortPath: query.sortBy === undefined ? undefined : resolveAttribute(resourceType, query.sortBy, tolerances),
    }),
  );
  if (query.sortBy === undefined) return { parts, sort: undefined };
  const keyTypes = parts.flatMap(({ resourceType, sortPath }) =>
    sortPath ? [sortTypeOf(resourceType, sortPath)] : [],
  );
  const [type] = keyTypes;
  if (type === undefined || keyTypes.some((other) => other !== type)) {
    throw new ScimFailure(badRequest('invalidValue', `Sorting by ${quote(query.sortBy)} is not supported.`));
  }
  return { parts, sort: { type, descending: query.sortOrder === 'descending' } };
}
