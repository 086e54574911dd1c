// What Prometheus is told of webhooks.
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export interface WebhookMetrics {
  attempted(attempt: { webhook: string; outcome: 'delivered' | 'failed' | 'dead'; seconds: number }): void;
  /** From the change to its delivery. */
  delivered(delivery: { webhook: string; seconds: number }): void;
  behind(webhook: string, events: number): void;
  paused(webhook: string, paused: boolean): void;
  /** What was told of the webhook's state is not for this process to tell any longer. */
  forget(webhook: string): void;
}

export function createWebhookMetrics(registry: Registry): WebhookMetrics {
  const labelNames = ['webhook'] as const;
  const registers = [registry];
  const attempts = new Counter({
    name: 'realmbridge_webhook_attempts_total',
    help: 'Messages sent to webhooks, by what became of them: delivered, failed, dead (failed for the last time).',
    labelNames: ['webhook', 'outcome'] as const,
    registers,
  });
  const calls = new Histogram({
    name: 'realmbridge_webhook_call_duration_seconds',
    help: 'Time until the receiver of a webhook has answered.',
    labelNames,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const latency = new Histogram({
    name: 'realmbridge_webhook_delivery_seconds',
    help: 'Time from a change to its delivery, of messages that were delivered at their first attempt.',
    labelNames,
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300],
    registers,
  });
  const behind = new Gauge({
    name: 'realmbridge_webhook_events_behind',
    help: 'Events of the log that a webhook has not come to yet.',
    labelNames,
    registers,
  });
  const paused = new Gauge({
    name: 'realmbridge_webhook_paused',
    help: 'Whether a webhook is paused because nothing gets through.',
    labelNames,
    registers,
  });
  return {
    attempted({ webhook, outcome, seconds }) {
      attempts.inc({ webhook, outcome });
      calls.observe({ webhook }, seconds);
    },
    delivered: ({ webhook, seconds }) => latency.observe({ webhook }, seconds),
    behind: (webhook, events) => behind.set({ webhook }, events),
    paused: (webhook, isPaused) => paused.set({ webhook }, isPaused ? 1 : 0),
    forget(webhook) {
      behind.remove({ webhook });
      paused.remove({ webhook });
    },
  };
}
