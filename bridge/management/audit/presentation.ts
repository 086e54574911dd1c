// An entry of the audit log as readers outside see it.
import type { AuditEntry } from '../../events/audit/contracts.ts';

/** Answers what `auditEntryShape` describes. */
export const shownEntry = ({ id, type, createdAt, actor, directory, federation, resource, changes }: AuditEntry) => ({
  id: String(id),
  type,
  time: createdAt.toISOString(),
  actor: actor.name,
  requestId: actor.requestId ?? null,
  directory: directory ?? null,
  federation: federation ?? null,
  resource,
  changes,
});
