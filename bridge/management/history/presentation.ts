// A history as readers outside see it.
import type { Directory } from '../../directories/contracts.ts';
import { shownEvent } from '../../events/presentation.ts';
import type { History } from '../../provisioning/history/service.ts';

/** Answers what `historyShape` describes. */
export function shownHistory({ resource, events, beginsAt, past }: History, { id, slug }: Directory) {
  return {
    resource,
    events: events.map((event) => shownEvent({ ...event, directory: { id, slug } })),
    beginsAt: beginsAt?.toISOString() ?? null,
    past: past
      ? {
          at: past.at.toISOString(),
          resource: past.resource,
          members: past.members ?? null,
          groups: past.groups?.map((group) => ({ id: group.id, displayName: group.displayName ?? null })) ?? null,
        }
      : null,
  };
}
