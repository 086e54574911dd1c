// The operations of the user-storage API as OpenAPI describes them; routes.ts answers them.
import { createRoute } from '@hono/zod-openapi';
import * as shapes from './contracts.ts';

const apiVersion = {
  'Realmbridge-Api': {
    description: 'The major version of this API.',
    schema: { type: 'string' as const, enum: ['1'] },
  },
};

const json = <T>(schema: T, description: string) => ({
  description,
  headers: apiVersion,
  content: { 'application/json': { schema } },
});

/** The refusals of a route: the code by status, besides those that every route may answer. */
function refusals(own: Partial<Record<400 | 404 | 409 | 410 | 413, string>>) {
  const all: Record<string, string> = {
    ...own,
    401: 'unauthorized',
    429: 'too_many_requests',
    500: 'internal_error',
    503: 'unavailable',
  };
  const retryAfter = { 'Retry-After': { description: 'Seconds to wait.', schema: { type: 'string' as const } } };
  return Object.fromEntries(
    Object.entries(all).map(([status, codes]) => [
      status,
      {
        description: `Problem with the code ${codes}`,
        content: { 'application/problem+json': { schema: shapes.problemSchema } },
        headers: { ...apiVersion, ...(['429', '503'].includes(status) && retryAfter) },
      },
    ]),
  );
}

const common = { tags: ['User storage'], security: [{ federationToken: [] }] };

export const describeRoute = createRoute({
  ...common,
  method: 'get',
  path: '/{federation}',
  operationId: 'getFederation',
  summary: 'What this federation is; the cheapest check of URL, token and version',
  request: { params: shapes.federationParams },
  responses: { 200: json(shapes.federationSchema, 'The federation'), ...refusals({}) },
});

export const lookUpUserRoute = createRoute({
  ...common,
  method: 'get',
  path: '/{federation}/users/lookup',
  operationId: 'lookUpUser',
  summary: 'The user with a username or e-mail, from the first directory in the order of priority',
  request: { params: shapes.federationParams, query: shapes.userLookupQuery },
  responses: {
    200: json(shapes.userSchema, 'The user'),
    ...refusals({ 400: 'invalid_request', 404: 'user_absent (the proof of absence) or not_found' }),
  },
});

export const countUsersRoute = createRoute({
  ...common,
  method: 'get',
  path: '/{federation}/users/count',
  operationId: 'countUsers',
  summary: 'How many users match',
  request: { params: shapes.federationParams, query: shapes.userFilterQuery },
  responses: { 200: json(shapes.countSchema, 'The number'), ...refusals({ 400: 'invalid_request' }) },
});

export const listUsersRoute = createRoute({
  ...common,
  method: 'get',
  path: '/{federation}/users',
  operationId: 'listUsers',
  summary: 'The users that match, ordered by username',
  request: { params: shapes.federationParams, query: shapes.userListQuery },
  responses: { 200: json(shapes.usersSchema, 'A page of users'), ...refusals({ 400: 'invalid_request' }) },
});

export const getUserRoute = createRoute({
  ...common,
  method: 'get',
  path: '/{federation}/users/{id}',
  operationId: 'getUser',
  summary: 'The user with an id',
  request: { params: shapes.idParams },
  responses: {
    200: json(shapes.userSchema, 'The user'),
    ...refusals({ 404: 'user_absent (the proof of absence) or not_found', 409: 'directory_disabled' }),
  },
});

export const verifyPasswordRoute = createRoute({
  ...common,
  method: 'post',
  path: '/{federation}/users/{id}/verify-password',
  operationId: 'verifyPassword',
  summary: 'Checks a password',
  request: {
    params: shapes.idParams,
    body: { required: true, content: { 'application/json': { schema: shapes.passwordBody } } },
  },
  responses: {
    200: json(shapes.verdictSchema, 'The verdict'),
    ...refusals({
      400: 'invalid_request',
      404: 'user_absent (the proof of absence) or not_found',
      413: 'too_large',
    }),
  },
});

export const lookUpGroupRoute = createRoute({
  ...common,
  method: 'get',
  path: '/{federation}/groups/lookup',
  operationId: 'lookUpGroup',
  summary: 'The group with a path',
  request: { params: shapes.federationParams, query: shapes.groupLookupQuery },
  responses: {
    200: json(shapes.groupSchema, 'The group'),
    ...refusals({
      400: 'invalid_request',
      404: 'group_absent (the proof of absence) or not_found',
      409: 'directory_disabled',
    }),
  },
});

export const countGroupsRoute = createRoute({
  ...common,
  method: 'get',
  path: '/{federation}/groups/count',
  operationId: 'countGroups',
  summary: 'How many groups match',
  request: { params: shapes.federationParams, query: shapes.groupFilterQuery },
  responses: { 200: json(shapes.countSchema, 'The number'), ...refusals({ 400: 'invalid_request' }) },
});

export const listGroupsRoute = createRoute({
  ...common,
  method: 'get',
  path: '/{federation}/groups',
  operationId: 'listGroups',
  summary: 'The groups that match, ordered by name',
  request: { params: shapes.federationParams, query: shapes.groupListQuery },
  responses: { 200: json(shapes.groupsSchema, 'A page of groups'), ...refusals({ 400: 'invalid_request' }) },
});

export const getGroupRoute = createRoute({
  ...common,
  method: 'get',
  path: '/{federation}/groups/{id}',
  operationId: 'getGroup',
  summary: 'The group with an id',
  request: { params: shapes.idParams },
  responses: {
    200: json(shapes.groupSchema, 'The group'),
    ...refusals({ 404: 'group_absent (the proof of absence) or not_found', 409: 'directory_disabled' }),
  },
});

export const listMembersRoute = createRoute({
  ...common,
  method: 'get',
  path: '/{federation}/groups/{id}/members',
  operationId: 'listMembers',
  summary: "A group's direct members, ordered by username",
  request: { params: shapes.idParams, query: shapes.pageQuery },
  responses: {
    200: json(shapes.usersSchema, 'A page of users'),
    ...refusals({
      400: 'invalid_request',
      404: 'group_absent (the proof of absence) or not_found',
      409: 'directory_disabled',
    }),
  },
});

export const changesRoute = createRoute({
  ...common,
  method: 'get',
  path: '/{federation}/changes',
  operationId: 'readChanges',
  summary: 'What changed since a cursor, as resulting states; waits for it if asked to',
  request: { params: shapes.federationParams, query: shapes.changesQuery },
  responses: {
    200: json(shapes.changesSchema, 'The changes and the next cursor'),
    ...refusals({ 400: 'invalid_request', 410: 'cursor_expired' }),
  },
});

export const exportRoute = createRoute({
  ...common,
  method: 'get',
  path: '/{federation}/export',
  operationId: 'export',
  summary: 'Everything, one JSON object a line, and the cursor at which the feed goes on',
  request: { params: shapes.federationParams },
  responses: {
    200: {
      description: 'The lines',
      headers: apiVersion,
      content: { 'application/x-ndjson': { schema: shapes.exportLineSchema } },
    },
    ...refusals({}),
  },
});

/** All of them, for the OpenAPI document. */
export const userStorageOperations = [
  describeRoute,
  lookUpUserRoute,
  countUsersRoute,
  listUsersRoute,
  getUserRoute,
  verifyPasswordRoute,
  lookUpGroupRoute,
  countGroupsRoute,
  listGroupsRoute,
  getGroupRoute,
  listMembersRoute,
  changesRoute,
  exportRoute,
];
