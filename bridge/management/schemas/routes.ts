// A directory's declared schemas and resource types in the management API.
import type { OpenAPIHono } from '@hono/zod-openapi';
import { ApiError } from '../../platform/http/api-error.ts';
import type { AppEnv } from '../../platform/http/request-context.ts';
import { shownSchema, shownType, toDeclaration, toTypeDeclaration } from '../../provisioning/schemas/contracts.ts';
import type { SchemaService } from '../../provisioning/schemas/service.ts';
import type { TypeService } from '../../provisioning/schemas/types-service.ts';
import * as operations from './operations.ts';

export function addSchemaRoutes(app: OpenAPIHono<AppEnv>, schemas: SchemaService): void {
  app.openapi(operations.listSchemas, async (c) =>
    c.json((await schemas.listSchemas(c.req.valid('param').slug)).map(shownSchema), 200),
  );
  app.openapi(operations.getSchema, async (c) => {
    const { slug, urn } = c.req.valid('param');
    return c.json(shownSchema(await schemas.requireSchema(slug, urn)), 200);
  });
  app.openapi(operations.putSchema, async (c) => {
    const { slug, urn } = c.req.valid('param');
    const declaration = toDeclaration(c.req.valid('json'));
    if (declaration.id.toLowerCase() !== urn.toLowerCase()) {
      throw new ApiError('invalid_request', 'id: must be the URN in the address.');
    }
    const { schema, created, dropped } = await schemas.putSchema(slug, declaration, c.req.valid('query').values);
    return c.json({ schema: shownSchema(schema), dropped }, created ? 201 : 200);
  });
  app.openapi(operations.deleteSchema, async (c) => {
    const { slug, urn } = c.req.valid('param');
    return c.json({ dropped: await schemas.deleteSchema(slug, urn, c.req.valid('query').values) }, 200);
  });
}

export function addResourceTypeRoutes(app: OpenAPIHono<AppEnv>, types: TypeService): void {
  app.openapi(operations.listResourceTypes, async (c) =>
    c.json((await types.listTypes(c.req.valid('param').slug)).map(shownType), 200),
  );
  app.openapi(operations.getResourceType, async (c) => {
    const { slug, name } = c.req.valid('param');
    return c.json(shownType(await types.requireType(slug, name)), 200);
  });
  app.openapi(operations.putResourceType, async (c) => {
    const { slug, name } = c.req.valid('param');
    const declaration = toTypeDeclaration(c.req.valid('json'));
    if (declaration.name.toLowerCase() !== name.toLowerCase()) {
      throw new ApiError('invalid_request', 'name: must be the name in the address.');
    }
    const { type, created } = await types.putType(slug, declaration);
    return c.json(shownType(type), created ? 201 : 200);
  });
  app.openapi(operations.deleteResourceType, async (c) => {
    const { slug, name } = c.req.valid('param');
    return c.json({ dropped: await types.deleteType(slug, name, c.req.valid('query').values) }, 200);
  });
}
