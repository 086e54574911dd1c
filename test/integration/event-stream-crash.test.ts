// Event streams whose pollers ask one of two bridges, which may be killed: no change is lost, none comes again after it was
// acknowledged, and those of one resource come in their order.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Body } from '../support/bridge.ts';
import { audience, positionOf } from '../support/event-streams.ts';
import { createKillableBridge, type KillableBridge } from '../support/killable-bridge.ts';
import { scimCalls } from '../support/running-bridge.ts';
import { oneOf, startWriter } from '../support/scim-writer.ts';
import { createSetPoller, type SetPoller } from '../support/set-poller.ts';
import { createWebhookStage, type WebhookStage } from '../support/webhook-stage.ts';

const patience = { timeout: 120_000, interval: 50 };
const rounds = 2;
let stage: WebhookStage;
let bridges: KillableBridge[] = [];

beforeEach(async () => {
  stage = await createWebhookStage();
  bridges = await Promise.all([0, 1].map(() => createKillableBridge(stage.database.url)));
  for (const bridge of bridges) await bridge.start();
});
afterEach(async () => {
  await Promise.all(bridges.map((bridge) => bridge.kill()));
  await stage.close();
});

/** A directory whose log has nothing but what is written from now on, with a stream, and what writes there. */
async function begin(writers: string[], url: () => string) {
  const { directories, eventStreams } = stage.services;
  const { id } = await directories.createDirectory({ slug: 'acme' });
  const { token } = await directories.createToken('acme', {});
  const made = await eventStreams.createStream(
    {
      ...{ slug: 'audit', delivery: 'poll', directory: 'acme', audience, content: 'full', start: 'beginning' },
      baseUrl: 'https://bridge.test',
    },
    undefined,
  );
  const writing = writers.map((name) => startWriter(name, () => scimCalls(url(), 'acme', token)));
  return {
    directoryId: id,
    pollToken: made.token ?? '',
    async stop() {
      await Promise.all(writing.map((one) => one.stop()));
      expect(writing.flatMap(({ unexpected }) => unexpected)).toEqual([]);
      return writing.flatMap(({ acknowledged }) => acknowledged);
    },
  };
}

/** Reads until there is nothing more. */
async function drain(poller: SetPoller): Promise<void> {
  for (let empty = 0; empty < 3; ) empty = (await poller.poll()) === false ? empty + 1 : 0;
}

/** Everything of the log that a stream tells, each once, and in the order of each resource. */
async function expectAll(poller: SetPoller): Promise<void> {
  expect(poller.again).toEqual([]);
  expect(poller.unexpected).toEqual([]);
  const { events } = await stage.services.eventLog.readEvents({ directory: 'acme', limit: 100_000, waitSeconds: 0 });
  const told = events.filter(({ resourceType }) => ['User', 'Group'].includes(resourceType));
  expect(told.length).toBeGreaterThan(100);
  const positions = [...poller.seen.keys()].map(positionOf);
  expect(positions.toSorted((a, b) => a - b)).toEqual(told.map(({ position }) => position));
  const ofResource = new Map<string, number[]>();
  for (const [jti, { sub_id: subject }] of poller.seen as Map<string, Body>) {
    ofResource.set(subject.uri, [...(ofResource.get(subject.uri) ?? []), positionOf(jti)]);
  }
  for (const own of ofResource.values()) expect(own).toEqual(own.toSorted((a, b) => a - b));
  const { behind, missed, dead } = (await stage.services.eventStreams.readStatus('audit')).status;
  expect({ behind, missed, dead }).toEqual({ behind: 0, missed: 0, dead: 0 });
}

test('kill -9 at random loses no SET, and repeats none that was acknowledged', { timeout: 600_000 }, async () => {
  let alive = [...bridges];
  const url = () => oneOf(alive).url;
  const { pollToken, ...writing } = await begin(['anna', 'berta'], url);
  const maxEvents = () => 1 + Math.floor(Math.random() * 30);
  const poller = createSetPoller({ url, slug: 'audit', token: pollToken, maxEvents });
  let stopped = false;
  const polling = (async () => {
    // One that waits is under way, more often than not, when its bridge dies.
    while (!stopped) await poller.poll(true);
  })();

  for (let round = 0; round < rounds; round += 1) {
    const sofar = poller.seen.size;
    await expect.poll(() => poller.seen.size, patience).toBeGreaterThan(sofar + 30);
    await sleep(Math.random() * 300);
    const victim = oneOf(bridges);
    alive = bridges.filter((bridge) => bridge !== victim);
    await victim.kill();
    const atDeath = poller.seen.size;
    await expect.poll(() => poller.seen.size, patience).toBeGreaterThan(atDeath + 15);
    await victim.start();
    alive = [...bridges];
  }
  const acknowledged = await writing.stop();
  stopped = true;
  await polling;
  await drain(poller);
  await expectAll(poller);
  const told = new Set([...poller.seen.values()].map(({ sub_id: subject }) => subject.uri.split('/')[2]));
  expect(acknowledged.filter(({ id }) => !told.has(id))).toEqual([]);
});

test('two bridges that are asked in turns keep the order, whatever is acknowledged late', {
  timeout: 300_000,
}, async () => {
  let turn = 0;
  const url = () => {
    turn += 1;
    return bridges[turn % 2]?.url ?? '';
  };
  const { pollToken, ...writing } = await begin(['anna', 'berta', 'carla'], url);
  // A third of what it has is acknowledged by a later poll, which is another bridge's.
  const acknowledge = () => Math.random() < 0.66;
  const maxEvents = () => 1 + Math.floor(Math.random() * 20);
  const poller = createSetPoller({ url, slug: 'audit', token: pollToken, maxEvents, acknowledge });
  while (poller.seen.size < 150) await poller.poll();
  await writing.stop();
  await drain(poller);
  await expectAll(poller);
});
