// The guard as the management API and the command line show it.
import type { GuardStatus, ListedHeld } from '../../provisioning/guard/contracts.ts';

export const shownGuard = ({ settings, passingUntil, windows, ...status }: GuardStatus) => ({
  ...status,
  ...settings,
  passingUntil: passingUntil?.toISOString() ?? null,
  windows: windows.map(({ trippedAt, ...window }) => ({ ...window, trippedAt: trippedAt?.toISOString() ?? null })),
});

export const shownHeld = ({ userId, userName, groupId, groupName, heldAt, ...held }: ListedHeld) => ({
  ...held,
  user: userId === null ? null : { id: userId, userName: userName ?? '' },
  group: groupId === null ? null : { id: groupId, displayName: groupName ?? '' },
  heldAt: heldAt.toISOString(),
});
