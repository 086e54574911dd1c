// The SCIM HTTP surface (RFC 7644 §3): authentication, media types, limits and errors. What things mean is in the services.
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Authenticator } from '../directories/authenticator.ts';
import { type DirectoryAccess, defaultDirectorySlug, slugPattern } from '../directories/contracts.ts';
import { isOutage } from '../platform/db/errors.ts';
import { limitBody } from '../platform/http/body-limit.ts';
import type { AppEnv } from '../platform/http/request-context.ts';
import { parseBearer } from '../platform/secrets/tokens.ts';
import {
  resourceTypeBody,
  resourceTypesBody,
  type ServiceProviderOptions,
  schemaBody,
  schemasBody,
  serviceProviderConfig,
} from '../scim/discovery.ts';
import { badRequest, errorBody, type ScimError, scimError } from '../scim/errors.ts';
import { etagMatches, weakEtag } from '../scim/etag.ts';
import type { JsonObject } from '../scim/json.ts';
import { listResponse, parseListQuery, parseSearchRequest } from '../scim/messages.ts';
import { type Projection, parseProjection } from '../scim/projection.ts';
import { ok, type Result } from '../scim/result.ts';
import type { ResourceTypeDefinition } from '../scim/schema/model.ts';
import { groupResourceType, userResourceType } from '../scim/schema/resource-types.ts';
import type { ScimRequest, ShownList, ShownResource } from './contracts.ts';
import type { GroupsService } from './groups-service.ts';
import { ScimFailure, valueOrThrow } from './scim-failure.ts';
import type { UsersService } from './users-service.ts';

const scimJson = 'application/scim+json';
const maxBodyBytes = 2 * 1024 * 1024;
export const maxResults = 1_000;
const defaultCount = 100;
const listLimits = { defaultCount, maxCount: maxResults };

/** What ServiceProviderConfig says (RFC 7643 §5): only what the tests of this folder prove. */
const abilities: Omit<ServiceProviderOptions, 'baseUrl'> = {
  maxResults,
  sort: true,
  etag: true,
  changePassword: true,
  authenticationSchemes: [
    {
      type: 'oauthbearertoken',
      name: 'Bearer token',
      description: 'A token of the directory, made by its operator, in the Authorization header.',
      specUri: 'https://www.rfc-editor.org/info/rfc6750',
      primary: true,
    },
  ],
};

interface ScimEnv {
  Variables: AppEnv['Variables'] & { access: DirectoryAccess; scimBaseUrl: string };
}
type ScimContext = Context<ScimEnv>;

export interface ScimRoutesDeps {
  authenticator: Authenticator;
  users: UsersService;
  groups: GroupsService;
}

/** `application/json` for a client that accepts nothing of SCIM's own type (OneLogin), else SCIM's (RFC 7644 §3.1). */
function mediaType(c: Context): string {
  const accept = c.req.header('accept')?.toLowerCase();
  if (accept === undefined || accept.includes(scimJson) || !accept.includes('application/json')) return scimJson;
  return 'application/json';
}

function respond(c: Context, status: number, body: JsonObject, headers: Record<string, string> = {}): Response {
  return c.body(JSON.stringify(body), status as ContentfulStatusCode, {
    'Content-Type': `${mediaType(c)}; charset=utf-8`,
    ...headers,
  });
}

const errorHeaders: Partial<Record<number, Record<string, string>>> = {
  401: { 'WWW-Authenticate': 'Bearer realm="Realmbridge SCIM"' },
  503: { 'Retry-After': '5' },
};

function respondError(c: Context, error: ScimError): Response {
  return respond(c, error.status, errorBody(error), errorHeaders[error.status]);
}

function respondResource(c: Context, status: number, shown: ShownResource): Response {
  return respond(c, status, shown.body, { ETag: weakEtag(shown.version), Location: shown.location });
}

const respondList = (c: Context, { resources, totalResults, startIndex }: ShownList): Response =>
  respond(c, 200, listResponse({ resources, totalResults, startIndex }));

const unauthorized = scimError(401, 'A valid bearer token for this directory is required.');

function authenticate(authenticator: Authenticator): MiddlewareHandler<ScimEnv> {
  return async (c, next) => {
    const slug = c.req.param('directory') ?? defaultDirectorySlug;
    const token = parseBearer(c.req.header('authorization'));
    // One answer for no token, a wrong one, and a directory that is not there.
    const access =
      token !== undefined && slugPattern.test(slug) ? await authenticator.authenticate(slug, token) : undefined;
    if (!access) return respondError(c, unauthorized);
    if (!access.directory.enabled) {
      return respondError(
        c,
        scimError(403, 'This directory is disabled: it takes no provisioning until its operator enables it again.'),
      );
    }
    const isRead = ['GET', 'HEAD'].includes(c.req.method) || c.req.path.endsWith('/.search');
    const needed = isRead ? 'read' : 'write';
    if (!access.scopes.includes(needed)) {
      return respondError(c, scimError(403, `This token lacks the scope "${needed}".`));
    }
    const prefix = c.req.param('directory') === undefined ? '/scim/v2' : `/scim/v2/${slug}`;
    c.set('access', access);
    c.set('scimBaseUrl', `${c.get('baseUrl')}${prefix}`);
    return next();
  };
}

/** The parsed body. @throws ScimFailure 415 for another media type, 400 invalidSyntax for what is not JSON. */
async function readJson(c: ScimContext): Promise<unknown> {
  const type = c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== undefined && type !== '' && type !== scimJson && type !== 'application/json') {
    throw new ScimFailure(scimError(415, `The body must be ${scimJson} or application/json.`));
  }
  const text = await c.req.text();
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ScimFailure(badRequest('invalidSyntax', 'The body is not valid JSON.'), { cause });
  }
}

function projectionOf(c: ScimContext, resourceType: ResourceTypeDefinition): Projection {
  return valueOrThrow(parseProjection(c.req.query('attributes'), c.req.query('excludedAttributes'), resourceType));
}

function requestOf(c: ScimContext, projection: Projection): ScimRequest {
  const { directory, actor } = c.get('access');
  return {
    directory,
    actor: { name: actor, requestId: c.get('requestId') },
    baseUrl: c.get('scimBaseUrl'),
    projection,
    ifMatch: c.req.header('if-match'),
  };
}

/** Shows nothing but `id`, so nothing beside the row is read: for answers without a body. */
const noProjection: Projection = { mode: 'only', names: new Set() };

/** What differs between /Users and /Groups. */
interface Endpoint {
  resourceType: ResourceTypeDefinition;
  create: (request: ScimRequest, body: unknown) => Promise<ShownResource>;
  read: (request: ScimRequest, id: string) => Promise<ShownResource>;
  replace: (request: ScimRequest, id: string, body: unknown) => Promise<ShownResource>;
  patch: (request: ScimRequest, id: string, body: unknown) => Promise<ShownResource>;
  remove: (request: ScimRequest, id: string) => Promise<void>;
  list: (request: ScimRequest, query: Parameters<UsersService['listUsers']>[1]) => Promise<ShownList>;
}

function endpointRoutes(app: Hono<ScimEnv>, endpoint: Endpoint): void {
  const { resourceType } = endpoint;
  const path = resourceType.endpoint;
  const requested = (c: ScimContext) => requestOf(c, projectionOf(c, resourceType));

  // Microsoft's collection asks for `/Users/?…`.
  const collection = [path, `${path}/`];
  app.on('GET', collection, async (c) => {
    const query = valueOrThrow(parseListQuery(c.req.query(), listLimits));
    return respondList(c, await endpoint.list(requested(c), query));
  });
  app.post(`${path}/.search`, async (c) => {
    const search = valueOrThrow(parseSearchRequest(await readJson(c), listLimits));
    const projection = valueOrThrow(parseProjection(search.attributes, search.excludedAttributes, resourceType));
    return respondList(c, await endpoint.list(requestOf(c, projection), search));
  });
  app.on('POST', collection, async (c) =>
    respondResource(c, 201, await endpoint.create(requested(c), await readJson(c))),
  );
  app.get(`${path}/:id`, async (c) => {
    const shown = await endpoint.read(requested(c), c.req.param('id'));
    const known = c.req.header('if-none-match');
    const etag = weakEtag(shown.version);
    return known !== undefined && etagMatches(known, etag)
      ? c.body(null, 304, { ETag: etag })
      : respondResource(c, 200, shown);
  });
  app.put(`${path}/:id`, async (c) =>
    respondResource(c, 200, await endpoint.replace(requested(c), c.req.param('id'), await readJson(c))),
  );
  app.patch(`${path}/:id`, async (c) => {
    const shown = await endpoint.patch(requested(c), c.req.param('id'), await readJson(c));
    return shown.silent ? c.body(null, 204, { ETag: weakEtag(shown.version) }) : respondResource(c, 200, shown);
  });
  app.delete(`${path}/:id`, async (c) => {
    await endpoint.remove(requestOf(c, noProjection), c.req.param('id'));
    return c.body(null, 204);
  });
  const notAllowed = (allow: string) => (c: ScimContext) =>
    respond(c, 405, errorBody(scimError(405, `${c.req.method} is not allowed here.`)), { Allow: allow });
  for (const at of collection) app.all(at, notAllowed('GET, POST'));
  app.all(`${path}/:id`, notAllowed('GET, PUT, PATCH, DELETE'));
}

function discoveryRoutes(app: Hono<ScimEnv>): void {
  const shown = (make: (baseUrl: string, id: string) => Result<JsonObject>) => (c: ScimContext) => {
    if (c.req.query('filter') !== undefined) {
      // RFC 7644 §4: a filter on a discovery endpoint is forbidden.
      return respondError(c, scimError(403, 'Discovery endpoints can not be filtered.'));
    }
    const body = valueOrThrow(make(c.get('scimBaseUrl'), c.req.param('id') ?? ''));
    return respond(c, 200, body);
  };
  const routes: [string, (c: ScimContext) => Response][] = [
    ['/ServiceProviderConfig', shown((baseUrl) => ok(serviceProviderConfig({ baseUrl, ...abilities })))],
    ['/ResourceTypes', shown((baseUrl) => ok(resourceTypesBody(baseUrl)))],
    ['/ResourceTypes/:id', shown(resourceTypeBody)],
    ['/Schemas', shown((baseUrl) => ok(schemasBody(baseUrl)))],
    ['/Schemas/:id', shown(schemaBody)],
  ];
  for (const [path, handler] of routes) {
    app.get(path, handler);
    app.all(path, (c) =>
      respond(c, 405, errorBody(scimError(405, `${c.req.method} is not allowed here.`)), { Allow: 'GET' }),
    );
  }
}

/** What RFC 7644 has and this server doesn't yet: said plainly, never a silent success. */
function unfinishedRoutes(app: Hono<ScimEnv>): void {
  for (const path of ['/Bulk', '/Me', '/.search']) {
    app.all(path, (c) => respondError(c, scimError(501, `${path.slice(1)} is not supported by this server.`)));
  }
}

function directoryRoutes({ authenticator, users, groups }: ScimRoutesDeps): Hono<ScimEnv> {
  const app = new Hono<ScimEnv>();
  app.use(authenticate(authenticator));
  app.use(
    limitBody({
      maxSize: maxBodyBytes,
      onError: (c) => respondError(c, scimError(413, `The body may have at most ${maxBodyBytes} bytes.`)),
    }),
  );
  endpointRoutes(app, {
    resourceType: userResourceType,
    create: users.createUser,
    read: users.readUser,
    replace: users.replaceUser,
    patch: users.patchUser,
    remove: users.deleteUser,
    list: users.listUsers,
  });
  endpointRoutes(app, {
    resourceType: groupResourceType,
    create: groups.createGroup,
    read: groups.readGroup,
    replace: groups.replaceGroup,
    patch: groups.patchGroup,
    remove: groups.deleteGroup,
    list: groups.listGroups,
  });
  discoveryRoutes(app);
  unfinishedRoutes(app);
  app.all('*', (c) => respondError(c, scimError(404, 'There is no such endpoint.')));
  return app;
}

/** `/{directory}/…`, and the directory `default` without a name in front. Slugs are lower-case, SCIM endpoints are not. */
export function scimRoutes(deps: ScimRoutesDeps): Hono<ScimEnv> {
  const app = new Hono<ScimEnv>();
  const routes = directoryRoutes(deps);
  app.route('/:directory{[a-z0-9][a-z0-9-]*}', routes);
  app.route('/', routes);
  app.onError((error, c) => {
    if (error instanceof ScimFailure) return respondError(c, error.error);
    if (isOutage(error)) {
      c.get('logger').warn({ err: error }, 'SCIM request failed: the database does not answer');
      return respondError(c, scimError(503, 'The bridge can not reach its database now.'));
    }
    c.get('logger').error({ err: error }, 'SCIM request failed');
    return respondError(
      c,
      scimError(500, 'The bridge failed to answer. The cause is in its log under the request id.'),
    );
  });
  return app;
}
