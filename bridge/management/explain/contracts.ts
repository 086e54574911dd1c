// The shapes of an explanation in the management API.
import { z } from '@hono/zod-openapi';
import { namedUser } from '../conflicts/contracts.ts';

const time = z.iso.datetime();
const asked = z.string().min(1).max(1_000);

export const explainQuery = z
  .object({
    username: asked.optional().openapi({ description: 'The user name, in any case.' }),
    email: asked.optional().openapi({ description: 'The e-mail, in any case.' }),
  })
  .refine(({ username, email }) => (username === undefined) !== (email === undefined), {
    message: 'give either username or email',
    path: ['username'],
  });

const event = z
  .object({
    type: z.string(),
    at: time,
    actor: z.string().openapi({ description: 'Who made the change.', example: 'token:rb_scim_Ab12cd' }),
    requestId: z.string().nullable().openapi({ description: 'The request that it came with, as the log has it.' }),
    position: z.int().nullable().openapi({ description: 'In the directory’s log; null: written a moment ago.' }),
    changed: z.array(z.string()).openapi({ description: 'The names of the attributes that it changed.' }),
  })
  .openapi('ExplainedEvent');

const request = z
  .object({
    method: z.string(),
    at: time,
    actor: z.string().nullable(),
    requestId: z.string(),
    status: z.int(),
    detail: z.string().nullable().openapi({ description: 'What the client was told of its mistake.' }),
  })
  .openapi('ExplainedRequest');

const verdict = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('served') }),
  z.object({ outcome: z.literal('reserved'), reason: z.string() }),
  z.object({ outcome: z.literal('directory-disabled') }),
  z.object({ outcome: z.literal('shadowed'), match: z.enum(['username', 'email']), by: namedUser }),
]);

const user = namedUser
  .extend({
    active: z.boolean(),
    hasPassword: z.boolean().nullable().openapi({ description: 'Null: the LDAP server checks it.' }),
    identityLink: z.object({ provider: z.string(), subject: z.string() }).nullable(),
    createdAt: time,
    updatedAt: time,
    verdict,
    lastEvent: event.nullable(),
    lastRequest: request.nullable().openapi({
      description: 'The last SCIM request that wanted to change the user, by its id, whatever came of it.',
    }),
    held: z
      .object({
        operation: z.enum(['deactivate', 'delete', 'remove_member']),
        group: z.string().nullable().openapi({ description: 'The group that the user would leave.' }),
        at: time,
        actor: z.string(),
        requestId: z.string().nullable(),
      })
      .array()
      .openapi({
        description:
          'What the identity provider has asked for and the guard of the directory holds until an operator decides.',
      }),
  })
  .openapi('ExplainedUser');

const directory = z
  .object({
    slug: z.string(),
    name: z.string(),
    kind: z.enum(['scim', 'ldap']),
    priority: z.int(),
    enabled: z.boolean().openapi({ description: 'In this federation.' }),
    directoryEnabled: z.boolean().openapi({ description: 'As a whole.' }),
    health: z.enum(['ok', 'degraded', 'unavailable', 'disabled']),
    healthSince: time.nullable(),
    heardAt: time.nullable().openapi({
      description: 'When the identity provider last called (within a minute), or the LDAP server last answered.',
    }),
    remarks: z.array(z.string()).openapi({ description: 'What else there is to know of the source, in sentences.' }),
  })
  .openapi('ExplainedDirectory');

const reader = z
  .object({
    name: z.string().openapi({ description: 'The federation and the token.' }),
    lastSeenAt: time.nullable(),
    behind: z.int().openapi({ description: 'Events that it has not read yet.' }),
    hasLastEvent: z.boolean().nullable().openapi({ description: 'Whether it has read the user’s last change.' }),
  })
  .openapi('ExplainedReader');

export const explanationShape = z
  .object({
    federation: z.string(),
    asked: z.union([z.object({ username: z.string() }), z.object({ email: z.string() })]),
    served: user.nullable().openapi({ description: 'Whom Keycloak gets for the name.' }),
    users: user.array().openapi({ description: 'Everybody of the name, in the order of priority; twenty at most.' }),
    more: z.boolean(),
    deleted: z
      .object({ directory: z.string(), id: z.guid(), event })
      .nullable()
      .openapi({ description: 'When nobody has the name: who had it last.' }),
    directories: directory.array(),
    readers: reader.array().openapi({ description: 'The Keycloaks that read the change feed.' }),
    login: z.object({
      works: z.boolean().openapi({ description: 'Whether nothing stands in the way that the bridge knows of.' }),
      checks: z.array(z.object({ id: z.string(), status: z.enum(['ok', 'warning', 'failed']), detail: z.string() })),
    }),
  })
  .openapi('Explanation');
