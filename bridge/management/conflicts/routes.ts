// Conflicts in a federation, and previews of its changes.
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { FederationService } from '../../federation/service.ts';
import type { AppEnv } from '../../platform/http/request-context.ts';
import * as operations from './operations.ts';

export function addConflictRoutes(app: OpenAPIHono<AppEnv>, federations: FederationService): void {
  app.openapi(operations.listConflicts, async (c) =>
    c.json(await federations.listConflicts(c.req.valid('param').slug, c.req.valid('query')), 200),
  );
  app.openapi(operations.previewFederationChange, async (c) => {
    const { slug } = c.req.valid('param');
    const { remove, directory, priority, enabled } = c.req.valid('json');
    const page = c.req.valid('query');
    if (directory === undefined) return c.json(await federations.previewDeletion(slug, page), 200);
    const change = { directory, priority, enabled, action: remove ? ('remove' as const) : ('put' as const) };
    return c.json(await federations.previewChange(slug, change, page), 200);
  });
  app.openapi(operations.previewDirectoryChange, async (c) => {
    const { enabled } = c.req.valid('json');
    const change = enabled === undefined ? { delete: true as const } : { enabled };
    const found = await federations.previewDirectory(c.req.valid('param').slug, change, c.req.valid('query'));
    return c.json({ federations: found }, 200);
  });
}
