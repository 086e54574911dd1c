// Plans to undo what somebody did, in the management API.
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { AppEnv } from '../../platform/http/request-context.ts';
import type { UndoService } from '../../provisioning/undo/service.ts';
import * as operations from './operations.ts';
import { shownUndoItem, shownUndoPlan, shownUndoStatus } from './presentation.ts';

/** Well below what proxies wait for an answer. */
const budgetMs = 15_000;
const defaultLimit = 100;

export function addUndoRoutes(app: OpenAPIHono<AppEnv>, undo: UndoService): void {
  app.openapi(operations.createUndoPlan, async (c) => {
    const { actors, from, to } = c.req.valid('json');
    const window = { actors, from: new Date(from), ...(to !== undefined && { to: new Date(to) }) };
    return c.json(shownUndoStatus(await undo.plan(c.req.valid('param').slug, window, { budgetMs })), 201);
  });
  app.openapi(operations.listUndoPlans, async (c) =>
    c.json((await undo.listPlans(c.req.valid('param').slug)).map(shownUndoPlan), 200),
  );
  app.openapi(operations.getUndoPlan, async (c) => {
    const { slug, planId } = c.req.valid('param');
    return c.json(shownUndoStatus(await undo.readPlan(slug, planId)), 200);
  });
  app.openapi(operations.continueUndoPlan, async (c) => {
    const { slug, planId } = c.req.valid('param');
    return c.json(shownUndoStatus(await undo.continuePlan(slug, planId, { budgetMs })), 200);
  });
  app.openapi(operations.listUndoItems, async (c) => {
    const { slug, planId } = c.req.valid('param');
    const { state: states, after, limit = defaultLimit } = c.req.valid('query');
    const page = { limit, ...(states && { states }), ...(after !== undefined && { after }) };
    return c.json((await undo.listItems(slug, planId, page)).map(shownUndoItem), 200);
  });
  app.openapi(operations.applyUndoPlan, async (c) => {
    const { slug, planId } = c.req.valid('param');
    const { overwrite } = c.req.valid('json');
    const applied = await undo.apply(slug, planId, { budgetMs, ...(overwrite && { overwrite }) });
    return c.json(shownUndoStatus(applied), 200);
  });
  app.openapi(operations.discardUndoPlan, async (c) => {
    const { slug, planId } = c.req.valid('param');
    await undo.discard(slug, planId);
    return c.body(null, 204);
  });
}
