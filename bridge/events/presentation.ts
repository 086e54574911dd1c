// An event as readers outside see it: the same shape whatever the identity provider has sent.
import type { LogPage } from './log.ts';

/**
 * Answers what `eventShape` (management/events/contracts.ts) describes. What the store keeps for itself (keys, affected
 * users) is left out. `current`: the resources as they are now, when they are to be shown.
 */
export const shownEvent = <Resource>(
  { directory, actor, data, ...event }: LogPage['events'][number],
  current?: ReadonlyMap<string, Resource>,
) => ({
  id: `${directory.id}.${event.position}`,
  type: event.type,
  time: event.createdAt.toISOString(),
  directory,
  position: event.position,
  actor: actor.name,
  requestId: actor.requestId ?? null,
  ...(data.askedBy && { askedBy: data.askedBy }),
  profile: actor.profile ?? null,
  resource: {
    type: event.resourceType,
    id: event.resourceId,
    version: event.resourceVersion ?? null,
    ...(current && { current: current.get(event.resourceId) ?? null }),
  },
  changes: data.changes ?? {},
  members: data.members ?? [],
  ...(data.undoPlan !== undefined && { undoPlan: data.undoPlan }),
});
