// Webhooks in the management API.
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { AppEnv } from '../../platform/http/request-context.ts';
import type { WebhookService } from '../../webhooks/service.ts';
import * as operations from './operations.ts';
import { shownAttempt, shownFailed, shownOutcome, shownStatus, shownWebhook } from './presentation.ts';

const defaultLimit = 100;

export function addWebhookRoutes(app: OpenAPIHono<AppEnv>, webhooks: WebhookService): void {
  app.openapi(operations.listWebhooks, async (c) => c.json((await webhooks.listWebhooks()).map(shownWebhook), 200));
  app.openapi(operations.createWebhook, async (c) => {
    const { webhook, secret } = await webhooks.createWebhook(c.req.valid('json'));
    return c.json({ ...shownWebhook(webhook), secret }, 201);
  });
  app.openapi(operations.getWebhook, async (c) => {
    const webhook = await webhooks.requireWebhook(c.req.valid('param').slug);
    return c.json(shownStatus(webhook, await webhooks.readStatus(webhook)), 200);
  });
  app.openapi(operations.updateWebhook, async (c) =>
    c.json(shownWebhook(await webhooks.updateWebhook(c.req.valid('param').slug, c.req.valid('json'))), 200),
  );
  app.openapi(operations.deleteWebhook, async (c) => {
    await webhooks.deleteWebhook(c.req.valid('param').slug);
    return c.body(null, 204);
  });
  app.openapi(operations.rotateWebhookSecret, async (c) => {
    const { overlapSeconds } = c.req.valid('json');
    const { secret, previousUntil } = await webhooks.rotateSecret(c.req.valid('param').slug, overlapSeconds);
    return c.json({ secret, previousUntil: previousUntil.toISOString() }, 200);
  });
  app.openapi(operations.testWebhook, async (c) =>
    c.json(shownOutcome(await webhooks.testWebhook(c.req.valid('param').slug)), 200),
  );
  app.openapi(operations.listWebhookAttempts, async (c) => {
    const { limit = defaultLimit, failed } = c.req.valid('query');
    const listed = await webhooks.listAttempts(c.req.valid('param').slug, { limit, failed: failed === 'true' });
    return c.json(listed.map(shownAttempt), 200);
  });
  app.openapi(operations.listWebhookDeliveries, async (c) => {
    const { limit = defaultLimit, state = 'waiting' } = c.req.valid('query');
    const listed = await webhooks.listFailed(c.req.valid('param').slug, { limit, state });
    return c.json(listed.map(shownFailed), 200);
  });
  app.openapi(operations.replayDeadMessages, async (c) =>
    c.json({ replayed: await webhooks.reviveDead(c.req.valid('param').slug, c.req.valid('json').events) }, 200),
  );
  app.openapi(operations.replayWebhook, async (c) => {
    const replayed = await webhooks.replay(c.req.valid('param').slug, c.req.valid('json'));
    return c.json(
      { replayed: replayed.map(({ directory, from, to }) => ({ directory: directory.slug, from, to })) },
      200,
    );
  });
}
