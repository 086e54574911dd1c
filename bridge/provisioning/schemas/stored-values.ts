// What a change of a schema does to the values that are there: they stay, forbid the change, or go.
import { presentActor } from '../../events/actor.ts';
import type { Clock } from '../../platform/clock.ts';
import { violatedConstraint } from '../../platform/db/errors.ts';
import type { Scope } from '../../platform/db/scope.ts';
import { ApiError } from '../../platform/http/api-error.ts';
import { quote } from '../../scim/errors.ts';
import { indexedKeys } from '../../scim/resource/indexed-keys.ts';
import type { AttributeDefinition, ResourceTypeDefinition } from '../../scim/schema/model.ts';
import { findLongKey } from './attribute-keys.ts';
import { insertKeys } from './attribute-keys-repository.ts';
import { pluralOf, updateEventOf } from './places.ts';
import type { Values } from './values-repository.ts';
import * as store from './values-repository.ts';

/** What becomes of values that a change would leave without a schema: it is refused, or they are removed. */
export type OldValues = 'refuse' | 'drop';

const batchSize = 1_000;
const beforeAllIds = '00000000-0000-0000-0000-000000000000';

export const conflict = (detail: string, cause?: unknown): ApiError => new ApiError('conflict', detail, { cause });

/** The 409 for values that should be unique and are not; any other error as it is. */
export function mapDuplicate(error: unknown): unknown {
  if (!violatedConstraint(error)?.endsWith('_attribute_keys_unique')) return error;
  return conflict('Some values that would have to be unique occur twice in the directory.', error);
}

/**
 * Removes values, or refuses when there are any. `attributes` undefined: of the whole schema. Values of a core schema are
 * never removed: their resources would be others.
 */
export async function clearValues(
  scope: Scope,
  clock: Clock,
  values: Values,
  attributes: string[] | undefined,
  oldValues: OldValues,
): Promise<number> {
  if (attributes?.length === 0) return 0;
  const { place, urn } = values;
  if (oldValues === 'drop' && urn !== undefined) {
    const change = { actor: presentActor(), eventType: updateEventOf(place), now: clock.now() };
    return store.dropValues(scope, { ...values, urn }, attributes, change);
  }
  const holders = await store.countHolders(scope, values, attributes);
  if (holders === 0) return 0;
  const what = attributes === undefined ? 'this schema' : attributes.map((name) => quote(name)).join(', ');
  const remedy = urn === undefined ? '' : ', or say that they may be dropped (values=drop)';
  throw conflict(
    `${holders} ${pluralOf(place)} have values of ${what}. Let the identity provider remove them first${remedy}.`,
  );
}

/** @throws ApiError conflict when resources lack what would be required. */
export async function requireComplete(
  scope: Scope,
  values: Values,
  attributes: readonly AttributeDefinition[],
  isRequired: boolean,
): Promise<void> {
  const lacking = await store.countLacking(scope, values, attributes, isRequired);
  if (lacking === 0) return;
  throw conflict(
    `${lacking} ${pluralOf(values.place)} lack what would be required. Declare it as not required, let the identity provider fill it in, and require it then.`,
  );
}

/** Makes the keys of a schema's attributes anew; `resourceType` has this schema and need have no other. */
export async function rebuildKeys(scope: Scope, values: Values, resourceType: ResourceTypeDefinition): Promise<void> {
  const { directoryId, place, urn } = values;
  await store.deleteKeysOf(scope, directoryId, place, urn ?? resourceType.schema.id);
  let after = beforeAllIds;
  for (;;) {
    const batch = await store.listHolders(scope, values, after, batchSize);
    const made = batch.map(({ id, value }) => ({
      id,
      keys: indexedKeys(resourceType, urn === undefined ? value : { [urn]: value }),
    }));
    const tooLong = made.find(({ keys }) => findLongKey(keys));
    if (tooLong)
      throw conflict(`Of the ${pluralOf(place)}, ${tooLong.id} has a value too long to be indexed or unique.`);
    await insertKeys(scope, place.keys, directoryId, made);
    const last = batch.at(-1);
    if (!last || batch.length < batchSize) return;
    after = last.id;
  }
}
