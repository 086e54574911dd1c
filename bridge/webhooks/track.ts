// One directory of a webhook, as the process sees it that delivers: how far the log goes, and where the webhook is in it.
import type { Attempt } from './contracts.ts';
import type { Lane } from './lane.ts';

export interface Track {
  directory: { id: string; slug: string };
  /** Where the log ends, as far as is known. */
  head: number;
  /** Undefined until its place in the log has been taken, and after somebody else has taken it. */
  lane: Lane | undefined;
  epoch: number;
  /** Events after the one and up to the other are passed over. */
  skipAfter: number;
  skipTo: number;
  /** What was tried and is not yet written down. */
  attempts: Attempt[];
  /** Whether something was delivered that is not yet written down. */
  delivered: boolean;
}

export const newTrack = (directory: Track['directory'], head: number): Track => ({
  ...{ directory, head, lane: undefined, epoch: 0, skipAfter: 0, skipTo: 0, attempts: [], delivered: false },
});

export const isBehind = ({ head, lane }: Track): boolean => lane === undefined || lane.readTo() < head;
