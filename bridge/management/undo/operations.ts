// The operations on undo plans as OpenAPI describes them; routes.ts answers them.
import { createRoute } from '@hono/zod-openapi';
import { slugParams } from '../contracts.ts';
import { body, common, json, nothing, refusals } from '../descriptions.ts';
import * as shapes from './contracts.ts';

const params = shapes.planParams;
const known = { 400: 'invalid_request', 404: 'directory_absent, undo_plan_absent' } as const;

export const createUndoPlan = createRoute({
  ...common,
  method: 'post',
  path: '/directories/{slug}/undo-plans',
  operationId: 'createUndoPlan',
  summary: 'Plans to undo what somebody did in a window of time; changes nothing',
  description: 'Answers after some seconds at most. While the state is `planning`, go on with it by its own path.',
  request: { params: slugParams, body: body(shapes.newPlan) },
  responses: {
    201: json(shapes.statusShape, 'The plan'),
    ...refusals({ 400: 'invalid_request', 404: 'directory_absent', 409: 'conflict' }),
  },
});

export const listUndoPlans = createRoute({
  ...common,
  method: 'get',
  path: '/directories/{slug}/undo-plans',
  operationId: 'listUndoPlans',
  summary: 'The undo plans of the directory, the latest first',
  request: { params: slugParams },
  responses: { 200: json(shapes.planShape.array(), 'The plans'), ...refusals({ 404: 'directory_absent' }) },
});

export const getUndoPlan = createRoute({
  ...common,
  method: 'get',
  path: '/directories/{slug}/undo-plans/{planId}',
  operationId: 'getUndoPlan',
  summary: 'One undo plan, with what it would do or has done, counted',
  request: { params },
  responses: { 200: json(shapes.statusShape, 'The plan'), ...refusals(known) },
});

export const continueUndoPlan = createRoute({
  ...common,
  method: 'post',
  path: '/directories/{slug}/undo-plans/{planId}/continue',
  operationId: 'continueUndoPlan',
  summary: 'Goes on with a plan that is not complete',
  description: 'Answers after some seconds at most. While the state is `planning` there is more to do: send it again.',
  request: { params },
  responses: { 200: json(shapes.statusShape, 'The plan'), ...refusals(known) },
});

export const listUndoItems = createRoute({
  ...common,
  method: 'get',
  path: '/directories/{slug}/undo-plans/{planId}/items',
  operationId: 'listUndoItems',
  summary: 'What the plan would do or has done, and what it would not do and why',
  request: { params, query: shapes.itemsQuery },
  responses: { 200: json(shapes.itemShape.array(), 'By resource, each before its members'), ...refusals(known) },
});

export const applyUndoPlan = createRoute({
  ...common,
  method: 'post',
  path: '/directories/{slug}/undo-plans/{planId}/apply',
  operationId: 'applyUndoPlan',
  summary: 'Does what the plan says, where things are still as it saw them',
  description: 'Answers after some seconds at most. While the state is `applying` there is more to do: send it again.',
  request: { params, body: body(shapes.application) },
  responses: { 200: json(shapes.statusShape, 'How far it has come'), ...refusals({ ...known, 409: 'conflict' }) },
});

export const discardUndoPlan = createRoute({
  ...common,
  method: 'delete',
  path: '/directories/{slug}/undo-plans/{planId}',
  operationId: 'discardUndoPlan',
  summary: 'Forgets an undo plan; what it has done stays done',
  request: { params },
  responses: { ...nothing, ...refusals(known) },
});

export const undoOperations = [
  createUndoPlan,
  listUndoPlans,
  getUndoPlan,
  continueUndoPlan,
  listUndoItems,
  applyUndoPlan,
  discardUndoPlan,
];
