// POST /Bulk (RFC 7644 §3.7). A job that was processed is 200, whatever became of its operations.
import type { Hono } from 'hono';
import type { BulkService } from '../bulk/bulk-service.ts';
import { notAllowed, readJson, requesterOf, respond, type ScimEnv } from './exchange.ts';

export function bulkRoutes(app: Hono<ScimEnv>, bulk: BulkService): void {
  app.post('/Bulk', async (c) => {
    const answer = await bulk.run({
      request: requesterOf(c),
      body: await readJson(c),
      attributes: c.req.query('attributes'),
      excludedAttributes: c.req.query('excludedAttributes'),
      onFailures: (failures) => {
        c.set('failedOperations', failures.length);
        const [first] = failures;
        if (first) c.set('refusal', first);
      },
      onFault: (error) => c.get('logger')().error({ err: error }, 'SCIM bulk operation failed'),
    });
    return respond(c, 200, answer);
  });
  app.all('/Bulk', notAllowed('POST'));
}
