// Mounts the HTTP surfaces. Opens no socket: tests use app.request().
import { Hono } from 'hono';
import { createAdmission } from './directories/admission.ts';
import { eventStreamRoutes, wellKnownRoutes } from './event-streams/routes.ts';
import { userStorageRoutes } from './federation/routes.ts';
import { managementRoutes } from './management/routes.ts';
import { openApiRoutes } from './openapi.ts';
import { problem } from './platform/http/problem.ts';
import { type AppEnv, requestContext } from './platform/http/request-context.ts';
import type { RateLimit } from './platform/http/token-buckets.ts';
import type { Logger } from './platform/log.ts';
import type { HttpMetrics, ToleranceMetrics } from './platform/metrics.ts';
import { type AcceptedSecret, acceptSecret } from './platform/secrets/accepted-secret.ts';
import { scimRoutes } from './provisioning/routes.ts';
import type { Services } from './services.ts';

export interface AppDeps {
  services: Services;
  logger: Logger;
  /** The base of absolute URLs; by default each request's own. */
  publicUrl?: string | undefined;
  /** Believe X-Forwarded-Proto, X-Forwarded-Host, X-Forwarded-For and X-Request-Id. */
  trustProxy?: boolean;
  metrics?: (HttpMetrics & Partial<ToleranceMetrics>) | undefined;
  /** Opens /api/v1; without it nobody may manage over HTTP. */
  adminToken?: AcceptedSecret | string | undefined;
  /** For each SCIM credential; without it nobody is held up. */
  rateLimit?: RateLimit | undefined;
}

/** The whole HTTP application. */
export function createApp({
  services,
  logger,
  publicUrl,
  trustProxy = false,
  metrics,
  adminToken,
  rateLimit,
}: AppDeps): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.use(requestContext({ logger, publicUrl, trustProxy, metrics }));
  app.route(
    '/scim/v2',
    scimRoutes({
      ...services,
      admission: rateLimit && createAdmission(rateLimit),
      onRequest: services.requestLog.record,
      onTolerancesUsed(directory, used) {
        services.toleranceUses.record(directory.id, used);
        for (const tolerance of used) metrics?.toleranceUsed?.({ directory: directory.slug, tolerance });
      },
    }),
  );
  app.route('/user-storage/v1', userStorageRoutes(services));
  app.route(
    '/api/v1',
    managementRoutes(services, typeof adminToken === 'string' ? acceptSecret(adminToken) : adminToken),
  );
  app.route('/event-streams/v1', eventStreamRoutes(services));
  app.route('/.well-known', wellKnownRoutes(services));
  app.route('/api', openApiRoutes());
  app.notFound((c) => problem(c, { status: 404, code: 'not_found', detail: 'There is no such route.' }));
  return app;
}
