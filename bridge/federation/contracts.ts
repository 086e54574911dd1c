// The shapes of the user-storage API (docs/user-storage-api.md), which requests are checked against and OpenAPI shows.
import { z } from '@hono/zod-openapi';
import { unlinkedUsersChoices } from './mappings/binding.ts';

const wholeNumber = (options: { min: number; max: number; default: number; description: string }) =>
  z
    .string()
    .regex(/^\d{1,10}$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= options.min && value <= options.max, `must be from ${options.min} to ${options.max}`)
    .default(options.default)
    .openapi({
      type: 'integer',
      minimum: options.min,
      maximum: options.max,
      default: options.default,
      description: options.description,
    });

const flag = (description: string) =>
  z
    .enum(['true', 'false'])
    .transform((value) => value === 'true')
    .openapi({ type: 'boolean', description });

const text = (description: string) => z.string().max(1_000).openapi({ description });

export const identityLinkSchema = z
  .object({
    provider: z.string().openapi({ description: "Alias of the realm's identity provider." }),
    subject: z.string().openapi({ description: "Path of the SCIM attribute that holds a user's subject there." }),
    unlinkedUsers: z
      .enum(unlinkedUsersChoices)
      .openapi({ description: 'Whether somebody may come in whom no directory has.' }),
  })
  .openapi('IdentityLink');

export const groupReferenceSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    path: z.array(z.string()).openapi({ description: "The directory's slug, then the group's name." }),
  })
  .openapi('GroupReference');

export const userSchema = z
  .object({
    id: z.uuid().openapi({ description: 'The SCIM id, and in import mode the Keycloak user id.' }),
    username: z.string(),
    email: z.string().nullable().openapi({ description: 'The primary e-mail, or the first one when none is primary.' }),
    firstName: z.string().nullable(),
    lastName: z.string().nullable(),
    enabled: z.boolean(),
    directory: z.string().openapi({ description: "The directory's slug." }),
    externalId: z.string().nullable(),
    version: z.string().openapi({ description: 'Opaque; changes with anything in this object.' }),
    createdAt: z.number().int().openapi({ description: 'Milliseconds since 1970 (UTC).' }),
    attributes: z.record(z.string(), z.array(z.string())),
    groups: z.array(groupReferenceSchema).openapi({ description: 'Direct memberships, ordered by name.' }),
    organization: z
      .string()
      .nullable()
      .openapi({ description: 'Alias of the Keycloak organization whose managed member the user is.' }),
    identityLink: z
      .object({ provider: z.string(), subject: z.string(), username: z.string() })
      .nullable()
      .openapi({ description: "The user's account at the realm's identity provider." }),
    readOnly: z
      .object({ reason: z.literal('source_unavailable'), since: z.number().int() })
      .nullable()
      .openapi({ description: "Not null when this is a copy of a source that can't be reached." }),
  })
  .openapi('User');

export const mappedRoleSchema = z
  .object({
    client: z.string().nullable().openapi({ description: "The client's id, or null for a role of the realm." }),
    role: z.string(),
    allowAdmin: z
      .boolean()
      .openapi({ description: 'Whether the role may be, or contain, one that administers Keycloak.' }),
  })
  .openapi('MappedRole');

export const groupSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    path: z.array(z.string()).openapi({
      description: "The directory's slug, the names of the groups above this one, outermost first, and its own name.",
    }),
    parents: z.array(z.uuid()).openapi({ description: 'The ids of the groups above this one, outermost first.' }),
    directory: z.string(),
    roles: z.array(mappedRoleSchema).openapi({
      description: 'What the group in Keycloak carries; the groups above it carry their own.',
    }),
    version: z.string().openapi({ description: 'Opaque; changes with anything in this object.' }),
  })
  .openapi('Group');

export const problemSchema = z
  .object({
    type: z.literal('about:blank'),
    title: z.string(),
    status: z.number().int(),
    code: z.string(),
    detail: z.string(),
    requestId: z.string(),
  })
  .openapi('Problem');

const attributeNames = z.array(z.string()).openapi({
  description: 'The attributes that the bridge maps, by the names that users have them under; not `locale`.',
});

export const federationSchema = z
  .object({
    federation: z.string(),
    apiVersion: z.literal(1),
    revision: z
      .string()
      .openapi({ description: 'Opaque; changes with order, toggles, directories and reserved names.' }),
    time: z.number().int(),
    directories: z.array(
      z.object({
        slug: z.string(),
        name: z.string(),
        kind: z.enum(['scim', 'ldap']),
        priority: z.number().int(),
        enabled: z.boolean(),
        health: z
          .enum(['ok', 'degraded', 'unavailable', 'disabled'])
          .openapi({ description: 'Whether the source of its users can be reached.' }),
        organization: z.string().nullable(),
        identityLink: identityLinkSchema.nullable(),
      }),
    ),
    reservedUsernames: z.array(z.string()).openapi({ description: 'In lower case.' }),
    attributes: attributeNames,
  })
  .openapi('Federation');

export const usersSchema = z.object({ users: z.array(userSchema) }).openapi('Users');
export const groupsSchema = z.object({ groups: z.array(groupSchema) }).openapi('Groups');
export const countSchema = z.object({ count: z.number().int() }).openapi('Count');

const described = {
  directory: z.string(),
  position: z.string().openapi({ description: 'Grows within the directory.' }),
  at: z.number().int(),
};

export const userItemSchema = z
  .object({
    kind: z.literal('user'),
    id: z.uuid(),
    state: z.enum(['present', 'absent', 'read-only']),
    user: userSchema.optional().openapi({ description: 'Given when the state is `present`.' }),
    reasons: z.array(z.string()),
    endSessions: z.boolean(),
    ...described,
  })
  .openapi('UserItem');

export const groupItemSchema = z
  .object({
    kind: z.literal('group'),
    id: z.uuid(),
    state: z.enum(['present', 'absent']),
    group: groupSchema.optional().openapi({ description: 'Given when the state is `present`.' }),
    reasons: z.array(z.string()),
    ...described,
  })
  .openapi('GroupItem');

export const federationItemSchema = z
  .object({
    kind: z.literal('federation'),
    revision: z.string(),
    reasons: z.array(z.string()),
    at: z.number().int(),
  })
  .openapi('FederationItem');

export const changesSchema = z
  .object({
    cursor: z.string(),
    more: z.boolean(),
    items: z.array(z.union([userItemSchema, groupItemSchema, federationItemSchema])),
  })
  .openapi('Changes');

export const verdictSchema = z
  .object({
    result: z.enum(['valid', 'invalid', 'no-password', 'unavailable']),
    version: z.string().optional(),
    enabled: z.boolean().optional(),
    reason: z
      .enum([
        'source_unavailable',
        'directory_disabled',
        'overloaded',
        'password_expired',
        'password_must_change',
        'account_locked',
        'account_disabled',
        'account_expired',
        'logon_denied',
      ])
      .optional()
      .openapi({ description: 'The first three come with `unavailable`, the others may come with `invalid`.' }),
    retryAfterSeconds: z.number().int().optional(),
    graceLogins: z.number().int().optional().openapi({
      description: 'May come with `valid`: the password has expired and is taken so many times more.',
    }),
    passwordExpiresInSeconds: z.number().int().optional().openapi({
      description: 'May come with `valid`, when it is soon.',
    }),
  })
  .openapi('PasswordVerdict');

export const exportLineSchema = z
  .union([
    z.object({
      kind: z.literal('header'),
      cursor: z.string(),
      revision: z.string(),
      time: z.number().int(),
      attributes: attributeNames,
    }),
    z.object({ kind: z.literal('group'), state: z.enum(['present', 'read-only']), group: groupSchema }),
    z.object({ kind: z.literal('user'), state: z.literal('present'), user: userSchema }),
    z.object({ kind: z.literal('user'), state: z.literal('read-only'), id: z.uuid() }),
    z.object({ kind: z.literal('end'), users: z.number().int(), groups: z.number().int() }),
  ])
  .openapi('ExportLine');

const page = {
  first: wholeNumber({ min: 0, max: 2_000_000_000, default: 0, description: 'Offset from 0.' }),
  max: wholeNumber({ min: 0, max: 1_000, default: 100, description: 'Page size.' }),
};

export const federationParams = z.object({
  federation: z.string().openapi({ param: { name: 'federation', in: 'path' }, description: "The federation's slug." }),
});
// An id that is no UUID is not malformed but absent, so it is not checked here.
export const idParams = federationParams.extend({ id: z.string().openapi({ param: { name: 'id', in: 'path' } }) });

const attributeFilter = z
  .string()
  .max(1_000)
  .regex(/^[^:]+:/s, 'must have the form name:value')
  .transform((pair) => {
    const colon = pair.indexOf(':');
    return { name: pair.slice(0, colon), value: pair.slice(colon + 1) };
  });

export const userFilterQuery = z.object({
  search: text(
    'Words separated by blanks; each must be a prefix of username, e-mail, first or last name. `*` inside a word matches anything, `"…"` means equal.',
  ).optional(),
  username: text('Contains; equal with `exact=true`.').optional(),
  email: text('Contains; equal with `exact=true`.').optional(),
  firstName: text('Contains; equal with `exact=true`.').optional(),
  lastName: text('Contains; equal with `exact=true`.').optional(),
  exact: flag('Whether username, email, firstName and lastName must be equal.').optional(),
  enabled: flag('Only users that are enabled, or only those that are not.').optional(),
  attribute: z
    .union([attributeFilter.transform((one) => [one]), z.array(attributeFilter).max(20)])
    .optional()
    .openapi({
      type: 'array',
      items: { type: 'string', pattern: '^[^:]+:' },
      description: '`name:value`, equal; may be repeated, then all must hold.',
    }),
});
export const userListQuery = userFilterQuery.extend(page);
export const pageQuery = z.object(page);

export const userLookupQuery = z
  .object({ username: text('The user name.').optional(), email: text('The e-mail.').optional() })
  .refine(({ username, email }) => (username === undefined) !== (email === undefined), {
    message: 'give either username or email',
    path: ['username'],
  });

export const groupFilterQuery = z.object({
  search: text('Contains; equal with `exact=true`.').optional(),
  exact: flag('Whether the name must be equal.').optional(),
});
export const groupListQuery = groupFilterQuery.extend(page);
export const groupLookupQuery = z.object({
  path: z
    .tuple([z.string().max(1_000), z.string().max(1_000)], 'must be given twice: the directory, then the name')
    .openapi({
      type: 'array',
      items: { type: 'string' },
      description: "Given twice: the directory's slug, then the name.",
    }),
});

export const passwordBody = z.object({ password: z.string() }).openapi('PasswordCheck');

export const changesQuery = z.object({
  after: z
    .string()
    .max(20_000)
    .optional()
    .openapi({ description: 'A cursor of an earlier answer; without it only the cursor of now is answered.' }),
  wait: wholeNumber({ min: 0, max: 30, default: 0, description: 'Seconds to wait for something to happen.' }),
  max: wholeNumber({ min: 1, max: 1_000, default: 500, description: 'Items in one answer.' }),
});

export type ApiUser = z.infer<typeof userSchema>;
export type ApiGroup = z.infer<typeof groupSchema>;
export type ApiFederation = z.infer<typeof federationSchema>;
export type ApiChanges = z.infer<typeof changesSchema>;
export type UserItem = z.infer<typeof userItemSchema>;
export type GroupItem = z.infer<typeof groupItemSchema>;
export type FederationItem = z.infer<typeof federationItemSchema>;
export type PasswordVerdict = z.infer<typeof verdictSchema>;
export type ExportLine = z.infer<typeof exportLineSchema>;
