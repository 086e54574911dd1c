// Moves as the management API and the command line show them.
import type { MoveClaim, MovedEntry, MovePlan, MoveStatus } from '../../provisioning/moves/contracts.ts';
import { shownDirectory } from '../presentation.ts';

export const shownPlan = ({ directory: _directory, ...plan }: MovePlan) => plan;

export const shownMove = ({ move, directory, ...counts }: MoveStatus) => ({
  id: move.id,
  state: move.state,
  match: move.match,
  startedAt: move.startedAt.toISOString(),
  endedAt: move.endedAt?.toISOString() ?? null,
  before: { kind: move.previous.kind, profile: move.previous.profile },
  directory: shownDirectory(directory),
  ...counts,
});

export const shownEntry = ({ movedAt, ...entry }: MovedEntry) => ({
  ...entry,
  movedAt: movedAt?.toISOString() ?? null,
});

export const shownClaim = ({ firstSeenAt, lastSeenAt, decision, ...claim }: MoveClaim) => ({
  ...claim,
  decision:
    decision &&
    (decision.kind === 'adopt'
      ? { decision: 'adopt' as const, userId: decision.userId }
      : { decision: 'create' as const }),
  firstSeenAt: firstSeenAt.toISOString(),
  lastSeenAt: lastSeenAt.toISOString(),
});
