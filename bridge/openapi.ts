// The OpenAPI document of the REST surfaces, at /api/openapi.json. SCIM describes itself at its own discovery endpoints.
import { OpenAPIHono } from '@hono/zod-openapi';
import { userStorageOperations } from './federation/operations.ts';
import { managementOperations } from './management/operations.ts';
import type { AppEnv } from './platform/http/request-context.ts';

const userStorageBase = '/user-storage/v1';
const managementBase = '/api/v1';

function createDocument() {
  const { openAPIRegistry, getOpenAPI31Document } = new OpenAPIHono();
  openAPIRegistry.registerComponent('securitySchemes', 'federationToken', {
    type: 'http',
    scheme: 'bearer',
    description: 'A token of the federation in the path. Any other token gets the same 401.',
  });
  for (const operation of userStorageOperations) {
    openAPIRegistry.registerPath({ ...operation, path: `${userStorageBase}${operation.path}` });
  }
  openAPIRegistry.registerComponent('securitySchemes', 'adminToken', {
    type: 'http',
    scheme: 'bearer',
    description: "The operator's ADMIN_TOKEN.",
  });
  for (const operation of managementOperations) {
    openAPIRegistry.registerPath({ ...operation, path: `${managementBase}${operation.path}` });
  }
  return getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Realmbridge',
      version: '1',
      description:
        'A user or group does not exist if, and only if, the answer is a 404 with the header Realmbridge-Api and the code user_absent or group_absent. Every other answer means that the bridge is not available.',
    },
    servers: [{ url: '/' }],
    tags: [
      { name: 'User storage', description: 'What a Keycloak provider asks the bridge.' },
      { name: 'Management', description: 'Directories, federations and their tokens.' },
    ],
  });
}

/** The routes below /api. */
export function openApiRoutes(): OpenAPIHono<AppEnv> {
  let document: ReturnType<typeof createDocument> | undefined;
  const app = new OpenAPIHono<AppEnv>();
  app.get('/openapi.json', (c) => {
    document ??= createDocument();
    return c.json(document);
  });
  return app;
}
