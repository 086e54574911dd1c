// The shapes of the audit log in the management API.
import { z } from '@hono/zod-openapi';
import { slugPattern } from '../../directories/contracts.ts';
import { auditTypes } from '../../events/audit/contracts.ts';
import { changesShape, maxEvents, wholeNumber } from '../events/contracts.ts';

const slug = z.string().regex(slugPattern, 'must be a slug');

export const auditQuery = z.object({
  directory: slug.optional().openapi({ description: 'Only what was done to this directory; it may be gone.' }),
  federation: slug.optional().openapi({ description: 'Only what was done to this federation; it may be gone.' }),
  type: z.string().max(1_000).optional().openapi({
    description: 'Types, with commas between them; `token.*` stands for all that begin so.',
    example: 'directory.*,federation.directory_removed',
  }),
  after: z.string().max(20).optional().openapi({
    description: 'The cursor of the page before. Without it the log is read from its beginning.',
  }),
  last: wholeNumber(maxEvents)
    .optional()
    .openapi({ description: 'Instead of a cursor: so many of the latest entries.' }),
  limit: wholeNumber(maxEvents)
    .refine((number) => number > 0, 'must be at least 1')
    .optional()
    .openapi({ description: `How many entries at most, up to ${maxEvents}; 100 without it.` }),
});

const named = z.object({ id: z.guid(), slug: z.string() });

export const auditEntryShape = z
  .object({
    id: z.string().openapi({ description: 'Never given twice.' }),
    type: z.enum(auditTypes),
    time: z.iso.datetime(),
    actor: z.string().openapi({ description: 'Who made the change.', example: 'cli:alice' }),
    requestId: z.string().nullable(),
    directory: named.nullable().openapi({ description: 'As it was called then.' }),
    federation: named.nullable().openapi({ description: 'As it was called then.' }),
    resource: z.object({
      type: z.enum(['Directory', 'Federation', 'Token', 'Issuer', 'Webhook', 'EventStream', 'SigningKey', 'Target']),
      id: z.guid(),
      name: z.string().openapi({ description: "A slug, a token's first characters or an issuer's URL." }),
    }),
    changes: changesShape,
  })
  .openapi('AuditEntry');

export const auditShape = z
  .object({
    cursor: z.string().openapi({ description: 'Where to go on.' }),
    more: z.boolean(),
    entries: auditEntryShape.array(),
  })
  .openapi('Audit');
