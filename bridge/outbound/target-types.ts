// The resource types of a target, made from its /Schemas (RFC 7643 §7), so that what it would refuse is found before it
// is sent. A target that shows none is taken to have the standard ones.
import { tolerancesOf } from '../scim/interop/profiles.ts';
import { isJsonObject, type JsonObject, type JsonValue, own } from '../scim/json.ts';
import { validate } from '../scim/resource/validate.ts';
import {
  type AttributeDefinition,
  type AttributeType,
  defineAttribute,
  type Resource,
  type ResourceTypeDefinition,
  type SchemaDefinition,
} from '../scim/schema/model.ts';
import { findAttribute, isForbiddenName, resolveSchema } from '../scim/schema/resolve.ts';
import { standardTypes } from '../scim/schema/resource-types.ts';

export interface TargetTypes {
  readonly User: ResourceTypeDefinition;
  readonly Group: ResourceTypeDefinition;
}

const types = new Set<string>([
  'string',
  'boolean',
  'decimal',
  'integer',
  'dateTime',
  'reference',
  'binary',
  'complex',
]);
const isType = (text: unknown): text is AttributeType => typeof text === 'string' && types.has(text);
const mutabilities = ['readOnly', 'readWrite', 'immutable', 'writeOnly'] as const;
const text = (object: JsonObject, key: string): string => String(own(object, key) ?? '');
const flag = (object: JsonObject, key: string): boolean => own(object, key) === true;
const list = (value: JsonValue | undefined): JsonValue[] => (Array.isArray(value) ? value : []);

function toAttribute(value: JsonValue): AttributeDefinition[] {
  if (!isJsonObject(value)) return [];
  const [name, type] = [text(value, 'name'), own(value, 'type')];
  if (name === '' || isForbiddenName(name) || name.toLowerCase() === 'schemas' || !isType(type)) return [];
  const subAttributes = list(own(value, 'subAttributes')).flatMap(toAttribute);
  // Nothing can be said of the parts of a complex attribute that names none.
  if (type === 'complex' && subAttributes.length === 0) return [];
  const mutability = mutabilities.find((one) => one === own(value, 'mutability')) ?? 'readWrite';
  const characteristics = {
    type,
    mutability,
    multiValued: flag(value, 'multiValued'),
    required: flag(value, 'required'),
    caseExact: flag(value, 'caseExact'),
    ...(type === 'complex' && { subAttributes }),
    ...(type === 'reference' && { referenceTypes: ['external', 'uri'] }),
  };
  return [defineAttribute(name, '', characteristics)];
}

function toSchema(value: JsonValue): SchemaDefinition[] {
  if (!isJsonObject(value) || text(value, 'id') === '') return [];
  const attributes = list(own(value, 'attributes')).flatMap(toAttribute);
  return attributes.length === 0
    ? []
    : [{ id: text(value, 'id'), name: text(value, 'name'), description: '', attributes }];
}

/** `schemas` is what GET /Schemas answered: a ListResponse, or a bare list. */
export function targetTypes(schemas: JsonValue | undefined): TargetTypes {
  const resources = isJsonObject(schemas) ? own(schemas, 'Resources') : schemas;
  const found = list(resources).flatMap(toSchema);
  const { user, group } = standardTypes;
  const like = (id: string) => found.find((schema) => schema.id.toLowerCase() === id.toLowerCase());
  const [ownUser, ownGroup] = [like(user.schema.id), like(group.schema.id)];
  // Which extension is of which type doesn't matter to what is sent: attributes of a wrong one are not there.
  const extensions = found
    .filter((schema) => /:extension:|user/i.test(schema.id) && schema !== ownUser && schema !== ownGroup)
    .map((schema) => ({ schema, required: false }));
  // Members are checked by nobody here: they are ids of the target's own.
  const ofGroup = ownGroup && { ...ownGroup, attributes: ownGroup.attributes.filter(({ name }) => name !== 'members') };
  return {
    User: ownUser ? { ...user, schema: ownUser, extensions } : user,
    Group: ofGroup ? { ...group, schema: ofGroup, extensions: [] } : group,
  };
}

/** What of a resource the type has: the rest means nothing to the target. readOnly attributes are left out. */
export function prune(type: ResourceTypeDefinition, resource: JsonObject): JsonObject {
  const kept: JsonObject = {};
  for (const [key, value] of Object.entries(resource)) {
    if (key === 'schemas') continue;
    const extension = key.includes(':') ? resolveSchema(type, key) : undefined;
    if (extension && isJsonObject(value)) {
      const inside = pruneObject(extension.schema.attributes, value);
      if (Object.keys(inside).length > 0) kept[extension.schema.id] = inside;
      continue;
    }
    Object.assign(kept, pruneObject([...type.schema.attributes, externalId], { [key]: value }));
  }
  return kept;
}

const externalId = defineAttribute('externalId', '');

function pruneObject(attributes: readonly AttributeDefinition[], object: JsonObject): JsonObject {
  const kept: JsonObject = {};
  for (const [key, value] of Object.entries(object)) {
    const attribute = findAttribute(attributes, key);
    if (!attribute || attribute.mutability === 'readOnly') continue;
    kept[attribute.name] = pruneValue(attribute, value);
  }
  return kept;
}

function pruneValue(attribute: AttributeDefinition, value: JsonValue): JsonValue {
  const { subAttributes } = attribute;
  if (!subAttributes) return value;
  if (Array.isArray(value)) return value.map((one) => (isJsonObject(one) ? pruneObject(subAttributes, one) : one));
  return isJsonObject(value) ? pruneObject(subAttributes, value) : value;
}

const strict = tolerancesOf('rfc');

export type Checked = { ok: true; resource: Resource } | { ok: false; problem: string };

/** The resource as the target's schemas have it, or why they don't. */
export function checkResource(type: ResourceTypeDefinition, resource: JsonObject): Checked {
  const extensions = Object.keys(resource).filter((key) => key.includes(':'));
  const checked = validate(type, { schemas: [type.schema.id, ...extensions], ...resource }, 'create', strict);
  if (!checked.ok) return { ok: false, problem: `The target's schema refuses it: ${checked.error.detail}` };
  return { ok: true, resource: checked.value.resource };
}
