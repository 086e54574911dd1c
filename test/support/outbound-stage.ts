// A bridge that pushes, and what it takes to wait for it.

import type { z } from '@hono/zod-openapi';
import { expect, vi } from 'vitest';
import type { TargetStatus } from '../../bridge/outbound/contracts.ts';
import { targetSettings } from '../../bridge/outbound/contracts.ts';
import type { OutboundTiming, OutboundWorkerMetrics } from '../../bridge/outbound/runner.ts';
import { createOutgoing } from '../../bridge/platform/http/outgoing.ts';
import { createLogger } from '../../bridge/platform/log.ts';
import { createTestBridge, type TestBridge } from './bridge.ts';

/** Less patience than an operator's. */
export const quick: Partial<OutboundTiming> = {
  pollMs: 100,
  leaseSeconds: 2,
  rowLeaseSeconds: 2,
  retryMs: 50,
  maxRetryMs: 500,
  failures: 3,
  firstMs: 200,
  maxMs: 1_000,
  tellMs: 200,
};

export const outgoing = () => createOutgoing({ allow: ['127.0.0.0/8'] });

export async function createPushingBridge(
  timing: Partial<OutboundTiming> = {},
  metrics?: OutboundWorkerMetrics,
): Promise<TestBridge> {
  const bridge = await createTestBridge({
    outgoing: outgoing(),
    outbound: {
      timing: { ...quick, ...timing },
      metrics,
      log: createLogger(process.env['TEST_LOG_LEVEL'] ?? 'silent'),
    },
  });
  bridge.services.outboundWorker.start();
  return bridge;
}

export type Wish = Partial<z.input<typeof targetSettings>>;

/** A target of the directory. */
export async function newTarget(
  bridge: TestBridge,
  directory: string,
  { slug = 'app', secret = 'the-secret', ...settings }: Wish & { slug?: string; secret?: string },
): Promise<void> {
  const parsed = targetSettings.parse({ timeoutSeconds: 5, ...settings });
  await bridge.services.outbound.createTarget(directory, { slug, settings: parsed, secret });
}

/** Its status, once everything is pushed and compared. */
export const untilSettled = (bridge: TestBridge, directory: string, target: string): Promise<TargetStatus> =>
  vi.waitFor(async () => {
    const now = await bridge.services.outbound.readStatus(directory, target);
    expect(isSettled(now), JSON.stringify(now)).toBe(true);
    return now;
  }, patience);

export const patience = { timeout: 60_000, interval: 50 };

export const isSettled = ({ counts, run, behind, lastReport }: TargetStatus): boolean =>
  counts.pending === 0 && run === null && behind === 0 && lastReport !== null;
