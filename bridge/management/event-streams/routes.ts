// Event streams and the keys that sign for them in the management API.
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { StreamService } from '../../event-streams/service.ts';
import type { SigningKeys } from '../../event-streams/signing-keys.ts';
import type { AppEnv } from '../../platform/http/request-context.ts';
import { shownAttempt, shownFailed } from '../webhooks/presentation.ts';
import * as operations from './operations.ts';
import { shownKey, shownStream, shownStreamStatus, shownVerification } from './presentation.ts';

const defaultLimit = 100;

export interface EventStreamManagementDeps {
  eventStreams: StreamService;
  signingKeys: SigningKeys;
}

export function addEventStreamRoutes(
  app: OpenAPIHono<AppEnv>,
  { eventStreams, signingKeys }: EventStreamManagementDeps,
): void {
  app.openapi(operations.listEventStreams, async (c) =>
    c.json((await eventStreams.listStreams()).map(shownStream), 200),
  );
  app.openapi(operations.createEventStream, async (c) => {
    const { stream, token } = await eventStreams.createStream(c.req.valid('json'), c.get('baseUrl'));
    return c.json({ ...shownStream(stream), pollToken: token }, 201);
  });
  app.openapi(operations.getEventStream, async (c) => {
    const { stream, status } = await eventStreams.readStatus(c.req.valid('param').slug);
    return c.json(shownStreamStatus(stream, status), 200);
  });
  app.openapi(operations.updateEventStream, async (c) =>
    c.json(shownStream(await eventStreams.updateStream(c.req.valid('param').slug, c.req.valid('json'))), 200),
  );
  app.openapi(operations.deleteEventStream, async (c) => {
    await eventStreams.deleteStream(c.req.valid('param').slug);
    return c.body(null, 204);
  });
  app.openapi(operations.rotateEventStreamToken, async (c) => {
    const { overlapSeconds } = c.req.valid('json');
    const { token, previousUntil } = await eventStreams.rotateToken(c.req.valid('param').slug, overlapSeconds);
    return c.json({ pollToken: token, previousUntil: previousUntil.toISOString() }, 200);
  });
  app.openapi(operations.verifyEventStream, async (c) =>
    c.json(shownVerification(await eventStreams.verifyStream(c.req.valid('param').slug)), 200),
  );
  app.openapi(operations.listEventStreamAttempts, async (c) => {
    const { limit = defaultLimit, failed } = c.req.valid('query');
    const listed = await eventStreams.listAttempts(c.req.valid('param').slug, { limit, failed: failed === 'true' });
    return c.json(listed.map(shownAttempt), 200);
  });
  app.openapi(operations.listEventStreamDeliveries, async (c) => {
    const { limit = defaultLimit, state = 'waiting' } = c.req.valid('query');
    const listed = await eventStreams.listFailed(c.req.valid('param').slug, { limit, state });
    return c.json(listed.map(shownFailed), 200);
  });
  app.openapi(operations.replayDeadSets, async (c) =>
    c.json({ replayed: await eventStreams.reviveDead(c.req.valid('param').slug, c.req.valid('json').events) }, 200),
  );
  app.openapi(operations.replayEventStream, async (c) => {
    const replayed = await eventStreams.replay(c.req.valid('param').slug, c.req.valid('json'));
    return c.json(
      { replayed: replayed.map(({ directory, from, to }) => ({ directory: directory.slug, from, to })) },
      200,
    );
  });
  app.openapi(operations.listSigningKeys, async (c) => c.json((await signingKeys.listKeys()).map(shownKey), 200));
  app.openapi(operations.rotateSigningKey, async (c) =>
    c.json((await signingKeys.rotate(c.req.valid('json'))).map(shownKey), 200),
  );
}
