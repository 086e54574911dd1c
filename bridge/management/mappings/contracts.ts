// The shapes of attribute mappings in the management API.
import { z } from '@hono/zod-openapi';

const path = z.string().max(500).openapi({
  description:
    'Of the SCIM attribute: `title`, `name.formatted`, `phoneNumbers[type eq "work"].value`, or with a schema’s URN in front.',
  example: 'phoneNumbers[type eq "work"].value',
});
const attribute = z
  .string()
  .max(255)
  .openapi({ description: "Keycloak's name of the attribute.", example: 'workPhone' });
const multiValued = z.boolean().openapi({
  description: 'Whether Keycloak gets all values or the first one. Left out: as the SCIM schema has it.',
});

export const attributeMappingsWish = z
  .strictObject({
    mappings: z.array(z.strictObject({ path, attribute, multiValued: multiValued.optional() })).max(100),
  })
  .openapi('AttributeMappingsWish');

export const attributeMappingsShape = z
  .object({
    default: z.boolean().openapi({ description: 'Whether these are the ones that every federation starts with.' }),
    mappings: z.array(z.object({ path, attribute, multiValued })),
  })
  .openapi('AttributeMappings');

const text = (max: number) => z.string().min(1).max(max);
const client = text(255).nullable().openapi({ description: "The client's id, or null for a role of the realm." });
const allowAdmin = z
  .boolean()
  .openapi({ description: 'Must be true for a role that is, or contains, one that administers Keycloak.' });
const group = z.union([z.strictObject({ id: z.uuid() }), z.strictObject({ displayName: text(1_000) })]).openapi({
  description: 'By id, or by a name that any group of the directory may come to have.',
});
const mapping = { directory: text(63), group, role: text(255) };

const roleMappingShape = z.object({ ...mapping, client, allowAdmin }).openapi('RoleMapping');

export const roleMappingsWish = z
  .strictObject({
    mappings: z
      .array(z.strictObject({ ...mapping, client: client.optional(), allowAdmin: allowAdmin.optional() }))
      .max(500),
  })
  .openapi('RoleMappingsWish');

export const roleMappingsShape = z.object({ mappings: z.array(roleMappingShape) }).openapi('RoleMappings');

export const previewQuery = z.object({
  max: z
    .string()
    .regex(/^\d{1,3}$/, 'must be a whole number from 1 to 100')
    .transform(Number)
    .refine((value) => value >= 1 && value <= 100, 'must be a whole number from 1 to 100')
    .default(20)
    .openapi({ type: 'integer', minimum: 1, maximum: 100, default: 20, description: 'How many users are named.' }),
});

const altered = z
  .object({
    count: z.int(),
    users: z.array(z.object({ id: z.uuid(), username: z.string(), directory: z.string() })),
  })
  .openapi('AlteredUsers');

export const rolePreviewShape = z
  .object({
    roles: z.array(z.object({ client, role: z.string(), gain: altered, lose: altered })),
    unmatched: z.array(roleMappingShape).openapi({ description: 'Mappings whose group is not there yet.' }),
  })
  .openapi('RolePreview');
