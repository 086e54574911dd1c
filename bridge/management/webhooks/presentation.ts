// Webhooks as readers outside see them.
import {
  type Attempt,
  type FailedDelivery,
  type InDirectory,
  messageId,
  type ShownSecret,
  type Webhook,
  type WebhookStatus,
} from '../../webhooks/contracts.ts';
import type { TestOutcome } from '../../webhooks/service.ts';

/** Answers what `webhookShape` describes. */
export const shownWebhook = ({ id, slug, url, directory, types, pause, createdAt }: Webhook) => ({
  ...{ id, slug, url, types },
  directory: directory?.slug ?? null,
  pause: pause && { ...pause, since: pause.since.toISOString() },
  createdAt: createdAt.toISOString(),
});

/** Answers what `webhookStatusShape` describes. */
export const shownStatus = (
  webhook: Webhook,
  { missedAt, deliveredAt, secrets, ...status }: WebhookStatus & { secrets: ShownSecret[] },
) => ({
  ...shownWebhook(webhook),
  ...status,
  missedAt: missedAt?.toISOString() ?? null,
  deliveredAt: deliveredAt?.toISOString() ?? null,
  secrets: secrets.map(({ id, createdAt, expiresAt }) => ({
    id,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
  })),
});

/** Answers what `testOutcomeShape` describes. */
export const shownOutcome = (outcome: TestOutcome) => ({ ...outcome, delivered: outcome.problem === null });

/** Answers what `attemptShape` describes. */
export const shownAttempt = ({ position, at, directory, ...attempt }: InDirectory<Attempt>) => ({
  ...attempt,
  directory,
  event: messageId(directory.id, position),
  at: at.toISOString(),
});

/** Answers what `failedShape` describes. */
export const shownFailed = ({
  position,
  resourceType,
  resourceId,
  directory,
  ...failed
}: InDirectory<FailedDelivery>) => ({
  event: messageId(directory.id, position),
  state: failed.state,
  type: failed.type,
  directory,
  resource: { type: resourceType, id: resourceId },
  attempts: failed.attempts,
  firstFailedAt: failed.firstFailedAt?.toISOString() ?? null,
  lastFailedAt: failed.lastFailedAt?.toISOString() ?? null,
  nextAttemptAt: failed.nextAttemptAt?.toISOString() ?? null,
  problem: failed.problem,
});
