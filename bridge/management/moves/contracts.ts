// The shapes of moves in the management API.
import { z } from '@hono/zod-openapi';
import { claimReasons, movedStates } from '../../provisioning/moves/contracts.ts';
import { matchAttributes } from '../../provisioning/moves/matching.ts';
import { profileNames } from '../../scim/interop/profiles.ts';
import { directoryShape, slugParams } from '../contracts.ts';

const time = z.iso.datetime({ offset: true });
const attribute = z.enum(matchAttributes);
const distinct = (list: readonly string[]) => new Set(list).size === list.length;
const rule = z.array(attribute).min(1).max(matchAttributes.length).refine(distinct, 'must name each attribute once');
const maxPage = 1_000;

const limit = z
  .string()
  .regex(/^\d{1,4}$/, 'must be a whole number')
  .transform(Number)
  .refine((number) => number >= 1 && number <= maxPage, `must be 1 to ${maxPage}`)
  .optional()
  .openapi({ description: `How many at most, up to ${maxPage}; 100 without it.` });
const after = z.guid('must be an id').optional().openapi({ description: 'The id of the last one of the page before.' });

export const planQuery = z.object({
  match: z
    .string()
    .transform((text) => text.split(',').map((one) => one.trim()))
    .pipe(rule)
    .openapi({
      type: 'string',
      description: 'What users are matched by, with commas, the most trusted first.',
      example: 'employeeNumber,email',
    }),
});
export const pageQuery = z.object({ after, limit });
export const entriesQuery = pageQuery.extend({
  state: z.enum(movedStates).default('waiting').openapi({
    description: 'waiting: not taken over yet; adopted: taken over; created: not there before the move.',
  }),
});
export const claimParams = slugParams.extend({ claimId: z.guid() });

export const newMove = z.strictObject({
  match: rule.openapi({
    description:
      'What users are matched by, the most trusted first; capitals and blanks around and between words do not count.',
  }),
  profile: z.enum(profileNames).optional().openapi({ description: 'Of the new identity provider.' }),
  keepAccess: z.boolean().default(false).openapi({
    description: 'Leaves the tokens and trusted issuers of before as they are, instead of closing them.',
  }),
});

export const decision = z.discriminatedUnion('decision', [
  z.strictObject({ decision: z.literal('adopt'), userId: z.guid() }),
  z.strictObject({ decision: z.literal('create') }),
]);

export const leftovers = z.strictObject({
  users: z.enum(['keep', 'deactivate', 'delete']).optional(),
  groups: z.enum(['keep', 'delete']).optional(),
  members: z.enum(['keep', 'remove']).optional().openapi({
    description: 'Of groups that were taken over: members whom the new identity provider has not named.',
  }),
  claims: z.literal('drop').optional(),
});

const counts = z.object({ waiting: z.int(), adopted: z.int(), created: z.int() });

export const planShape = z
  .object({
    users: z.int(),
    groups: z.int(),
    match: z.array(
      z.object({
        attribute,
        users: z.int().openapi({ description: 'Users who have it.' }),
        ambiguous: z.int().openapi({ description: 'Those of them who share it with another one.' }),
      }),
    ),
    unmatchable: z.int().openapi({ description: 'Users who have none of the attributes.' }),
    closes: z.object({ tokens: z.int(), issuers: z.int() }),
    warnings: z.array(z.string()),
  })
  .openapi('MovePlan');

export const statusShape = z
  .object({
    id: z.guid(),
    state: z.enum(['starting', 'open', 'finishing', 'finished', 'undoing', 'undone']),
    match: z.array(attribute),
    startedAt: time,
    endedAt: time.nullable(),
    before: z.object({ kind: z.enum(['scim', 'ldap']), profile: z.enum(profileNames) }),
    directory: directoryShape,
    users: counts,
    groups: counts,
    unconfirmedMembers: z.int().openapi({
      description: 'Members of groups taken over whom the new identity provider has not named.',
    }),
    claims: z.object({ open: z.int(), decided: z.int() }),
  })
  .openapi('Move');

const side = z
  .object({ name: z.string(), externalId: z.string().nullable(), active: z.boolean().nullable() })
  .nullable();

export const entryShape = z
  .object({
    id: z.guid(),
    state: z.enum(movedStates),
    matchedBy: z.string().nullable().openapi({
      description: 'The attribute, `review` for a decision, `id` for a user that the identity provider found itself.',
    }),
    movedAt: time.nullable(),
    before: side,
    now: side,
  })
  .openapi('MovedResource');

export const claimShape = z
  .object({
    id: z.guid(),
    userName: z.string(),
    externalId: z.string().nullable(),
    email: z.string().nullable(),
    employeeNumber: z.string().nullable(),
    reason: z.enum(claimReasons),
    candidates: z.array(z.object({ id: z.guid(), userName: z.string().nullable(), email: z.string().nullable() })),
    decision: decision.nullable(),
    attempts: z.int(),
    firstSeenAt: time,
    lastSeenAt: time,
  })
  .openapi('MoveClaim');

export const undoPlanShape = z
  .object({
    users: z.object({ restored: z.int(), remade: z.int(), removed: z.int(), activated: z.int() }),
    groups: z.object({ restored: z.int(), remade: z.int(), removed: z.int() }),
  })
  .openapi('MoveUndoPlan');

export const progressShape = z
  .object({
    state: z.enum(['finishing', 'finished', 'undoing', 'undone']),
    done: z.boolean().openapi({ description: 'If not, send the same request again to go on.' }),
  })
  .openapi('MoveProgress');
