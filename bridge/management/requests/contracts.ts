// The shapes of remembered SCIM requests in the management API.
import { z } from '@hono/zod-openapi';
import { isStorable } from '../../platform/db/storable.ts';
import { wholeNumber } from '../events/contracts.ts';

export const maxRequests = 500;

const time = z.iso.datetime({ offset: true });
/** PostgreSQL takes nothing else. */
const words = z.string().refine(isStorable, 'must have no NUL character and no half of a surrogate pair');

export const requestsQuery = z.object({
  failed: z
    .enum(['true', 'false'])
    .optional()
    .openapi({ description: '`true`: only requests that were refused, or had operations that were.' }),
  resource: z.guid().optional().openapi({ description: 'Only requests on the user, group or resource with this id.' }),
  requestId: words.max(128).optional().openapi({ description: 'Only the request with this id.' }),
  actor: words.max(200).optional().openapi({ description: 'Only requests with this token, as `actor` names it.' }),
  since: time.optional().openapi({ description: 'Only requests from this time on.' }),
  until: time.optional().openapi({ description: 'Only requests before this time.' }),
  text: words.min(2).max(100).optional().openapi({
    description:
      'Only requests with this text in their path, query or answer, or in what a failed one sent; in any case.',
  }),
  before: z.guid().optional().openapi({ description: 'The `next` of the page before.' }),
  limit: wholeNumber(maxRequests)
    .refine((number) => number > 0, 'must be at least 1')
    .optional()
    .openapi({ description: `How many requests at most, up to ${maxRequests}; 100 without it.` }),
});

export const requestShape = z
  .object({
    id: z.guid(),
    time: z.iso.datetime().openapi({ description: 'When it was answered.' }),
    method: z.string().openapi({ example: 'PATCH' }),
    path: z.string().openapi({ description: "Below the directory's base URL.", example: '/Users/01a2…' }),
    query: z.record(z.string(), z.string()),
    actor: z.string().nullable().openapi({ description: 'Whose token it was; null where it was none.' }),
    requestId: z.string().openapi({ description: 'As in the events that it caused.' }),
    address: z.string(),
    userAgent: z.string().nullable(),
    status: z.int(),
    scimType: z.string().nullable(),
    detail: z.string().nullable().openapi({ description: 'What the identity provider was told of its mistake.' }),
    failedOperations: z.int().openapi({ description: 'Of a bulk request; `detail` is of the first of them.' }),
    durationMs: z.int(),
    tolerances: z.string().array().openapi({ description: 'Without these it would have been refused.' }),
    sent: z.unknown().openapi({
      description:
        'What a failed request sent: values under the names of the schemas, never secrets, and of everything else its kind.',
    }),
  })
  .openapi('ScimRequest');

export const requestsShape = z
  .object({
    requests: requestShape.array(),
    next: z.guid().nullable().openapi({ description: 'Where the next page begins; null on the last one.' }),
  })
  .openapi('ScimRequests');
