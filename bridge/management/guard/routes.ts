// The guard for pushed SCIM in the management API.
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { AppEnv } from '../../platform/http/request-context.ts';
import type { GuardService } from '../../provisioning/guard/service.ts';
import * as operations from './operations.ts';
import { shownGuard, shownHeld } from './presentation.ts';

/** Well below what proxies wait for an answer. */
const budgetMs = 15_000;
const defaultLimit = 100;

const selectionOf = ({ ids, until }: { ids?: string[] | undefined; until?: string | undefined }) => ({
  ...(ids && { ids }),
  ...(until !== undefined && { until: new Date(until) }),
});

export function addGuardRoutes(app: OpenAPIHono<AppEnv>, guard: GuardService): void {
  app.openapi(operations.getGuard, async (c) => c.json(shownGuard(await guard.status(c.req.valid('param').slug)), 200));
  app.openapi(operations.updateGuard, async (c) => {
    const { useDefaults = false, ...change } = c.req.valid('json');
    return c.json(shownGuard(await guard.update(c.req.valid('param').slug, { ...change, useDefaults })), 200);
  });
  app.openapi(operations.listHeld, async (c) => {
    const { after, limit = defaultLimit } = c.req.valid('query');
    const page = { limit, ...(after !== undefined && { after }) };
    return c.json((await guard.listHeld(c.req.valid('param').slug, page)).map(shownHeld), 200);
  });
  app.openapi(operations.releaseHeld, async (c) => {
    const { passMinutes, ...selection } = c.req.valid('json');
    const released = await guard.release(
      c.req.valid('param').slug,
      { ...selectionOf(selection), ...(passMinutes !== undefined && { passMinutes }) },
      { budgetMs },
    );
    return c.json({ ...released, passingUntil: released.passingUntil?.toISOString() ?? null }, 200);
  });
  app.openapi(operations.rejectHeld, async (c) =>
    c.json(await guard.reject(c.req.valid('param').slug, selectionOf(c.req.valid('json'))), 200),
  );
}
