// The operations on webhooks as OpenAPI describes them; routes.ts answers them.
import { createRoute } from '@hono/zod-openapi';
import { newWebhook, replay, rotation, webhookChange } from '../../webhooks/contracts.ts';
import { slugParams } from '../contracts.ts';
import { body, common, json, nothing, refusals } from '../descriptions.ts';
import * as shapes from './contracts.ts';

const request = { params: slugParams };
const absent = { 404: 'webhook_absent' } as const;

export const listWebhooks = createRoute({
  ...common,
  method: 'get',
  path: '/webhooks',
  operationId: 'listWebhooks',
  summary: 'All webhooks, by slug',
  responses: { 200: json(shapes.webhookShape.array(), 'The webhooks'), ...refusals({}) },
});

export const createWebhook = createRoute({
  ...common,
  method: 'post',
  path: '/webhooks',
  operationId: 'createWebhook',
  summary: 'A new webhook, which is sent events from now on or from the beginning of the log',
  request: { body: body(newWebhook) },
  responses: {
    201: json(shapes.createdWebhookShape, 'The webhook with its secret, shown this once'),
    ...refusals({ 400: 'invalid_request', 404: 'directory_absent', 409: 'conflict' }),
  },
});

export const getWebhook = createRoute({
  ...common,
  method: 'get',
  path: '/webhooks/{slug}',
  operationId: 'getWebhook',
  summary: 'One webhook and how it does',
  request,
  responses: { 200: json(shapes.webhookStatusShape, 'The webhook'), ...refusals(absent) },
});

export const updateWebhook = createRoute({
  ...common,
  method: 'patch',
  path: '/webhooks/{slug}',
  operationId: 'updateWebhook',
  summary: 'Changes where messages go and which, pauses or resumes; a paused webhook keeps its place in the log',
  request: { params: slugParams, body: body(webhookChange) },
  responses: { 200: json(shapes.webhookShape, 'The webhook'), ...refusals({ 400: 'invalid_request', ...absent }) },
});

export const deleteWebhook = createRoute({
  ...common,
  method: 'delete',
  path: '/webhooks/{slug}',
  operationId: 'deleteWebhook',
  summary: 'Deletes a webhook with all that it has not been sent yet',
  request,
  responses: { ...nothing, ...refusals(absent) },
});

export const rotateWebhookSecret = createRoute({
  ...common,
  method: 'post',
  path: '/webhooks/{slug}/secret',
  operationId: 'rotateWebhookSecret',
  summary: 'A new secret; for a while messages are signed with the one from before as well',
  request: { params: slugParams, body: body(rotation) },
  responses: { 200: json(shapes.rotatedShape, 'The secret'), ...refusals({ 400: 'invalid_request', ...absent }) },
});

export const testWebhook = createRoute({
  ...common,
  method: 'post',
  path: '/webhooks/{slug}/test',
  operationId: 'testWebhook',
  summary: 'Sends a message of the type webhook.test and tells what came back',
  request,
  responses: {
    200: json(shapes.testOutcomeShape, 'What came back'),
    ...refusals({ ...absent, 409: 'conflict' }),
  },
});

export const listWebhookAttempts = createRoute({
  ...common,
  method: 'get',
  path: '/webhooks/{slug}/attempts',
  operationId: 'listWebhookAttempts',
  summary: 'The latest calls and what came back, the newest first',
  request: { params: slugParams, query: shapes.attemptsQuery },
  responses: {
    200: json(shapes.attemptShape.array(), 'The calls'),
    ...refusals({ 400: 'invalid_request', ...absent }),
  },
});

export const listWebhookDeliveries = createRoute({
  ...common,
  method: 'get',
  path: '/webhooks/{slug}/deliveries',
  operationId: 'listWebhookDeliveries',
  summary: 'Messages that failed: those that wait for another attempt, or the dead ones',
  request: { params: slugParams, query: shapes.failedQuery },
  responses: {
    200: json(shapes.failedShape.array(), 'The messages'),
    ...refusals({ 400: 'invalid_request', ...absent }),
  },
});

export const replayDeadMessages = createRoute({
  ...common,
  method: 'post',
  path: '/webhooks/{slug}/dead/replay',
  operationId: 'replayDeadMessages',
  summary: 'Sends dead messages once more',
  request: { params: slugParams, body: body(shapes.deadReplay) },
  responses: {
    200: json(shapes.deadReplayedShape, 'How many'),
    ...refusals({ 400: 'invalid_request', ...absent }),
  },
});

export const replayWebhook = createRoute({
  ...common,
  method: 'post',
  path: '/webhooks/{slug}/replay',
  operationId: 'replayWebhook',
  summary: 'Sends events again that were sent already, with the same ids: from a cursor, a position or a time on',
  request: { params: slugParams, body: body(replay) },
  responses: {
    200: json(shapes.replayedShape, 'What is sent again'),
    ...refusals({ 400: 'invalid_request', 404: 'webhook_absent, directory_absent' }),
  },
});

export const webhookOperations = [
  listWebhooks,
  createWebhook,
  getWebhook,
  updateWebhook,
  deleteWebhook,
  rotateWebhookSecret,
  testWebhook,
  listWebhookAttempts,
  listWebhookDeliveries,
  replayDeadMessages,
  replayWebhook,
];
