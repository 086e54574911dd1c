// Pushes leased resources to one target and settles each by what came of it: what is of the resource is told of the
// resource, and what is of the target closes its gate for a while.
import type { Clock } from '../platform/clock.ts';
import { violatedConstraint } from '../platform/db/errors.ts';
import type { Limiter } from '../platform/limiter.ts';
import type { Drift, Outcome, PushedResource, ResourceKind, Target } from './contracts.ts';
import type { Source } from './desired.ts';
import { backOffMs, TargetFailure } from './failure.ts';
import type { Gate, Hold } from './gate.ts';
import type { Push, Pushed } from './push.ts';
import type { ResourcesRepository } from './resources-repository.ts';
import type { Settlement } from './settlements-repository.ts';
import { createSettling } from './settling.ts';

export interface RetryTiming {
  retryMs: number;
  maxRetryMs: number;
}

export interface PusherDeps {
  target: Target;
  owner: string;
  resources: Pick<ResourcesRepository, 'settle' | 'forget'>;
  gate: Gate;
  clock: Clock;
  timing: RetryTiming;
  onHold: (hold: Hold | null) => Promise<void>;
  /** The target has taken something. */
  onPushed: () => Promise<void>;
  /** `seconds` undefined: it went with others, in one request. */
  onDone: (done: { outcome: Outcome; seconds?: number }) => void;
  onError: (error: unknown, row: PushedResource) => void;
}

export interface Done {
  outcome: Outcome;
  drift?: Drift;
}

/** What came of a call: an answer; nothing, because the target is left alone; or a failure. */
type Called<T> = { kind: 'answer'; answer: T } | { kind: 'closed' } | { kind: 'failure'; error: unknown };

interface PushWork {
  push: Push;
  row: PushedResource;
  /** Undefined: the target is not to have it. */
  source: Source | undefined;
  verifying: boolean;
}

/** Where pushes wait for their turn; what came of them is written beside the next one. */
interface Line {
  lanes: Limiter;
  /** Whether a resource that has waited is still leased. */
  isOurs: (sourceId: string) => Promise<boolean>;
}

const sharedAccount = 'The account at the target is already that of another user or group of the directory.';

/** Whether an account was to be that of two. */
export const isShared = (error: unknown): boolean => violatedConstraint(error) === 'outbound_resources_remote_key';

export function createPusher(deps: PusherDeps) {
  const { target, owner, resources, gate, clock, timing, onHold, onPushed, onDone, onError } = deps;
  const after = (ms: number) => new Date(clock.now().getTime() + ms);
  const settling = createSettling((all) => resources.settle(target, owner, all, clock.now()));
  const settle = (row: PushedResource, settlement: Settlement) => settling({ row, settlement });

  /** Calls the target if it may be called now, and tells the gate what came of it. */
  async function call<T>(work: () => Promise<T>): Promise<Called<T>> {
    if (!gate.enter()) return { kind: 'closed' };
    try {
      const answer = await work();
      if (gate.succeeded()) await onHold(null);
      return { kind: 'answer', answer };
    } catch (error) {
      const isAnswered = isShared(error) || (error instanceof TargetFailure && error.kind === 'resource');
      if (isAnswered && gate.succeeded()) await onHold(null);
      else if (!isAnswered && error instanceof TargetFailure) {
        const hold = gate.failed(error);
        if (hold) await onHold(hold);
      } else if (!isAnswered) gate.gaveUp();
      return { kind: 'failure', error };
    }
  }

  function failed(row: PushedResource, error: unknown): Pushed {
    const refused = (problem: string): Pushed => ({
      outcome: 'refused',
      settlement: { state: 'quarantined', problem },
    });
    if (isShared(error)) return refused(sharedAccount);
    if (error instanceof TargetFailure && error.kind === 'resource') return refused(error.message);
    const wait = backOffMs(row.attempts, { firstMs: timing.retryMs, maxMs: timing.maxRetryMs });
    if (error instanceof TargetFailure) {
      const retryAt = after(Math.max(wait, gate.waitMs()));
      return { outcome: 'failed', settlement: { state: 'retry', problem: error.message, retryAt } };
    }
    onError(error, row);
    const problem = "The bridge failed; see the bridge's log.";
    return { outcome: 'failed', settlement: { state: 'retry', problem, retryAt: after(wait) } };
  }

  async function attempt({ push, row, source, verifying }: PushWork): Promise<Pushed | 'closed'> {
    const called = await call(() => push.push(row, source, verifying));
    if (called.kind === 'answer') return called.answer;
    return called.kind === 'failure' ? failed(row, called.error) : 'closed';
  }

  function postponed(): Pushed {
    const retryAt = after(Math.max(gate.waitMs(), timing.retryMs));
    return { outcome: 'failed', settlement: { state: 'retry', retryAt } };
  }

  /** Whoever compares it may push it at once, and whoever pushes what is due after that time. */
  const letGo = (row: PushedResource, retryAt: Date) => settle(row, { state: 'retry', retryAt });

  async function write(row: PushedResource, pushed: Pushed): Promise<Pushed> {
    try {
      if (pushed.settlement === 'forget') await resources.forget(target, owner, row);
      else await settle(row, pushed.settlement);
      return pushed;
    } catch (error) {
      const other = failed(row, error);
      if (other.settlement !== 'forget') await settle(row, other.settlement);
      return other;
    }
  }

  return {
    call,

    /**
     * Never throws, unless the database does. Undefined for one that stands in a line: it is not this process's any more,
     * or the target is left alone, and it is to be taken up again.
     */
    async push(work: PushWork, line?: Line): Promise<Done | undefined> {
      const { row } = work;
      let seconds = 0;
      const timed = async () => {
        const started = performance.now();
        const attempted = await attempt(work);
        seconds = (performance.now() - started) / 1_000;
        return attempted;
      };
      const inLine = async ({ lanes, isOurs }: Line) =>
        lanes.run(async () => ((await isOurs(row.sourceId)) ? timed() : undefined));
      const attempted = await (line ? inLine(line) : timed());
      if (!attempted) return undefined;
      if (attempted === 'closed' && line) {
        // It counts as compared only when it was: a push of a change trusts what the bridge remembers.
        await letGo(row, clock.now());
        return undefined;
      }
      const pushed = attempted === 'closed' ? postponed() : attempted;
      const { outcome, drift } = await write(row, pushed);
      onDone({ outcome, seconds });
      if (outcome !== 'same' && outcome !== 'failed' && outcome !== 'refused') await onPushed();
      return {
        outcome,
        ...(drift !== undefined && { drift: { type: row.type, sourceId: row.sourceId, what: drift } }),
      };
    },

    /** Of what was pushed with others, in one request. */
    async noteCreated(row: PushedResource, settlement: Settlement): Promise<void> {
      await settle(row, settlement);
      onDone({ outcome: 'created' });
      await onPushed();
    },

    letGo,
  };
}

export type Pusher = ReturnType<typeof createPusher>;

/** Runs `work` on all items, so many at a time. */
export async function inParallel<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const lanes = Array.from({ length: Math.min(width, items.length) }, async () => {
    for (const item of queue) await work(item);
  });
  const ended = await Promise.allSettled(lanes);
  const failed = ended.find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
}

export const idsOf = (rows: readonly PushedResource[], type: ResourceKind): string[] =>
  rows.filter((row) => row.type === type).map((row) => row.sourceId);
