// Schemas as data (RFC 7643 §2 and §7): everything else in this folder is driven by these definitions.

import type { JsonObject } from '../json.ts';

export type AttributeType =
  | 'string'
  | 'boolean'
  | 'decimal'
  | 'integer'
  | 'dateTime'
  | 'reference'
  | 'binary'
  | 'complex';

/** One attribute with its characteristics (RFC 7643 §2.2). */
export interface AttributeDefinition {
  readonly name: string;
  readonly type: AttributeType;
  readonly multiValued: boolean;
  readonly description: string;
  readonly required: boolean;
  readonly caseExact: boolean;
  readonly mutability: 'readOnly' | 'readWrite' | 'immutable' | 'writeOnly';
  readonly returned: 'always' | 'never' | 'default' | 'request';
  readonly uniqueness: 'none' | 'server' | 'global';
  /** Present only where other values are really refused or dropped. */
  readonly canonicalValues?: readonly string[];
  readonly referenceTypes?: readonly string[];
  readonly subAttributes?: readonly AttributeDefinition[];
  /** Its values are kept as keys too, so that finding one is a look-up: see indexed-keys.ts. */
  readonly indexed?: boolean;
}

export interface SchemaDefinition {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly attributes: readonly AttributeDefinition[];
}

export interface SchemaExtension {
  readonly schema: SchemaDefinition;
  readonly required: boolean;
}

export interface ResourceTypeDefinition {
  readonly id: string;
  readonly name: string;
  readonly endpoint: string;
  readonly description: string;
  readonly schema: SchemaDefinition;
  readonly extensions: readonly SchemaExtension[];
}

/**
 * A SCIM resource in canonical form: attribute names spelt as in the schema, extension attributes in an object under
 * the extension's URN, no unassigned values. It is a plain JSON object whose keys all come from a schema.
 */
export type Resource = JsonObject;

/**
 * A resolved attribute path. Instances are shared and frozen per resource type: `===` compares them, and `text` is a
 * good key for tables such as "attribute to column".
 */
export interface AttributePath {
  /** Canonical spelling: `userName`, `name.givenName`, `urn:…:User:manager.value`. */
  readonly text: string;
  /** Id of the extension schema, which is the key in the resource; undefined for core and common attributes. */
  readonly extension: string | undefined;
  readonly attribute: AttributeDefinition;
  readonly subAttribute: AttributeDefinition | undefined;
  /** `subAttribute ?? attribute`: the definition of the value that the path points at. */
  readonly leaf: AttributeDefinition;
}

/** Defines an attribute; what is not given has the default of RFC 7643 §2.2. */
export function defineAttribute(
  name: string,
  description: string,
  characteristics: Partial<Omit<AttributeDefinition, 'name' | 'description'>> = {},
): AttributeDefinition {
  return {
    name,
    type: 'string',
    multiValued: false,
    description,
    required: false,
    caseExact: false,
    mutability: 'readWrite',
    returned: 'default',
    uniqueness: 'none',
    ...characteristics,
  };
}
