// The user-storage API (docs/user-storage-api.md): what a Keycloak provider asks the bridge.
import { OpenAPIHono, type z } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { ApiError } from '../platform/http/api-error.ts';
import { limitBody } from '../platform/http/body-limit.ts';
import { bearerChallenge } from '../platform/http/challenge.ts';
import { problem } from '../platform/http/problem.ts';
import { type AppEnv, answerError } from '../platform/http/request-context.ts';
import { parseBearer } from '../platform/secrets/tokens.ts';
import type { FederationAccess, FederationAuthenticator } from './authenticator.ts';
import type { userFilterQuery } from './contracts.ts';
import * as operations from './operations.ts';
import type { FederationService } from './service.ts';
import { asUnavailable } from './unavailable.ts';

export interface UserStorageDeps {
  federations: FederationService;
  federationAuthenticator: FederationAuthenticator;
}

interface UserStorageEnv {
  Variables: AppEnv['Variables'] & { access: FederationAccess };
}

const maxBody = 64 * 1024;

const version: MiddlewareHandler = async (c, next) => {
  c.header('Realmbridge-Api', '1');
  await next();
};

const authentication =
  (authenticator: FederationAuthenticator): MiddlewareHandler<UserStorageEnv> =>
  async (c, next) => {
    const token = parseBearer(c.req.header('Authorization'));
    const access =
      token === undefined ? undefined : await authenticator.authenticate(c.req.param('federation') ?? '', token);
    if (!access) {
      throw new ApiError('unauthorized', 'A valid token of this federation is required.', {
        headers: { 'WWW-Authenticate': bearerChallenge('Realmbridge federation', c.req.header('Authorization')) },
      });
    }
    c.set('access', access);
    await next();
  };

/** What a client did wrong is its problem to read; what the database can't do now is no fault of ours. */
function renderError(error: Error, c: Context): Response {
  if (error instanceof HTTPException && error.status === 415) {
    return answerError(new ApiError('invalid_request', 'Content-Type: must be application/json.'), c);
  }
  if (error instanceof HTTPException && error.status === 400) {
    return answerError(new ApiError('invalid_request', 'body: must be JSON.'), c);
  }
  return answerError(asUnavailable(error), c);
}

function invalidRequest(error: z.ZodError): ApiError {
  const [issue] = error.issues;
  const name = issue?.path[0];
  return new ApiError(
    'invalid_request',
    `${name === undefined ? 'request' : String(name)}: ${issue?.message ?? 'is not valid'}.`,
  );
}

const filterOf = ({ attribute, ...filter }: z.output<typeof userFilterQuery>) => ({ ...filter, attributes: attribute });

/** The routes below /user-storage/v1. */
export function userStorageRoutes({
  federations,
  federationAuthenticator,
}: UserStorageDeps): OpenAPIHono<UserStorageEnv> {
  const app = new OpenAPIHono<UserStorageEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalidRequest(result.error);
    },
  });
  app.onError(renderError);
  app.use(version);
  app.use('/:federation/*', authentication(federationAuthenticator));
  app.use(
    '/:federation/*',
    limitBody({
      maxSize: maxBody,
      onError: () => {
        throw new ApiError('too_large', `body: may have at most ${maxBody} bytes.`);
      },
    }),
  );

  app.openapi(operations.describeRoute, async (c) =>
    c.json(await federations.describe(c.get('access').federationId), 200),
  );
  app.get('/:federation/', async (c) => c.json(await federations.describe(c.get('access').federationId), 200));

  app.openapi(operations.lookUpUserRoute, async (c) => {
    const { username, email } = c.req.valid('query');
    const by = username === undefined ? { email: email ?? '' } : { username };
    return c.json(await federations.lookUpUser(c.get('access').federationId, by), 200);
  });
  app.openapi(operations.countUsersRoute, async (c) => {
    const count = await federations.countUsers(c.get('access').federationId, filterOf(c.req.valid('query')));
    return c.json({ count }, 200);
  });
  app.openapi(operations.listUsersRoute, async (c) => {
    const { first, max, ...filter } = c.req.valid('query');
    const users = await federations.listUsers(c.get('access').federationId, filterOf(filter), { first, max });
    return c.json({ users }, 200);
  });
  app.openapi(operations.getUserRoute, async (c) =>
    c.json(await federations.getUser(c.get('access').federationId, c.req.valid('param').id), 200),
  );
  app.openapi(operations.verifyPasswordRoute, async (c) => {
    const { id } = c.req.valid('param');
    const { password } = c.req.valid('json');
    return c.json(await federations.verifyPassword(c.get('access').federationId, id, password), 200);
  });

  app.openapi(operations.lookUpGroupRoute, async (c) => {
    const [directory, name] = c.req.valid('query').path;
    return c.json(await federations.lookUpGroup(c.get('access').federationId, directory, name), 200);
  });
  app.openapi(operations.countGroupsRoute, async (c) => {
    const count = await federations.countGroups(c.get('access').federationId, c.req.valid('query'));
    return c.json({ count }, 200);
  });
  app.openapi(operations.listGroupsRoute, async (c) => {
    const { first, max, ...filter } = c.req.valid('query');
    return c.json({ groups: await federations.listGroups(c.get('access').federationId, filter, { first, max }) }, 200);
  });
  app.openapi(operations.getGroupRoute, async (c) =>
    c.json(await federations.getGroup(c.get('access').federationId, c.req.valid('param').id), 200),
  );
  app.openapi(operations.listMembersRoute, async (c) => {
    const users = await federations.listMembers(
      c.get('access').federationId,
      c.req.valid('param').id,
      c.req.valid('query'),
    );
    return c.json({ users }, 200);
  });

  app.openapi(operations.changesRoute, async (c) => {
    const { after, wait, max } = c.req.valid('query');
    const { federationId, slug, tokenId, actor } = c.get('access');
    const reader = { tokenId, name: `${slug} ${actor}` };
    const request = { after, waitSeconds: wait, max, gone: c.req.raw.signal, reader };
    return c.json(await federations.readChanges(federationId, request), 200);
  });
  app.get('/:federation/export', async (c) => {
    const pages = await federations.exportLines(c.get('access').federationId);
    const logger = c.get('logger')();
    async function* bytes() {
      const encoder = new TextEncoder();
      try {
        for await (const lines of pages)
          yield encoder.encode(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      } catch (error) {
        // The answer has begun: without its last line the client knows that it was cut off.
        logger.error({ err: error }, 'export failed');
        throw error;
      }
    }
    return c.body(ReadableStream.from(bytes()), 200, { 'Content-Type': 'application/x-ndjson' });
  });

  app.all('*', (c) => problem(c, { status: 404, code: 'not_found', detail: 'There is no such route.' }));
  return app;
}
