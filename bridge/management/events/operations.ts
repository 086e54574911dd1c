// Reading the event log as OpenAPI describes it; routes.ts answers it.
import { createRoute } from '@hono/zod-openapi';
import { common, json, refusals } from '../descriptions.ts';
import { eventsQuery, eventsShape } from './contracts.ts';

export const listEvents = createRoute({
  ...common,
  method: 'get',
  path: '/events',
  operationId: 'listEvents',
  summary: 'What happened to users and groups, in order per directory',
  request: { query: eventsQuery },
  responses: {
    200: json(eventsShape, 'The events after the cursor, oldest first'),
    ...refusals({ 400: 'invalid_request', 404: 'directory_absent', 410: 'cursor_expired' }),
  },
});

export const eventOperations = [listEvents];
