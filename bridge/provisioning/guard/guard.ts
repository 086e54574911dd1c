// The guard for pushed SCIM, inside the transaction of the write that it looks at: whether a harmful operation goes through or
// is held until an operator decides. Whatever the answer, the identity provider is told that it was done.
import type { Directory } from '../../directories/contracts.ts';
import { changesBetween } from '../../events/audit/changes.ts';
import type { Actor, Changes, EventType, NewEvent } from '../../events/contracts.ts';
import { appendEvents } from '../../events/repository.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Scope } from '../../platform/db/scope.ts';
import { type GuardedOperation, type HeldOperation, heldOperations, watchedAs } from './contracts.ts';
import { cancelHeld, insertHeld, isAnythingHeld, type NewHeld } from './held-repository.ts';
import { allowedBy, isTooMany, isWithinCount } from './limits.ts';
import * as windows from './windows-repository.ts';

/** Where and for whom it is decided. */
export interface Guarded {
  directory: Pick<Directory, 'id' | 'kind'>;
  actor: Actor;
}

/** The ids of one event; more become several. */
const usersPerEvent = 1_000;

const minutes = 60_000;

export function guardEvent(directoryId: string, type: EventType, changes: Changes): NewEvent {
  // Of the directory, so that readers of users and groups pass over what has not happened to them.
  return { type, resourceType: 'Directory', resourceId: directoryId, data: { changes } };
}

const told = (values: object): Changes => changesBetween(undefined, values);

function subjectEvents(directoryId: string, type: EventType, { operation, userIds, groupId }: NewHeld): NewEvent[] {
  const group = groupId === undefined ? {} : { group: groupId };
  if (operation === 'delete_group') return [guardEvent(directoryId, type, told({ operation, ...group }))];
  const events: NewEvent[] = [];
  for (let start = 0; start < userIds.length; start += usersPerEvent) {
    const users = userIds.slice(start, start + usersPerEvent);
    events.push(guardEvent(directoryId, type, told({ operation, ...group, users })));
  }
  return events;
}

export function createGuard(clock: Clock) {
  /** Undefined when it goes through, and is counted then; else the events of the trip, if it is the first that is held. */
  async function hold(
    scope: Scope,
    directoryId: string,
    operation: GuardedOperation,
    userIds: readonly string[],
  ): Promise<NewEvent[] | undefined> {
    const locked = await windows.lockWindow(scope, directoryId, operation);
    if (!locked) return undefined;
    const { guard, window } = locked;
    const { windowMinutes, limits } = guard.settings;
    const limit = limits[operation];
    const now = clock.now();
    const isPassing = guard.passingUntil !== null && guard.passingUntil > now;
    if (!limit || isPassing) return undefined;
    const kinds = heldOperations.filter((one) => watchedAs(one) === operation);
    if (window.trippedAt && (await isAnythingHeld(scope, directoryId, kinds))) return [];

    const since = new Date(now.getTime() - windowMinutes * minutes);
    const change = { userIds, counted: window.counted, since, now };
    const { added, counted } = await windows.countChanges(scope, directoryId, operation, change);
    // The most users that the directory had within the window.
    const isCounted = window.knownAt !== null && window.knownAt > since;
    let known = isCounted ? window.known : 0;
    let knownAt = isCounted ? window.knownAt : null;
    if (!isWithinCount(counted, limit) && isTooMany(counted, limit, known)) {
      const gone = await windows.countGone(scope, directoryId, operation, since);
      known = Math.max(known, gone + (await windows.countActiveUsers(scope, directoryId)));
      knownAt ??= now;
    }
    if (!isTooMany(counted, limit, known)) {
      await windows.saveWindow(scope, directoryId, operation, { counted, known, knownAt, trippedAt: null });
      return undefined;
    }
    await windows.forgetChanges(scope, directoryId, operation, added);
    const before = counted - added.length;
    await windows.saveWindow(scope, directoryId, operation, { counted: before, known, knownAt, trippedAt: now });
    return [
      guardEvent(
        directoryId,
        'guard.tripped',
        told({
          operation,
          users: known,
          allowed: allowedBy(limit, known),
          counted: before,
          refused: added.length,
          windowMinutes,
        }),
      ),
    ];
  }

  return {
    /**
     * Whether the operation may be done to the users now. If not, it is held, with its events, and the caller leaves it.
     * `userIds`: whom it is counted for.
     */
    async mayPass(
      scope: Scope,
      { directory, actor }: Guarded,
      asked: { operation: HeldOperation; userIds: readonly string[]; groupId?: string },
    ): Promise<boolean> {
      // Directories that are read have a guard of their own: see ldap/removal-guard.ts.
      if (directory.kind !== 'scim' || asked.userIds.length === 0) return true;
      const userIds = [...new Set(asked.userIds)];
      const trip = await hold(scope, directory.id, watchedAs(asked.operation), userIds);
      if (!trip) return true;
      const now = clock.now();
      const fresh = await insertHeld(scope, directory.id, { ...asked, userIds }, actor, now);
      const held = fresh > 0 ? subjectEvents(directory.id, 'guard.held', { ...asked, userIds }) : [];
      await appendEvents(scope, directory.id, [...trip, ...held], actor, now);
      return false;
    },

    /** What was held and is not asked for any more. Answers whether there was such a thing. */
    async cancel(scope: Scope, { directory, actor }: Guarded, held: NewHeld): Promise<boolean> {
      const cancelled = await cancelHeld(scope, directory.id, held);
      if (cancelled.length === 0) return false;
      const userIds = cancelled.flatMap((id) => (id === null ? [] : [id]));
      const events = subjectEvents(directory.id, 'guard.cancelled', { ...held, userIds });
      await appendEvents(scope, directory.id, events, actor, clock.now());
      return true;
    },
  };
}

export type Guard = ReturnType<typeof createGuard>;
