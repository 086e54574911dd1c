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
    const { remove, ...change } = c.req.valid('json');
    const action = remove ? 'remove' : 'put';
    return c.json(
      await federations.previewChange(c.req.valid('param').slug, { ...change, action }, c.req.valid('query')),
      200,
    );
  });
}
