// The explanation of a name as OpenAPI describes it; routes.ts answers it.
import { createRoute } from '@hono/zod-openapi';
import { slugParams } from '../contracts.ts';
import { common, json, refusals } from '../descriptions.ts';
import * as shapes from './contracts.ts';

export const explainUser = createRoute({
  ...common,
  method: 'get',
  path: '/federations/{slug}/explain',
  operationId: 'explainUser',
  summary: 'Whom Keycloak gets for a user name or e-mail and why, who is hidden, and whether a login would work',
  description: 'Nobody of the name is an answer, too.',
  request: { params: slugParams, query: shapes.explainQuery },
  responses: {
    200: json(shapes.explanationShape, 'The explanation'),
    ...refusals({ 400: 'invalid_request', 404: 'federation_absent' }),
  },
});

export const explainOperations = [explainUser];
