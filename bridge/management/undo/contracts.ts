// The shapes of undo plans in the management API.
import { z } from '@hono/zod-openapi';
import {
  maxNamedItems,
  maxUndoActors,
  undoActions,
  undoItemStates,
  undoPlanStates,
  undoReasons,
} from '../../provisioning/undo/contracts.ts';
import { slugParams } from '../contracts.ts';
import { wholeNumber } from '../events/contracts.ts';

const time = z.iso.datetime({ offset: true });
const maxPage = 1_000;
const maxItemId = 300;

export const planParams = slugParams.extend({ planId: z.guid() });

export const newPlan = z.strictObject({
  actors: z
    .array(z.string().min(1).max(256))
    .min(1)
    .max(maxUndoActors)
    .openapi({
      description:
        'Whose changes: actors as events name them, names or first characters of tokens, or URLs of trusted issuers; `jwt:HOST/*` is all clients of one.',
      example: ['Okta', 'token:rb_scim_Ab12cd'],
    }),
  from: time,
  to: time.optional().openapi({ description: 'Not included; now without it.' }),
});

export const itemsQuery = z.object({
  state: z
    .string()
    .transform((text) => text.split(',').map((one) => one.trim()))
    .pipe(z.array(z.enum(undoItemStates)).min(1).max(undoItemStates.length))
    .optional()
    .openapi({ type: 'string', description: 'Only items of these states, with commas between.', example: 'conflict' }),
  after: z.string().max(maxItemId).optional().openapi({ description: 'The id of the last item of the page before.' }),
  limit: wholeNumber(maxPage)
    .refine((number) => number > 0, 'must be at least 1')
    .optional()
    .openapi({ description: `How many at most, up to ${maxPage}; 100 without it.` }),
});

export const application = z.strictObject({
  overwrite: z
    .union([z.literal('all'), z.array(z.string().min(1).max(maxItemId)).min(1).max(maxNamedItems)])
    .optional()
    .openapi({
      description:
        'What others changed afterwards is overwritten for the items of these ids, or for all. Without it, it stays.',
    }),
});

const planMembers = {
  id: z.guid(),
  state: z.enum(undoPlanStates),
  actors: z.array(z.string()),
  from: time,
  to: time,
  changes: z.int().openapi({ description: 'What they did in that time; each member of a group counts.' }),
  createdBy: z.string(),
  createdAt: time,
  appliedAt: time.nullable(),
};

export const planShape = z.object(planMembers).openapi('UndoPlan');

const counted = <K extends string>(names: readonly K[]) =>
  z.object(Object.fromEntries(names.map((name) => [name, z.int()])) as Record<K, z.ZodInt>);

export const statusShape = z
  .object({
    ...planMembers,
    counts: z.object({
      unplanned: z.int().openapi({ description: 'Resources that are still to be looked at.' }),
      byState: counted(undoItemStates),
      byAction: counted(undoActions).openapi({ description: 'Of what is ready or done.' }),
      partialConflicts: z.int().openapi({ description: 'Items of which some attributes stay as others set them.' }),
    }),
  })
  .openapi('UndoPlanStatus');

const change = z.object({
  now: z.unknown().openapi({ description: 'As the plan saw it; null: there was none.' }),
  to: z.unknown(),
  since: z
    .object({ by: z.string(), at: time })
    .optional()
    .openapi({ description: "Somebody's later change, which stays unless it is to be overwritten." }),
  takenBy: z.string().optional().openapi({ description: 'The id of the resource that has the name now.' }),
});

export const itemShape = z
  .object({
    id: z.string().openapi({ description: "The resource's id; for a member that and the member's, with a slash." }),
    resource: z.object({ type: z.string(), id: z.guid(), name: z.string().nullable() }),
    member: z.object({ id: z.string(), name: z.string().nullable() }).nullable(),
    action: z.enum(undoActions),
    state: z.enum(undoItemStates).openapi({
      description:
        'ready: to be done; conflict: not done unless it is to overwrite; impossible: never; refused: could not be done.',
    }),
    reason: z.enum(undoReasons).nullable(),
    by: z.string().nullable(),
    at: time.nullable(),
    overwrite: z.boolean(),
    changes: z.record(z.string(), change).openapi({ description: 'Attributes; those of extensions one by one.' }),
    lost: z.array(z.string()).openapi({ description: 'What does not come back.', example: ['password'] }),
    problem: z.string().nullable(),
  })
  .openapi('UndoItem');
