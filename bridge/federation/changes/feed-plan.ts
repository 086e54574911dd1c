// The pure half of the change feed: from events in their order to the users and groups whose state is to be told, and to
// the place where the next answer goes on.
import type { StoredEvent } from '../../events/contracts.ts';
import { isUuid } from '../../platform/ids.ts';
import type { NamedUser } from '../repositories/feed.ts';
import { beforeAllIds } from '../stored.ts';
import type { Place } from './cursor.ts';

/** The reason for an item of a user that another directory's user came to hide, or ceased to hide. */
export const shadowingChanged = 'user.shadowing_changed';

export interface Touched {
  directoryId: string;
  /** Why, in the order of the events. */
  reasons: Set<string>;
  position: number;
  at: Date;
}

export interface TouchedUser extends Touched {
  /** The event was about the user itself, so that its absence is news too. */
  own: boolean;
  /** Who is visible may have changed, so that being hidden is news. */
  shadowing: boolean;
}

export interface Plan {
  /** By user id. */
  users: Map<string, TouchedUser>;
  /** By group id. */
  groups: Map<string, Touched>;
  /** Where each directory's log goes on. */
  places: Map<string, Place>;
}

/** What the database says about the events, gathered for all of them at once. */
export interface Surroundings {
  /** Ids of the enabled directories, first in precedence first. */
  enabled: readonly string[];
  /** Users of enabled directories that bear a name or e-mail touched by the events. */
  named: readonly NamedUser[];
  /** Of each event that renames a group: its members by id, after those already told of it, up to `memberLimit` of them. */
  members: ReadonlyMap<StoredEvent, readonly string[]>;
  /** Of each of the events' {@link placedGroups} that is a group: itself and every group in it. */
  nested: ReadonlyMap<string, readonly string[]>;
  memberLimit: number;
}

/** Merges the directories' events by time; the order within a directory is kept whatever the clocks say. */
export function mergeByTime(queues: readonly (readonly StoredEvent[])[]): StoredEvent[] {
  const next = queues.map(() => 0);
  const merged: StoredEvent[] = [];
  for (;;) {
    let oldest: { queue: number; event: StoredEvent } | undefined;
    for (const [queue, events] of queues.entries()) {
      const event = events[next[queue] ?? 0];
      if (event && (!oldest || event.createdAt < oldest.event.createdAt)) oldest = { queue, event };
    }
    if (!oldest) return merged;
    merged.push(oldest.event);
    next[oldest.queue] = (next[oldest.queue] ?? 0) + 1;
  }
}

/** True when the group's name may have changed, which all its members show. */
export function isRename(event: StoredEvent): boolean {
  if (event.type !== 'group.updated') return false;
  const { changes } = event.data;
  return changes === undefined || Object.keys(changes).some((name) => name.toLowerCase() === 'displayname');
}

const memberIds = ({ data }: StoredEvent): string[] =>
  [...(data.members ?? []), ...(data.affectedUsers ?? [])].filter(isUuid).map((id) => id.toLowerCase());

/** Ids below which groups may stand elsewhere or bring other roles after the event; most of them are users'. */
export function placedGroups(event: StoredEvent): string[] {
  if (event.resourceType !== 'Group') return [];
  return isRename(event) ? [event.resourceId, ...memberIds(event)] : memberIds(event);
}

export interface TouchedKeys {
  usernames: Set<string>;
  emails: Set<string>;
}

/** The user name and e-mail keys under which the events' users were or are found. */
export function keysOf(events: readonly StoredEvent[]): TouchedKeys {
  const fold = (texts: string[] | undefined) => (texts ?? []).map((text) => text.toLowerCase());
  return {
    usernames: new Set(events.flatMap((event) => fold(event.data.keys?.usernames))),
    emails: new Set(events.flatMap((event) => fold(event.data.keys?.emails))),
  };
}

interface Affected {
  directoryId: string;
  relation: 'own' | 'group' | 'shadowing' | 'nested';
}

/** Finds the users that a user's event may have hidden or brought up: in directories of lower precedence. */
function createShadowFinder({ enabled, named }: Surroundings) {
  const ranks = new Map(enabled.map((id, rank) => [id, rank]));
  const group = (keyOf: (user: NamedUser) => string | null) => Map.groupBy(named, keyOf);
  const byUsername = group((user) => user.userNameKey);
  const byEmail = group((user) => user.emailKey);
  return (event: StoredEvent): NamedUser[] => {
    const rank = ranks.get(event.directoryId);
    if (rank === undefined || event.resourceType !== 'User') return [];
    const { usernames, emails } = keysOf([event]);
    const found = [...[...usernames].map((key) => byUsername.get(key)), ...[...emails].map((key) => byEmail.get(key))];
    return found.flatMap((users) => users ?? []).filter((user) => (ranks.get(user.directoryId) ?? -1) > rank);
  };
}

/** Everybody whom the event concerns, ordered by id, after `within`; `complete` is false when there are more. */
function affectedBy(
  event: StoredEvent,
  { members, nested, memberLimit }: Surroundings,
  findShadowed: (event: StoredEvent) => NamedUser[],
  within: string | undefined,
): { users: [string, Affected][]; complete: boolean } {
  const { directoryId } = event;
  const users = new Map<string, Affected>();
  if (event.resourceType === 'User') users.set(event.resourceId, { directoryId, relation: 'own' });
  const inGroup = memberIds(event);
  const current = members.get(event) ?? [];
  for (const id of [...inGroup, ...current]) if (!users.has(id)) users.set(id, { directoryId, relation: 'group' });
  for (const root of placedGroups(event)) {
    // A group that is renamed is told anyway; one that is in its own member may stand elsewhere now.
    const told = root === event.resourceId ? root : undefined;
    for (const id of nested.get(root) ?? []) if (id !== told) users.set(id, { directoryId, relation: 'nested' });
  }
  for (const user of findShadowed(event)) users.set(user.id, { directoryId: user.directoryId, relation: 'shadowing' });
  // Members that were not read yet come later in the order of ids; whoever sorts behind the last one read waits too.
  const complete = current.length < memberLimit;
  const last = complete ? undefined : current.at(-1);
  const due = [...users].filter(([id]) => (within === undefined || id > within) && (last === undefined || id <= last));
  return { users: due.sort(([a], [b]) => (a < b ? -1 : 1)), complete };
}

function touch<T extends Touched>(known: Map<string, T>, id: string, fresh: T): T {
  const touched = known.get(id) ?? fresh;
  known.set(id, touched);
  for (const reason of fresh.reasons) touched.reasons.add(reason);
  touched.position = Math.max(touched.position, fresh.position);
  touched.at = fresh.at;
  return touched;
}

/**
 * Takes `events` in order until `room` users and groups are named. An event is told whole, so that a user and those whom
 * it hides come together; only one that fits in no answer is split, and the next answer goes on within it.
 */
export function planChanges(
  events: readonly StoredEvent[],
  start: ReadonlyMap<string, Place>,
  room: number,
  surroundings: Surroundings,
): Plan {
  const users = new Map<string, TouchedUser>();
  const groups = new Map<string, Touched>();
  const places = new Map(start);
  const findShadowed = createShadowFinder(surroundings);
  const roomLeft = () => room - users.size - groups.size;

  const isTaken = (id: string) => users.has(id) || groups.has(id);

  function takeAffected(event: StoredEvent, id: string, { directoryId, relation }: Affected): void {
    if (relation === 'nested') {
      touch(groups, id, { directoryId, reasons: new Set([event.type]), position: event.position, at: event.createdAt });
      return;
    }
    const isShadowing = relation === 'shadowing';
    const touched = touch(users, id, {
      directoryId,
      reasons: new Set([isShadowing ? shadowingChanged : event.type]),
      // The event has no position in the directory of a user that it hides: that directory's own place stands in.
      position: isShadowing ? (places.get(directoryId)?.position ?? 0) : event.position,
      at: event.createdAt,
      own: false,
      shadowing: false,
    });
    touched.own ||= relation === 'own';
    touched.shadowing ||= isShadowing;
  }

  /** Answers false when the rest of the events must wait for the next answer. */
  function take(event: StoredEvent): boolean {
    const { directoryId, type, resourceId, createdAt: at } = event;
    const { position: before, within } = places.get(directoryId) ?? { position: event.position - 1 };
    const affected = affectedBy(event, surroundings, findShadowed, within);
    const namesGroup =
      event.resourceType === 'Group' &&
      !type.startsWith('group.member_') &&
      within === undefined &&
      surroundings.enabled.includes(directoryId);
    const needed =
      affected.users.filter(([id]) => !isTaken(id)).length + (namesGroup && !groups.has(resourceId) ? 1 : 0);
    const fits = needed <= roomLeft() && affected.complete;
    if (!fits && (users.size + groups.size > 0 || room < 1)) return false;

    if (namesGroup) touch(groups, resourceId, { directoryId, reasons: new Set([type]), position: event.position, at });
    let last = within ?? beforeAllIds;
    for (const [id, one] of affected.users) {
      if (!isTaken(id) && roomLeft() < 1) break;
      takeAffected(event, id, one);
      last = id;
    }
    places.set(directoryId, fits ? { position: event.position } : { position: before, within: last });
    return fits;
  }

  for (const event of events) if (!take(event)) break;
  return { users, groups, places };
}
