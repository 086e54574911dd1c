// The mappings of a federation: its users' attributes, and the roles that its groups bring.
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { AttributeMappings } from '../../federation/mappings/attribute-service.ts';
import type { FederationService } from '../../federation/service.ts';
import type { AppEnv } from '../../platform/http/request-context.ts';
import * as operations from './operations.ts';

const shownAttributes = ({ default: isDefault, mappings }: AttributeMappings) => ({
  default: isDefault,
  mappings: mappings.map(({ path, attribute, multiValued }) => ({ path, attribute, multiValued })),
});

export function addMappingRoutes(app: OpenAPIHono<AppEnv>, federations: FederationService): void {
  app.openapi(operations.getAttributeMappings, async (c) =>
    c.json(shownAttributes(await federations.listAttributeMappings(c.req.valid('param').slug)), 200),
  );
  app.openapi(operations.putAttributeMappings, async (c) => {
    const { mappings } = c.req.valid('json');
    return c.json(
      shownAttributes(await federations.changeAttributeMappings(c.req.valid('param').slug, () => mappings)),
      200,
    );
  });
  app.openapi(operations.deleteAttributeMappings, async (c) =>
    c.json(shownAttributes(await federations.changeAttributeMappings(c.req.valid('param').slug, () => undefined)), 200),
  );
  app.openapi(operations.getRoleMappings, async (c) =>
    c.json({ mappings: await federations.listRoleMappings(c.req.valid('param').slug) }, 200),
  );
  app.openapi(operations.putRoleMappings, async (c) => {
    const { mappings } = c.req.valid('json');
    return c.json({ mappings: await federations.changeRoleMappings(c.req.valid('param').slug, () => mappings) }, 200);
  });
  app.openapi(operations.previewRoleMappings, async (c) => {
    const { mappings } = c.req.valid('json');
    const { max } = c.req.valid('query');
    return c.json(await federations.previewRoleMappings(c.req.valid('param').slug, () => mappings, max), 200);
  });
}
