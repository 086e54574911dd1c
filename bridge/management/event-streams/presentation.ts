// Event streams and signing keys as readers outside see them.
import type { EventStream, EventStreamStatus } from '../../event-streams/contracts.ts';
import type { VerificationOutcome } from '../../event-streams/service.ts';
import type { ShownKey } from '../../event-streams/signing-keys.ts';

/** Answers what `eventStreamShape` describes. */
export const shownStream = (stream: EventStream) => ({
  id: stream.id,
  slug: stream.slug,
  delivery: stream.kind,
  url: stream.kind === 'push' ? stream.url : null,
  authorization: stream.hasAuthorization,
  token: stream.tokenPrefix,
  audience: stream.audience,
  content: stream.content,
  events: stream.events,
  resourceTypes: stream.resourceTypes,
  directory: stream.directory?.slug ?? null,
  issuer: `${stream.baseUrl}/scim/v2/${stream.directory?.slug ?? '{directory}'}`,
  pollUrl: stream.kind === 'poll' ? `${stream.baseUrl}/event-streams/v1/${stream.slug}/poll` : null,
  jwksUrl: `${stream.baseUrl}/.well-known/jwks.json`,
  pause: stream.pause && { ...stream.pause, since: stream.pause.since.toISOString() },
  createdAt: stream.createdAt.toISOString(),
});

/** Answers what `eventStreamStatusShape` describes. */
export const shownStreamStatus = (
  stream: EventStream,
  { missedAt, deliveredAt, verifiedAt, ...status }: EventStreamStatus,
) => ({
  ...shownStream(stream),
  ...status,
  missedAt: missedAt?.toISOString() ?? null,
  deliveredAt: deliveredAt?.toISOString() ?? null,
  verifiedAt: verifiedAt?.toISOString() ?? null,
});

/** Answers what `verificationShape` describes. */
export const shownVerification = ({ jti, state, sent }: VerificationOutcome) => ({
  ...{ jti, state },
  delivered: sent && sent.problem === null,
  status: sent?.status ?? null,
  durationMs: sent?.durationMs ?? null,
  answer: sent?.answer ?? null,
  problem: sent?.problem ?? null,
});

/** Answers what `signingKeyShape` describes. */
export const shownKey = ({ createdAt, signsFrom, publishedUntil, ...key }: ShownKey) => ({
  ...key,
  createdAt: createdAt.toISOString(),
  signsFrom: signsFrom.toISOString(),
  publishedUntil: publishedUntil?.toISOString() ?? null,
});
