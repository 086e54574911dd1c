// The management API at /api/v1: directories, federations and their tokens, for the operator's scripts.
import { OpenAPIHono } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ToleranceReport, ToleranceUses } from '../directories/tolerance-uses.ts';
import { actingAs } from '../events/actor.ts';
import type { AuditLog } from '../events/audit/log.ts';
import type { EventLog } from '../events/log.ts';
import type { FederationDescription } from '../federation/life-cycle.ts';
import type { FederationToken } from '../federation/repositories/federations.ts';
import type { FederationService } from '../federation/service.ts';
import type { LdapService } from '../ldap/service.ts';
import type { OutboundService } from '../outbound/service.ts';
import { ApiError } from '../platform/http/api-error.ts';
import { limitBody } from '../platform/http/body-limit.ts';
import { bearerChallenge } from '../platform/http/challenge.ts';
import { type AppEnv, answerError } from '../platform/http/request-context.ts';
import type { AcceptedSecret } from '../platform/secrets/accepted-secret.ts';
import { digestToken, parseBearer } from '../platform/secrets/tokens.ts';
import type { GuardService } from '../provisioning/guard/service.ts';
import type { HistoryService } from '../provisioning/history/service.ts';
import type { MoveService } from '../provisioning/moves/service.ts';
import type { RequestLog } from '../provisioning/requests/request-log.ts';
import type { CurrentResources } from '../provisioning/resources/current-resources.ts';
import type { SchemaService } from '../provisioning/schemas/service.ts';
import type { TypeService } from '../provisioning/schemas/types-service.ts';
import type { UndoService } from '../provisioning/undo/service.ts';
import type { WebhookService } from '../webhooks/service.ts';
import { type AccessDeps, addAccessRoutes, shownToken } from './access/routes.ts';
import { addAuditRoutes } from './audit/routes.ts';
import { addConflictRoutes } from './conflicts/routes.ts';
import { addEventStreamRoutes, type EventStreamManagementDeps } from './event-streams/routes.ts';
import { addEventRoutes } from './events/routes.ts';
import { addExplainRoutes } from './explain/routes.ts';
import { addGuardRoutes } from './guard/routes.ts';
import { addHistoryRoutes } from './history/routes.ts';
import { addLdapRoutes } from './ldap/routes.ts';
import { addMappingRoutes } from './mappings/routes.ts';
import { addMoveRoutes } from './moves/routes.ts';
import * as operations from './operations.ts';
import { shownDirectory } from './presentation.ts';
import { addRequestRoutes } from './requests/routes.ts';
import { addReservedUsernameRoutes } from './reserved-usernames/routes.ts';
import { addResourceTypeRoutes, addSchemaRoutes } from './schemas/routes.ts';
import { addTargetRoutes } from './targets/routes.ts';
import { addUndoRoutes } from './undo/routes.ts';
import { addWebhookRoutes } from './webhooks/routes.ts';

export interface ManagementDeps extends AccessDeps, EventStreamManagementDeps {
  toleranceUses: ToleranceUses;
  schemas: SchemaService;
  types: TypeService;
  ldap: LdapService;
  moves: MoveService;
  guard: GuardService;
  outbound: OutboundService;
  federations: FederationService;
  eventLog: EventLog;
  currentResources: CurrentResources;
  auditLog: AuditLog;
  requestLog: RequestLog;
  history: HistoryService;
  undo: UndoService;
  webhooks: WebhookService;
}

const maxBody = 64 * 1024;

/** Without an admin token configured, every request gets the same 401 as a wrong one. What follows is done in its name. */
function authentication(adminToken: AcceptedSecret | undefined): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const token = parseBearer(c.req.header('Authorization'));
    if (token === undefined || !adminToken?.matches(digestToken(token))) {
      const challenge = bearerChallenge('Realmbridge management', c.req.header('Authorization'));
      throw new ApiError('unauthorized', 'The admin token is required.', {
        headers: { 'WWW-Authenticate': challenge },
      });
    }
    await actingAs({ name: 'token:ADMIN_TOKEN', requestId: c.get('requestId') }, next);
  };
}

const shownReport = ({ tolerances, ...report }: ToleranceReport) => ({
  ...report,
  tolerances: tolerances.map(({ firstUsedAt, lastUsedAt, ...tolerance }) => ({
    ...tolerance,
    firstUsedAt: firstUsedAt?.toISOString() ?? null,
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  })),
});

const shownFederation = (federation: FederationDescription) => ({
  slug: federation.slug,
  name: federation.name,
  revision: federation.shownRevision,
  directories: federation.directories.map(({ slug, priority, enabled, organization, identityLink }) => ({
    slug,
    priority,
    enabled,
    organization,
    identityLink,
  })),
  reservedUsernames: federation.reserved.map(({ usernameKey }) => usernameKey),
});

const shownFederationToken = ({ createdAt, expiresAt, revokedAt, lastUsedAt, ...token }: FederationToken) => ({
  ...token,
  createdAt: createdAt.toISOString(),
  expiresAt: expiresAt?.toISOString() ?? null,
  revokedAt: revokedAt?.toISOString() ?? null,
  lastUsedAt: lastUsedAt?.toISOString() ?? null,
});

const tokenInput = ({ expiresAt, ...input }: { name?: string | undefined; expiresAt?: string | undefined }) => ({
  ...(input.name !== undefined && { name: input.name }),
  ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt) }),
});

/** Leaves out what is undefined, so that absent stays absent. */
function given<T extends object>(input: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}

/** The routes below /api/v1; `adminToken` is the configured one. */
export function managementRoutes(
  {
    directories,
    issuers,
    toleranceUses,
    schemas,
    types,
    ldap,
    moves,
    guard,
    outbound,
    federations,
    eventLog,
    currentResources,
    auditLog,
    requestLog,
    history,
    undo,
    webhooks,
    eventStreams,
    signingKeys,
  }: ManagementDeps,
  adminToken: AcceptedSecret | undefined,
): OpenAPIHono<AppEnv> {
  const app = new OpenAPIHono<AppEnv>({
    defaultHook: (result) => {
      if (result.success) return;
      const [issue] = result.error.issues;
      throw new ApiError(
        'invalid_request',
        `${issue?.path.join('.') || 'request'}: ${issue?.message ?? 'is not valid'}.`,
      );
    },
  });
  app.onError((error, c) =>
    error instanceof HTTPException && error.status < 500
      ? answerError(new ApiError('invalid_request', 'body: must be JSON, with Content-Type application/json.'), c)
      : answerError(error, c),
  );
  app.use(authentication(adminToken));
  app.use(
    limitBody({
      maxSize: maxBody,
      onError: () => {
        throw new ApiError('too_large', `body: may have at most ${maxBody} bytes.`);
      },
    }),
  );

  app.openapi(operations.listDirectories, async (c) =>
    c.json((await directories.listDirectories()).map(shownDirectory), 200),
  );
  app.openapi(operations.createDirectory, async (c) => {
    const { kind: _kind, ldap: settings, ...input } = given(c.req.valid('json'));
    const made = settings
      ? await ldap.createDirectory(given({ slug: input.slug, name: input.name }), settings)
      : await directories.createDirectory(given(input));
    return c.json(shownDirectory(made), 201);
  });
  app.openapi(operations.getDirectory, async (c) =>
    c.json(shownDirectory(await directories.requireDirectory(c.req.valid('param').slug)), 200),
  );
  app.openapi(operations.updateDirectory, async (c) =>
    c.json(
      shownDirectory(await directories.updateDirectory(c.req.valid('param').slug, given(c.req.valid('json')))),
      200,
    ),
  );
  app.openapi(operations.deleteDirectory, async (c) => {
    await directories.deleteDirectory(c.req.valid('param').slug);
    return c.body(null, 204);
  });
  app.openapi(operations.getToleranceReport, async (c) =>
    c.json(shownReport(await toleranceUses.report(c.req.valid('param').slug)), 200),
  );
  app.openapi(operations.listDirectoryTokens, async (c) =>
    c.json((await directories.listTokens(c.req.valid('param').slug)).map(shownToken), 200),
  );
  app.openapi(operations.createDirectoryToken, async (c) => {
    const { scopes, ...input } = c.req.valid('json');
    const made = await directories.createToken(c.req.valid('param').slug, {
      ...tokenInput(input),
      ...(scopes && { scopes }),
    });
    return c.json(made, 201);
  });
  app.openapi(operations.revokeDirectoryToken, async (c) => {
    const { slug, tokenId } = c.req.valid('param');
    await directories.revokeToken(slug, tokenId);
    return c.body(null, 204);
  });

  addLdapRoutes(app, ldap);
  addMoveRoutes(app, moves);
  addTargetRoutes(app, outbound);
  addGuardRoutes(app, guard);
  addSchemaRoutes(app, schemas);
  addAccessRoutes(app, { directories, issuers });
  addResourceTypeRoutes(app, types);

  const described = async (slug: string) => shownFederation(await federations.describeFederation(slug));
  app.openapi(operations.listFederations, async (c) => {
    const all = await federations.listFederations();
    return c.json(await Promise.all(all.map(({ slug }) => described(slug))), 200);
  });
  app.openapi(operations.createFederation, async (c) => {
    const { slug } = await federations.createFederation(given(c.req.valid('json')));
    return c.json(await described(slug), 201);
  });
  app.openapi(operations.getFederation, async (c) => c.json(await described(c.req.valid('param').slug), 200));
  app.openapi(operations.deleteFederation, async (c) => {
    await federations.deleteFederation(c.req.valid('param').slug);
    return c.body(null, 204);
  });
  app.openapi(operations.listFederationTokens, async (c) =>
    c.json((await federations.listTokens(c.req.valid('param').slug)).map(shownFederationToken), 200),
  );
  app.openapi(operations.putAttachment, async (c) => {
    const { slug, directory } = c.req.valid('param');
    const { enabled, identityLink, ...rest } = given(c.req.valid('json'));
    const set = { ...rest, ...(identityLink !== undefined && { identityLink: identityLink && given(identityLink) }) };
    const { directories: attached } = await federations.describeFederation(slug);
    const isAttached = attached.some((one) => one.slug === directory);
    if (!isAttached) await federations.addDirectory(slug, directory, set);
    if (isAttached || enabled === false) {
      await federations.setDirectory(slug, directory, { ...set, ...(enabled !== undefined && { enabled }) });
    }
    return c.json(await described(slug), 200);
  });
  app.openapi(operations.deleteAttachment, async (c) => {
    const { slug, directory } = c.req.valid('param');
    await federations.removeDirectory(slug, directory);
    return c.body(null, 204);
  });
  app.openapi(operations.createFederationToken, async (c) =>
    c.json(await federations.createToken(c.req.valid('param').slug, tokenInput(c.req.valid('json'))), 201),
  );
  app.openapi(operations.revokeFederationToken, async (c) => {
    const { slug, tokenId } = c.req.valid('param');
    await federations.revokeToken(slug, tokenId);
    return c.body(null, 204);
  });
  addConflictRoutes(app, federations);
  addReservedUsernameRoutes(app, federations);
  addExplainRoutes(app, federations);
  addMappingRoutes(app, federations);
  addEventRoutes(app, { eventLog, currentResources });
  addAuditRoutes(app, auditLog);
  addRequestRoutes(app, requestLog);
  addHistoryRoutes(app, { history, directories });
  addUndoRoutes(app, undo);
  addWebhookRoutes(app, webhooks);
  addEventStreamRoutes(app, { eventStreams, signingKeys });
  app.all('*', () => {
    throw new ApiError('not_found', 'There is no such route.');
  });
  return app;
}
