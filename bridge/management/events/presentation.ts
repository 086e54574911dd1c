// An event as readers outside see it: the same shape whatever the identity provider has sent.
import type { LogPage } from '../../events/log.ts';

/** Answers what `eventShape` describes. What the store keeps for itself (keys, affected users) is left out. */
export const shownEvent = ({ directory, actor, data, ...event }: LogPage['events'][number]) => ({
  id: `${directory.id}.${event.position}`,
  type: event.type,
  time: event.createdAt.toISOString(),
  directory,
  position: event.position,
  actor: actor.name,
  requestId: actor.requestId ?? null,
  resource: { type: event.resourceType, id: event.resourceId, version: event.resourceVersion ?? null },
  changes: data.changes ?? {},
  members: data.members ?? [],
});
