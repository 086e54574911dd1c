// Undo plans as the management API and the command line show them.
import type { UndoItem, UndoPlan, UndoPlanStatus } from '../../provisioning/undo/contracts.ts';

export const shownUndoPlan = ({ actors, from, to, createdAt, appliedAt, ...plan }: UndoPlan) => ({
  ...plan,
  actors: [...actors],
  from: from.toISOString(),
  to: to.toISOString(),
  createdAt: createdAt.toISOString(),
  appliedAt: appliedAt?.toISOString() ?? null,
});

export const shownUndoStatus = ({ counts, ...plan }: UndoPlanStatus) => ({ ...shownUndoPlan(plan), counts });

export const shownUndoItem = ({ at, ...item }: UndoItem) => ({ ...item, at: at?.toISOString() ?? null });
