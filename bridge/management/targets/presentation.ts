// Targets as JSON shows them: times as text.
import type { TargetStatus } from '../../outbound/contracts.ts';
import type { ShownTarget } from '../../outbound/service.ts';

export const shownTarget = ({ createdAt, ...target }: ShownTarget) => ({
  ...target,
  createdAt: createdAt.toISOString(),
});

export const shownStatus = ({ held, pushedAt, ...status }: TargetStatus) => ({
  ...status,
  held: held && { ...held, until: held.until.toISOString() },
  pushedAt: pushedAt?.toISOString() ?? null,
});
