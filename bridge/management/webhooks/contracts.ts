// The shapes of webhooks in the management API.
import { z } from '@hono/zod-openapi';
import { slugPattern } from '../../directories/contracts.ts';
import { wholeNumber } from '../events/contracts.ts';

const slug = z.string().regex(slugPattern);
const time = z.iso.datetime({ offset: true });
const directory = z.object({ id: z.guid(), slug });
export const maxListed = 1_000;

export const webhookShape = z
  .object({
    id: z.guid(),
    slug,
    url: z.string(),
    directory: slug.nullable().openapi({ description: 'Whose events it gets; null: those of all directories.' }),
    types: z
      .array(z.string())
      .nullable()
      .openapi({ description: 'Null: all types.', example: ['user.*'] }),
    pause: z
      .object({
        cause: z.enum(['operator', 'failing', 'gone', 'secret']).openapi({
          description:
            'operator: somebody has paused it; failing: nothing gets through, and it is tried now and then; gone: the receiver answered 410; secret: a secret can not be opened.',
        }),
        since: time,
        reason: z.string(),
      })
      .nullable()
      .openapi({ description: 'Null: it is delivered.' }),
    createdAt: time,
  })
  .openapi('Webhook');

export const webhookStatusShape = webhookShape
  .extend({
    behind: z.int().openapi({ description: 'Events of the log, of whatever type, that it has not come to yet.' }),
    waiting: z
      .int()
      .openapi({ description: 'Messages that wait for another attempt, or behind one of the same resource.' }),
    dead: z.int().openapi({ description: 'Messages that were given up; they can be sent again.' }),
    missed: z.int().openapi({ description: 'Events that retention took from the log before they were delivered.' }),
    missedAt: time.nullable(),
    deliveredAt: time.nullable().openapi({ description: 'When a message was last delivered.' }),
    secrets: z.array(z.object({ id: z.guid(), createdAt: time, expiresAt: time.nullable() })),
  })
  .openapi('WebhookStatus');

export const createdWebhookShape = webhookShape
  .extend({ secret: z.string().openapi({ description: 'Shown this once.', example: 'whsec_…' }) })
  .openapi('CreatedWebhook');

export const rotatedShape = z
  .object({
    secret: z.string().openapi({ description: 'Shown this once.' }),
    previousUntil: time.openapi({ description: 'Until then messages are signed with the secrets from before, too.' }),
  })
  .openapi('RotatedWebhookSecret');

export const testOutcomeShape = z
  .object({
    id: z.string().openapi({ description: 'The webhook-id of the message.' }),
    delivered: z.boolean(),
    status: z.int().nullable().openapi({ description: 'Null: there was no answer.' }),
    durationMs: z.int(),
    answer: z.string().openapi({ description: 'Its first 500 bytes.' }),
    problem: z.string().nullable(),
  })
  .openapi('WebhookTestOutcome');

export const attemptShape = z
  .object({
    id: z.guid(),
    event: z.string().openapi({ description: "The event's id, and the message's." }),
    type: z.string(),
    directory,
    at: time,
    status: z.int().nullable(),
    durationMs: z.int(),
    answer: z.string(),
    problem: z.string().nullable().openapi({ description: 'Null: it was delivered.' }),
  })
  .openapi('WebhookAttempt');

export const failedShape = z
  .object({
    event: z.string(),
    state: z.enum(['waiting', 'dead']),
    type: z.string(),
    directory,
    resource: z.object({ type: z.string(), id: z.guid() }),
    attempts: z.int(),
    firstFailedAt: time.nullable(),
    lastFailedAt: time.nullable(),
    nextAttemptAt: time.nullable(),
    problem: z.string().nullable(),
  })
  .openapi('FailedWebhookDelivery');

const limit = wholeNumber(maxListed)
  .refine((number) => number > 0, 'must be at least 1')
  .optional()
  .openapi({ description: `At most, up to ${maxListed}; 100 without it.` });

export const attemptsQuery = z.object({
  limit,
  failed: z.enum(['true', 'false']).optional().openapi({ description: 'Only attempts that failed.' }),
});
export const failedQuery = z.object({ limit, state: z.enum(['waiting', 'dead']).optional() });

export const deadReplay = z.strictObject({
  events: z
    .array(z.string().max(100))
    .min(1)
    .max(maxListed)
    .optional()
    .openapi({ description: 'Ids of events; without it, all that are dead.' }),
});

export const deadReplayedShape = z.object({ replayed: z.int() }).openapi('ReplayedDeadMessages');

export const replayedShape = z
  .object({
    replayed: z.array(
      z.object({
        directory: slug,
        from: z.int().openapi({ description: 'The first position that is sent again.' }),
        to: z.int().openapi({ description: 'The last one that had been passed before.' }),
      }),
    ),
  })
  .openapi('WebhookReplay');
