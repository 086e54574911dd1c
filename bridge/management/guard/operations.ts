// The operations on the guard as OpenAPI describes them; routes.ts answers them.
import { createRoute } from '@hono/zod-openapi';
import { slugParams } from '../contracts.ts';
import { body, common, json, refusals } from '../descriptions.ts';
import * as shapes from './contracts.ts';

const params = slugParams;
const refused = refusals({ 400: 'invalid_request', 404: 'directory_absent', 409: 'conflict' });

export const getGuard = createRoute({
  ...common,
  method: 'get',
  path: '/directories/{slug}/guard',
  operationId: 'getGuard',
  summary: 'The guard of a directory that is pushed to: its limits, what it has counted, how much it holds',
  request: { params },
  responses: { 200: json(shapes.guardShape, 'The guard'), ...refused },
});

export const updateGuard = createRoute({
  ...common,
  method: 'patch',
  path: '/directories/{slug}/guard',
  operationId: 'updateGuard',
  summary: 'Changes the window and the limits, or switches the guard on or off; what is held stays held',
  request: { params, body: body(shapes.guardChangeBody) },
  responses: { 200: json(shapes.guardShape, 'The guard'), ...refused },
});

export const listHeld = createRoute({
  ...common,
  method: 'get',
  path: '/directories/{slug}/guard/held',
  operationId: 'listHeldOperations',
  summary: 'What the guard holds, in the order in which it came',
  request: { params, query: shapes.heldQuery },
  responses: { 200: json(shapes.heldShape.array(), 'The operations'), ...refused },
});

export const releaseHeld = createRoute({
  ...common,
  method: 'post',
  path: '/directories/{slug}/guard/release',
  operationId: 'releaseHeldOperations',
  summary: 'Does what the guard holds',
  description:
    'Answers after some seconds at most. While `left` is not 0 there is more to do: send it again, with the same `until` if what came since is to stay held.',
  request: { params, body: body(shapes.releaseBody) },
  responses: { 200: json(shapes.releasedShape, 'How far it has come'), ...refused },
});

export const rejectHeld = createRoute({
  ...common,
  method: 'post',
  path: '/directories/{slug}/guard/reject',
  operationId: 'rejectHeldOperations',
  summary: 'Forgets what the guard holds: nothing of it is done',
  request: { params, body: body(shapes.rejection) },
  responses: { 200: json(shapes.rejectedShape, 'How many'), ...refused },
});

export const guardOperations = [getGuard, updateGuard, listHeld, releaseHeld, rejectHeld];
