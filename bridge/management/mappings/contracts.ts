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
