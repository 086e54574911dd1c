// Keeps a webhook that fails with everything from being called for everything: while it is open, one message at a time
// tries whether the receiver is back, ever more seldom. It never knows what time it is; whoever asks says so.

export interface BreakerPlan {
  /** So many different messages in a row must fail before it opens. */
  messages: number;
  /** After that, between one try and the next; doubled with each. */
  probeMs: number;
  maxProbeMs: number;
  /** So long everything must fail before the webhook is paused. */
  pauseMs: number;
}

export const usualBreaker: BreakerPlan = { messages: 10, probeMs: 1_000, maxProbeMs: 600_000, pauseMs: 300_000 };

export interface Breaker {
  /** How many more messages may be sent while `inFlight` are under way. */
  room(now: number, inFlight: number): number;
  /** When there will be room again, if only the time stands in the way. */
  opensAt(now: number): number | undefined;
  /** Whether nothing should be fetched beyond what a try needs. */
  isOpen(): boolean;
  succeeded(): void;
  /** Answers whether the webhook should be paused. `message` tells messages apart. */
  failed(now: number, message: string): boolean;
  /** The receiver asked to be left alone. */
  holdUntil(time: number): void;
}

/** `open`: as after a restart in the middle of an outage. */
export function createBreaker(
  plan: BreakerPlan,
  { concurrency, open }: { concurrency: number; open: boolean },
): Breaker {
  const failing = new Set<string>();
  let since: number | undefined;
  let tries = open ? 1 : 0;
  let probeAt = 0;
  let heldUntil = 0;

  return {
    isOpen: () => tries > 0,
    room(now, inFlight) {
      if (now < heldUntil) return 0;
      if (tries === 0) return concurrency - inFlight;
      return now >= probeAt && inFlight === 0 ? 1 : 0;
    },
    opensAt(now) {
      const at = Math.max(heldUntil, tries > 0 ? probeAt : 0);
      return at > now ? at : undefined;
    },
    succeeded() {
      failing.clear();
      since = undefined;
      tries = 0;
    },
    failed(now, message) {
      since ??= now;
      if (tries === 0) {
        failing.add(message);
        if (failing.size < plan.messages) return false;
        failing.clear();
      }
      // Those that were under way when it opened tell nothing new.
      if (tries > 0 && now < probeAt) return false;
      tries += 1;
      probeAt = now + Math.min(plan.maxProbeMs, plan.probeMs * 2 ** (tries - 1));
      return now - since >= plan.pauseMs;
    },
    holdUntil(time) {
      heldUntil = Math.max(heldUntil, time);
    },
  };
}
