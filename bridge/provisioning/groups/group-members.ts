// A change of a group's members: applied as rows, in order, and told by events.
import type { EventType, NewEvent } from '../../events/contracts.ts';
import type { Scope } from '../../platform/db/scope.ts';
import type { MemberChange } from '../../scim/patch/types.ts';
import type { MemberRef } from '../../scim/resource/members.ts';
import { invalidValue } from '../scim-failure.ts';
import {
  addMembers,
  type MemberSelection,
  type RemovedMember,
  removeMembers,
  restoreMembers,
} from './members-repository.ts';

/** An event holds at most this many members; a larger change becomes several events. */
const membersPerEvent = 1_000;
const maxMemberLength = 256;
/** A statement's, so that neither making it nor reading its answer takes long. */
const membersPerStatement = 5_000;

function* slices<T>(all: readonly T[]): Generator<T[]> {
  for (let start = 0; start < all.length; start += membersPerStatement) {
    yield all.slice(start, start + membersPerStatement);
  }
}

/** What a change of members came to. */
export interface MemberDelta {
  added: string[];
  removed: string[];
}

/** A change of members as events of the group, those who left first. */
export function memberEvents(groupId: string, version: number, { added, removed }: MemberDelta): NewEvent[] {
  const chunked = (type: EventType, members: string[]): NewEvent[] => {
    const events: NewEvent[] = [];
    for (let start = 0; start < members.length; start += membersPerEvent) {
      events.push({
        type,
        resourceType: 'Group',
        resourceId: groupId,
        resourceVersion: version,
        data: { members: members.slice(start, start + membersPerEvent) },
      });
    }
    return events;
  };
  return [...chunked('group.member_removed', removed), ...chunked('group.member_added', added)];
}

function checkMembers(members: readonly MemberRef[]): void {
  for (const { value } of members) {
    if (value.length > maxMemberLength)
      throw invalidValue(`"members.value" may have at most ${maxMemberLength} characters.`);
  }
}

/** Told who has left, it answers who of them is to stay. */
export type KeepMembers = (removed: readonly RemovedMember[]) => Promise<readonly RemovedMember[]>;

/** Applies the changes in order and answers the net effect: a member removed and added again never left. */
export async function applyMembers(
  scope: Scope,
  directoryId: string,
  groupId: string,
  changes: readonly MemberChange[],
  now: Date,
  keep?: KeepMembers,
): Promise<MemberDelta> {
  const added = new Set<string>();
  const removed = new Map<string, RemovedMember>();
  const add = async (members: readonly MemberRef[]) => {
    checkMembers(members);
    for (const slice of slices(members)) {
      for (const value of await addMembers(scope, directoryId, groupId, slice, now)) {
        if (!removed.delete(value)) added.add(value);
      }
    }
  };
  const remove = async (selection: MemberSelection) => {
    for (const member of await removeMembers(scope, directoryId, groupId, selection)) {
      if (!added.delete(member.value)) removed.set(member.value, member);
    }
  };
  for (const change of changes) {
    switch (change.kind) {
      case 'add':
        await add(change.members);
        break;
      case 'remove':
        for (const values of slices(change.values)) await remove({ kind: 'values', values });
        break;
      case 'removeAll':
        await remove({ kind: 'all' });
        break;
      case 'removeWhere':
        await remove({ kind: 'where', filter: change.filter });
        break;
      case 'replaceAll':
        await remove({ kind: 'allBut', values: change.members.map((member) => member.value) });
        await add(change.members);
        break;
    }
  }
  const staying = keep && removed.size > 0 ? await keep([...removed.values()]) : [];
  for (const slice of slices(staying)) await restoreMembers(scope, directoryId, groupId, slice);
  for (const { value } of staying) removed.delete(value);
  return { added: [...added], removed: [...removed.keys()] };
}
