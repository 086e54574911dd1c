// Reading remembered SCIM requests as OpenAPI describes it; routes.ts answers it.
import { createRoute, z } from '@hono/zod-openapi';
import { slugPattern } from '../../directories/contracts.ts';
import { common, json, refusals } from '../descriptions.ts';
import { requestsQuery, requestsShape } from './contracts.ts';

export const listRequests = createRoute({
  ...common,
  method: 'get',
  path: '/directories/{slug}/requests',
  operationId: 'listRequests',
  summary: 'What an identity provider asked by SCIM, and how it ended',
  request: { params: z.object({ slug: z.string().regex(slugPattern) }), query: requestsQuery },
  responses: {
    200: json(requestsShape, 'The requests, latest first'),
    ...refusals({ 400: 'invalid_request', 404: 'directory_absent' }),
  },
});

export const requestOperations = [listRequests];
