// A bridge that runs while its secrets are sealed with another key, and goes on without the old one.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTargetsRepository } from '../../bridge/outbound/targets-repository.ts';
import { createLogger } from '../../bridge/platform/log.ts';
import { type AwkwardServer, startAwkwardServer } from '../support/awkward-scim-server.ts';
import { createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { newTarget, outgoing, patience, quick } from '../support/outbound-stage.ts';
import { newUser } from '../support/scim.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';
import { quickTiming } from '../support/webhook-stage.ts';

const [old, fresh] = ['old', 'fresh'].map((name) => name.padEnd(40, 'k'));
/** Long enough to seal secrets meanwhile; on a machine that needs longer the target is pushed to with both keys. */
const holdMs = 4_000;
let keys: string[];
let states: string[];
let bridge: TestBridge;
let scim: ScimClient;
let server: AwkwardServer;
let receiver: WebhookReceiver;
let webhookSecret: string;

/** As an operator does it: the new key is known first, and the old one goes when nothing needs it. */
async function rotate(): Promise<void> {
  keys = [fresh ?? '', old ?? ''];
  expect(await bridge.services.sealedSecrets.reseal()).toMatchObject({ resealed: 1, changedMeanwhile: 0 });
  expect((await bridge.services.sealedSecrets.readStatus()).complete).toBe(true);
  keys = [fresh ?? ''];
}

beforeEach(async () => {
  [keys, states] = [[old ?? ''], []];
  bridge = await createTestBridge({
    outgoing: outgoing(),
    secretsKeys: () => keys,
    webhooks: { timing: quickTiming },
    outbound: {
      timing: quick,
      log: createLogger(process.env['TEST_LOG_LEVEL'] ?? 'silent'),
      metrics: {
        state: ({ state }) => states.push(state),
        pushed: () => undefined,
        resources: () => undefined,
        forget: () => undefined,
      },
    },
  });
  scim = await bridge.directory('company');
  server = await startAwkwardServer({ secret: 'the-secret' });
  receiver = await startWebhookReceiver(() => [webhookSecret]);
});
afterEach(async () => {
  await bridge.close();
  await server.close();
  await receiver.close();
});

test('a target that was left alone all the time is pushed to when its time has come', {
  timeout: 120_000,
}, async () => {
  await newTarget(bridge, 'company', { baseUrl: server.url, secret: 'the-secret' });
  const targets = createTargetsRepository(bridge.database.pool);
  const target = await targets.findTarget(scim.directory.id, 'app');
  if (!target) throw new Error('no target');
  await targets.hold(target, { until: new Date(Date.now() + holdMs), reason: 'Too many requests.' });
  bridge.services.outboundWorker.start();
  await expect.poll(() => states.length, patience).toBeGreaterThan(0);
  await rotate();
  await newUser(scim, 'anna');
  await expect.poll(() => server.users.size, patience).toBe(1);
  expect((await targets.findTarget(scim.directory.id, 'app'))?.revision).toBe(target.revision);
});

test('a webhook is delivered on, by the process that did so before', { timeout: 120_000 }, async () => {
  const { services, database } = bridge;
  const made = await services.webhooks.createWebhook({ slug: 'app', url: receiver.url, start: 'now' });
  webhookSecret = made.secret;
  const leases = async () => {
    const { rows } = await database.pool.query('select lease_owner, revision, pause_cause from webhooks');
    return rows;
  };
  services.webhookWorker.start();
  await newUser(scim, 'anna');
  await expect.poll(() => receiver.accepted.length, patience).toBe(1);
  const before = await leases();
  await rotate();
  await newUser(scim, 'bert');
  await expect.poll(() => receiver.accepted.length, patience).toBe(2);
  expect(await leases()).toEqual(before);
  // Looked at anew, its secret is opened anew.
  await services.webhooks.updateWebhook('app', { types: ['user.*'] });
  await newUser(scim, 'carl');
  await expect.poll(() => receiver.accepted.length, patience).toBe(3);
  expect(receiver.forged).toEqual([]);
});
