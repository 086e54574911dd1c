// Applying a plan in small transactions, each of which can be the last one of this process: what was made goes, what was
// deleted comes back, attributes are set back, and at last the members of groups.
import type { Scope } from '../../platform/db/scope.ts';
import { isUuid } from '../../platform/ids.ts';
import { removeGroup, saveGroup } from '../groups/group-changes.ts';
import * as groups from '../groups/groups-repository.ts';
import { removeResource } from '../resources/resource-changes.ts';
import * as resources from '../resources/resources-repository.ts';
import { removeUser } from '../users/user-changes.ts';
import * as users from '../users/users-repository.ts';
import { isChangedSince, listKnownMembers } from './applying-repository.ts';
import { type Applying, typeOf, writingOf } from './item-writing.ts';
import {
  listReady,
  listReadyMembers,
  type Outcome,
  type ReadyItem,
  type ResourceKind,
  saveOutcomes,
} from './items-repository.ts';
import { isInOtherGroups } from './review-repository.ts';
import { setBack } from './setting-back.ts';

const membersAtOnce = 5_000;

/** Locks what is to be deleted, after the groups that it is in, and answers how; undefined when it is gone already. */
async function lockedForDeletion(
  scope: Scope,
  applying: Applying,
  { resourceId: id, type }: ReadyItem,
): Promise<(() => Promise<void>) | undefined> {
  const { directoryId, types } = applying;
  if (type === 'User' || type === 'Group') await groups.lockGroupsOfMember(scope, directoryId, id);
  if (type === 'User') {
    const user = await users.findUser(scope, directoryId, id, { lock: 'delete' });
    return user && (() => removeUser(scope, { ...applying, resourceType: types.user }, user));
  }
  if (type === 'Group') {
    const group = await groups.findGroup(scope, directoryId, id, { lock: 'delete' });
    return group && (() => removeGroup(scope, { ...applying, resourceType: types.group }, group));
  }
  const resourceType = typeOf(applying, type);
  const resource = resourceType && (await resources.findResource(scope, directoryId, type, id, 'delete'));
  return resource && (() => removeResource(scope, { ...applying, resourceType }, resource));
}

async function deleteOne(scope: Scope, applying: Applying, item: ReadyItem): Promise<Outcome> {
  const { directoryId, planId } = applying;
  const { resourceId } = item;
  const remove = await lockedForDeletion(scope, applying, item);
  if (!remove) return { resourceId, state: 'done' };
  if (await isChangedSince(scope, directoryId, planId, item))
    return { resourceId, state: 'refused', reason: 'changed_since_plan' };
  if (!item.overwrite && (await isInOtherGroups(scope, directoryId, planId, resourceId)))
    return { resourceId, state: 'refused', reason: 'in_groups' };
  await remove();
  return { resourceId, state: 'done' };
}

type Step = (scope: Scope, applying: Applying, kind: ResourceKind, limit: number) => Promise<number>;

const deleteSome: Step = async (scope, applying, kind, limit) => {
  const { directoryId, planId } = applying;
  const items = await listReady(scope, directoryId, planId, { kind, deletes: true, limit });
  const outcomes: Outcome[] = [];
  // In one order, so that two transactions never wait for each other.
  const inOrder = items.toSorted((a, b) => (a.resourceId < b.resourceId ? -1 : 1));
  for (const item of inOrder) outcomes.push(await writingOf(item, () => deleteOne(scope, applying, item)));
  await saveOutcomes(scope, directoryId, planId, outcomes);
  return items.length;
};

const setBackSome: Step = async (scope, applying, kind, limit) => {
  const { directoryId, planId } = applying;
  const items = await listReady(scope, directoryId, planId, { kind, deletes: false, limit });
  if (items.length > 0) {
    await saveOutcomes(scope, directoryId, planId, await setBack(scope, applying, kind, items));
  }
  return items.length;
};

async function changeMembers(scope: Scope, applying: Applying): Promise<number> {
  const { directoryId, planId, types } = applying;
  const found = await listReadyMembers(scope, directoryId, planId, membersAtOnce);
  if (!found) return 0;
  const { groupId, members } = found;
  const before = await groups.findGroup(scope, directoryId, groupId, { lock: 'change' });
  const added = members.filter(({ isAdded }) => isAdded).map(({ id }) => id);
  const known = await listKnownMembers(scope, directoryId, added.filter(isUuid));
  // Other values were sent by somebody who knew no ids, and mean nobody.
  const isGone = (id: string) => isUuid(id) && !known.has(id);
  if (before) {
    const changes = [
      { kind: 'remove' as const, values: members.filter(({ isAdded }) => !isAdded).map(({ id }) => id) },
      { kind: 'add' as const, members: added.filter((id) => !isGone(id)).map((value) => ({ value })) },
    ];
    await saveGroup(scope, { ...applying, resourceType: types.group }, before, before.resource, changes);
  }
  const outcomes = members.map(({ id: memberId, isAdded }): Outcome => {
    const key = { resourceId: groupId, memberId };
    if (!before) return { ...key, state: 'refused', reason: 'group_gone' };
    return isAdded && isGone(memberId)
      ? { ...key, state: 'refused', reason: 'member_gone' }
      : { ...key, state: 'done' };
  });
  await saveOutcomes(scope, directoryId, planId, outcomes);
  return members.length;
}

const kinds: readonly ResourceKind[] = ['User', 'Group', 'declared'];

/**
 * Does a part of the plan, `limit` resources at most; answers how many items it was about, 0 when nothing is left.
 * @throws ItemRefused
 */
export async function applyNext(scope: Scope, applying: Applying, limit: number): Promise<number> {
  for (const step of [deleteSome, setBackSome]) {
    for (const kind of kinds) {
      const done = await step(scope, applying, kind, limit);
      if (done > 0) return done;
    }
  }
  return changeMembers(scope, applying);
}
