// Resource types that a directory declares for itself, beside User and Group (RFC 7643 §6).

import { quote } from '../errors.ts';
import { commonAttributes } from './common-attributes.ts';
import { schemaFault } from './declaration.ts';
import type { SchemaDefinition } from './model.ts';

export interface TypeDeclaration {
  readonly name: string;
  /** Where its resources are, such as `/Devices`. */
  readonly endpoint: string;
  readonly description: string;
  /** The core schema of its resources. */
  readonly schema: SchemaDefinition;
}

export const maxTypes = 10;

const nameForm = /^[a-z][a-z0-9]{0,63}$/i;
/** A lower-case letter would begin a directory's name. */
const endpointForm = /^\/[A-Z][A-Za-z0-9]{0,63}$/;
const takenNames = ['User', 'Group', 'Schema', 'ResourceType', 'ServiceProviderConfig', 'Bulk', 'Me'];
const takenEndpoints = ['/Users', '/Groups', '/Schemas', '/ResourceTypes', '/ServiceProviderConfig', '/Bulk', '/Me'];

const isIn = (list: readonly string[], text: string): boolean =>
  list.some((one) => one.toLowerCase() === text.toLowerCase());

/**
 * What is wrong with a declaration, as in {@link schemaFault}; undefined: nothing. `others` are the directory's other
 * declared types, `otherUrns` those of all its schemas beside this one.
 */
export function typeFault(
  { name, endpoint, schema }: TypeDeclaration,
  others: readonly TypeDeclaration[],
  otherUrns: readonly string[],
): string | undefined {
  if (!nameForm.test(name)) return `name: ${quote(name)} must begin with a letter and have letters and digits only`;
  if (isIn(takenNames, name)) return `name: ${quote(name)} is taken by SCIM itself`;
  if (!endpointForm.test(endpoint)) {
    return `endpoint: ${quote(endpoint)} must be a slash and a name that begins with a capital letter, such as "/Devices"`;
  }
  if (isIn([...takenEndpoints, ...others.map((other) => other.endpoint)], endpoint)) {
    return `endpoint: ${quote(endpoint)} is taken`;
  }
  const common = schema.attributes.find((attribute) =>
    isIn(
      commonAttributes.map((one) => one.name),
      attribute.name,
    ),
  );
  if (common) return `schema.attributes: every resource has the attribute ${quote(common.name)} already`;
  const fault = schemaFault(schema, otherUrns);
  return fault && `schema.${fault}`;
}
