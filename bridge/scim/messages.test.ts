import { describe, expect, it } from 'vitest';
import { listResponse, parseListQuery, parseSearchRequest, SEARCH_REQUEST_SCHEMA, toResponse } from './messages.ts';
import { groupResourceType } from './schema/resource-types.ts';

const limits = { defaultCount: 100, maxCount: 200 };
const parse = (query: Record<string, string | undefined>) => parseListQuery(query, limits);

describe('listResponse', () => {
  it('counts the page, not the request, and always has Resources', () => {
    expect(listResponse({ resources: [], totalResults: 7, startIndex: 9 })).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
      totalResults: 7,
      startIndex: 9,
      itemsPerPage: 0,
      Resources: [],
    });
    expect(listResponse({ resources: [{ id: 'a' }], totalResults: 7, nextCursor: 'n' })).toMatchObject({
      itemsPerPage: 1,
      nextCursor: 'n',
    });
  });
});

describe('parseListQuery', () => {
  it('has defaults and ignores unknown parameters', () => {
    expect(parse({ aadOptscim062020: '', filter: ' ' })).toEqual({
      ok: true,
      value: { startIndex: 1, count: 100, sortOrder: 'ascending' },
    });
  });

  it('keeps numbers within bounds', () => {
    expect(parse({ startIndex: '0', count: '-5' })).toMatchObject({ value: { startIndex: 1, count: 0 } });
    expect(parse({ startIndex: '-3', count: '9999' })).toMatchObject({ value: { startIndex: 1, count: 200 } });
    expect(parse({ startIndex: '99999999999999999999' })).toMatchObject({ value: { startIndex: 2_147_483_647 } });
  });

  it.each([{ startIndex: 'x' }, { count: '1.5' }, { count: '1e3' }, { count: '0x10' }, { sortOrder: 'up' }])(
    'refuses %j with invalidValue',
    (query) => {
      expect(parse(query)).toMatchObject({ error: { status: 400, scimType: 'invalidValue' } });
    },
  );

  it('hands on filter, sorting, projection and an empty cursor', () => {
    const query = { filter: 'a pr', sortBy: 'userName', attributes: 'id', excludedAttributes: 'x', cursor: '' };
    expect(parse({ ...query, sortOrder: 'Descending' })).toMatchObject({
      value: { ...query, sortOrder: 'descending' },
    });
  });
});

describe('parseSearchRequest', () => {
  it('reads the same query from a body', () => {
    const body = { schemas: [SEARCH_REQUEST_SCHEMA], attributes: ['id', 'userName'], filter: 'a pr', count: 5 };
    expect(parseSearchRequest(body, limits)).toMatchObject({
      ok: true,
      value: { attributes: 'id,userName', filter: 'a pr', count: 5, startIndex: 1 },
    });
  });

  it('refuses other messages and members of wrong types', () => {
    expect(parseSearchRequest({ filter: 'a pr' }, limits)).toMatchObject({ error: { scimType: 'invalidSyntax' } });
    expect(parseSearchRequest([], limits)).toMatchObject({ error: { scimType: 'invalidSyntax' } });
    for (const member of [{ filter: {} }, { attributes: [7] }, { count: true }]) {
      expect(parseSearchRequest({ schemas: [SEARCH_REQUEST_SCHEMA], ...member }, limits)).toMatchObject({
        error: { scimType: 'invalidValue' },
      });
    }
  });
});

describe('toResponse', () => {
  it('adds id and meta, which no stored value overrides', () => {
    const response = toResponse(
      groupResourceType,
      {
        id: 'g 1',
        resource: { schemas: ['s'], displayName: 'G', id: 'other', meta: {} },
        created: new Date(0),
        lastModified: new Date(1500),
        version: 3,
        extra: { members: [{ value: 'u' }] },
      },
      'https://x.test/scim/v2/d',
    );
    expect(response).toEqual({
      schemas: ['s'],
      displayName: 'G',
      members: [{ value: 'u' }],
      id: 'g 1',
      meta: {
        resourceType: 'Group',
        created: '1970-01-01T00:00:00.000Z',
        lastModified: '1970-01-01T00:00:01.500Z',
        location: 'https://x.test/scim/v2/d/Groups/g%201',
        version: 'W/"3"',
      },
    });
  });
});
