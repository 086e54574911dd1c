// What declared schemas demand of a whole resource: what is required, and what may not change.

import { badRequest, type ScimError } from '../errors.ts';
import { deepEqual, isJsonObject, type JsonObject, type JsonValue, own } from '../json.ts';
import { GROUP_SCHEMA } from '../schema/group-schema.ts';
import type { AttributeDefinition, Resource, ResourceTypeDefinition, SchemaExtension } from '../schema/model.ts';
import { USER_SCHEMA } from '../schema/user-schema.ts';
import { isBlank } from './values.ts';

/** A schema of a resource type, and where its attributes are. */
interface Part extends SchemaExtension {
  /** Undefined: in the resource itself. */
  readonly extension: string | undefined;
}

interface Rules {
  readonly required: readonly Part[];
  readonly immutable: readonly Part[];
}

const rulesOfTypes = new WeakMap<ResourceTypeDefinition, Rules>();

/** What the standard core schemas demand is seen to where their attributes are read. */
function partsOf({ schema, extensions }: ResourceTypeDefinition): Part[] {
  const isStandard = schema.id === USER_SCHEMA || schema.id === GROUP_SCHEMA;
  return [
    ...(isStandard ? [] : [{ schema, required: false, extension: undefined }]),
    ...extensions.map((extension) => ({ ...extension, extension: extension.schema.id })),
  ];
}

function rulesOf(resourceType: ResourceTypeDefinition): Rules {
  const known = rulesOfTypes.get(resourceType);
  if (known !== undefined) return known;
  const having = (test: (attribute: AttributeDefinition) => boolean) => (part: Part) =>
    part.schema.attributes.some((attribute) => test(attribute) || (attribute.subAttributes ?? []).some(test));
  const requires = having(({ required }) => required);
  const parts = partsOf(resourceType);
  const rules = {
    required: parts.filter((part) => part.required || requires(part)),
    immutable: parts.filter(having(({ mutability }) => mutability === 'immutable')),
  };
  rulesOfTypes.set(resourceType, rules);
  return rules;
}

const containerIn = (resource: Resource, { extension }: Part): JsonValue | undefined =>
  extension === undefined ? resource : own(resource, extension);

const prefixOf = ({ extension }: Part): string => (extension === undefined ? '' : `${extension}:`);

/**
 * The error for what a schema requires and the resource lacks. An extension's attributes are required where the
 * extension is: of a resource that has none of it nothing is required, unless the extension itself is.
 */
export function checkRequiredParts(resourceType: ResourceTypeDefinition, resource: Resource): ScimError | undefined {
  for (const part of rulesOf(resourceType).required) {
    const container = containerIn(resource, part);
    if (!isJsonObject(container)) {
      if (!part.required) continue;
      return badRequest('invalidValue', `A ${resourceType.name} must have the extension ${part.schema.id}.`);
    }
    const missing = missingIn(part.schema.attributes, container, prefixOf(part));
    if (missing !== undefined) return badRequest('invalidValue', `${missing} is required.`);
  }
  return undefined;
}

function missingIn(attributes: readonly AttributeDefinition[], object: JsonObject, prefix: string): string | undefined {
  for (const attribute of attributes) {
    const value = own(object, attribute.name);
    if (attribute.required && isBlank(value)) return `${prefix}${attribute.name}`;
    for (const element of Array.isArray(value) ? value : [value]) {
      const missing =
        isJsonObject(element) && attribute.subAttributes !== undefined
          ? missingIn(attribute.subAttributes, element, `${prefix}${attribute.name}.`)
          : undefined;
      if (missing !== undefined) return missing;
    }
  }
  return undefined;
}

/** The error for a change to an immutable attribute that had a value (RFC 7643 §2.2, RFC 7644 §3.5.1). */
export function checkImmutable(
  resourceType: ResourceTypeDefinition,
  before: Resource,
  after: Resource,
): ScimError | undefined {
  for (const part of rulesOf(resourceType).immutable) {
    const [was, is] = [containerIn(before, part), containerIn(after, part)];
    if (!isJsonObject(was)) continue;
    for (const attribute of part.schema.attributes) {
      const value = isJsonObject(is) ? own(is, attribute.name) : undefined;
      const changed = changedIn(attribute, own(was, attribute.name), value);
      if (changed !== undefined) {
        return badRequest('mutability', `${prefixOf(part)}${changed} is immutable and has a value already.`);
      }
    }
  }
  return undefined;
}

/** Elements of a multi-valued attribute may come and go; their immutable parts can't be told from those of others. */
function changedIn(
  attribute: AttributeDefinition,
  was: JsonValue | undefined,
  is: JsonValue | undefined,
): string | undefined {
  if (attribute.mutability === 'immutable') {
    return was === undefined || deepEqual(was, is) ? undefined : attribute.name;
  }
  if (!isJsonObject(was)) return undefined;
  const after = isJsonObject(is) ? is : {};
  const sub = attribute.subAttributes?.find(({ name, mutability }) => {
    const value = own(was, name);
    return mutability === 'immutable' && value !== undefined && !deepEqual(value, own(after, name));
  });
  return sub && `${attribute.name}.${sub.name}`;
}
