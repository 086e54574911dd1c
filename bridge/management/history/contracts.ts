// The shapes of histories in the management API.
import { z } from '@hono/zod-openapi';
import { eventShape, maxEvents, wholeNumber } from '../events/contracts.ts';

export const historyQuery = z.object({
  of: z.string().trim().min(1).max(256).openapi({
    description: "An id, a user's userName or e-mail, or a group's displayName; also of one that is gone.",
  }),
  at: z.iso
    .datetime({ offset: true })
    .optional()
    .openapi({ description: 'Also what it was at this moment.', example: '2026-11-20T08:00:00Z' }),
  limit: wholeNumber(maxEvents)
    .refine((number) => number > 0, 'must be at least 1')
    .optional()
    .openapi({ description: `How many of the latest events, up to ${maxEvents}; 100 without it.` }),
});

export const historyShape = z
  .object({
    resource: z.object({
      type: z.string().openapi({ example: 'User' }),
      id: z.guid(),
      exists: z.boolean().openapi({ description: 'False: it has been deleted.' }),
    }),
    events: eventShape.array().openapi({ description: 'The latest first.' }),
    beginsAt: z.iso.datetime().nullable().openapi({ description: 'Events from before this time have been removed.' }),
    past: z
      .object({
        at: z.iso.datetime(),
        resource: z
          .record(z.string(), z.unknown())
          .nullable()
          .openapi({ description: 'The attributes then; null: there was none.' }),
        members: z.string().array().nullable().openapi({ description: "A group's." }),
        groups: z
          .object({ id: z.guid(), displayName: z.string().nullable() })
          .array()
          .nullable()
          .openapi({ description: 'Those that a user was in, with their present names.' }),
      })
      .nullable()
      .openapi({ description: 'Null unless `at` was asked for.' }),
  })
  .openapi('History');
