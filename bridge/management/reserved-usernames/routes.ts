// The user names that a federation never serves.
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { FederationService } from '../../federation/service.ts';
import type { ReservedUsername } from '../../federation/topology.ts';
import type { AppEnv } from '../../platform/http/request-context.ts';
import * as operations from './operations.ts';

const shown = ({ usernameKey, reason }: ReservedUsername) => ({ username: usernameKey, reason });

export function addReservedUsernameRoutes(app: OpenAPIHono<AppEnv>, federations: FederationService): void {
  app.openapi(operations.listReservedUsernames, async (c) =>
    c.json((await federations.listReservedUsernames(c.req.valid('param').slug)).map(shown), 200),
  );
  app.openapi(operations.reserveUsername, async (c) => {
    const { slug, username } = c.req.valid('param');
    return c.json(shown(await federations.reserveUsername(slug, username, c.req.valid('json').reason)), 200);
  });
  app.openapi(operations.releaseUsername, async (c) => {
    const { slug, username } = c.req.valid('param');
    await federations.releaseUsername(slug, username);
    return c.body(null, 204);
  });
}
