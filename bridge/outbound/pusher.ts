// Pushes leased resources to one target and settles each by what came of it: what is of the resource is told of the
// resource, and what is of the target closes its gate for a while.

import type { Clock } from '../platform/clock.ts';
import { violatedConstraint } from '../platform/db/errors.ts';
import type { Drift, Outcome, ResourceKind, Target } from './contracts.ts';
import type { Source } from './desired.ts';
import { backOffMs, TargetFailure } from './failure.ts';
import type { Gate, Hold } from './gate.ts';
import type { Push, Pushed } from './push.ts';
import type { PushedResource, ResourcesRepository, Settlement } from './resources-repository.ts';

export interface RetryTiming {
  retryMs: number;
  maxRetryMs: number;
}

export interface PusherDeps {
  target: Target;
  owner: string;
  resources: ResourcesRepository;
  gate: Gate;
  clock: Clock;
  timing: RetryTiming;
  onHold: (hold: Hold | null) => Promise<void>;
  /** The target has taken something. */
  onPushed: () => Promise<void>;
  onError: (error: unknown, row: PushedResource) => void;
}

export interface Done {
  outcome: Outcome;
  drift?: Drift;
}

/** What a resource is called in messages. */
export const sharedAccount = 'The account at the target is already that of another user or group of the directory.';

export function createPusher(deps: PusherDeps) {
  const { target, owner, resources, gate, clock, timing, onHold, onPushed, onError } = deps;
  const after = (ms: number) => new Date(clock.now().getTime() + ms);

  const settle = (row: PushedResource, settlement: Settlement) =>
    resources.settle(target, owner, row, settlement, clock.now());

  async function finish(row: PushedResource, { outcome, settlement, drift }: Pushed): Promise<Done> {
    if (settlement === 'forget') await resources.forget(target, owner, row);
    else await settle(row, settlement);
    return { outcome, ...(drift !== undefined && { drift: { type: row.type, sourceId: row.sourceId, what: drift } }) };
  }

  async function fail(row: PushedResource, error: unknown): Promise<Done> {
    if (violatedConstraint(error) === 'outbound_resources_remote_key') {
      gate.succeeded();
      await settle(row, { state: 'quarantined', problem: sharedAccount });
      return { outcome: 'refused' };
    }
    if (error instanceof TargetFailure && error.kind === 'resource') {
      if (gate.succeeded()) await onHold(null);
      await settle(row, { state: 'quarantined', problem: error.message });
      return { outcome: 'refused' };
    }
    const wait = backOffMs(row.attempts, { firstMs: timing.retryMs, maxMs: timing.maxRetryMs });
    if (error instanceof TargetFailure) {
      const hold = gate.failed(error);
      if (hold) await onHold(hold);
      const retryAt = after(Math.max(wait, gate.waitMs()));
      await settle(row, { state: 'retry', problem: error.message, retryAt });
    } else {
      gate.gaveUp();
      onError(error, row);
      await settle(row, { state: 'retry', problem: "The bridge failed; see the bridge's log.", retryAt: after(wait) });
    }
    return { outcome: 'failed' };
  }

  return {
    /** Never throws, unless the database does. `source` undefined: the target is not to have it. */
    async push(push: Push, row: PushedResource, source: Source | undefined, verifying: boolean): Promise<Done> {
      if (!gate.enter()) {
        await settle(row, { state: 'retry', retryAt: after(Math.max(gate.waitMs(), timing.retryMs)) });
        return { outcome: 'failed' };
      }
      try {
        const pushed = await push.push(row, source, verifying);
        if (gate.succeeded()) await onHold(null);
        const done = await finish(row, pushed);
        if (done.outcome !== 'same') await onPushed();
        return done;
      } catch (error) {
        return fail(row, error);
      }
    },
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
