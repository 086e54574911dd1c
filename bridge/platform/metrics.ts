// Prometheus metrics, served on a port of their own.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { createOutboundMetrics, type OutboundMetrics } from './outbound-metrics.ts';
import type { RetentionMetrics } from './retention.ts';
import { createRetentionMetrics } from './retention-metrics.ts';
import { createWebhookMetrics, type WebhookMetrics } from './webhook-metrics.ts';

export interface HttpMetrics {
  observe(request: { method: string; route: string; status: number; seconds: number }): void;
}

export interface ToleranceMetrics {
  /** Counts a request that succeeded because of a tolerance of its directory's profile. */
  toleranceUsed(use: { directory: string; tolerance: string }): void;
}

type SourceState = 'ok' | 'degraded' | 'unavailable';

export interface LdapMetrics {
  sourceHealth(source: { directory: string; state: SourceState; seenAt: Date | null }): void;
  synced(sync: { directory: string; kind: string; outcome: string; seconds: number }): void;
  /** What was told of the directory's source is not for this process to tell any longer. */
  forget(directory: string): void;
  passwordChecked(check: { outcome: string; seconds: number }): void;
}

export interface HookMetrics {
  hookRun(run: { hook: string; outcome: string; seconds: number }): void;
}

export interface SecretMetrics {
  secretChanged(secret: { variable: string }): void;
  /** Whether its last good value is kept because it can't be read now. */
  secretStale(secret: { variable: string; stale: boolean }): void;
}

export interface GuardMetrics {
  /** `read` is asked at each scrape for what the guards hold. */
  watchHeld(read: () => Promise<{ directory: string; operation: string; count: number }[]>): void;
}

export interface Metrics extends HttpMetrics, ToleranceMetrics, LdapMetrics, HookMetrics, SecretMetrics, GuardMetrics {
  registry: Registry;
  webhooks: WebhookMetrics;
  retention: RetentionMetrics;
  outbound: OutboundMetrics;
}

/** `pool` gives the numbers of the connection pool at scrape time. */
export function createMetrics(pool: { totalCount: number; idleCount: number; waitingCount: number }): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const duration = new Histogram({
    name: 'realmbridge_http_request_duration_seconds',
    help: 'Time to answer a request, by route pattern.',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30],
    registers: [registry],
  });
  const failures = new Counter({
    name: 'realmbridge_http_server_errors_total',
    help: 'Answers with a status of 500 or more, by route pattern.',
    labelNames: ['route'] as const,
    registers: [registry],
  });
  const toleranceUses = new Counter({
    name: 'realmbridge_scim_tolerance_uses_total',
    help: "Requests that only a tolerance of their directory's profile let through, by directory and tolerance.",
    labelNames: ['directory', 'tolerance'] as const,
    registers: [registry],
  });
  new Gauge({
    name: 'realmbridge_database_connections',
    help: 'Connections of the pool, by state.',
    labelNames: ['state'] as const,
    registers: [registry],
    collect() {
      this.set({ state: 'idle' }, pool.idleCount);
      this.set({ state: 'busy' }, pool.totalCount - pool.idleCount);
      this.set({ state: 'waiting' }, pool.waitingCount);
    },
  });
  const sources = new Gauge({
    name: 'realmbridge_ldap_source_health',
    help: 'Health of the servers of LDAP directories: 1 for the state that it is in.',
    labelNames: ['directory', 'state'] as const,
    registers: [registry],
  });
  const seen = new Gauge({
    name: 'realmbridge_ldap_source_seen_timestamp_seconds',
    help: 'When a server of the LDAP directory was last reached.',
    labelNames: ['directory'] as const,
    registers: [registry],
  });
  const syncs = new Histogram({
    name: 'realmbridge_ldap_sync_duration_seconds',
    help: 'Readings of LDAP directories, by kind and outcome.',
    labelNames: ['directory', 'kind', 'outcome'] as const,
    buckets: [0.1, 0.5, 1, 5, 15, 60, 300, 1_800],
    registers: [registry],
  });
  const checks = new Histogram({
    name: 'realmbridge_ldap_password_check_duration_seconds',
    help: 'Passwords checked by LDAP, by outcome.',
    labelNames: ['outcome'] as const,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2],
    registers: [registry],
  });
  const hooks = new Histogram({
    name: 'realmbridge_hook_duration_seconds',
    help: "The operator's hooks, by kind and outcome.",
    labelNames: ['hook', 'outcome'] as const,
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [registry],
  });
  const secretChanges = new Counter({
    name: 'realmbridge_secret_changes_total',
    help: 'Secrets that were replaced while the bridge ran, by variable.',
    labelNames: ['variable'] as const,
    registers: [registry],
  });
  const staleSecrets = new Gauge({
    name: 'realmbridge_secret_stale',
    help: '1 for a secret that can not be read again now, so that its last good value is kept; by variable.',
    labelNames: ['variable'] as const,
    registers: [registry],
  });
  return {
    registry,
    watchHeld(read) {
      new Gauge({
        name: 'realmbridge_guard_held_operations',
        help: 'What the guard of a directory holds until it is released and done, or rejected, by directory and operation.',
        labelNames: ['directory', 'operation'] as const,
        registers: [registry],
        async collect() {
          // A database that is away is told by other metrics, and must not take them along.
          const held = await read().catch(() => []);
          this.reset();
          for (const { count, ...labels } of held) this.set(labels, count);
        },
      });
    },
    hookRun: ({ seconds, ...labels }) => hooks.observe(labels, seconds),
    secretChanged: (secret) => secretChanges.inc(secret),
    secretStale: ({ variable, stale }) => staleSecrets.set({ variable }, stale ? 1 : 0),
    webhooks: createWebhookMetrics(registry),
    retention: createRetentionMetrics(registry),
    outbound: createOutboundMetrics(registry),
    sourceHealth({ directory, state, seenAt }) {
      for (const each of ['ok', 'degraded', 'unavailable'] as const) {
        sources.set({ directory, state: each }, each === state ? 1 : 0);
      }
      if (seenAt) seen.set({ directory }, seenAt.getTime() / 1_000);
    },
    synced: ({ seconds, ...labels }) => syncs.observe(labels, seconds),
    forget(directory) {
      for (const state of ['ok', 'degraded', 'unavailable']) sources.remove({ directory, state });
      seen.remove({ directory });
    },
    passwordChecked: ({ outcome, seconds }) => checks.observe({ outcome }, seconds),
    toleranceUsed: (use) => toleranceUses.inc(use),
    observe({ method, route, status, seconds }) {
      duration.observe({ method, route, status: String(status) }, seconds);
      if (status >= 500) failures.inc({ route });
    },
  };
}
