// Reading histories as OpenAPI describes it; routes.ts answers it.
import { createRoute, z } from '@hono/zod-openapi';
import { slugPattern } from '../../directories/contracts.ts';
import { common, json, refusals } from '../descriptions.ts';
import { historyQuery, historyShape } from './contracts.ts';

export const readHistory = createRoute({
  ...common,
  method: 'get',
  path: '/directories/{slug}/history',
  operationId: 'readHistory',
  summary: 'What happened to a user or group, and what it was at a past moment',
  request: { params: z.object({ slug: z.string().regex(slugPattern) }), query: historyQuery },
  responses: {
    200: json(historyShape, 'Its events and, if asked for, its past state'),
    ...refusals({ 400: 'invalid_request', 404: 'directory_absent or not_found', 409: 'conflict' }),
  },
});

export const historyOperations = [readHistory];
