// A remembered SCIM request as readers outside see it.
import type { LoggedRequest } from '../../provisioning/requests/contracts.ts';

/** Answers what `requestShape` describes. */
export const shownRequest = ({ at, ...request }: LoggedRequest) => ({
  id: request.id,
  time: at.toISOString(),
  method: request.method,
  path: request.path,
  query: request.query,
  actor: request.actor ?? null,
  requestId: request.requestId,
  address: request.address,
  userAgent: request.userAgent ?? null,
  status: request.status,
  scimType: request.scimType ?? null,
  detail: request.detail ?? null,
  failedOperations: request.failedOperations ?? 0,
  durationMs: request.durationMs,
  tolerances: [...request.tolerances],
  sent: request.sent ?? null,
});

/** A page of at most `limit`, of which one more was read to see whether there is another page. */
export function shownRequests(read: readonly LoggedRequest[], limit: number) {
  const requests = read.slice(0, limit).map(shownRequest);
  return { requests, next: read.length > limit ? (requests.at(-1)?.id ?? null) : null };
}
