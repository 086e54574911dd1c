// The operations on event streams and signing keys as OpenAPI describes them; routes.ts answers them.
import { createRoute } from '@hono/zod-openapi';
import { eventStreamChange, keyRotation, newEventStream, tokenRotation } from '../../event-streams/contracts.ts';
import { replay } from '../../webhooks/contracts.ts';
import { slugParams } from '../contracts.ts';
import { body, common, json, nothing, refusals } from '../descriptions.ts';
import * as deliveries from '../webhooks/contracts.ts';
import * as shapes from './contracts.ts';

const request = { params: slugParams };
const absent = { 404: 'event_stream_absent' } as const;
const badOrAbsent = refusals({ 400: 'invalid_request', ...absent });

export const listEventStreams = createRoute({
  ...common,
  method: 'get',
  path: '/event-streams',
  operationId: 'listEventStreams',
  summary: 'All event streams, by slug',
  responses: { 200: json(shapes.eventStreamShape.array(), 'The event streams'), ...refusals({}) },
});

export const createEventStream = createRoute({
  ...common,
  method: 'post',
  path: '/event-streams',
  operationId: 'createEventStream',
  summary: 'A new event stream: security event tokens (RFC 9967) by push (RFC 8935) or by poll (RFC 8936)',
  request: { body: body(newEventStream) },
  responses: {
    201: json(shapes.createdEventStreamShape, "The event stream, with its poller's token, shown this once"),
    ...refusals({ 400: 'invalid_request', 404: 'directory_absent', 409: 'conflict' }),
  },
});

export const getEventStream = createRoute({
  ...common,
  method: 'get',
  path: '/event-streams/{slug}',
  operationId: 'getEventStream',
  summary: 'One event stream and how it does',
  request,
  responses: { 200: json(shapes.eventStreamStatusShape, 'The event stream'), ...refusals(absent) },
});

export const updateEventStream = createRoute({
  ...common,
  method: 'patch',
  path: '/event-streams/{slug}',
  operationId: 'updateEventStream',
  summary: 'Changes what an event stream tells and where to, pauses or resumes; a paused one keeps its place',
  request: { params: slugParams, body: body(eventStreamChange) },
  responses: { 200: json(shapes.eventStreamShape, 'The event stream'), ...badOrAbsent },
});

export const deleteEventStream = createRoute({
  ...common,
  method: 'delete',
  path: '/event-streams/{slug}',
  operationId: 'deleteEventStream',
  summary: 'Deletes an event stream with all that it has not told yet',
  request,
  responses: { ...nothing, ...refusals(absent) },
});

export const rotateEventStreamToken = createRoute({
  ...common,
  method: 'post',
  path: '/event-streams/{slug}/token',
  operationId: 'rotateEventStreamToken',
  summary: 'A new token for the poller; for a while the one from before is good as well',
  request: { params: slugParams, body: body(tokenRotation) },
  responses: {
    200: json(shapes.rotatedTokenShape, 'The token'),
    ...refusals({ 400: 'invalid_request', ...absent, 409: 'conflict' }),
  },
});

export const verifyEventStream = createRoute({
  ...common,
  method: 'post',
  path: '/event-streams/{slug}/verify',
  operationId: 'verifyEventStream',
  summary: 'Sends a verification event and tells what came back, or has the poller find one',
  request,
  responses: { 200: json(shapes.verificationShape, 'What came back'), ...refusals({ ...absent, 409: 'conflict' }) },
});

export const listEventStreamAttempts = createRoute({
  ...common,
  method: 'get',
  path: '/event-streams/{slug}/attempts',
  operationId: 'listEventStreamAttempts',
  summary: 'The latest pushes and what came back, the newest first',
  request: { params: slugParams, query: deliveries.attemptsQuery },
  responses: { 200: json(deliveries.attemptShape.array(), 'The pushes'), ...badOrAbsent },
});

export const listEventStreamDeliveries = createRoute({
  ...common,
  method: 'get',
  path: '/event-streams/{slug}/deliveries',
  operationId: 'listEventStreamDeliveries',
  summary: 'SETs that wait for another attempt, or the dead ones: given up, or refused by the receiver',
  request: { params: slugParams, query: deliveries.failedQuery },
  responses: { 200: json(deliveries.failedShape.array(), 'The SETs'), ...badOrAbsent },
});

export const replayDeadSets = createRoute({
  ...common,
  method: 'post',
  path: '/event-streams/{slug}/dead/replay',
  operationId: 'replayDeadSets',
  summary: 'Sends dead SETs once more',
  request: { params: slugParams, body: body(deliveries.deadReplay) },
  responses: { 200: json(deliveries.deadReplayedShape, 'How many'), ...badOrAbsent },
});

export const replayEventStream = createRoute({
  ...common,
  method: 'post',
  path: '/event-streams/{slug}/replay',
  operationId: 'replayEventStream',
  summary: 'Tells again what was told already, with the same jti: from a cursor, a position or a time on',
  request: { params: slugParams, body: body(replay) },
  responses: {
    200: json(deliveries.replayedShape, 'What is told again'),
    ...refusals({ 400: 'invalid_request', 404: 'event_stream_absent, directory_absent' }),
  },
});

export const listSigningKeys = createRoute({
  ...common,
  method: 'get',
  path: '/signing-keys',
  operationId: 'listSigningKeys',
  summary: 'The keys that sign security event tokens, the newest first',
  responses: { 200: json(shapes.signingKeyShape.array(), 'The keys'), ...refusals({}) },
});

export const rotateSigningKey = createRoute({
  ...common,
  method: 'post',
  path: '/signing-keys/rotate',
  operationId: 'rotateSigningKey',
  summary:
    'A new signing key, published at once, that signs a little later; those from before stay published for a while',
  request: { body: body(keyRotation) },
  responses: {
    200: json(shapes.signingKeyShape.array(), 'The keys'),
    ...refusals({ 400: 'invalid_request' }),
  },
});

export const eventStreamOperations = [
  listEventStreams,
  createEventStream,
  getEventStream,
  updateEventStream,
  deleteEventStream,
  rotateEventStreamToken,
  verifyEventStream,
  listEventStreamAttempts,
  listEventStreamDeliveries,
  replayDeadSets,
  replayEventStream,
  listSigningKeys,
  rotateSigningKey,
];
