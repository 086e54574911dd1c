// The shapes of event streams and signing keys in the management API.
import { z } from '@hono/zod-openapi';
import { slugPattern } from '../../directories/contracts.ts';
import { scimEvents } from '../../event-streams/contracts.ts';
import { webhookShape, webhookStatusShape } from '../webhooks/contracts.ts';

const slug = z.string().regex(slugPattern);
const time = z.iso.datetime({ offset: true });

export const eventStreamShape = z
  .object({
    id: z.guid(),
    slug,
    delivery: z.enum(['push', 'poll']),
    url: z.string().nullable().openapi({ description: 'Where SETs are pushed to; null: they are polled.' }),
    authorization: z.boolean().openapi({ description: 'Whether pushes have a header Authorization.' }),
    token: z.string().nullable().openapi({ description: "The first characters of the poller's token." }),
    audience: z.string(),
    content: z.enum(['full', 'notice']),
    events: z.array(z.enum(scimEvents)).nullable().openapi({ description: 'Null: all.' }),
    resourceTypes: z.array(z.string()).nullable().openapi({ description: 'Null: all.' }),
    directory: slug.nullable().openapi({ description: 'Whose events it has; null: those of all directories.' }),
    issuer: z.string().openapi({
      description: 'The claim iss of its SETs; of a stream for all directories with a place for the slug.',
      example: 'https://bridge.example.com/scim/v2/{directory}',
    }),
    pollUrl: z.string().nullable().openapi({ description: 'Where SETs are polled; null: they are pushed.' }),
    jwksUrl: z.string().openapi({ description: 'The keys by which SETs are verified.' }),
    pause: webhookShape.shape.pause,
    createdAt: time,
  })
  .openapi('EventStream');

const { behind, waiting, dead, missed, missedAt, deliveredAt } = webhookStatusShape.shape;
export const eventStreamStatusShape = eventStreamShape
  .extend({ behind, waiting, dead, missed, missedAt })
  .extend({
    deliveredAt,
    verifiedAt: time.nullable().openapi({ description: 'When a verification event arrived.' }),
    verificationProblem: z.string().nullable().openapi({ description: 'Why the poller refused the latest one.' }),
  })
  .openapi('EventStreamStatus');

export const createdEventStreamShape = eventStreamShape
  .extend({ pollToken: z.string().nullable().openapi({ description: 'Shown this once.', example: 'rb_stream_…' }) })
  .openapi('CreatedEventStream');

export const rotatedTokenShape = z
  .object({
    pollToken: z.string().openapi({ description: 'Shown this once.' }),
    previousUntil: time.openapi({ description: 'Until then the token from before is good, too.' }),
  })
  .openapi('RotatedEventStreamToken');

export const verificationShape = z
  .object({
    jti: z.string(),
    state: z.string().openapi({ description: 'What the verification event says.' }),
    delivered: z.boolean().nullable().openapi({ description: 'Null: the poller gets it with its next poll.' }),
    status: z.int().nullable(),
    durationMs: z.int().nullable(),
    answer: z.string().nullable(),
    problem: z.string().nullable(),
  })
  .openapi('EventStreamVerification');

export const signingKeyShape = z
  .object({
    id: z.guid().openapi({ description: 'The kid of what it signs.' }),
    state: z.enum(['ahead', 'signing', 'retired']).openapi({
      description: 'ahead: published, and signs later; retired: published, for what it has signed.',
    }),
    createdAt: time,
    signsFrom: time,
    publishedUntil: time.nullable(),
  })
  .openapi('SigningKey');
