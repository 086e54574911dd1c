// Outbound targets in the management API.
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { OutboundService } from '../../outbound/service.ts';
import type { AppEnv } from '../../platform/http/request-context.ts';
import * as operations from './operations.ts';
import { shownStatus, shownTarget } from './presentation.ts';

export function addTargetRoutes(app: OpenAPIHono<AppEnv>, outbound: OutboundService): void {
  app.openapi(operations.listTargets, async (c) =>
    c.json((await outbound.listTargets(c.req.valid('param').slug)).map(shownTarget), 200),
  );
  app.openapi(operations.createTarget, async (c) =>
    c.json(shownTarget(await outbound.createTarget(c.req.valid('param').slug, c.req.valid('json'))), 201),
  );
  app.openapi(operations.getTarget, async (c) => {
    const { slug, target } = c.req.valid('param');
    return c.json(shownTarget(await outbound.readTarget(slug, target)), 200);
  });
  app.openapi(operations.updateTarget, async (c) => {
    const { slug, target } = c.req.valid('param');
    const { settings, secret, mode } = c.req.valid('json');
    const change = { ...(settings && { settings }), ...(secret !== undefined && { secret }) };
    const changed = await outbound.updateTarget(slug, target, change);
    if (mode === undefined) return c.json(shownTarget(changed), 200);
    const moved =
      mode === 'paused' ? await outbound.pauseTarget(slug, target) : await outbound.resumeTarget(slug, target);
    return c.json(shownTarget(moved), 200);
  });
  app.openapi(operations.deleteTarget, async (c) => {
    const { slug, target } = c.req.valid('param');
    await outbound.deleteTarget(slug, target);
    return c.body(null, 204);
  });
  app.openapi(operations.getTargetStatus, async (c) => {
    const { slug, target } = c.req.valid('param');
    return c.json(shownStatus(await outbound.readStatus(slug, target)), 200);
  });
  app.openapi(operations.testTarget, async (c) => {
    const { slug, target } = c.req.valid('param');
    return c.json(await outbound.testTarget(slug, target), 200);
  });
  app.openapi(operations.syncTarget, async (c) => {
    const { slug, target } = c.req.valid('param');
    await outbound.requestSync(slug, target);
    return c.body(null, 202);
  });
  app.openapi(operations.diffTarget, async (c) => {
    const { slug, target } = c.req.valid('param');
    const { after, limit } = c.req.valid('query');
    return c.json(await outbound.diff(slug, target, { limit, ...(after !== undefined && { after }) }), 200);
  });
  app.openapi(operations.purgeTarget, async (c) => {
    const { slug, target } = c.req.valid('param');
    return c.json(shownTarget(await outbound.purgeTarget(slug, target)), 202);
  });
}
