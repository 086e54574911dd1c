// Conflicts in a federation, and previews of its changes, as OpenAPI describes them; routes.ts answers them.
import { createRoute } from '@hono/zod-openapi';
import { slugParams } from '../contracts.ts';
import { body, common, json, refusals } from '../descriptions.ts';
import * as shapes from './contracts.ts';

export const listConflicts = createRoute({
  ...common,
  method: 'get',
  path: '/federations/{slug}/conflicts',
  operationId: 'listConflicts',
  summary: 'Who is not served because another directory has the same user name or e-mail, or the name is reserved',
  request: { params: slugParams, query: shapes.conflictsQuery },
  responses: {
    200: json(shapes.conflictsShape, 'Their number, and a page of them ordered by user name'),
    ...refusals({ 400: 'invalid_request', 404: 'federation_absent, directory_absent' }),
  },
});

export const previewFederationChange = createRoute({
  ...common,
  method: 'post',
  path: '/federations/{slug}/preview',
  operationId: 'previewFederationChange',
  summary:
    'Who would appear, vanish or change owner if a directory were added, set or taken out, or the federation deleted; changes nothing',
  description: 'What the change itself would refuse is refused here, too.',
  request: { params: slugParams, query: shapes.reportQuery, body: body(shapes.federationChange) },
  responses: {
    200: json(shapes.changePreviewShape, 'Their number, and a page of them ordered by user name'),
    ...refusals({ 400: 'invalid_request', 404: 'federation_absent, directory_absent', 409: 'conflict' }),
  },
});

export const previewDirectoryChange = createRoute({
  ...common,
  method: 'post',
  path: '/directories/{slug}/preview',
  operationId: 'previewDirectoryChange',
  summary: 'The same for every federation that has the directory, if it were enabled, disabled or deleted',
  request: { params: slugParams, query: shapes.directoryPreviewQuery, body: body(shapes.wholeDirectoryChange) },
  responses: {
    200: json(shapes.directoryPreviewShape, 'By federation: their number, and a page of them'),
    ...refusals({ 400: 'invalid_request', 404: 'directory_absent, federation_absent' }),
  },
});

export const conflictOperations = [listConflicts, previewFederationChange, previewDirectoryChange];
