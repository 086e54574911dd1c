// Schemas that a directory declares for itself: extensions of its resource types, with attributes of all kinds
// (RFC 7643 §2 and §3.3).

import { quote } from '../errors.ts';
import { ENTERPRISE_USER_SCHEMA } from './enterprise-user-schema.ts';
import { GROUP_SCHEMA } from './group-schema.ts';
import type { AttributeDefinition } from './model.ts';
import { isForbiddenName } from './resolve.ts';
import { USER_SCHEMA } from './user-schema.ts';

export interface SchemaDeclaration {
  /** The URN, as it is written in resources and paths. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** The name of the resource type that it extends. */
  readonly resourceType: string;
  /** Whether each resource of the type must have it. */
  readonly required: boolean;
  readonly attributes: readonly AttributeDefinition[];
}

export const maxSchemas = 20;
export const maxAttributes = 100;
export const maxSubAttributes = 50;
/** Each costs a row for every value. */
const maxIndexed = 16;
const maxUrnLength = 200;

/** RFC 8141 without the characters that mean something in paths and URLs. The parts are read in {@link urnFault}. */
const urnForm = /^urn:[a-z0-9][a-z0-9-]{0,30}[a-z0-9](:[a-z0-9_.-]*[a-z0-9_-])+$/i;
/** RFC 7643 §2.1, with the one name of its own schemas that the grammar forgets. */
const nameForm = /^([a-z][a-z0-9$_-]{0,63}|\$ref)$/i;
const standardUrns = [USER_SCHEMA, GROUP_SCHEMA, ENTERPRISE_USER_SCHEMA];
const reservedUrns = /^urn:ietf:params:scim:(api:|schemas:core:|schemas:extension:enterprise:)/i;
const unindexed = new Set(['binary', 'complex']);

const sameText = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** What is wrong with a URN for a schema of one's own, beside `others`, as the end of a sentence; undefined: nothing. */
function urnFault(urn: string, others: readonly string[]): string | undefined {
  if (urn.length > maxUrnLength) return `may have at most ${maxUrnLength} characters`;
  if (!urnForm.test(urn)) {
    return 'must be a URN such as urn:acme:scim:schemas:1.0:Badge: letters, digits and "-_." between the colons';
  }
  if (reservedUrns.test(urn)) return 'is one of the URNs that RFC 7643 and RFC 7644 keep for themselves';
  const inside = [...standardUrns, ...others].find((other) => isInside(urn, other) || isInside(other, urn));
  if (inside !== undefined) {
    return `can't be told from an attribute of the schema ${inside}: none may begin with the other and a colon`;
  }
  return undefined;
}

const isInside = (urn: string, outer: string): boolean => urn.toLowerCase().startsWith(`${outer.toLowerCase()}:`);

/**
 * What is wrong with a declaration, as a sentence without its dot that begins with the place (`attributes.badge.type: …`);
 * undefined: nothing. `otherUrns` are those of the directory's other schemas.
 */
export function schemaFault(
  { id, attributes }: Pick<SchemaDeclaration, 'id' | 'attributes'>,
  otherUrns: readonly string[],
): string | undefined {
  const fault = urnFault(id, otherUrns);
  if (fault !== undefined) return `id: ${quote(id)} ${fault}`;
  const indexed = attributes.flatMap((one) => [one, ...(one.subAttributes ?? [])]).filter(isKeyed).length;
  if (indexed > maxIndexed) return `attributes: at most ${maxIndexed} may be indexed or unique`;
  return listFault(attributes, 'attributes') ?? attributes.map(attributeFault).find((one) => one !== undefined);
}

/** Uniqueness is kept by the same keys that make a look-up quick. */
export const isKeyed = ({ indexed, uniqueness }: AttributeDefinition): boolean =>
  indexed === true || uniqueness === 'server';

function listFault(attributes: readonly AttributeDefinition[], place: string): string | undefined {
  for (const [index, { name }] of attributes.entries()) {
    if (!nameForm.test(name) || isForbiddenName(name)) {
      return `${place}.${index}.name: ${quote(name)} must begin with a letter and have at most 64 letters, digits, "-", "_" and "$" (RFC 7643 §2.1)`;
    }
    // RFC 7643 §3: in every resource it names the schemas in use.
    if (sameText(name, 'schemas')) return `${place}.${index}.name: "schemas" has a meaning of its own in every object`;
    if (attributes.findIndex((other) => sameText(other.name, name)) < index) {
      return `${place}.${index}.name: there are two attributes ${quote(name)}; names compare without case`;
    }
  }
  return undefined;
}

function attributeFault(attribute: AttributeDefinition): string | undefined {
  const place = `attributes.${attribute.name}`;
  const { type, subAttributes } = attribute;
  if (type === 'complex' && (subAttributes ?? []).length === 0) {
    return `${place}.subAttributes: a complex attribute needs sub-attributes`;
  }
  if (type !== 'complex' && subAttributes !== undefined) {
    return `${place}.subAttributes: only a complex attribute has sub-attributes`;
  }
  if (subAttributes === undefined) return characteristicsFault(attribute, place);
  return (
    characteristicsFault(attribute, place) ??
    listFault(subAttributes, `${place}.subAttributes`) ??
    subAttributes.map((sub) => subAttributeFault(sub, `${place}.${sub.name}`)).find((one) => one !== undefined)
  );
}

function subAttributeFault(attribute: AttributeDefinition, place: string): string | undefined {
  if (attribute.type === 'complex') return `${place}.type: a sub-attribute is never complex (RFC 7643 §2.3.8)`;
  if (attribute.multiValued) return `${place}.multiValued: a sub-attribute has one value here`;
  return characteristicsFault(attribute, place);
}

function characteristicsFault(attribute: AttributeDefinition, place: string): string | undefined {
  const { type, mutability, canonicalValues, referenceTypes, required, returned } = attribute;
  if (mutability === 'readOnly') return `${place}.mutability: nobody could ever write a readOnly attribute`;
  if (mutability === 'writeOnly') return `${place}.mutability: writeOnly is for passwords; use returned "never"`;
  if (attribute.uniqueness === 'global')
    return `${place}.uniqueness: must be "none" or "server" (within the directory)`;
  if (isKeyed(attribute) && unindexed.has(type)) {
    return `${place}: an attribute of type ${type} can be neither indexed nor unique${type === 'complex' ? '; its sub-attributes can' : ''}`;
  }
  if (returned === 'never' && isKeyed(attribute) && attribute.uniqueness === 'none') {
    return `${place}.indexed: what is never returned can't be searched either`;
  }
  if (required && returned === 'never') return `${place}.required: what is never returned can't be seen to be missing`;
  if (canonicalValues !== undefined && type !== 'string') return `${place}.canonicalValues: are for type string`;
  if (type === 'reference' && (referenceTypes ?? []).length === 0) {
    return `${place}.referenceTypes: a reference needs them: "external", "uri" or names of resource types (RFC 7643 §7)`;
  }
  if (type !== 'reference' && referenceTypes !== undefined) return `${place}.referenceTypes: are for type reference`;
  return undefined;
}
