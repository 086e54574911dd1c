// What a declared schema demands of a whole resource: what is required in each extension, and what may not change.

import { badRequest, type ScimError } from '../errors.ts';
import { deepEqual, isJsonObject, type JsonObject, type JsonValue, own } from '../json.ts';
import type { AttributeDefinition, Resource, ResourceTypeDefinition, SchemaExtension } from '../schema/model.ts';
import { isBlank } from './values.ts';

interface Rules {
  readonly required: readonly SchemaExtension[];
  readonly immutable: readonly SchemaExtension[];
}

const rulesOfTypes = new WeakMap<ResourceTypeDefinition, Rules>();

function rulesOf(resourceType: ResourceTypeDefinition): Rules {
  const known = rulesOfTypes.get(resourceType);
  if (known !== undefined) return known;
  const some = (test: (attribute: AttributeDefinition) => boolean) =>
    resourceType.extensions.filter(({ schema }) =>
      schema.attributes.some((attribute) => test(attribute) || (attribute.subAttributes ?? []).some(test)),
    );
  const demanding = new Set([
    ...some(({ required }) => required),
    ...resourceType.extensions.filter(({ required }) => required),
  ]);
  const rules = { required: [...demanding], immutable: some(({ mutability }) => mutability === 'immutable') };
  rulesOfTypes.set(resourceType, rules);
  return rules;
}

/**
 * The error for what an extension requires and the resource lacks. An extension's attributes are required where the
 * extension is: of a resource that has none of it nothing is required, unless the extension itself is.
 */
export function checkRequiredParts(resourceType: ResourceTypeDefinition, resource: Resource): ScimError | undefined {
  for (const { schema, required } of rulesOf(resourceType).required) {
    const container = own(resource, schema.id);
    if (!isJsonObject(container)) {
      if (!required) continue;
      return badRequest('invalidValue', `A ${resourceType.name} must have the extension ${schema.id}.`);
    }
    const missing = missingIn(schema.attributes, container, `${schema.id}:`);
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
  for (const { schema } of rulesOf(resourceType).immutable) {
    const [was, is] = [own(before, schema.id), own(after, schema.id)];
    if (!isJsonObject(was)) continue;
    for (const attribute of schema.attributes) {
      const changed = changedIn(
        attribute,
        own(was, attribute.name),
        isJsonObject(is) ? own(is, attribute.name) : undefined,
      );
      if (changed !== undefined) {
        return badRequest('mutability', `${schema.id}:${changed} is immutable and has a value already.`);
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
