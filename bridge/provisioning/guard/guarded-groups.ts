// What the guard leaves of a write to a group: users whom it would take out may stay, the rest is done.
import type { Scope } from '../../platform/db/scope.ts';
import { isUuid } from '../../platform/ids.ts';
import type { MemberChange } from '../../scim/patch/types.ts';
import { listUserMembers, type RemovedMember } from '../groups/members-repository.ts';
import type { StoredGroup } from '../stored-resource.ts';
import type { Guard, Guarded } from './guard.ts';
import { listHeldMembers } from './held-repository.ts';

/** Who is to be in the group after the changes, as far as they name anybody. */
function namedMembers(changes: readonly MemberChange[]): string[] {
  const named = new Set<string>();
  for (const change of changes) {
    if (change.kind === 'removeAll' || change.kind === 'replaceAll') named.clear();
    if (change.kind === 'remove') for (const value of change.values) named.delete(value);
    if (change.kind === 'add' || change.kind === 'replaceAll') for (const { value } of change.members) named.add(value);
  }
  return [...named].filter((value) => isUuid(value));
}

/** A group that is written to is not one to be deleted any more, and whoever is added again is to stay. */
export async function cancelByGroupWrite(
  guard: Guard,
  scope: Scope,
  guarded: Guarded,
  { id: groupId, held }: StoredGroup,
  changes: readonly MemberChange[],
): Promise<boolean> {
  const named = held.includes('remove_member') ? namedMembers(changes) : [];
  return [
    held.includes('delete_group') &&
      (await guard.cancel(scope, guarded, { operation: 'delete_group', userIds: [], groupId })),
    named.length > 0 && (await guard.cancel(scope, guarded, { operation: 'remove_member', userIds: named, groupId })),
  ].some(Boolean);
}

/** Of the members that a write has just taken out, those that stay: all users among them, or none. */
export async function membersToKeep(
  guard: Guard,
  scope: Scope,
  guarded: Guarded,
  { id: groupId, held }: StoredGroup,
  removed: readonly RemovedMember[],
): Promise<{ kept: RemovedMember[]; noted: boolean }> {
  const users = removed.flatMap((member) => (member.userId === null ? [] : [{ member, id: member.userId }]));
  const ids = users.map(({ id }) => id);
  const before = held.includes('remove_member')
    ? await listHeldMembers(scope, guarded.directory.id, groupId, ids)
    : new Set<string>();
  const fresh = ids.filter((id) => !before.has(id));
  const mayPass = await guard.mayPass(scope, guarded, { operation: 'remove_member', userIds: fresh, groupId });
  const kept = users.filter(({ id }) => !mayPass || before.has(id)).map(({ member }) => member);
  return { kept, noted: !mayPass };
}

/** Whether the group may be deleted now, which takes its members out of it. */
export async function mayDeleteGroup(
  guard: Guard,
  scope: Scope,
  guarded: Guarded,
  { id: groupId, held }: StoredGroup,
): Promise<boolean> {
  if (guarded.directory.kind !== 'scim') return true;
  if (held.includes('delete_group')) return false;
  const userIds = await listUserMembers(scope, guarded.directory.id, groupId);
  return guard.mayPass(scope, guarded, { operation: 'delete_group', userIds, groupId });
}
