// How long requests are remembered.
import type { Clock } from '../../platform/clock.ts';
import type { Kept } from '../../platform/retention.ts';
import type { RequestRepository } from './repository.ts';

const dayMs = 24 * 3_600_000;

export interface KeptRequestsDeps {
  repository: Pick<RequestRepository, 'pruneBatch'>;
  clock: Clock;
  /** Undefined: for ever. */
  days: number | undefined;
}

/** Nothing to look after where all are kept. */
export function keptRequests({ repository, clock, days }: KeptRequestsDeps): Kept[] {
  if (days === undefined) return [];
  return [
    {
      name: 'requests',
      async open(directoryId) {
        const time = new Date(clock.now().getTime() - days * dayMs);
        return (size) => repository.pruneBatch(directoryId, time, size);
      },
    },
  ];
}
