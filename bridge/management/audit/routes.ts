// The audit log in the management API.
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { AuditLog } from '../../events/audit/log.ts';
import type { AppEnv } from '../../platform/http/request-context.ts';
import { listAudit } from './operations.ts';
import { shownEntry } from './presentation.ts';

const defaultLimit = 100;

export function addAuditRoutes(app: OpenAPIHono<AppEnv>, auditLog: AuditLog): void {
  app.openapi(listAudit, async (c) => {
    const { directory, federation, type, after, last, limit = defaultLimit } = c.req.valid('query');
    const { entries, ...page } = await auditLog.readAudit({
      ...(directory !== undefined && { directory }),
      ...(federation !== undefined && { federation }),
      ...(type !== undefined && { types: type.split(',').map((one) => one.trim()) }),
      ...(after !== undefined && { after }),
      ...(last !== undefined && { last }),
      limit,
    });
    return c.json({ ...page, entries: entries.map(shownEntry) }, 200);
  });
}
