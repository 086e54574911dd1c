// The explanation of a name.
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { FederationService } from '../../federation/service.ts';
import type { AppEnv } from '../../platform/http/request-context.ts';
import { explainUser } from './operations.ts';

export function addExplainRoutes(app: OpenAPIHono<AppEnv>, federations: FederationService): void {
  app.openapi(explainUser, async (c) => {
    const { username, email } = c.req.valid('query');
    const asked = username === undefined ? { email: email ?? '' } : { username };
    return c.json(await federations.explain(c.req.valid('param').slug, asked), 200);
  });
}
