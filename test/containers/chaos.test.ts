// A short run of the chaos that `npm run test:chaos` makes longer.
import { expect, test } from 'vitest';
import { runChaos } from '../chaos/chaos.ts';
import { openSharedStack } from '../support/containers/shared-stack.ts';

const seed = Number(process.env['CHAOS_SEED'] ?? 20_261_123);

test('nothing acknowledged is lost and everybody agrees after bridge, PostgreSQL and Keycloak were killed at random', async () => {
  console.log(`Chaos with seed ${seed}; CHAOS_SEED names another.`);
  const { stack } = await openSharedStack();
  const report = await runChaos(stack, { seed, seconds: 40, log: console.log });
  expect(report.violations).toEqual([]);
  expect(new Set(report.faults)).toEqual(new Set(['bridge', 'postgres', 'keycloak']));
  expect(report.acknowledged).toBeGreaterThan(20);
}, 600_000);
