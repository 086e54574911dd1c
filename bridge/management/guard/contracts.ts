// The shapes of the guard in the management API.
import { z } from '@hono/zod-openapi';
import { guardChange, guardedOperations, guardSettings, heldOperations } from '../../provisioning/guard/contracts.ts';
import { time } from '../contracts.ts';

const maxPage = 1_000;
const maxIds = 1_000;

export const heldQuery = z.object({
  after: z.guid('must be an id').optional().openapi({ description: 'The id of the last one of the page before.' }),
  limit: z
    .string()
    .regex(/^\d{1,4}$/, 'must be a whole number')
    .transform(Number)
    .refine((number) => number >= 1 && number <= maxPage, `must be 1 to ${maxPage}`)
    .optional()
    .openapi({ description: `How many at most, up to ${maxPage}; 100 without it.` }),
});

export const guardChangeBody = guardChange.extend({
  useDefaults: z.boolean().optional().openapi({ description: 'Goes back to the default window and limits first.' }),
});

const selection = z.strictObject({
  ids: z.guid().array().min(1).max(maxIds).optional().openapi({ description: 'Only these; without it, all.' }),
  until: time.optional().openapi({ description: 'Nothing that was held later than this.' }),
});
export const rejection = selection;
export const releaseBody = selection.extend({
  passMinutes: z.int().min(1).max(1_440).optional().openapi({
    description: 'For so long everything is let through, so that the rest of what was released may come.',
  }),
});

export const guardShape = z
  .object({
    directory: z.string(),
    enabled: z.boolean(),
    isDefault: z.boolean().openapi({ description: 'Whether window and limits are the default ones.' }),
    windowMinutes: guardSettings.shape.windowMinutes,
    limits: guardSettings.shape.limits.openapi({
      description:
        'To so many users (`count`), or to this share of the active users (`percent`) where that is more, it may be done within the window. Null: to all.',
    }),
    passingUntil: time.nullable().openapi({ description: 'Until then everything is let through.' }),
    users: z.int().openapi({ description: 'Active users of the directory: what `percent` is of.' }),
    held: z.int().openapi({ description: 'Operations that wait for a decision.' }),
    released: z.int().openapi({ description: 'Operations that are decided and not done yet: release again.' }),
    windows: z
      .object({
        operation: z.enum(guardedOperations),
        counted: z.int().openapi({ description: 'Users to whom it was done within the window.' }),
        allowed: z.int().nullable().openapi({ description: 'Null: as many as there are.' }),
        held: z.int(),
        trippedAt: time.nullable(),
      })
      .array(),
  })
  .openapi('Guard');

export const heldShape = z
  .object({
    id: z.guid(),
    operation: z.enum(heldOperations),
    state: z.enum(['held', 'released']),
    user: z.object({ id: z.guid(), userName: z.string() }).nullable(),
    group: z.object({ id: z.guid(), displayName: z.string() }).nullable(),
    members: z.int().nullable().openapi({ description: 'Of a group that is to be deleted: its users.' }),
    actor: z.string().openapi({ description: 'Who asked for it.', example: 'token:rb_scim_Ab12cd' }),
    requestId: z.string().nullable(),
    heldAt: time,
  })
  .openapi('HeldOperation');

export const releasedShape = z
  .object({
    done: z.int().openapi({ description: 'Operations that this request has carried out.' }),
    left: z.int().openapi({ description: 'If there are any, send the same request again to go on.' }),
    passingUntil: time.nullable(),
  })
  .openapi('GuardRelease');

export const rejectedShape = z.object({ rejected: z.int() }).openapi('GuardRejection');
