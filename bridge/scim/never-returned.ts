// What of a resource is told to nobody: attributes that are `returned: never` (RFC 7643 §2.2), a directory's own among them.
import { isJsonObject, type JsonObject, type JsonValue } from './json.ts';
import type { AttributeDefinition, Resource, ResourceTypeDefinition } from './schema/model.ts';

/** By attribute: all of it (true), or these of its sub-attributes. */
export type NeverReturned = ReadonlyMap<string, true | readonly string[]>;

const isNever = ({ returned }: AttributeDefinition): boolean => returned === 'never';

export function neverReturned(attributes: readonly AttributeDefinition[]): NeverReturned {
  const parts = new Map<string, true | readonly string[]>();
  for (const attribute of attributes) {
    const known = parts.get(attribute.name) ?? [];
    const inside = (attribute.subAttributes ?? []).filter(isNever).map(({ name }) => name);
    if (isNever(attribute) || known === true) parts.set(attribute.name, true);
    else if (inside.length > 0) parts.set(attribute.name, [...known, ...inside]);
  }
  return parts;
}

interface TypeParts {
  core: NeverReturned;
  extensions: ReadonlyMap<string, NeverReturned>;
}

const ofTypes = new WeakMap<ResourceTypeDefinition, TypeParts>();

function partsOf(resourceType: ResourceTypeDefinition): TypeParts {
  const known = ofTypes.get(resourceType);
  if (known) return known;
  const extensions = resourceType.extensions.map(
    ({ schema }) => [schema.id, neverReturned(schema.attributes)] as const,
  );
  const made = {
    core: neverReturned(resourceType.schema.attributes),
    extensions: new Map(extensions.filter(([, parts]) => parts.size > 0)),
  };
  ofTypes.set(resourceType, made);
  return made;
}

/** Undefined for an object of which nothing is left. */
function without(value: JsonValue, names: readonly string[]): JsonObject | undefined {
  const entries = isJsonObject(value) ? Object.entries(value).filter(([name]) => !names.includes(name)) : [];
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function attributeWithout(value: JsonValue, part: true | readonly string[] | undefined): JsonValue | undefined {
  if (part === undefined) return value;
  if (part === true) return undefined;
  if (!Array.isArray(value)) return without(value, part);
  return value.map((element) => without(element, part)).filter((element) => element !== undefined);
}

function objectWithout(value: JsonObject, parts: NeverReturned): JsonObject | undefined {
  const kept: JsonObject = {};
  for (const [name, attribute] of Object.entries(value)) {
    const told = attributeWithout(attribute, parts.get(name));
    if (told !== undefined) kept[name] = told;
  }
  return Object.keys(kept).length === 0 ? undefined : kept;
}

/** A member of a resource, an attribute or an extension, as it may be told; undefined where nothing of it may. */
export function tellable(
  resourceType: ResourceTypeDefinition,
  name: string,
  value: JsonValue | undefined,
): JsonValue | undefined {
  if (value === undefined) return undefined;
  const { core, extensions } = partsOf(resourceType);
  const parts = extensions.get(name);
  if (parts) return isJsonObject(value) ? objectWithout(value, parts) : undefined;
  return attributeWithout(value, core.get(name));
}

/** The resource as it may be told. */
export function tellableResource(resourceType: ResourceTypeDefinition, resource: Resource): Resource {
  const told: Resource = {};
  for (const [name, value] of Object.entries(resource)) {
    const part = tellable(resourceType, name, value);
    if (part !== undefined) told[name] = part;
  }
  return told;
}
