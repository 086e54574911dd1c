// The operations on moves as OpenAPI describes them; routes.ts answers them.
import { createRoute } from '@hono/zod-openapi';
import { slugParams } from '../contracts.ts';
import { body, common, json, nothing, refusals } from '../descriptions.ts';
import * as shapes from './contracts.ts';

const params = slugParams;
const known = { 400: 'invalid_request', 404: 'directory_absent, move_absent' } as const;

export const planMove = createRoute({
  ...common,
  method: 'get',
  path: '/directories/{slug}/move/plan',
  operationId: 'planDirectoryMove',
  summary: 'What moving the directory to another identity provider would do, and how well users can be matched',
  request: { params, query: shapes.planQuery },
  responses: {
    200: json(shapes.planShape, 'The plan'),
    ...refusals({ 400: 'invalid_request', 404: 'directory_absent' }),
  },
});

export const startMove = createRoute({
  ...common,
  method: 'post',
  path: '/directories/{slug}/move',
  operationId: 'startDirectoryMove',
  summary: 'Closes the directory to its identity provider and lets another one take its users over, ids kept',
  request: { params, body: body(shapes.newMove) },
  responses: {
    201: json(shapes.statusShape, 'The move'),
    ...refusals({ 400: 'invalid_request', 404: 'directory_absent', 409: 'conflict' }),
  },
});

export const getMove = createRoute({
  ...common,
  method: 'get',
  path: '/directories/{slug}/move',
  operationId: 'getDirectoryMove',
  summary: 'How the latest move of the directory does',
  request: { params },
  responses: { 200: json(shapes.statusShape, 'The move'), ...refusals(known) },
});

export const listMovedUsers = createRoute({
  ...common,
  method: 'get',
  path: '/directories/{slug}/move/users',
  operationId: 'listMovedUsers',
  summary: 'Users as they were and as they are, by whether they were taken over',
  request: { params, query: shapes.entriesQuery },
  responses: { 200: json(shapes.entryShape.array(), 'The users, by id'), ...refusals(known) },
});

export const listMovedGroups = createRoute({
  ...common,
  method: 'get',
  path: '/directories/{slug}/move/groups',
  operationId: 'listMovedGroups',
  summary: 'Groups as they were and as they are, by whether they were taken over',
  request: { params, query: shapes.entriesQuery },
  responses: { 200: json(shapes.entryShape.array(), 'The groups, by id'), ...refusals(known) },
});

export const listMoveClaims = createRoute({
  ...common,
  method: 'get',
  path: '/directories/{slug}/move/claims',
  operationId: 'listMoveClaims',
  summary: 'The review list: users of the new identity provider of whom a person must say who they are',
  request: { params, query: shapes.pageQuery },
  responses: {
    200: json(shapes.claimShape.array(), 'Those users, in the order in which they came'),
    ...refusals(known),
  },
});

export const decideMoveClaim = createRoute({
  ...common,
  method: 'put',
  path: '/directories/{slug}/move/claims/{claimId}',
  operationId: 'decideMoveClaim',
  summary: 'Says who a user on the review list is; it holds when the identity provider sends that user again',
  request: { params: shapes.claimParams, body: body(shapes.decision) },
  responses: {
    ...nothing,
    ...refusals({
      400: 'invalid_request',
      404: 'directory_absent, move_absent, claim_absent, user_absent',
      409: 'conflict',
    }),
  },
});

export const finishMove = createRoute({
  ...common,
  method: 'post',
  path: '/directories/{slug}/move/finish',
  operationId: 'finishDirectoryMove',
  summary: 'Ends the move; what was not taken over stays or goes as the request says',
  description: 'Answers after some seconds at most. While `done` is false there is more to do: send it again.',
  request: { params, body: body(shapes.leftovers) },
  responses: { 200: json(shapes.progressShape, 'How far it has come'), ...refusals({ ...known, 409: 'conflict' }) },
});

export const planMoveUndo = createRoute({
  ...common,
  method: 'get',
  path: '/directories/{slug}/move/undo',
  operationId: 'planDirectoryMoveUndo',
  summary: 'What undoing the move would change now',
  request: { params },
  responses: { 200: json(shapes.undoPlanShape, 'Counted'), ...refusals({ ...known, 409: 'conflict' }) },
});

export const undoMove = createRoute({
  ...common,
  method: 'post',
  path: '/directories/{slug}/move/undo',
  operationId: 'undoDirectoryMove',
  summary: 'Brings back how the directory was when the move started',
  description: 'Answers after some seconds at most. While `done` is false there is more to do: send it again.',
  request: { params },
  responses: { 200: json(shapes.progressShape, 'How far it has come'), ...refusals({ ...known, 409: 'conflict' }) },
});

export const forgetMove = createRoute({
  ...common,
  method: 'delete',
  path: '/directories/{slug}/move',
  operationId: 'forgetDirectoryMove',
  summary: 'Deletes what is kept for undoing a move that has ended',
  request: { params },
  responses: { ...nothing, ...refusals({ ...known, 409: 'conflict' }) },
});

export const moveOperations = [
  planMove,
  startMove,
  getMove,
  listMovedUsers,
  listMovedGroups,
  listMoveClaims,
  decideMoveClaim,
  finishMove,
  planMoveUndo,
  undoMove,
  forgetMove,
];
