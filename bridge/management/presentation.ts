// What the management API shows of a directory.
import type { Directory } from '../directories/contracts.ts';

export const shownDirectory = ({ id: _id, schemaRevision: _revision, createdAt, source, ...directory }: Directory) => ({
  ...directory,
  createdAt: createdAt.toISOString(),
  health: source && (directory.enabled ? source.health : ('disabled' as const)),
  seenAt: source?.seenAt?.toISOString() ?? null,
});
