// A bridge that is killed while it delivers: another one goes on, nothing is lost, and what comes twice has the same id.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { newId } from '../../bridge/platform/ids.ts';
import { createKillableBridge, type KillableBridge } from '../support/killable-bridge.ts';
import { createWebhookStage, type WebhookStage } from '../support/webhook-stage.ts';

const patience = { timeout: 120_000, interval: 50 };
let stage: WebhookStage;
const bridges: KillableBridge[] = [];

beforeEach(async () => {
  stage = await createWebhookStage();
});
afterEach(async () => {
  for (const bridge of bridges.splice(0)) await bridge.kill();
  await stage.close();
});

async function startBridge(): Promise<KillableBridge> {
  const bridge = await createKillableBridge(stage.database.url);
  bridges.push(bridge);
  await bridge.start();
  return bridge;
}

test('kill -9 in the middle loses nothing and keeps the order of each resource', { timeout: 300_000 }, async () => {
  const acme = await stage.services.directories.createDirectory({ slug: 'acme' });
  const { receiver } = await stage.hook('app', { directory: 'acme' });
  let isKilled = false;
  const failed = new Set<string>();
  receiver.reply = async ({ id, event }) => {
    // Some calls are under way when the process dies.
    if (!isKilled && receiver.accepted.length > 150) return 'hang';
    await new Promise((resolve) => setTimeout(resolve, 10));
    // Some wait for another attempt when the process dies.
    if (event.changes.n.after !== 3 || failed.has(id)) return 200;
    failed.add(id);
    return 500;
  };
  const resources = Array.from({ length: 40 }, newId);
  const sent: string[] = [];
  const happen = async () => sent.push(...(await stage.happen(acme.id, resources)));
  const accepted = () => new Set(receiver.accepted.map(({ id }) => id));

  const first = await startBridge();
  for (let round = 0; round < 10; round += 1) await happen();
  await expect.poll(() => accepted().size, patience).toBeGreaterThan(100);
  await first.kill();
  isKilled = true;
  expect(accepted().size).toBeLessThan(sent.length);

  await startBridge();
  for (let round = 0; round < 5; round += 1) await happen();
  await expect.poll(() => accepted().size, patience).toBe(sent.length);
  expect([...accepted()].sort()).toEqual(sent.toSorted());
  for (const resource of resources) {
    const own = receiver.accepted.filter(({ event }) => event.resource.id === resource);
    const firstTimes = [...new Set(own.map(({ event }) => event.changes.n.after))];
    expect(firstTimes).toEqual(firstTimes.toSorted((a, b) => a - b));
  }
  expect(receiver.forged).toEqual([]);
});
