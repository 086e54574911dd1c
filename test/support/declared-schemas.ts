// Schemas that directories declare for themselves, for tests that need some.
import {
  schemaShape,
  toDeclaration,
  toTypeDeclaration,
  typeShape,
} from '../../bridge/provisioning/schemas/contracts.ts';
import type { SchemaChange } from '../../bridge/provisioning/schemas/service.ts';
import type { OldValues } from '../../bridge/provisioning/schemas/stored-values.ts';
import type { TypeChange } from '../../bridge/provisioning/schemas/types-service.ts';
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

export const device = 'urn:acme:scim:schemas:1.0:Device';

/** A resource type with a core schema of its own. */
export const deviceType = {
  name: 'Device',
  endpoint: '/Devices',
  description: 'What people work with',
  schema: {
    id: device,
    name: 'Device',
    attributes: [
      { name: 'serial', required: true, uniqueness: 'server', caseExact: true },
      { name: 'displayName', indexed: true },
      { name: 'price', type: 'decimal' },
      { name: 'bought', type: 'dateTime', mutability: 'immutable' },
      { name: 'retired', type: 'boolean' },
      {
        name: 'owner',
        type: 'complex',
        subAttributes: [
          { name: 'value', required: true, indexed: true },
          { name: '$ref', type: 'reference', referenceTypes: ['User'] },
        ],
      },
      {
        name: 'ports',
        type: 'complex',
        multiValued: true,
        subAttributes: [{ name: 'value' }, { name: 'type' }, { name: 'speed', type: 'integer' }],
      },
    ],
  },
};

export type TypeInput = Parameters<typeof typeShape.parse>[0];

/** Declares a resource type as an operator would. */
export function declareType(bridge: TestBridge, scim: ScimClient, type: TypeInput): Promise<TypeChange> {
  return bridge.services.types.putType(scim.directory.slug, toTypeDeclaration(typeShape.parse(type)));
}
