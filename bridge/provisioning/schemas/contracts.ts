// The shape of a declared schema: what the management API and the command line take, and what the store keeps.
import { z } from '@hono/zod-openapi';
import { isStorable } from '../../platform/db/storable.ts';
import { maxAttributes, maxSubAttributes, type SchemaDeclaration } from '../../scim/schema/declaration.ts';
import { type AttributeDefinition, defineAttribute } from '../../scim/schema/model.ts';
import type { TypeDeclaration } from '../../scim/schema/type-declaration.ts';

const text = (max: number) =>
  z.string().max(max).refine(isStorable, 'must have no NUL character and no half of a surrogate pair');
const line = (max: number) => text(max).trim().min(1);

const types = ['string', 'boolean', 'decimal', 'integer', 'dateTime', 'reference', 'binary', 'complex'] as const;

const characteristics = {
  name: z.string().max(64),
  type: z.enum(types).default('string'),
  multiValued: z.boolean().default(false),
  description: text(1_000).default(''),
  required: z.boolean().default(false),
  caseExact: z.boolean().optional().openapi({ description: 'By default true for reference and binary, else false.' }),
  mutability: z.enum(['readWrite', 'immutable', 'readOnly', 'writeOnly']).default('readWrite'),
  returned: z.enum(['always', 'never', 'default', 'request']).default('default'),
  uniqueness: z.enum(['none', 'server', 'global']).default('none').openapi({
    description: 'server: no two resources of the directory have the same value.',
  }),
  canonicalValues: z.array(line(200)).min(1).max(100).optional().openapi({ description: 'Other values are refused.' }),
  referenceTypes: z.array(line(64)).min(1).max(20).optional(),
  indexed: z
    .boolean()
    .default(false)
    .openapi({ description: 'Finding a value is a look-up, whatever the number of users.' }),
};

const subAttributeShape = z.strictObject(characteristics);
const attributeShape = z
  .strictObject({ ...characteristics, subAttributes: z.array(subAttributeShape).max(maxSubAttributes).optional() })
  .openapi('SchemaAttribute');

export const schemaShape = z
  .strictObject({
    id: z.string().max(500).openapi({ description: 'The URN.', example: 'urn:acme:scim:schemas:1.0:Badge' }),
    name: line(100),
    description: text(1_000).default(''),
    resourceType: line(64).openapi({ description: 'The name of the resource type that it extends.', example: 'User' }),
    required: z.boolean().default(false).openapi({ description: 'Whether each resource of the type must have it.' }),
    attributes: z.array(attributeShape).min(1).max(maxAttributes),
  })
  .openapi('Schema');

export const typeShape = z
  .strictObject({
    name: z.string().max(64).openapi({ example: 'Device' }),
    endpoint: z.string().max(65).openapi({ example: '/Devices' }),
    description: text(1_000).default(''),
    schema: schemaShape.omit({ resourceType: true, required: true }).openapi('CoreSchema'),
  })
  .openapi('ResourceType');

type AttributeInput = z.infer<typeof attributeShape>;

function toAttribute(input: AttributeInput): AttributeDefinition {
  const { name, description, caseExact, canonicalValues, referenceTypes, subAttributes, ...rest } = input;
  return defineAttribute(name, description, {
    ...rest,
    caseExact: caseExact ?? (rest.type === 'reference' || rest.type === 'binary'),
    ...(canonicalValues && { canonicalValues }),
    ...(referenceTypes && { referenceTypes }),
    ...(subAttributes && { subAttributes: subAttributes.map(toAttribute) }),
  });
}

/** The declaration that a checked shape means, with every default filled in. */
export const toDeclaration = (input: z.infer<typeof schemaShape>): SchemaDeclaration => ({
  ...input,
  attributes: input.attributes.map(toAttribute),
});

export const toTypeDeclaration = ({ schema, ...type }: z.infer<typeof typeShape>): TypeDeclaration => ({
  ...type,
  schema: { ...schema, attributes: schema.attributes.map(toAttribute) },
});

export const shownType = (declaration: TypeDeclaration): z.infer<typeof typeShape> => typeShape.parse(declaration);

/** A declaration as JSON: what it was declared by, defaults included. */
export const shownSchema = (declaration: SchemaDeclaration): z.infer<typeof schemaShape> =>
  schemaShape.parse(declaration);
