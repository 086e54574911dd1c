// Two bridges on one database, of which one is killed at random, again and again, while SCIM writes and deliveries go on:
// no event is lost, none comes twice to a reader with a cursor, and webhooks get each at least once, in order per resource.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Body } from '../support/bridge.ts';
import { readAnswer } from '../support/bridge.ts';
import { expectSame, replayEvents } from '../support/event-replay.ts';
import { createKillableBridge, type KillableBridge } from '../support/killable-bridge.ts';
import { type ScimCalls, scimCalls } from '../support/running-bridge.ts';
import { oneOf, startWriter } from '../support/scim-writer.ts';
import { createWebhookStage, type WebhookStage } from '../support/webhook-stage.ts';

const adminToken = 'an-admin-token-of-at-least-32-characters';
const rounds = 3;
const patience = { timeout: 120_000, interval: 50 };

let stage: WebhookStage;
let bridges: KillableBridge[] = [];

beforeEach(async () => {
  stage = await createWebhookStage();
  bridges = await Promise.all([0, 1].map(() => createKillableBridge(stage.database.url, { ADMIN_TOKEN: adminToken })));
  for (const bridge of bridges) await bridge.start();
});
afterEach(async () => {
  await Promise.all(bridges.map((bridge) => bridge.kill()));
  await stage.close();
});

/** Reads the log by its cursor, from whichever bridge answers. */
function startReader(url: () => string) {
  const seen: Body[] = [];
  let cursor: string | undefined;
  let stopped = false;

  async function readOn(): Promise<boolean> {
    const query = new URLSearchParams({ directory: 'acme', limit: '37', wait: '1', ...(cursor && { after: cursor }) });
    const headers = { Authorization: `Bearer ${adminToken}` };
    const signal = AbortSignal.timeout(20_000);
    const answer = await fetch(`${url()}/api/v1/events?${query}`, { headers, signal })
      .then(readAnswer)
      .catch(() => undefined);
    if (answer?.status !== 200) return true;
    seen.push(...answer.body.events);
    cursor = answer.body.cursor;
    return answer.body.more || answer.body.events.length > 0;
  }

  const running = (async () => {
    while (!stopped) await readOn();
    while (await readOn());
  })();
  return {
    seen,
    /** Reads the rest. */
    async stop() {
      stopped = true;
      await running;
    },
  };
}

async function listAll(scim: ScimCalls, endpoint: string): Promise<Body[]> {
  const found: Body[] = [];
  for (;;) {
    const { body } = await scim('GET', `${endpoint}?startIndex=${found.length + 1}&count=100`);
    found.push(...body.Resources);
    if (found.length >= body.totalResults) return found;
  }
}

test('whatever is killed, readers and receivers get every change, once or in order', { timeout: 600_000 }, async () => {
  await stage.services.directories.createDirectory({ slug: 'acme' });
  const { token } = await stage.services.directories.createToken('acme', {});
  const { receiver } = await stage.hook('app', { directory: 'acme', start: 'beginning' });
  receiver.reply = async () => {
    await sleep(Math.random() * 20);
    return Math.random() < 0.02 ? 503 : 204;
  };
  const delivered = () => new Set(receiver.accepted.map(({ id }) => id));
  let alive = [...bridges];
  const url = () => oneOf(alive).url;
  const scim = () => scimCalls(url(), 'acme', token);
  const writers = ['anna', 'berta'].map((name) => startWriter(name, scim));
  const reader = startReader(url);

  for (let round = 0; round < rounds; round += 1) {
    const sofar = delivered().size;
    await expect.poll(() => delivered().size, patience).toBeGreaterThan(sofar + 40);
    await sleep(Math.random() * 500);
    const victim = oneOf(bridges);
    alive = bridges.filter((bridge) => bridge !== victim);
    await victim.kill();
    // The other one delivers on, after the lease of the one that is gone if need be.
    const atDeath = delivered().size;
    await expect.poll(() => delivered().size, patience).toBeGreaterThan(atDeath + 20);
    await victim.start();
    alive = [...bridges];
  }
  await Promise.all(writers.map((writer) => writer.stop()));
  await reader.stop();

  const { seen } = reader;
  expect(seen.length).toBeGreaterThan(200);
  expect(seen.map(({ position }) => position)).toEqual(seen.map((_, index) => index + 1));
  expect(writers.flatMap(({ unexpected }) => unexpected)).toEqual([]);
  const logged = new Set(seen.map(({ resource }) => `${resource.id} ${resource.version}`));
  const acknowledged = writers.flatMap((writer) => writer.acknowledged);
  expect(acknowledged.length).toBeGreaterThan(100);
  expect(acknowledged.filter(({ id, version }) => !logged.has(`${id} ${version}`))).toEqual([]);
  const replayed = seen
    .filter(({ resource }) => ['User', 'Group'].includes(resource.type))
    .map(({ type, resource, changes, members }) => ({ type, resourceId: resource.id, changes, members }));
  expectSame(replayEvents(replayed), await listAll(scim(), '/Users'), await listAll(scim(), '/Groups'));

  await expect.poll(() => delivered().size, patience).toBe(seen.length);
  expect(delivered()).toEqual(new Set(seen.map(({ id }) => id)));
  expect(receiver.forged).toEqual([]);
  const shown = new Map(seen.map((event) => [event.id, event]));
  for (const { id, event } of receiver.received) expect(event).toEqual(shown.get(id));
  const firsts = new Map<string, number[]>();
  for (const id of delivered()) {
    const { resource, position } = shown.get(id) ?? {};
    firsts.set(resource.id, [...(firsts.get(resource.id) ?? []), position]);
  }
  for (const positions of firsts.values()) expect(positions).toEqual(positions.toSorted((a, b) => a - b));
});
