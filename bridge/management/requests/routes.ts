// Remembered SCIM requests in the management API.
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { AppEnv } from '../../platform/http/request-context.ts';
import type { RequestLog } from '../../provisioning/requests/request-log.ts';
import { listRequests } from './operations.ts';
import { shownRequests } from './presentation.ts';

const defaultLimit = 100;

export function addRequestRoutes(app: OpenAPIHono<AppEnv>, requestLog: Pick<RequestLog, 'listRequests'>): void {
  app.openapi(listRequests, async (c) => {
    const {
      failed,
      resource,
      requestId,
      actor,
      since,
      until,
      text,
      before,
      limit = defaultLimit,
    } = c.req.valid('query');
    const read = await requestLog.listRequests(c.req.valid('param').slug, {
      failed: failed === 'true',
      ...(resource !== undefined && { resource }),
      ...(requestId !== undefined && { requestId }),
      ...(actor !== undefined && { actor }),
      ...(since !== undefined && { since: new Date(since) }),
      ...(until !== undefined && { until: new Date(until) }),
      ...(text !== undefined && { text }),
      ...(before !== undefined && { before }),
      limit: limit + 1,
    });
    return c.json(shownRequests(read, limit), 200);
  });
}
