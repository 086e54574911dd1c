// The keys under which a resource is found by the attributes of its schemas that are indexed or unique.

import { parseInstant } from '../filter/instant.ts';
import { type Comparison, foldCase } from '../filter/typed.ts';
import { isJsonObject, type JsonValue, own } from '../json.ts';
import { isKeyed } from '../schema/declaration.ts';
import type { AttributeDefinition, AttributePath, Resource, ResourceTypeDefinition } from '../schema/model.ts';
import { topLevelPaths } from '../schema/resolve.ts';

export interface IndexedKey {
  /** See {@link keyedName}. */
  readonly attribute: string;
  /** Equal for values that a filter's `eq` finds equal. */
  readonly key: string;
  /** No other resource of the directory may have it. */
  readonly isUnique: boolean;
}

interface KeyedAttribute {
  readonly path: AttributePath;
  /** Undefined: the attribute itself is keyed. */
  readonly subAttribute: AttributeDefinition | undefined;
  readonly leaf: AttributeDefinition;
  readonly text: string;
}

const keyed = new WeakMap<ResourceTypeDefinition, readonly KeyedAttribute[]>();

function keyedAttributes(resourceType: ResourceTypeDefinition): readonly KeyedAttribute[] {
  const known = keyed.get(resourceType);
  if (known !== undefined) return known;
  const declared = resourceType.extensions.some(({ schema }) => hasKeys(schema.attributes));
  const found =
    declared || hasKeys(resourceType.schema.attributes)
      ? topLevelPaths(resourceType).flatMap((path) => keyedIn(path, resourceType))
      : [];
  keyed.set(resourceType, found);
  return found;
}

/** The attributes of the standard schemas have columns of their own. */
const isMarked = (attribute: AttributeDefinition): boolean => attribute.indexed !== undefined && isKeyed(attribute);

const hasKeys = (attributes: readonly AttributeDefinition[]): boolean =>
  attributes.some((attribute) => isMarked(attribute) || (attribute.subAttributes ?? []).some(isMarked));

function keyedIn(path: AttributePath, { schema }: ResourceTypeDefinition): KeyedAttribute[] {
  const { attribute } = path;
  const name = keyedName(path.text, path.extension, schema.id);
  const subs = (attribute.subAttributes ?? []).filter(isMarked);
  return [
    ...(isMarked(attribute) ? [{ path, subAttribute: undefined, leaf: attribute, text: name }] : []),
    ...subs.map((subAttribute) => ({ path, subAttribute, leaf: subAttribute, text: `${name}.${subAttribute.name}` })),
  ];
}

/** The name under which keys are kept: of core attributes too it begins with the schema, since types share their keys. */
export const keyedName = (text: string, extension: string | undefined, coreUrn: string): string =>
  extension === undefined ? `${coreUrn}:${text}` : text;

/** Whether resources of the type have keys at all. */
export const hasIndexedKeys = (resourceType: ResourceTypeDefinition): boolean =>
  keyedAttributes(resourceType).length > 0;

/** The keys of a resource in canonical form, each once. */
export function indexedKeys(resourceType: ResourceTypeDefinition, resource: Resource): IndexedKey[] {
  return keyedAttributes(resourceType).flatMap(({ path, subAttribute, leaf, text }) => {
    const container = path.extension === undefined ? resource : own(resource, path.extension);
    const value = isJsonObject(container) ? own(container, path.attribute.name) : undefined;
    const values = Array.isArray(value) ? value : [value];
    const keys = values.map((item) => {
      const simple = subAttribute === undefined || !isJsonObject(item) ? item : own(item, subAttribute.name);
      return simple === undefined ? undefined : keyOf(leaf, simple);
    });
    const distinct = [...new Set(keys)].filter((key) => key !== undefined);
    return distinct.map((key) => ({ attribute: text, key, isUnique: leaf.uniqueness === 'server' }));
  });
}

function keyOf({ type, caseExact }: AttributeDefinition, value: JsonValue): string | undefined {
  if (type === 'dateTime') {
    const instant = typeof value === 'string' ? parseInstant(value) : undefined;
    return instant === undefined ? undefined : numberKey(instant);
  }
  if (typeof value === 'number') return numberKey(value);
  if (typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return undefined;
  return caseExact ? value : foldCase(value);
}

/** Minus zero is zero. */
const numberKey = (value: number): string => String(value + 0);

/** The key that a resource must have for the comparison to hold; undefined where keys can't say. */
export function keyToFind(comparison: Comparison): string | undefined {
  if (!isMarked(comparison.path.leaf) || comparison.operator !== 'eq') return undefined;
  return typeof comparison.value === 'number' ? numberKey(comparison.value) : String(comparison.value);
}

/** The beginning of a key that a resource must have for the comparison to hold; undefined where keys can't say. */
export function keyPrefixToFind(comparison: Comparison): string | undefined {
  if (!isMarked(comparison.path.leaf) || comparison.type !== 'string' || comparison.operator !== 'sw') return undefined;
  return comparison.value;
}
