// What a user to be created comes to, before anything is written: its row, its password's hash, its event.
import type { NewEvent, TouchedKeys } from '../../events/contracts.ts';
import type { Clock } from '../../platform/clock.ts';
import { violatedConstraint } from '../../platform/db/errors.ts';
import { newId } from '../../platform/ids.ts';
import type { PasswordHasher } from '../../platform/secrets/passwords.ts';
import { own } from '../../scim/json.ts';
import type { IndexedKey } from '../../scim/resource/indexed-keys.ts';
import { validate } from '../../scim/resource/validate.ts';
import type { Resource } from '../../scim/schema/model.ts';
import { changesBetween, distinct } from '../changes.ts';
import type { ScimRequest } from '../contracts.ts';
import { type UserColumns, userColumns } from '../resource-columns.ts';
import { attributeKeys } from '../schemas/attribute-keys.ts';
import { notUnique, valueOrThrow } from '../scim-failure.ts';
import type { StoredResource } from '../stored-resource.ts';

export interface PreparedUser {
  stored: StoredResource;
  columns: UserColumns;
  passwordHash: string | undefined;
  keys: readonly IndexedKey[];
  /** Whether the client has said `active` itself. */
  isActiveGiven: boolean;
  created: NewEvent;
}

/** The keys under which a user was or is found, for events. */
export function touchedKeys(...states: UserColumns[]): TouchedKeys {
  return {
    usernames: distinct(states.map((state) => state.user_name_key)),
    emails: distinct(states.map((state) => state.email_key)),
  };
}

/** An absent `active` never re-activates anybody: it keeps its value, and a new user starts active. */
export const withActive = (resource: Resource, before: boolean): Resource =>
  typeof own(resource, 'active') === 'boolean' ? resource : { ...resource, active: before };

/** The 409 for a userName that is taken; any other error as it is. */
export function mapUserConflict(error: unknown, userName: unknown): unknown {
  if (violatedConstraint(error) !== 'users_user_name_key') return error;
  return notUnique(`There is already a user with the userName ${JSON.stringify(userName)}.`, error);
}

/** @throws ScimFailure 400 for what validate() refuses. */
export async function prepareUser(
  request: ScimRequest,
  body: unknown,
  deps: { clock: Clock; passwords: PasswordHasher },
  id = newId(),
): Promise<PreparedUser> {
  const valid = valueOrThrow(validate(request.types.user, body, 'create', request.tolerances));
  const resource = withActive(valid.resource, true);
  const columns = userColumns(resource);
  const keys = attributeKeys(request.types.user, resource);
  const passwordHash = valid.password === undefined ? undefined : await deps.passwords.hash(valid.password);
  const now = deps.clock.now();
  const stored: StoredResource = { id, resource, version: 1, createdAt: now, lastModifiedAt: now };
  const created: NewEvent = {
    type: 'user.created',
    resourceType: 'User',
    resourceId: stored.id,
    resourceVersion: 1,
    data: { changes: changesBetween(request.types.user, {}, resource), keys: touchedKeys(columns) },
  };
  const isActiveGiven = typeof own(valid.resource, 'active') === 'boolean';
  return { stored, columns, passwordHash, keys, isActiveGiven, created };
}
