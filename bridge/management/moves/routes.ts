// Moves of directories between identity providers in the management API.
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { AppEnv } from '../../platform/http/request-context.ts';
import type { MoveService } from '../../provisioning/moves/service.ts';
import * as operations from './operations.ts';
import { shownClaim, shownEntry, shownMove, shownPlan } from './presentation.ts';

/** Well below what proxies wait for an answer. */
const budgetMs = 15_000;
const defaultLimit = 100;

interface Page {
  after?: string | undefined;
  limit?: number | undefined;
}

const pageOf = ({ after, limit = defaultLimit }: Page) => ({ limit, ...(after !== undefined && { after }) });

export function addMoveRoutes(app: OpenAPIHono<AppEnv>, moves: MoveService): void {
  app.openapi(operations.planMove, async (c) =>
    c.json(shownPlan(await moves.plan(c.req.valid('param').slug, c.req.valid('query').match)), 200),
  );
  app.openapi(operations.startMove, async (c) => {
    const { profile, ...input } = c.req.valid('json');
    const started = await moves.start(c.req.valid('param').slug, { ...input, ...(profile && { profile }) });
    return c.json(shownMove(started), 201);
  });
  app.openapi(operations.getMove, async (c) => c.json(shownMove(await moves.status(c.req.valid('param').slug)), 200));
  app.openapi(operations.listMovedUsers, async (c) => {
    const { state, ...page } = c.req.valid('query');
    const users = await moves.listUsers(c.req.valid('param').slug, { state, ...pageOf(page) });
    return c.json(users.map(shownEntry), 200);
  });
  app.openapi(operations.listMovedGroups, async (c) => {
    const { state, ...page } = c.req.valid('query');
    const groups = await moves.listGroups(c.req.valid('param').slug, { state, ...pageOf(page) });
    return c.json(groups.map(shownEntry), 200);
  });
  app.openapi(operations.listMoveClaims, async (c) => {
    const claims = await moves.listClaims(c.req.valid('param').slug, pageOf(c.req.valid('query')));
    return c.json(claims.map(shownClaim), 200);
  });
  app.openapi(operations.decideMoveClaim, async (c) => {
    const { slug, claimId } = c.req.valid('param');
    const decided = c.req.valid('json');
    const decision =
      decided.decision === 'adopt' ? { kind: 'adopt' as const, userId: decided.userId } : { kind: 'create' as const };
    await moves.decide(slug, claimId, decision);
    return c.body(null, 204);
  });
  app.openapi(operations.finishMove, async (c) => {
    const { users, groups, members, claims } = c.req.valid('json');
    const leftovers = {
      ...(users && { users }),
      ...(groups && { groups }),
      ...(members && { members }),
      ...(claims && { claims }),
    };
    return c.json(await moves.finish(c.req.valid('param').slug, leftovers, { budgetMs }), 200);
  });
  app.openapi(operations.planMoveUndo, async (c) => c.json(await moves.planUndo(c.req.valid('param').slug), 200));
  app.openapi(operations.undoMove, async (c) => c.json(await moves.undo(c.req.valid('param').slug, { budgetMs }), 200));
  app.openapi(operations.forgetMove, async (c) => {
    await moves.forget(c.req.valid('param').slug);
    return c.body(null, 204);
  });
}
