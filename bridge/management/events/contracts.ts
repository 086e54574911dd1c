// The shapes of the event log in the management API.
import { z } from '@hono/zod-openapi';
import { slugPattern } from '../../directories/contracts.ts';
import { eventTypes } from '../../events/contracts.ts';

export const maxEvents = 1_000;
const maxWaitSeconds = 30;

/** In a query. */
export const wholeNumber = (max: number) =>
  z
    .string()
    .regex(/^\d{1,6}$/, 'must be a whole number')
    .transform(Number)
    .refine((number) => number <= max, `must be at most ${max}`);

export const eventsQuery = z.object({
  directory: z
    .string()
    .regex(slugPattern, `must be a directory's slug`)
    .optional()
    .openapi({ description: 'Only events of this directory.' }),
  after: z.string().max(14_000).optional().openapi({
    description:
      'The cursor of the page before, or `now` for what comes from now on. Without it the log is read from its beginning.',
  }),
  last: wholeNumber(maxEvents).optional().openapi({
    description: `Instead of a cursor: begin so many events before the end of each directory's log.`,
  }),
  type: z.string().max(1_000).optional().openapi({
    description: 'Types, with commas between them; `user.*` stands for all that begin so.',
    example: 'user.*,group.member_removed',
  }),
  limit: wholeNumber(maxEvents)
    .refine((number) => number > 0, 'must be at least 1')
    .optional()
    .openapi({ description: `How many events at most, up to ${maxEvents}; 100 without it.` }),
  include: z.enum(['resource']).optional().openapi({
    description: '`resource`: each event brings its resource as it is now, as SCIM shows it, without memberships.',
  }),
  wait: wholeNumber(maxWaitSeconds)
    .optional()
    .openapi({ description: `Seconds to wait for events when there are none, up to ${maxWaitSeconds}; 0 without it.` }),
});

export const changesShape = z
  .record(z.string(), z.object({ before: z.unknown(), after: z.unknown() }))
  .openapi({ description: 'The changed attributes alone, before and after; null where there was or is none.' });

export const eventShape = z
  .object({
    id: z.string().openapi({ description: 'Never given twice, the same at each reading.' }),
    type: z.enum(eventTypes),
    time: z.iso.datetime().openapi({ description: 'When the change was made.' }),
    directory: z.object({ id: z.guid(), slug: z.string() }),
    position: z.int().openapi({ description: `In the directory's log: 1, 2, 3 …` }),
    actor: z.string().openapi({ description: 'Who made the change.', example: 'token:rb_scim_Ab12cd' }),
    requestId: z.string().nullable(),
    askedBy: z.object({ actor: z.string(), requestId: z.string().nullable() }).optional().openapi({
      description: 'Of a change that the guard had held: whose request it was that the actor let be done.',
    }),
    profile: z.string().nullable().openapi({
      description:
        'The interop profile of the directory under which the request of an identity provider was understood; null for all other actors.',
      example: 'entra',
    }),
    resource: z.object({
      type: z.string().openapi({ example: 'User' }),
      id: z.guid(),
      version: z.int().nullable().openapi({ description: 'After the change.' }),
      current: z.record(z.string(), z.unknown()).nullable().optional().openapi({
        description:
          'With `include=resource`: the resource as it is now; null when it is gone, or is no SCIM resource.',
      }),
    }),
    changes: changesShape,
    members: z.array(z.string()).openapi({ description: 'Who was added to a group, or removed.' }),
    undoPlan: z.guid().optional().openapi({ description: 'Of a change that undoes others: the plan.' }),
  })
  .openapi('Event');

export const eventsShape = z
  .object({
    cursor: z.string().openapi({ description: 'Where to go on.' }),
    more: z.boolean().openapi({ description: `Whether the next page won't have to wait.` }),
    events: eventShape.array(),
  })
  .openapi('Events');
