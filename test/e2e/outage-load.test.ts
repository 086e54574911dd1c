// Many logins at once while the bridge hangs: whoever doesn't depend on the bridge must not notice.

import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import { eventually, timed, userPassword } from '../support/federated-realm.ts';
import { keycloakAdmin, useRealm } from '../support/keycloak.ts';
import { localPassword, type Mode, type OutageStage, setOutageStage, usernameOf } from '../support/outage-stage.ts';
import { type BridgeUnderTest, startBridge } from '../support/running-bridge.ts';

/** The promise is two seconds; Keycloak itself interrupts a look-up after three. */
const interruptMs = 3_000;

let bridge: BridgeUnderTest;
let proxy: FaultProxy;
let stages: OutageStage[];

beforeAll(async () => {
  bridge = await startBridge();
  proxy = await startFaultProxy(bridge.url);
  stages = [await setOutageStage('import', bridge, proxy), await setOutageStage('no-import', bridge, proxy)];
  for (const { realm } of stages) {
    // Keycloak's own protection lets a user make one attempt at a time; without it all of them get to the bridge.
    await keycloakAdmin().realms.update({ realm: realm.name }, { bruteForceProtected: false });
    expect((await realm.login(usernameOf('berta'), userPassword)).status).toBe(200);
  }
});

afterAll(async () => {
  for (const stage of stages ?? []) await stage.realm.drop();
  await proxy?.close();
  await bridge?.close();
});

function stageOf(mode: Mode): OutageStage {
  const stage = stages.find((each) => each.mode === mode);
  if (!stage) throw new Error('the stage is not set');
  return stage;
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

async function othersLogins({ realm }: OutageStage): Promise<number> {
  const { adminUsername, adminPassword } = inject('keycloak');
  const times: number[] = [];
  for (let n = 0; n < 5; n++) {
    for (const login of [
      () => realm.login('local', localPassword),
      () => realm.login('mail@like.test', localPassword),
      () => useRealm('master').login(adminUsername, adminPassword, { clientId: 'admin-cli' }),
    ]) {
      const { value, ms } = await timed(login);
      expect(value.status, JSON.stringify(value)).toBe(200);
      times.push(ms);
    }
  }
  return median(times);
}

const cases = [
  { crowd: 60, mode: 'import' },
  { crowd: 60, mode: 'no-import' },
  { crowd: 500, mode: 'import' },
] as const;

test.each(cases)('$crowd logins that wait for a hanging bridge ($mode) leave the others as they were', async (each) => {
  const { crowd } = each;
  const stage = stageOf(each.mode);
  const { realm, component } = stage;
  const federatedLogins = () => Array.from({ length: crowd }, () => realm.login(usernameOf('berta'), userPassword));
  // As many logins that fail at once are the measure: they cost Keycloak the same work, without a bridge that hangs.
  await proxy.set('401');
  await eventually('the loss of the lease', component.status, ({ lease }) => !lease);
  const busy = federatedLogins();
  const before = await othersLogins(stage);
  await Promise.all(busy);
  await proxy.set('pass');
  await component.connected();

  await proxy.set('hang');
  try {
    proxy.resetCounts();
    const stampede = federatedLogins();
    const during = await othersLogins(stage);
    expect((await Promise.all(stampede)).filter(({ status }) => status !== 503)).toEqual([]);
    expect(during).toBeLessThan(Math.max(5 * before, before + 3_000));
    expect(proxy.longestWait(/\/users\//)).toBeGreaterThan(0);
    expect(proxy.longestWait(/\/users\//)).toBeLessThan(interruptMs);
  } finally {
    await proxy.set('pass');
  }
  await eventually(
    'the login after the outage',
    () => realm.login(usernameOf('berta'), userPassword),
    ({ status }) => status === 200,
  );
  await component.connected();
});

test('Keycloak had to interrupt nobody', async () => {
  expect((await readFile(inject('keycloak').logFile, 'utf8')).match(/exceeded specified time limit/g)).toBeNull();
});
