// What of a target is concerned by events: pure.
import { directoryEventTypes, type StoredEvent } from '../events/contracts.ts';
import type { TargetSettings } from './contracts.ts';
import type { Changed } from './resources-repository.ts';

export interface Concerned {
  changed: Changed[];
  /** Ids of users and groups, whichever they are, that may now be, or not be, the target's. */
  members: string[];
  /** Groups of which those above have other members now. */
  above: string[];
}

const ofOperators = new Set<string>(directoryEventTypes);

/** A password is nobody's to hand on: the bridge has no more than its hash. */
const passedOver = new Set<string>(['user.password_changed']);

export function concernedBy(
  events: readonly StoredEvent[],
  { users, groups }: Pick<TargetSettings, 'users' | 'groups'>,
): Concerned {
  const changed = new Map<string, Changed>();
  const members = new Set<string>();
  const above = new Set<string>();
  const isByGroup = users === 'of-groups' || groups !== null;
  for (const { type, resourceType, resourceId, data } of events) {
    if (ofOperators.has(type) || passedOver.has(type)) continue;
    if (resourceType !== 'User' && resourceType !== 'Group') continue;
    changed.set(resourceId, { type: resourceType, id: resourceId });
    if (resourceType !== 'Group') continue;
    above.add(resourceId);
    // A new name may make a group one of those that are chosen, and all who are in it with it.
    if (isByGroup) for (const id of [...(data.members ?? []), ...(data.affectedUsers ?? [])]) members.add(id);
  }
  return { changed: [...changed.values()], members: [...members], above: [...above] };
}
