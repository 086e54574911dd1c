// Where the resources of each type of a directory are, and what schemas they are by.
import { ApiError } from '../../platform/http/api-error.ts';
import { quote } from '../../scim/errors.ts';
import type { SchemaDeclaration } from '../../scim/schema/declaration.ts';
import { resourceTypes } from '../../scim/schema/resource-types.ts';
import type { TypeDeclaration } from '../../scim/schema/type-declaration.ts';
import type { Place } from './repository.ts';

const standardPlaces: Record<string, Place> = {
  User: { type: 'User', table: 'users', keys: 'user_attribute_keys' },
  Group: { type: 'Group', table: 'groups', keys: 'group_attribute_keys' },
};

export const declaredPlace = (type: string): Place => ({ type, table: 'resources', keys: 'resource_attribute_keys' });

/** @throws ApiError invalid_request for a type that is not there. */
export function placeOf(resourceType: string, types: readonly TypeDeclaration[]): Place {
  const standard = standardPlaces[resourceType];
  if (standard) return standard;
  if (types.some(({ name }) => name === resourceType)) return declaredPlace(resourceType);
  const there = [...resourceTypes, ...types].map(({ name }) => name).join(', ');
  throw new ApiError(
    'invalid_request',
    `resourceType: there is no resource type ${quote(resourceType)}; there are ${there}.`,
  );
}

/** The URNs of all that a directory declares. */
export const urnsOf = (schemas: readonly SchemaDeclaration[], types: readonly TypeDeclaration[]): string[] => [
  ...schemas.map(({ id }) => id),
  ...types.map(({ schema }) => schema.id),
];

/** Where the change of a type's resources is told. */
export const updateEventOf = ({ type, table }: Place): string =>
  table === 'resources' ? 'resource.updated' : `${type.toLowerCase()}.updated`;

export const pluralOf = ({ type, table }: Place): string =>
  table === 'resources' ? `resources of type ${type}` : table;
