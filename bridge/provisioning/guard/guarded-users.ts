// What the guard leaves of a write to a user: the harmful part is held, the rest is done.
import type { Scope } from '../../platform/db/scope.ts';
import { own } from '../../scim/json.ts';
import type { Resource } from '../../scim/schema/model.ts';
import type { StoredUser } from '../stored-resource.ts';
import type { NextState } from '../users/user-changes.ts';
import type { Guard, Guarded } from './guard.ts';

export interface GuardedWrite {
  next: NextState;
  /** The answer shows the user as if it had been done. */
  isDeactivationHeld: boolean;
  /** Events were written. */
  noted: boolean;
}

const isDeactivationHeld = ({ held }: StoredUser): boolean => held.includes('deactivate');

/** The user as whoever sends changes believes it to be: what is held has been done. */
export const asAskedFor = (user: StoredUser): StoredUser =>
  isDeactivationHeld(user) ? { ...user, resource: { ...user.resource, active: false } } : user;

function withActiveOf({ resource: before }: StoredUser, after: Resource): Resource {
  const { active: _active, ...others } = after;
  const active = own(before, 'active');
  return active === undefined ? others : { ...others, active };
}

/** `next` was planned on what {@link asAskedFor} says. A user who is written to is not one to be deleted any more. */
export async function guardUserWrite(
  guard: Guard,
  scope: Scope,
  guarded: Guarded,
  before: StoredUser,
  next: NextState,
): Promise<GuardedWrite> {
  const userIds = [before.id];
  const wished = own(next.resource, 'active');
  const cancelled = [
    before.held.includes('delete') && (await guard.cancel(scope, guarded, { operation: 'delete', userIds })),
    wished === true &&
      isDeactivationHeld(before) &&
      (await guard.cancel(scope, guarded, { operation: 'deactivate', userIds })),
  ].some(Boolean);
  if (wished !== false || !before.active) return { next, isDeactivationHeld: false, noted: cancelled };
  const isRepeated = isDeactivationHeld(before);
  if (!isRepeated && (await guard.mayPass(scope, guarded, { operation: 'deactivate', userIds })))
    return { next, isDeactivationHeld: false, noted: cancelled };
  const kept = { ...next, resource: withActiveOf(before, next.resource) };
  return { next: kept, isDeactivationHeld: true, noted: cancelled || !isRepeated };
}

/** Whether the user may be deleted now. */
export async function mayDeleteUser(
  guard: Guard,
  scope: Scope,
  guarded: Guarded,
  { id, held }: StoredUser,
): Promise<boolean> {
  if (held.includes('delete')) return false;
  return guard.mayPass(scope, guarded, { operation: 'delete', userIds: [id] });
}
