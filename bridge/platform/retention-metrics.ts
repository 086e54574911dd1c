// What Prometheus is told of the removal of old rows.
import { Counter, Gauge, type Registry } from 'prom-client';
import type { RetentionMetrics } from './retention.ts';

export function createRetentionMetrics(registry: Registry): RetentionMetrics {
  const labelNames = ['rows'] as const;
  const registers = [registry];
  const removed = new Counter({
    name: 'realmbridge_retention_removed_total',
    help: 'Old rows that this replica has removed, by what they are: events, requests.',
    labelNames,
    registers,
  });
  const pruned = new Gauge({
    name: 'realmbridge_retention_pruned_timestamp_seconds',
    help: 'When this replica last went through all directories for rows that are too old.',
    labelNames,
    registers,
  });
  const failures = new Counter({
    name: 'realmbridge_retention_failures_total',
    help: 'Times that the removal of old rows failed.',
    labelNames,
    registers,
  });
  return {
    removed: (rows, count) => removed.inc({ rows }, count),
    pruned: (rows) => pruned.setToCurrentTime({ rows }),
    pruningFailed: (rows) => failures.inc({ rows }),
  };
}
