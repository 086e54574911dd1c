// The event log in the management API.
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { EventLog } from '../../events/log.ts';
import type { AppEnv } from '../../platform/http/request-context.ts';
import { listEvents } from './operations.ts';
import { shownEvent } from './presentation.ts';

const defaultLimit = 100;

export function addEventRoutes(app: OpenAPIHono<AppEnv>, eventLog: EventLog): void {
  app.openapi(listEvents, async (c) => {
    const { directory, after, last, type, limit = defaultLimit, wait = 0 } = c.req.valid('query');
    const page = await eventLog.readEvents({
      ...(directory !== undefined && { directory }),
      ...(after !== undefined && { after }),
      ...(last !== undefined && { last }),
      ...(type !== undefined && { types: type.split(',').map((one) => one.trim()) }),
      limit,
      waitSeconds: wait,
      gone: c.req.raw.signal,
    });
    return c.json({ ...page, events: page.events.map(shownEvent) }, 200);
  });
}
