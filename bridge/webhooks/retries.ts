// When a message that failed is sent again: soon at first, then ever more seldom, for three days.

export interface RetryPlan {
  /** After the first failure; doubled with each further one. */
  retryMs: number;
  maxRetryMs: number;
  /** From the first failure on; what fails after that is dead. */
  giveUpMs: number;
  /** A receiver may ask for more time (Retry-After), but not for ever. */
  maxRetryAfterMs: number;
}

export const usualRetries: RetryPlan = {
  retryMs: 5_000,
  maxRetryMs: 6 * 3_600_000,
  giveUpMs: 72 * 3_600_000,
  maxRetryAfterMs: 3_600_000,
};

/** Each wait is shortened by up to a fifth, so that what failed together is not sent together again. */
const jitter = 0.2;

export interface Failure {
  /** Attempts so far, this one included. */
  attempts: number;
  firstFailedAt: Date;
  now: Date;
  /** What the receiver asked for. */
  retryAfterMs?: number | undefined;
}

/** When to try again, or undefined when that is no longer worth it. `random` is from 0 to 1. */
export function nextAttempt(plan: RetryPlan, failure: Failure, random: number): Date | undefined {
  const { attempts, firstFailedAt, now, retryAfterMs = 0 } = failure;
  if (now.getTime() - firstFailedAt.getTime() >= plan.giveUpMs) return undefined;
  const wait = Math.min(plan.maxRetryMs, plan.retryMs * 2 ** (attempts - 1)) * (1 - jitter * random);
  return new Date(now.getTime() + Math.max(wait, Math.min(retryAfterMs, plan.maxRetryAfterMs)));
}

/** The milliseconds of a Retry-After header (RFC 9110 §10.2.3): seconds or a date. */
export function parseRetryAfter(header: string | undefined, now: Date): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now.getTime());
}
