// The working copy of a PATCH, and how an attribute is read from and written to it.

import { type ScimError, scimError } from '../errors.ts';
import { isJsonObject, type JsonObject, type JsonValue, own } from '../json.ts';
import type { AttributePath, Resource, ResourceTypeDefinition } from '../schema/model.ts';
import type { MemberPlan } from './member-plan.ts';
import type { PatchOptions } from './parse.ts';

/** Belongs to one planPatch call; nothing in it is shared with the caller's resource. */
export interface Draft {
  readonly resourceType: ResourceTypeDefinition;
  readonly options: PatchOptions;
  readonly resource: Resource;
  readonly members: MemberPlan;
  password: string | null | undefined;
  /** What is left of the work that one PATCH may be; see spend(). */
  work: number;
}

/** Visits of elements, and terms of filters tried on them: about 20 ms. */
export const MAX_WORK = 250_000;

/**
 * Takes `amount` from what one PATCH may cost. Limits on operations, values and filters alone would let them multiply to
 * many seconds. 413 when it is used up.
 */
export function spend(draft: Draft, amount: number): ScimError | undefined {
  draft.work -= amount;
  if (draft.work >= 0) return undefined;
  return scimError(413, 'The PATCH is too much work for one request; send its operations in several.');
}

/** The value of a top-level attribute, wherever its schema puts it. */
export function readAttribute(resource: Resource, path: AttributePath): JsonValue | undefined {
  const container = path.extension === undefined ? resource : own(resource, path.extension);
  return isJsonObject(container) ? own(container, path.attribute.name) : undefined;
}

/** Sets a top-level attribute; undefined, `[]` and `{}` unassign it, and an extension left empty goes too. */
export function writeAttribute(resource: Resource, path: AttributePath, value: JsonValue | undefined): void {
  const name = path.attribute.name;
  const isEmpty =
    value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
  if (path.extension === undefined) {
    set(resource, name, isEmpty ? undefined : value);
    return;
  }
  const existing = own(resource, path.extension);
  const container = isJsonObject(existing) ? existing : {};
  set(container, name, isEmpty ? undefined : value);
  set(resource, path.extension, Object.keys(container).length === 0 ? undefined : container);
}

function set(object: JsonObject, key: string, value: JsonValue | undefined): void {
  if (value === undefined) delete object[key];
  else object[key] = value;
}
