// The keys of a resource by declared attributes that are indexed or unique, within what an index can hold.
import { violatedConstraint } from '../../platform/db/errors.ts';
import { quote } from '../../scim/errors.ts';
import { deepEqual } from '../../scim/json.ts';
import { hasIndexedKeys, type IndexedKey, indexedKeys } from '../../scim/resource/indexed-keys.ts';
import type { Resource, ResourceTypeDefinition } from '../../scim/schema/model.ts';
import { invalidValue, notUnique } from '../scim-failure.ts';

/** As in resource-columns.ts: what is indexed must fit a B-tree entry. */
const maxKeyLength = 512;

export const findLongKey = (keys: readonly IndexedKey[]): IndexedKey | undefined =>
  keys.find(({ key }) => key.length > maxKeyLength);

/** @throws ScimFailure invalidValue when a value is too long. */
export function attributeKeys(resourceType: ResourceTypeDefinition, resource: Resource): IndexedKey[] {
  const keys = indexedKeys(resourceType, resource);
  const long = findLongKey(keys);
  if (long) throw invalidValue(`"${long.attribute}" may have at most ${maxKeyLength} characters.`);
  return keys;
}

/** The keys after a change, or undefined when they are those of before. */
export function changedKeys(
  resourceType: ResourceTypeDefinition,
  before: Resource,
  after: Resource,
): IndexedKey[] | undefined {
  if (!hasIndexedKeys(resourceType)) return undefined;
  const keys = attributeKeys(resourceType, after);
  return deepEqual(asJson(indexedKeys(resourceType, before)), asJson(keys)) ? undefined : keys;
}

const asJson = (keys: readonly IndexedKey[]) => keys.map(({ attribute, key }) => [attribute, key]);

/** The 409 for a declared value that must be unique and is taken; any other error as it is. */
export function mapKeyConflict(
  error: unknown,
  resourceType: ResourceTypeDefinition,
  resource: Resource | undefined,
): unknown {
  if (!violatedConstraint(error)?.endsWith('_attribute_keys_unique')) return error;
  const unique = resource ? indexedKeys(resourceType, resource).filter(({ isUnique }) => isUnique) : [];
  const values = unique.map(({ attribute, key }) => `${attribute} ${quote(key)}`).join(', ');
  return notUnique(`There is already a ${resourceType.name} with a value that must be unique: ${values}.`, error);
}
