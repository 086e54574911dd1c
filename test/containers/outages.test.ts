// What people, applications and administrators notice when the bridge's container is frozen, killed, stopped or cut off
// the network: the failure table of the end-to-end tests, under the faults that only containers show.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSharedStack, type SharedStack } from '../support/containers/shared-stack.ts';
import type { RealmbridgeStack } from '../support/containers/stack.ts';
import { useStackBridge } from '../support/containers/stack-bridge.ts';
import { eventually, setByScim, userPassword } from '../support/federated-realm.ts';
import { lanes } from '../support/outage-operations.ts';
import { localPassword, type OutageStage, setOutageStage, usernameOf } from '../support/outage-stage.ts';
import {
  modes,
  noOutcomes,
  type OutageStages,
  openSessionToLeave,
  perform,
  setOutageStages,
  untilLogin,
} from '../support/outage-stages.ts';
import { failureTable } from '../support/outage-table.ts';
import type { BridgeUnderTest } from '../support/running-bridge.ts';

/** Far below what a hang would cost; other work runs on the same cores. */
const boundMs = 10_000;
const recoveryMs = 120_000;

let shared: SharedStack;
let stack: RealmbridgeStack;
let bridge: BridgeUnderTest;
let stages: OutageStages;

beforeAll(async () => {
  shared = await openSharedStack();
  stack = shared.stack;
  bridge = useStackBridge(stack);
  const url = stack.innerBridgeUrl;
  stages = await setOutageStages((mode) => setOutageStage(mode, bridge, { url }, 0, shared.keycloak));
});

afterAll(async () => {
  await stages?.drop();
  await bridge?.close();
});

async function recovered(stage: OutageStage): Promise<void> {
  await untilLogin(stage, 'berta', recoveryMs);
  await stage.component.connected();
}

const faults: Record<string, { begin(): Promise<unknown>; end(): Promise<unknown> }> = {
  'is frozen': { begin: () => stack.bridge.pause(), end: () => stack.bridge.resume() },
  'is killed': { begin: () => stack.bridge.kill(), end: () => stack.bridge.start() },
  'is stopped': { begin: () => stack.bridge.stop(), end: () => stack.bridge.start() },
  'is cut off the network': {
    begin: () => stack.bridge.cut(),
    end: async () => {
      await stack.bridge.mend();
      await stack.bridge.untilReady();
    },
  },
};

describe.each(Object.entries(faults))('while the bridge %s', (_, fault) => {
  const outcomes = noOutcomes();

  beforeAll(async () => {
    await stages.both(openSessionToLeave);
    await fault.begin();
    try {
      await stages.both(async (stage) => {
        const came = outcomes[stage.mode];
        await stage.evict();
        await Promise.all([...lanes.map((names) => perform(stage, names, came)), perform(stage, ['full sync'], came)]);
      });
    } finally {
      await fault.end();
      await stages.both(recovered);
    }
  });

  describe.each(modes)('%s', (mode) => {
    test.each(failureTable.filter(({ operation }) => operation !== 'changed sync'))(
      '$operation',
      ({ operation, ...expected }) => {
        const [came] = outcomes[mode].get(operation) ?? [];
        expect(came?.said).toBe(expected[mode]);
        expect(came?.ms).toBeLessThan(boundMs);
      },
    );
  });
});

test('PostgreSQL may freeze, be killed and be stopped: bridge and Keycloak recover by themselves', async () => {
  const stage = stages.of('import');
  const annaId = stage.ids.anna;
  const freeze = { begin: () => stack.postgres.pause(), end: () => stack.postgres.resume() };
  const kill = { begin: () => stack.postgres.kill(), end: () => stack.postgres.start() };
  const stop = { begin: () => stack.postgres.stop(), end: () => stack.postgres.start() };
  for (const [n, { begin, end }] of [freeze, kill, stop].entries()) {
    await begin();
    try {
      const ready = async () => (await fetch(`${stack.metricsUrls[0]}/health/ready`)).status;
      await eventually('the bridge’s own word that it is not ready', ready, (status) => status === 503, recoveryMs);
      expect((await fetch(`${stack.metricsUrls[0]}/health/live`)).status).toBe(200);
      expect((await stage.scim('GET', `/Users/${annaId}`)).status).toBeGreaterThanOrEqual(500);
    } finally {
      await end();
    }
    await stack.bridge.untilReady();
    await recovered(stage);
    await setByScim(stage.scim, annaId, 'name.givenName', `Anna ${n}`);
    await eventually(
      'the change after the failure',
      () => stage.realm.getUser(usernameOf('anna')),
      (user) => user?.firstName === `Anna ${n}`,
      recoveryMs,
    );
  }
});

test('Keycloak started with the bridge down has its local users, its sessions and its copies, and catches up later', async () => {
  const stage = stages.of('import');
  const session = await stage.realm.login(usernameOf('anna'), userPassword);
  await stack.bridge.stop();
  try {
    await stack.keycloakService?.restart();
    expect((await stage.realm.login('local', localPassword)).status).toBe(200);
    expect((await stage.realm.refresh(session.refreshToken ?? '')).status).toBe(200);
    expect(await stage.realm.getUser(usernameOf('anna'))).toMatchObject({ enabled: true });
    expect((await stage.realm.login(usernameOf('berta'), userPassword)).status).toBe(503);
  } finally {
    await stack.bridge.start();
  }
  await recovered(stage);
  await setByScim(stage.scim, stage.ids.anna, 'name.familyName', 'Restarted');
  await eventually(
    'the change after the restart',
    () => stage.realm.getUser(usernameOf('anna')),
    (user) => user?.lastName === 'Restarted',
    recoveryMs,
  );
});
