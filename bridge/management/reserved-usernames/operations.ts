// The operations on a federation's reserved user names as OpenAPI describes them; routes.ts answers them.
import { createRoute } from '@hono/zod-openapi';
import { slugParams } from '../contracts.ts';
import { body, common, json, nothing, refusals } from '../descriptions.ts';
import * as shapes from './contracts.ts';

export const listReservedUsernames = createRoute({
  ...common,
  method: 'get',
  path: '/federations/{slug}/reserved-usernames',
  operationId: 'listReservedUsernames',
  summary: 'The user names that the federation never serves, whatever a directory says',
  request: { params: slugParams },
  responses: {
    200: json(shapes.reservedUsernameShape.array(), 'The names, with why'),
    ...refusals({ 404: 'federation_absent' }),
  },
});

export const reserveUsername = createRoute({
  ...common,
  method: 'put',
  path: '/federations/{slug}/reserved-usernames/{username}',
  operationId: 'reserveUsername',
  summary: 'Reserves a user name: whoever has it leaves Keycloak',
  request: { params: shapes.reservedUsernameParams, body: body(shapes.reservation) },
  responses: {
    200: json(shapes.reservedUsernameShape, 'The name as it is stored'),
    ...refusals({ 400: 'invalid_request', 404: 'federation_absent', 409: 'conflict' }),
  },
});

export const releaseUsername = createRoute({
  ...common,
  method: 'delete',
  path: '/federations/{slug}/reserved-usernames/{username}',
  operationId: 'releaseUsername',
  summary: 'Gives a reserved user name free again: whoever has it is served',
  request: { params: shapes.reservedUsernameParams },
  responses: { ...nothing, ...refusals({ 404: 'federation_absent, reserved_username_absent' }) },
});

export const reservedUsernameOperations = [listReservedUsernames, reserveUsername, releaseUsername];
