// The shapes of the management API, which requests are checked against and OpenAPI shows.
import { z } from '@hono/zod-openapi';
import { slugPattern } from '../directories/contracts.ts';
import { identityLinkSchema } from '../federation/contracts.ts';
import { unlinkedUsersChoices } from '../federation/mappings/binding.ts';
import { newLdapSettings } from '../ldap/contracts.ts';
import { isStorable } from '../platform/db/storable.ts';
import { profileNames } from '../scim/interop/profiles.ts';
import { toleranceNames } from '../scim/interop/tolerances.ts';

export const slug = z.string().regex(slugPattern, 'must have 1 to 63 lower-case letters, digits and hyphens');
const name = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .refine(isStorable, 'must have no NUL character and no half of a surrogate pair');
const profile = z.enum(profileNames);
export const time = z.iso.datetime({ offset: true });

export const slugParams = z.object({ slug });
export const tokenParams = z.object({ slug, tokenId: z.uuid() });
export const attachmentParams = z.object({ slug, directory: slug });

export const newDirectory = z
  .strictObject({
    slug,
    name: name.optional(),
    profile: profile.optional(),
    kind: z.enum(['scim', 'ldap']).default('scim').openapi({
      description: 'Whether an identity provider pushes (scim) or the bridge reads an LDAP server (ldap).',
    }),
    ldap: newLdapSettings.optional().openapi({ description: 'For the kind ldap.' }),
  })
  .refine(({ kind, ldap }) => (kind === 'ldap') === (ldap !== undefined), {
    message: 'is for the kind ldap, which needs it',
    path: ['ldap'],
  })
  .refine(({ kind, profile }) => kind === 'scim' || profile === undefined, {
    message: 'is for the kind scim',
    path: ['profile'],
  });
export const directoryChange = z.strictObject({
  name: name.optional(),
  profile: profile.optional(),
  enabled: z.boolean().optional(),
});
export const newFederation = z.strictObject({ slug, name: name.optional() });
export const attachment = z.strictObject({
  priority: z.int().min(0).max(1_000_000).optional(),
  enabled: z.boolean().optional(),
  organization: z.string().max(1_000).nullable().optional().openapi({
    description: 'Alias of the Keycloak organization whose managed members the users become; null unbinds it.',
  }),
  identityLink: z
    .strictObject({
      provider: z.string().max(1_000).optional(),
      subject: z.string().max(1_000).optional(),
      unlinkedUsers: z.enum(unlinkedUsersChoices).optional(),
    })
    .nullable()
    .optional()
    .openapi({
      description:
        "The realm's identity provider whose accounts the users are linked to, by a SCIM attribute (`externalId` unless told); what is left out stays, null unlinks.",
    }),
});
export const newToken = z.strictObject({ name: name.optional(), expiresAt: time.optional() });
export const newDirectoryToken = newToken.extend({
  scopes: z
    .array(z.enum(['read', 'write']))
    .min(1)
    .optional(),
});

export const directoryShape = z
  .object({
    slug,
    name,
    kind: z.enum(['scim', 'ldap']),
    profile,
    enabled: z.boolean(),
    moving: z.boolean().openapi({ description: 'It is being moved to another identity provider.' }),
    createdAt: time,
    health: z.enum(['ok', 'degraded', 'unavailable', 'disabled']).nullable().openapi({
      description: 'Of a directory that is read from an LDAP server; null for others.',
    }),
    seenAt: time.nullable().openapi({ description: 'When its server was last reached.' }),
  })
  .openapi('Directory');

export const toleranceReportShape = z
  .object({
    profile,
    tolerances: z.array(
      z.object({
        name: z.enum(toleranceNames),
        note: z.string(),
        allowed: z.boolean().openapi({ description: 'Whether the present profile has it.' }),
        uses: z.int().openapi({ description: 'Requests that succeeded only because of it.' }),
        firstUsedAt: time.nullable(),
        lastUsedAt: time.nullable(),
      }),
    ),
    sufficientProfiles: z
      .array(profile)
      .openapi({ description: 'Those that would have accepted all requests so far, the strictest first.' }),
  })
  .openapi('ToleranceReport');

export const tokenShape = z
  .object({
    id: z.uuid(),
    name: z.string(),
    prefix: z.string(),
    createdAt: time,
    expiresAt: time.nullable(),
    revokedAt: time.nullable(),
    lastUsedAt: time.nullable(),
  })
  .openapi('Token');

export const directoryTokenShape = tokenShape
  .extend({ scopes: z.array(z.enum(['read', 'write'])) })
  .openapi('DirectoryToken');

export const createdTokenShape = z
  .object({ id: z.uuid(), prefix: z.string(), token: z.string().openapi({ description: 'Shown this once.' }) })
  .openapi('CreatedToken');

export const federationShape = z
  .object({
    slug,
    name,
    revision: z.string(),
    directories: z.array(
      z.object({
        slug,
        priority: z.int(),
        enabled: z.boolean(),
        organization: z.string().nullable(),
        identityLink: identityLinkSchema.nullable(),
      }),
    ),
    reservedUsernames: z.array(z.string()),
  })
  .openapi('ManagedFederation');
