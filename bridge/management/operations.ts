// The operations of the management API as OpenAPI describes them; routes.ts answers them.
import { createRoute } from '@hono/zod-openapi';
import { accessOperations } from './access/operations.ts';
import { auditOperations } from './audit/operations.ts';
import { conflictOperations } from './conflicts/operations.ts';
import * as shapes from './contracts.ts';
import { body, common, json, nothing, refusals } from './descriptions.ts';
import { eventStreamOperations } from './event-streams/operations.ts';
import { eventOperations } from './events/operations.ts';
import { explainOperations } from './explain/operations.ts';
import { guardOperations } from './guard/operations.ts';
import { historyOperations } from './history/operations.ts';
import { ldapOperations } from './ldap/operations.ts';
import { mappingOperations } from './mappings/operations.ts';
import { moveOperations } from './moves/operations.ts';
import { requestOperations } from './requests/operations.ts';
import { reservedUsernameOperations } from './reserved-usernames/operations.ts';
import { schemaOperations } from './schemas/operations.ts';
import { targetOperations } from './targets/operations.ts';
import { undoOperations } from './undo/operations.ts';
import { webhookOperations } from './webhooks/operations.ts';

export const listDirectories = createRoute({
  ...common,
  method: 'get',
  path: '/directories',
  operationId: 'listDirectories',
  summary: 'All directories, by slug',
  responses: { 200: json(shapes.directoryShape.array(), 'The directories'), ...refusals({}) },
});

export const createDirectory = createRoute({
  ...common,
  method: 'post',
  path: '/directories',
  operationId: 'createDirectory',
  summary: 'A new directory, pushed to by SCIM or read from an LDAP server',
  request: { body: body(shapes.newDirectory) },
  responses: {
    201: json(shapes.directoryShape, 'The directory'),
    ...refusals({ 400: 'invalid_request', 409: 'conflict' }),
  },
});

export const getDirectory = createRoute({
  ...common,
  method: 'get',
  path: '/directories/{slug}',
  operationId: 'getDirectory',
  summary: 'One directory',
  request: { params: shapes.slugParams },
  responses: { 200: json(shapes.directoryShape, 'The directory'), ...refusals({ 404: 'directory_absent' }) },
});

export const updateDirectory = createRoute({
  ...common,
  method: 'patch',
  path: '/directories/{slug}',
  operationId: 'updateDirectory',
  summary: 'Renames, re-profiles, enables or disables a directory',
  request: { params: shapes.slugParams, body: body(shapes.directoryChange) },
  responses: {
    200: json(shapes.directoryShape, 'The directory'),
    ...refusals({ 400: 'invalid_request', 404: 'directory_absent' }),
  },
});

export const deleteDirectory = createRoute({
  ...common,
  method: 'delete',
  path: '/directories/{slug}',
  operationId: 'deleteDirectory',
  summary: 'Deletes a directory with its users, groups, events and tokens',
  request: { params: shapes.slugParams },
  responses: { ...nothing, ...refusals({ 404: 'directory_absent' }) },
});

export const getToleranceReport = createRoute({
  ...common,
  method: 'get',
  path: '/directories/{slug}/tolerances',
  operationId: 'getToleranceReport',
  summary: "Which tolerances of its profile the directory's identity provider has really needed",
  description: 'Written every half minute by each replica.',
  request: { params: shapes.slugParams },
  responses: { 200: json(shapes.toleranceReportShape, 'The report'), ...refusals({ 404: 'directory_absent' }) },
});

export const listDirectoryTokens = createRoute({
  ...common,
  method: 'get',
  path: '/directories/{slug}/tokens',
  operationId: 'listDirectoryTokens',
  summary: "A directory's tokens, without their secrets",
  request: { params: shapes.slugParams },
  responses: { 200: json(shapes.directoryTokenShape.array(), 'The tokens'), ...refusals({ 404: 'directory_absent' }) },
});

export const createDirectoryToken = createRoute({
  ...common,
  method: 'post',
  path: '/directories/{slug}/tokens',
  operationId: 'createDirectoryToken',
  summary: 'A new token for the identity provider; others stay valid',
  request: { params: shapes.slugParams, body: body(shapes.newDirectoryToken) },
  responses: {
    201: json(shapes.createdTokenShape, 'The token, shown this once'),
    ...refusals({ 400: 'invalid_request', 404: 'directory_absent' }),
  },
});

export const revokeDirectoryToken = createRoute({
  ...common,
  method: 'delete',
  path: '/directories/{slug}/tokens/{tokenId}',
  operationId: 'revokeDirectoryToken',
  summary: 'Revokes a token',
  request: { params: shapes.tokenParams },
  responses: { ...nothing, ...refusals({ 404: 'directory_absent, token_absent' }) },
});

export const listFederations = createRoute({
  ...common,
  method: 'get',
  path: '/federations',
  operationId: 'listFederations',
  summary: 'All federations with their directories in the order of priority',
  responses: { 200: json(shapes.federationShape.array(), 'The federations'), ...refusals({}) },
});

export const createFederation = createRoute({
  ...common,
  method: 'post',
  path: '/federations',
  operationId: 'createFederation',
  summary: 'A new federation without directories',
  request: { body: body(shapes.newFederation) },
  responses: {
    201: json(shapes.federationShape, 'The federation'),
    ...refusals({ 400: 'invalid_request', 409: 'conflict' }),
  },
});

export const getFederation = createRoute({
  ...common,
  method: 'get',
  path: '/federations/{slug}',
  operationId: 'getManagedFederation',
  summary: 'One federation',
  request: { params: shapes.slugParams },
  responses: { 200: json(shapes.federationShape, 'The federation'), ...refusals({ 404: 'federation_absent' }) },
});

export const deleteFederation = createRoute({
  ...common,
  method: 'delete',
  path: '/federations/{slug}',
  operationId: 'deleteFederation',
  summary: 'Deletes a federation with its tokens; directories and their users stay',
  request: { params: shapes.slugParams },
  responses: { ...nothing, ...refusals({ 404: 'federation_absent' }) },
});

export const listFederationTokens = createRoute({
  ...common,
  method: 'get',
  path: '/federations/{slug}/tokens',
  operationId: 'listFederationTokens',
  summary: "A federation's tokens, without their secrets",
  request: { params: shapes.slugParams },
  responses: { 200: json(shapes.tokenShape.array(), 'The tokens'), ...refusals({ 404: 'federation_absent' }) },
});

export const putAttachment = createRoute({
  ...common,
  method: 'put',
  path: '/federations/{slug}/directories/{directory}',
  operationId: 'putFederationDirectory',
  summary:
    'Adds a directory to the federation, or sets its priority, toggle and binding in Keycloak; a taken priority is swapped',
  request: { params: shapes.attachmentParams, body: body(shapes.attachment) },
  responses: {
    200: json(shapes.federationShape, 'The federation'),
    ...refusals({ 400: 'invalid_request', 404: 'federation_absent, directory_absent', 409: 'conflict' }),
  },
});

export const deleteAttachment = createRoute({
  ...common,
  method: 'delete',
  path: '/federations/{slug}/directories/{directory}',
  operationId: 'deleteFederationDirectory',
  summary: 'Takes a directory out of the federation: its users leave Keycloak',
  request: { params: shapes.attachmentParams },
  responses: { ...nothing, ...refusals({ 404: 'federation_absent, directory_absent' }) },
});

export const createFederationToken = createRoute({
  ...common,
  method: 'post',
  path: '/federations/{slug}/tokens',
  operationId: 'createFederationToken',
  summary: 'A new token for a Keycloak provider',
  request: { params: shapes.slugParams, body: body(shapes.newToken) },
  responses: {
    201: json(shapes.createdTokenShape, 'The token, shown this once'),
    ...refusals({ 400: 'invalid_request', 404: 'federation_absent' }),
  },
});

export const revokeFederationToken = createRoute({
  ...common,
  method: 'delete',
  path: '/federations/{slug}/tokens/{tokenId}',
  operationId: 'revokeFederationToken',
  summary: 'Revokes a token',
  request: { params: shapes.tokenParams },
  responses: { ...nothing, ...refusals({ 404: 'federation_absent, token_absent' }) },
});

export const managementOperations = [
  listDirectories,
  createDirectory,
  getDirectory,
  updateDirectory,
  deleteDirectory,
  getToleranceReport,
  listDirectoryTokens,
  createDirectoryToken,
  revokeDirectoryToken,
  ...schemaOperations,
  ...accessOperations,
  ...ldapOperations,
  ...moveOperations,
  ...targetOperations,
  ...guardOperations,
  listFederations,
  createFederation,
  getFederation,
  deleteFederation,
  putAttachment,
  deleteAttachment,
  listFederationTokens,
  createFederationToken,
  revokeFederationToken,
  ...conflictOperations,
  ...reservedUsernameOperations,
  ...explainOperations,
  ...eventOperations,
  ...auditOperations,
  ...requestOperations,
  ...historyOperations,
  ...undoOperations,
  ...webhookOperations,
  ...eventStreamOperations,
  ...mappingOperations,
];
