// The shapes of conflicts between directories, and of what a change would do about them, in the management API.
import { z } from '@hono/zod-openapi';
import { slugPattern } from '../../directories/contracts.ts';

const maxShown = 1_000;
const maxDirectories = 200;

const slug = z.string().regex(slugPattern, `must be a slug`);

/** For reports that go on page by page. */
export const reportQuery = z.object({
  after: z.string().max(8_000).optional().openapi({ description: '`next` of the page before.' }),
  limit: z
    .string()
    .regex(/^\d{1,4}$/, 'must be a whole number')
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= maxShown, `must be from 1 to ${maxShown}`)
    .default(100)
    .openapi({ type: 'integer', minimum: 1, maximum: maxShown, default: 100, description: 'How many at most.' }),
});

export const conflictsQuery = reportQuery.extend({
  directories: z
    .string()
    .max(maxDirectories * 64)
    .transform((list) => list.split(','))
    .pipe(slug.array().max(maxDirectories))
    .optional()
    .openapi({
      type: 'string',
      description:
        'Slugs with commas between them: the report as if the federation had these directories in this order. Without it as it is now.',
      example: 'acme-okta,acme-entra',
    }),
});

export const federationChange = z
  .strictObject({
    directory: slug.optional(),
    delete: z
      .literal(true)
      .optional()
      .openapi({ description: 'In the place of everything else: to delete the federation.' }),
    remove: z.literal(true).optional().openapi({ description: 'To take the directory out.' }),
    priority: z.int().min(0).max(1_000_000).optional(),
    enabled: z.boolean().optional(),
  })
  .refine(({ remove, priority, enabled }) => !remove || (priority === undefined && enabled === undefined), {
    message: 'goes with nothing but the directory',
    path: ['remove'],
  })
  .refine(({ directory, delete: isDeleted }) => isDeleted !== undefined || directory !== undefined, {
    message: 'is needed',
    path: ['directory'],
  })
  .refine(
    (change) => change.delete === undefined || Object.values(change).filter((one) => one !== undefined).length === 1,
    {
      message: 'goes with nothing else',
      path: ['delete'],
    },
  )
  .openapi('FederationChange', {
    description:
      'As PUT of a federation’s directory has it, which is added if it isn’t there; or DELETE, of the directory’s place or of the federation.',
  });

export const wholeDirectoryChange = z
  .strictObject({ enabled: z.boolean().optional(), delete: z.literal(true).optional() })
  .refine((change) => (change.enabled === undefined) !== (change.delete === undefined), {
    message: 'give either enabled or delete',
    path: ['enabled'],
  })
  .openapi('WholeDirectoryChange', { description: 'As PATCH of the directory has it, or DELETE.' });

export const directoryPreviewQuery = reportQuery.extend({
  federation: slug.optional().openapi({ description: 'Only in this one; needed to go on with `after`.' }),
});

export const namedUser = z
  .object({ directory: z.string(), id: z.guid(), username: z.string(), email: z.string().nullable() })
  .openapi('NamedUser');

const conflictCounts = z
  .object({
    username: z.int().openapi({ description: 'Hidden by a user of the same user name.' }),
    email: z.int().openapi({ description: 'Hidden by a user of the same e-mail and another user name.' }),
    reservedUsername: z.int(),
  })
  .openapi('ConflictCounts');

const next = z.string().nullable().openapi({ description: 'Where the next page begins; null: this is the last one.' });

export const conflictsShape = z
  .object({
    counts: conflictCounts,
    conflicts: z.array(
      z.object({
        kind: z.enum(['username', 'email', 'reserved-username']),
        hidden: namedUser.openapi({ description: 'Who is not served.' }),
        by: namedUser.nullable().openapi({ description: 'Who is the reason; null when the user name is reserved.' }),
      }),
    ),
    next,
  })
  .openapi('Conflicts');

export const changePreviewShape = z
  .object({
    counts: z
      .object({
        appear: z.int(),
        vanish: z.int(),
        changeOwner: z.int().openapi({ description: 'User names that another directory’s user has from then on.' }),
        keepCopy: z.int().openapi({
          description:
            'Of those that vanish: of whom Keycloak keeps a read-only copy, because their directory is only switched off, or the federation gone.',
        }),
      })
      .openapi('ShiftCounts'),
    conflicts: z.object({ before: conflictCounts, after: conflictCounts }),
    shifts: z.array(
      z.object({
        kind: z.enum(['appear', 'vanish', 'change-owner']),
        before: namedUser.nullable(),
        after: namedUser.nullable(),
        reason: z
          .enum([
            'directory-added',
            'directory-enabled',
            'directory-removed',
            'directory-disabled',
            'federation-deleted',
            'shadowed',
            'no-longer-shadowed',
          ])
          .openapi({ description: 'Why `before` is served no more; of who appears, why now.' }),
        hiddenBy: namedUser.nullable().openapi({ description: 'With the reason `shadowed`: who hides `before`.' }),
      }),
    ),
    next,
  })
  .openapi('ChangePreview');

export const directoryPreviewShape = z
  .object({ federations: z.array(changePreviewShape.extend({ federation: z.string() })) })
  .openapi('DirectoryPreview');
