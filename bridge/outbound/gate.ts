// Whether a target may be called now. Closed for as long as the target asks (Retry-After), and for growing times after
// several failures in a row; then one call at a time is let through until one succeeds.
import type { Clock } from '../platform/clock.ts';
import { backOffMs, type TargetFailure } from './failure.ts';

export interface GateTiming {
  /** Failures in a row that close it. */
  failures: number;
  firstMs: number;
  maxMs: number;
}

export interface Hold {
  until: Date;
  reason: string;
}

export function createGate({ clock, timing }: { clock: Clock; timing: GateTiming }) {
  let failures = 0;
  let closings = 0;
  let heldUntil = 0;
  let trying = false;

  return {
    /** Milliseconds until it may be tried; 0: now. */
    waitMs: (): number => Math.max(0, heldUntil - clock.now().getTime()),

    /** Whether a call may begin. Each that may must be told of by `succeeded`, `failed` or `gaveUp`. */
    enter(): boolean {
      if (heldUntil > clock.now().getTime()) return false;
      if (closings === 0) return true;
      if (trying) return false;
      trying = true;
      return true;
    },

    /** Answers true when it had been closed. A call that began before it closed says nothing of the time since. */
    succeeded(): boolean {
      trying = false;
      if (heldUntil > clock.now().getTime()) return false;
      const wasClosed = closings > 0;
      [failures, closings, heldUntil] = [0, 0, 0];
      return wasClosed;
    },

    gaveUp(): void {
      trying = false;
    },

    /** Answers for how long it is closed now, if this failure closed it. */
    failed(failure: TargetFailure): Hold | undefined {
      trying = false;
      failures += 1;
      const now = clock.now().getTime();
      const isRefused = failure.status === 401 || failure.status === 403;
      if (failure.retryAfterMs === undefined && !isRefused && failures < timing.failures && closings === 0) {
        return undefined;
      }
      if (heldUntil > now && failure.retryAfterMs === undefined) return undefined;
      closings += 1;
      const wait = failure.retryAfterMs ?? backOffMs(closings, timing);
      heldUntil = Math.max(heldUntil, now + wait);
      return { until: new Date(heldUntil), reason: failure.message };
    },

    /** Another replica was told so. */
    hold(until: Date): void {
      if (until.getTime() <= heldUntil) return;
      heldUntil = until.getTime();
      closings = Math.max(closings, 1);
    },
  };
}

export type Gate = ReturnType<typeof createGate>;
