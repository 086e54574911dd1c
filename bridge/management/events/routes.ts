// The event log in the management API.
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { EventLog, LogPage } from '../../events/log.ts';
import { shownEvent } from '../../events/presentation.ts';
import type { AppEnv } from '../../platform/http/request-context.ts';
import type { CurrentResources } from '../../provisioning/resources/current-resources.ts';
import type { Resource } from '../../scim/schema/model.ts';
import { listEvents } from './operations.ts';

const defaultLimit = 100;

/** The events' resources, read directory by directory. */
async function currentOf(
  { events }: LogPage,
  currentResources: CurrentResources,
  baseUrl: string,
): Promise<Map<string, Resource>> {
  const current = new Map<string, Resource>();
  for (const [slug, own] of Map.groupBy(events, ({ directory }) => directory.slug)) {
    const ids = [...new Set(own.map(({ resourceId }) => resourceId))];
    for (const [id, resource] of await currentResources.readCurrent(slug, ids, baseUrl)) current.set(id, resource);
  }
  return current;
}

export interface EventRouteDeps {
  eventLog: EventLog;
  currentResources: CurrentResources;
}

export function addEventRoutes(app: OpenAPIHono<AppEnv>, { eventLog, currentResources }: EventRouteDeps): void {
  app.openapi(listEvents, async (c) => {
    const { directory, after, last, type, include, limit = defaultLimit, wait = 0 } = c.req.valid('query');
    const page = await eventLog.readEvents({
      ...(directory !== undefined && { directory }),
      ...(after !== undefined && { after }),
      ...(last !== undefined && { last }),
      ...(type !== undefined && { types: type.split(',').map((one) => one.trim()) }),
      limit,
      waitSeconds: wait,
      gone: c.req.raw.signal,
    });
    const current =
      include === 'resource' ? await currentOf(page, currentResources, `${c.get('baseUrl')}/scim/v2`) : undefined;
    return c.json({ ...page, events: page.events.map((event) => shownEvent(event, current)) }, 200);
  });
}
