// Schemas that directories declare for themselves, for tests that need some.
import { schemaShape, toDeclaration } from '../../bridge/provisioning/schemas/contracts.ts';
import type { OldValues, SchemaChange } from '../../bridge/provisioning/schemas/service.ts';
import type { ScimClient, TestBridge } from './bridge.ts';

export const badge = 'urn:acme:scim:schemas:1.0:Badge';

/** An extension with an attribute of every type. */
export const badgeSchema = {
  id: badge,
  name: 'Badge',
  description: 'What opens doors',
  resourceType: 'User',
  attributes: [
    { name: 'number', indexed: true },
    { name: 'code', caseExact: true, indexed: true },
    { name: 'colour', canonicalValues: ['Red', 'Green'] },
    { name: 'level', type: 'integer', indexed: true },
    { name: 'weight', type: 'decimal' },
    { name: 'valid', type: 'boolean' },
    { name: 'issued', type: 'dateTime', indexed: true },
    { name: 'photo', type: 'reference', referenceTypes: ['external'] },
    { name: 'chip', type: 'binary' },
    { name: 'rooms', multiValued: true, indexed: true },
    { name: 'floors', type: 'integer', multiValued: true },
    {
      name: 'owner',
      type: 'complex',
      subAttributes: [{ name: 'name' }, { name: 'since', type: 'dateTime' }, { name: 'cost', type: 'integer' }],
    },
    {
      name: 'keys',
      type: 'complex',
      multiValued: true,
      subAttributes: [
        { name: 'value', indexed: true },
        { name: 'type' },
        { name: 'display' },
        { name: 'primary', type: 'boolean' },
        { name: 'count', type: 'integer' },
      ],
    },
  ],
};

export type SchemaInput = Parameters<typeof schemaShape.parse>[0];

/** Declares a schema as an operator would. */
export function declare(
  bridge: TestBridge,
  scim: ScimClient,
  schema: SchemaInput,
  oldValues?: OldValues,
): Promise<SchemaChange> {
  return bridge.services.schemas.putSchema(scim.directory.slug, toDeclaration(schemaShape.parse(schema)), oldValues);
}
