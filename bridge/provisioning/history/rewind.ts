// The state of a resource at a past moment: the present one, with what the event log says of later changes taken back.
import type { EventData, EventType } from '../../events/contracts.ts';
import type { JsonObject } from '../../scim/json.ts';

/** As much of an event as it takes to take it back. */
export interface PastChange {
  type: EventType;
  data: EventData;
}

/**
 * Takes the changes of one resource back, the latest first. Null stands for a resource that is not there. `schemas` is left out:
 * it says nothing that the attributes don't.
 */
export function rewind(current: JsonObject | null, latestFirst: readonly PastChange[]): JsonObject | null {
  let state = current && { ...current };
  if (state) delete state['schemas'];
  for (const { type, data } of latestFirst) {
    if (type.endsWith('.created')) {
      state = null;
      continue;
    }
    // A deletion tells all that there was.
    if (type.endsWith('.deleted')) state = {};
    if (!state) continue;
    for (const [name, { before }] of Object.entries(data.changes ?? {})) {
      if (before === null) delete state[name];
      else state[name] = JSON.parse(JSON.stringify(before));
    }
  }
  return state;
}

/** Takes changes of a group's members back, the latest first. */
export function rewindMembers(current: Iterable<string>, latestFirst: readonly PastChange[]): Set<string> {
  const members = new Set(current);
  for (const { type, data } of latestFirst) {
    for (const member of data.members ?? []) {
      if (type === 'group.member_added') members.delete(member);
      if (type === 'group.member_removed') members.add(member);
    }
  }
  return members;
}

/** Takes back what happened to one member, over all groups: the groups that it was in. */
export function rewindMemberships(
  current: Iterable<string>,
  latestFirst: readonly (PastChange & { resourceId: string })[],
): Set<string> {
  const groups = new Set(current);
  for (const { type, resourceId } of latestFirst) {
    if (type === 'group.member_added') groups.delete(resourceId);
    if (type === 'group.member_removed') groups.add(resourceId);
  }
  return groups;
}
