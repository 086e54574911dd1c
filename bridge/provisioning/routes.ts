// The SCIM HTTP surface (RFC 7644 §3): authentication, media types, limits and errors. What things mean is in the services.
import { Hono } from 'hono';
import type { Admission } from '../directories/admission.ts';
import type { Authenticator } from '../directories/authenticator.ts';
import type { Directory } from '../directories/contracts.ts';
import { isOutage } from '../platform/db/errors.ts';
import { limitBody } from '../platform/http/body-limit.ts';
import {
  resourceTypeBody,
  resourceTypesBody,
  type ServiceProviderOptions,
  schemaBody,
  schemasBody,
  serviceProviderConfig,
} from '../scim/discovery.ts';
import { scimError } from '../scim/errors.ts';
import { etagMatches, weakEtag } from '../scim/etag.ts';
import type { ToleranceName } from '../scim/interop/tolerances.ts';
import type { JsonObject } from '../scim/json.ts';
import { parseListQuery, parseSearchRequest } from '../scim/messages.ts';
import { type Projection, parseProjection } from '../scim/projection.ts';
import { ok, type Result } from '../scim/result.ts';
import type { ResourceTypeDefinition } from '../scim/schema/model.ts';
import { groupResourceType, type ResourceTypes, userResourceType } from '../scim/schema/resource-types.ts';
import { type BulkService, maxBulkOperations } from './bulk/bulk-service.ts';
import type { ListQuery, ScimRequest, ShownPage, ShownResource } from './contracts.ts';
import type { GroupsService } from './groups/groups-service.ts';
import { cursorTimeoutSeconds } from './lists/list-cursor.ts';
import type { SearchService } from './lists/search-service.ts';
import { noProjection } from './presentation.ts';
import type { SeenRequest } from './requests/contracts.ts';
import type { ResourcesService } from './resources/resources-service.ts';
import { authenticate } from './routes/authentication.ts';
import { bulkRoutes } from './routes/bulk.ts';
import {
  listLimits,
  notAllowed,
  readJson,
  requesterOf,
  requestOf,
  respond,
  respondError,
  respondList,
  respondResource,
  type ScimContext,
  type ScimEnv,
} from './routes/exchange.ts';
import { recordRequests } from './routes/recording.ts';
import { rootRoutes } from './routes/root.ts';
import type { TypeCatalogue } from './schemas/catalogue.ts';
import { ScimFailure, valueOrThrow } from './scim-failure.ts';
import type { UsersService } from './users/users-service.ts';

const maxBodyBytes = 2 * 1024 * 1024;

/** What ServiceProviderConfig says (RFC 7643 §5): only what the tests of this folder prove. */
const abilities: Omit<ServiceProviderOptions, 'baseUrl'> = {
  maxResults: listLimits.maxCount,
  sort: true,
  etag: true,
  changePassword: true,
  bulk: { maxOperations: maxBulkOperations, maxPayloadSize: maxBodyBytes },
  pagination: {
    cursor: true,
    index: true,
    defaultPaginationMethod: 'index',
    defaultPageSize: listLimits.defaultCount,
    maxPageSize: listLimits.maxCount,
    cursorTimeout: cursorTimeoutSeconds,
  },
  authenticationSchemes: [
    {
      type: 'oauthbearertoken',
      name: 'Bearer token',
      description:
        'In the Authorization header: a token of the directory, made by its operator, or a JWT of an issuer that the directory trusts.',
      specUri: 'https://www.rfc-editor.org/info/rfc6750',
      primary: true,
    },
  ],
};

export interface ScimRoutesDeps {
  authenticator: Authenticator;
  catalogue: TypeCatalogue;
  users: UsersService;
  groups: GroupsService;
  resources: ResourcesService;
  bulk: BulkService;
  searching: SearchService;
  /** Absent: nobody is held up. */
  admission?: Admission | undefined;
  /** Told of every request when it has been answered. */
  onRequest: (request: SeenRequest) => void;
  /** Told what had to be forgiven of a request that succeeded. */
  onTolerancesUsed: (directory: Directory, used: ReadonlySet<ToleranceName>) => void;
}

function projectionOf(c: ScimContext, resourceType: ResourceTypeDefinition): Projection {
  return valueOrThrow(parseProjection(c.req.query('attributes'), c.req.query('excludedAttributes'), resourceType));
}

/** What differs between /Users, /Groups and the endpoints that a directory declares. */
interface Endpoint {
  path: string;
  /** @throws ScimFailure 404 when the directory has no such type. */
  typeOf: (types: ResourceTypes, c: ScimContext) => ResourceTypeDefinition;
  create: (request: ScimRequest, body: unknown, type: ResourceTypeDefinition) => Promise<ShownResource>;
  read: (request: ScimRequest, id: string, type: ResourceTypeDefinition) => Promise<ShownResource>;
  replace: (request: ScimRequest, id: string, body: unknown, type: ResourceTypeDefinition) => Promise<ShownResource>;
  patch: (request: ScimRequest, id: string, body: unknown, type: ResourceTypeDefinition) => Promise<ShownResource>;
  remove: (request: ScimRequest, id: string, type: ResourceTypeDefinition) => Promise<void>;
  /** Absent: as any search is. */
  list?: (request: ScimRequest, query: ListQuery) => Promise<ShownPage>;
}

function endpointRoutes(app: Hono<ScimEnv>, endpoint: Endpoint, searching: SearchService): void {
  const { path } = endpoint;
  const typeOf = (c: ScimContext) => endpoint.typeOf(c.get('types'), c);
  const idOf = (c: ScimContext) => c.req.param('id') ?? '';
  const requested = (c: ScimContext) => requestOf(c, projectionOf(c, typeOf(c)));

  const page = (c: ScimContext, query: ListQuery): Promise<ShownPage> => {
    const resourceType = typeOf(c);
    if (query.cursor !== undefined || endpoint.list === undefined)
      return searching.search(requesterOf(c), query, [resourceType]);
    const projection = valueOrThrow(parseProjection(query.attributes, query.excludedAttributes, resourceType));
    return endpoint.list(requestOf(c, projection), query);
  };

  // Microsoft's collection asks for `/Users/?…`.
  const collection = [path, `${path}/`];
  app.on('GET', collection, async (c) => {
    const query = valueOrThrow(parseListQuery(c.req.query(), listLimits));
    return respondList(c, await page(c, query));
  });
  app.post(`${path}/.search`, async (c) => {
    const search = valueOrThrow(parseSearchRequest(await readJson(c), listLimits));
    return respondList(c, await page(c, search));
  });
  app.on('POST', collection, async (c) =>
    respondResource(c, 201, await endpoint.create(requested(c), await readJson(c), typeOf(c))),
  );
  app.get(`${path}/:id`, async (c) => {
    const shown = await endpoint.read(requested(c), idOf(c), typeOf(c));
    const known = c.req.header('if-none-match');
    const etag = weakEtag(shown.version);
    return known !== undefined && etagMatches(known, etag)
      ? c.body(null, 304, { ETag: etag })
      : respondResource(c, 200, shown);
  });
  app.put(`${path}/:id`, async (c) =>
    respondResource(c, 200, await endpoint.replace(requested(c), idOf(c), await readJson(c), typeOf(c))),
  );
  app.patch(`${path}/:id`, async (c) => {
    const shown = await endpoint.patch(requested(c), idOf(c), await readJson(c), typeOf(c));
    return shown.silent ? c.body(null, 204, { ETag: weakEtag(shown.version) }) : respondResource(c, 200, shown);
  });
  app.delete(`${path}/:id`, async (c) => {
    await endpoint.remove(requestOf(c, noProjection), idOf(c), typeOf(c));
    return c.body(null, 204);
  });
  const others = (allow: string) => (c: ScimContext) => {
    typeOf(c);
    return notAllowed(allow)(c);
  };
  for (const at of collection) app.all(at, others('GET, POST'));
  app.all(`${path}/:id`, others('GET, PUT, PATCH, DELETE'));
}

function discoveryRoutes(app: Hono<ScimEnv>): void {
  type Types = readonly ResourceTypeDefinition[];
  const shown = (make: (baseUrl: string, id: string, types: Types) => Result<JsonObject>) => (c: ScimContext) => {
    if (c.req.query('filter') !== undefined) {
      // RFC 7644 §4: a filter on a discovery endpoint is forbidden.
      return respondError(c, scimError(403, 'Discovery endpoints can not be filtered.'));
    }
    const body = valueOrThrow(make(c.get('scimBaseUrl'), c.req.param('id') ?? '', c.get('types').all));
    return respond(c, 200, body);
  };
  const routes: [string, (c: ScimContext) => Response][] = [
    ['/ServiceProviderConfig', shown((baseUrl) => ok(serviceProviderConfig({ baseUrl, ...abilities })))],
    ['/ResourceTypes', shown((baseUrl, _id, types) => ok(resourceTypesBody(baseUrl, types)))],
    ['/ResourceTypes/:id', shown(resourceTypeBody)],
    ['/Schemas', shown((baseUrl, _id, types) => ok(schemasBody(baseUrl, types)))],
    ['/Schemas/:id', shown(schemaBody)],
  ];
  for (const [path, handler] of routes) {
    app.get(path, handler);
    app.all(path, notAllowed('GET'));
  }
}

const noEndpoint = scimError(404, 'There is no such endpoint.');

function requireDeclared({ declared }: ResourceTypes, c: ScimContext): ResourceTypeDefinition {
  const endpoint = `/${c.req.param('endpoint')}`;
  const type = declared.find((one) => one.endpoint === endpoint);
  if (!type) throw new ScimFailure(noEndpoint);
  return type;
}

function tooLarge(path: string): string {
  const limit = path.endsWith('/Bulk') ? 'maxPayloadSize' : 'this server';
  return `The body has more than the ${maxBodyBytes} bytes that ${limit} allows.`;
}

function directoryRoutes(deps: ScimRoutesDeps): Hono<ScimEnv> {
  const {
    authenticator,
    catalogue,
    admission,
    users,
    groups,
    resources,
    bulk,
    searching,
    onTolerancesUsed,
    onRequest,
  } = deps;
  const app = new Hono<ScimEnv>();
  app.use(recordRequests(onRequest));
  app.use(authenticate(authenticator, catalogue, admission));
  app.use(async (c, next) => {
    await next();
    const used = c.get('usedTolerances');
    // What was refused in the end was not helped by them.
    if (used && c.res.status < 400) onTolerancesUsed(c.get('access').directory, used);
  });
  app.use(
    limitBody({
      maxSize: maxBodyBytes,
      onError: (c) => respondError(c, scimError(413, tooLarge(c.req.path))),
    }),
  );
  endpointRoutes(
    app,
    {
      path: userResourceType.endpoint,
      typeOf: ({ user }) => user,
      create: users.createUser,
      read: users.readUser,
      replace: users.replaceUser,
      patch: users.patchUser,
      remove: users.deleteUser,
      list: users.listUsers,
    },
    searching,
  );
  endpointRoutes(
    app,
    {
      path: groupResourceType.endpoint,
      typeOf: ({ group }) => group,
      create: groups.createGroup,
      read: groups.readGroup,
      replace: groups.replaceGroup,
      patch: groups.patchGroup,
      remove: groups.deleteGroup,
      list: groups.listGroups,
    },
    searching,
  );
  discoveryRoutes(app);
  bulkRoutes(app, bulk);
  rootRoutes(app, searching);
  endpointRoutes(
    app,
    {
      path: '/:endpoint{[A-Z][A-Za-z0-9]*}',
      typeOf: requireDeclared,
      create: resources.createResource,
      read: resources.readResource,
      replace: resources.replaceResource,
      patch: resources.patchResource,
      remove: resources.deleteResource,
    },
    searching,
  );
  app.all('*', (c) => respondError(c, noEndpoint));
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
      c.get('logger')().warn({ err: error }, 'SCIM request failed: the database does not answer');
      return respondError(c, scimError(503, 'The bridge can not reach its database now.'));
    }
    c.get('logger')().error({ err: error }, 'SCIM request failed');
    return respondError(
      c,
      scimError(500, 'The bridge failed to answer. The cause is in its log under the request id.'),
    );
  });
  return app;
}
