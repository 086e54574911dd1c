// How much of a directory's log is kept. What goes is its beginning, without gaps.
import type { Clock } from '../platform/clock.ts';
import type { Kept } from '../platform/retention.ts';
import type { EventReader } from './repository.ts';
import type { RetentionRepository } from './retention-repository.ts';

const dayMs = 24 * 3_600_000;

/** What stays of each directory's log; undefined: all of it. */
export interface RetentionRule {
  days?: number;
  events?: number;
}

export interface KeptEventsDeps {
  repository: RetentionRepository;
  reader: Pick<EventReader, 'placeEvents'>;
  clock: Clock;
  rule: RetentionRule;
}

/** Nothing to look after where all is kept. */
export function keptEvents({ repository, reader, clock, rule }: KeptEventsDeps): Kept[] {
  if (rule.days === undefined && rule.events === undefined) return [];
  return [
    {
      name: 'events',
      async open(directoryId) {
        // Events that nobody has read have no position yet, and what has none is never old.
        await reader.placeEvents(directoryId);
        const limits = {
          before: rule.days === undefined ? undefined : new Date(clock.now().getTime() - rule.days * dayMs),
          keep: rule.events,
        };
        return (size) => repository.pruneBatch(directoryId, limits, size);
      },
    },
  ];
}
