// Why something could not be pushed: of the target as a whole, so that it is left alone for a while, or of one resource.

export type FailureKind =
  /** Nobody answered, or not as a SCIM server does; credentials were refused; too much was asked. */
  | 'target'
  /** This resource is refused as it is. */
  | 'resource';

export class TargetFailure extends Error {
  override readonly name = 'TargetFailure';
  readonly kind: FailureKind;
  readonly status: number | undefined;
  /** The target says when to come again. */
  readonly retryAfterMs: number | undefined;

  constructor(
    kind: FailureKind,
    message: string,
    options: { status?: number; retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.kind = kind;
    this.status = options.status;
    this.retryAfterMs = options.retryAfterMs;
  }
}

const maxRetryAfterMs = 3_600_000;

/** RFC 9110 §10.2.3: seconds, or a date. */
export function retryAfterMs(header: string | undefined, now: Date): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1_000 : Date.parse(header) - now.getTime();
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), maxRetryAfterMs) : undefined;
}

/** Half of a doubling wait is fixed, half is left to chance, so that many don't come back at once. */
export function backOffMs(attempts: number, { firstMs, maxMs }: { firstMs: number; maxMs: number }): number {
  const whole = Math.min(maxMs, firstMs * 2 ** Math.min(attempts - 1, 30));
  return whole / 2 + (Math.random() * whole) / 2;
}
