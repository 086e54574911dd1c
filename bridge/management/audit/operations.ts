// Reading the audit log as OpenAPI describes it; routes.ts answers it.
import { createRoute } from '@hono/zod-openapi';
import { common, json, refusals } from '../descriptions.ts';
import { auditQuery, auditShape } from './contracts.ts';

export const listAudit = createRoute({
  ...common,
  method: 'get',
  path: '/audit',
  operationId: 'listAudit',
  summary: 'What operators changed, in order; also of directories and federations that are gone',
  request: { query: auditQuery },
  responses: { 200: json(auditShape, 'The entries, oldest first'), ...refusals({ 400: 'invalid_request' }) },
});

export const auditOperations = [listAudit];
