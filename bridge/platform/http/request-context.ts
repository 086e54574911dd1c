// What every request gets: an id, a logger that carries it, its public base URL, and one line in the log when it ends.
import { randomUUID } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import type { Logger } from '../log.ts';
import type { HttpMetrics } from '../metrics.ts';
import { completeAnswer } from './answer.ts';
import { ApiError } from './api-error.ts';
import { internalProblem, problemOf } from './problem.ts';

export interface AppEnv {
  /** What the server gives along with a request; nothing in tests without a socket. */
  Bindings: { incoming?: { socket: { remoteAddress?: string | undefined } } };
  Variables: {
    requestId: string;
    /** Makes a logger that carries the request's id; most requests have nothing to log. */
    logger: () => Logger;
    /** Such as https://bridge.example.com, without a slash at the end. */
    baseUrl: string;
    /** Where the request came from: the last hop that is not our own proxy. */
    clientAddress: string;
  };
}

const acceptableRequestId = /^[A-Za-z0-9._-]{8,128}$/;

export interface RequestContextOptions {
  logger: Logger;
  publicUrl?: string | undefined;
  trustProxy: boolean;
  metrics?: HttpMetrics | undefined;
}

/** The scheme and the authority of a URL that the server has made: it is in normal form. */
const originPattern = /^https?:\/\/[^/?#@]+/;

function baseUrlOf(c: Context, { publicUrl, trustProxy }: RequestContextOptions): string {
  if (publicUrl !== undefined) return publicUrl;
  const origin = originPattern.exec(c.req.url)?.[0];
  if (!trustProxy && origin !== undefined) return origin;
  const url = new URL(c.req.url);
  if (!trustProxy) return url.origin;
  const first = (name: string) => c.req.header(name)?.split(',')[0]?.trim();
  const protocol = first('x-forwarded-proto') === 'https' ? 'https' : url.protocol.replace(':', '');
  const host = first('x-forwarded-host');
  return host && /^[A-Za-z0-9.:[\]-]{1,255}$/.test(host) ? `${protocol}://${host}` : `${protocol}://${url.host}`;
}

/** A proxy appends the address that it saw, so the last one is true; those before it are the client's own words. */
function clientAddressOf(c: Context<AppEnv>, { trustProxy }: RequestContextOptions): string {
  const forwarded = trustProxy ? c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim() : undefined;
  // There are no bindings at all when no server passes them.
  return forwarded || (c.env as AppEnv['Bindings'] | undefined)?.incoming?.socket.remoteAddress || 'unknown';
}

/** The pattern of the route that answered, never the path itself: paths hold ids. */
function patternOf(c: Context): string {
  // Which values a parameter may have says nothing here.
  const pattern = routePath(c).replaceAll(/\{[^/]*\}/g, '');
  return pattern === '/*' || pattern === '*' ? 'unmatched' : pattern;
}

export function requestContext(options: RequestContextOptions): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const started = performance.now();
    const given = options.trustProxy ? c.req.header('x-request-id') : undefined;
    const requestId = given && acceptableRequestId.test(given) ? given : randomUUID();
    c.set('requestId', requestId);
    c.set('logger', () => options.logger.child({ requestId }));
    c.set('baseUrl', baseUrlOf(c, options));
    c.set('clientAddress', clientAddressOf(c, options));
    await next();
    completeAnswer(c.res, requestId);
    const ms = performance.now() - started;
    const route = patternOf(c);
    options.metrics?.observe({ method: c.req.method, route, status: c.res.status, seconds: ms / 1000 });
    if (options.logger.isLevelEnabled('debug')) {
      const rounded = Math.round(ms * 10) / 10;
      options.logger.debug({ requestId, method: c.req.method, route, status: c.res.status, ms: rounded }, 'request');
    }
  };
}

/** Renders ApiError as its problem and logs anything else as what it is: a fault of ours. */
export function answerError(error: Error, c: Context<AppEnv>): Response {
  if (error instanceof ApiError) {
    if (error.status >= 500) c.get('logger')().warn({ err: error }, error.message);
    return problemOf(c, error);
  }
  c.get('logger')().error({ err: error }, 'request failed');
  return internalProblem(c);
}
