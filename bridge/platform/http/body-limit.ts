// A limit on the size of bodies.
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';

export interface BodyLimit {
  maxSize: number;
  onError: (c: Context) => Response | Promise<Response>;
}

/**
 * Refuses bodies above `maxSize` bytes. Hono's own middleware counts the bytes of a body that does not say its length;
 * for all others it is not asked, because its look at the body makes a whole Request object of every request. A length
 * that is said can be believed: Node reads no further.
 */
export function limitBody({ maxSize, onError }: BodyLimit): MiddlewareHandler {
  const counted = bodyLimit({ maxSize, onError });
  return async (c, next) => {
    if (c.req.method === 'GET' || c.req.method === 'HEAD') return next();
    const length = c.req.header('content-length');
    if (length === undefined || c.req.header('transfer-encoding') !== undefined) return counted(c, next);
    return Number.parseInt(length, 10) > maxSize ? onError(c) : next();
  };
}
