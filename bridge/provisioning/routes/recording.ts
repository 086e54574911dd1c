// Tells of every request how it ended, whoever refused it.
import type { MiddlewareHandler } from 'hono';
import { defaultDirectorySlug } from '../../directories/contracts.ts';
import type { ResourceTypeDefinition } from '../../scim/schema/model.ts';
import type { SeenRequest } from '../requests/contracts.ts';
import { sketchBody, sketchQuery } from '../requests/sketch.ts';
import type { ScimContext, ScimEnv } from './exchange.ts';

/** One and the same, as a directory's types are. */
const noTypes: readonly ResourceTypeDefinition[] = [];
const maxPath = 300;
const maxAgent = 200;
const maxDetail = 1_000;

function pathOf(c: ScimContext): string {
  const base = c.req.param('directory') === undefined ? '/scim/v2' : `/scim/v2/${c.req.param('directory')}`;
  return c.req.path.slice(base.length, base.length + maxPath) || '/';
}

export function recordRequests(record: (request: SeenRequest) => void): MiddlewareHandler<ScimEnv> {
  return async (c, next) => {
    const started = performance.now();
    const slug = c.req.param('directory') ?? defaultDirectorySlug;
    const path = pathOf(c);
    await next();
    // Not set where nobody was authenticated.
    const access = c.get('access') as ScimEnv['Variables']['access'] | undefined;
    const types = access ? c.get('types').all : noTypes;
    const refusal = c.get('refusal');
    const sent = c.get('sent');
    const failedOperations = c.get('failedOperations') ?? 0;
    const isFailed = c.res.status >= 400 || failedOperations > 0;
    const userAgent = c.req.header('user-agent');
    record({
      directory: access ? { id: access.directory.id } : { slug },
      method: c.req.method,
      path,
      query: c.req.url.includes('?') ? sketchQuery(c.req.query(), types) : {},
      ...(access && { actor: access.actor }),
      requestId: c.get('requestId'),
      address: c.get('clientAddress'),
      ...(userAgent !== undefined && { userAgent: userAgent.slice(0, maxAgent) }),
      status: c.res.status,
      ...(refusal?.scimType !== undefined && { scimType: refusal.scimType }),
      ...(refusal && { detail: refusal.detail.slice(0, maxDetail) }),
      ...(failedOperations > 0 && { failedOperations }),
      durationMs: performance.now() - started,
      tolerances: [...(c.get('usedTolerances') ?? [])],
      ...(isFailed && access && sent !== undefined && { sent: sketchBody(sent.body, types) }),
    });
  };
}
