// What Prometheus is told of outbound targets. Names of targets are of their directory, so both are labels.
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

interface NamedTarget {
  directory: string;
  target: string;
}

const targetStates = ['active', 'held', 'paused', 'purging'] as const;

export interface OutboundMetrics {
  /** `seconds` undefined: it went with others, in one request. */
  pushed(push: NamedTarget & { outcome: string; seconds?: number }): void;
  /** Users and groups that wait to be pushed, and such as are put aside. */
  resources(counts: NamedTarget & { pending: number; quarantined: number }): void;
  state(target: NamedTarget & { state: (typeof targetStates)[number] }): void;
  /** What was told of the target's resources and state is not for this process to tell any longer. */
  forget(target: NamedTarget): void;
}

export function createOutboundMetrics(registry: Registry): OutboundMetrics {
  const labels = ['directory', 'target'] as const;
  const registers = [registry];
  const pushes = new Counter({
    name: 'realmbridge_outbound_pushes_total',
    help: 'Users and groups pushed to outbound targets, by what became of them.',
    labelNames: [...labels, 'outcome'] as const,
    registers,
  });
  const duration = new Histogram({
    name: 'realmbridge_outbound_push_duration_seconds',
    help: 'Time to bring one user or group at an outbound target to what it should be, with all its calls.',
    labelNames: labels,
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60],
    registers,
  });
  const resources = new Gauge({
    name: 'realmbridge_outbound_resources',
    help: 'Users and groups of outbound targets that wait to be pushed (pending) or are put aside (quarantined).',
    labelNames: [...labels, 'state'] as const,
    registers,
  });
  const states = new Gauge({
    name: 'realmbridge_outbound_target_state',
    help: 'State of outbound targets: 1 for the one that it is in. One that fails is left alone for a while (held).',
    labelNames: [...labels, 'state'] as const,
    registers,
  });
  return {
    pushed({ directory, target, outcome, seconds }) {
      pushes.inc({ directory, target, outcome });
      if (seconds !== undefined) duration.observe({ directory, target }, seconds);
    },
    resources({ directory, target, pending, quarantined }) {
      resources.set({ directory, target, state: 'pending' }, pending);
      resources.set({ directory, target, state: 'quarantined' }, quarantined);
    },
    state({ directory, target, state }) {
      for (const each of targetStates) states.set({ directory, target, state: each }, each === state ? 1 : 0);
    },
    forget({ directory, target }) {
      for (const state of ['pending', 'quarantined']) resources.remove({ directory, target, state });
      for (const state of targetStates) states.remove({ directory, target, state });
    },
  };
}
