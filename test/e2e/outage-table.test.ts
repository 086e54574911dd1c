// Every way in which the bridge can fail, against everything that people, applications and administrators do meanwhile: once
// with users who are imported, once with users who are not. Keycloak's user cache is emptied in each outage, so that nothing is
// saved by it. All operations of an outage run at once, then again when the feed has noticed; each cell is a test.
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Fault, type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import { eventually, timed, userPassword } from '../support/federated-realm.ts';
import { lanes, type Operation, operations } from '../support/outage-operations.ts';
import { type Mode, type OutageStage, setOutageStage, usernameOf } from '../support/outage-stage.ts';
import { failureTable, type Outage, outages } from '../support/outage-table.ts';
import { type BridgeUnderTest, startBridge } from '../support/running-bridge.ts';
import { stallNames } from '../support/stalled-names.ts';

/**
 * Far above what is promised (two seconds of waiting, ten for a sync), because other work runs on the same cores; far below what
 * a hang costs, which is the caller's whole patience.
 */
const boundMs = 15_000;
const syncBoundMs = 20_000;
const modes = ['import', 'no-import'] as const;

const { hostsFile, logFile } = inject('keycloak');
let bridge: BridgeUnderTest;
let proxy: FaultProxy;
const stages: Partial<Record<Mode, OutageStage>> = {};
let logStart = 0;

function stageOf(mode: Mode): OutageStage {
  const stage = stages[mode];
  if (!stage) throw new Error('the stage is not set');
  return stage;
}

const both = (work: (stage: OutageStage) => Promise<unknown>) => Promise.all(modes.map((mode) => work(stageOf(mode))));
const newLog = async (): Promise<string> => (await readFile(logFile)).subarray(logStart).toString('utf8');

beforeAll(async () => {
  bridge = await startBridge();
  proxy = await startFaultProxy(bridge.url);
  for (const mode of modes) stages[mode] = await setOutageStage(mode, bridge, proxy);
  // Who isn't imported must have been seen before an outage.
  await both(async ({ realm }) => {
    for (const name of ['berta', 'clara']) expect((await realm.login(usernameOf(name), userPassword)).status).toBe(200);
  });
  logStart = (await readFile(logFile)).length;
});

afterAll(async () => {
  for (const stage of Object.values(stages)) await stage.realm.drop();
  await proxy?.close();
  await bridge?.close();
});

/** Where the bridge is for Keycloak, if the outage is one of the address. */
const addresses: Partial<Record<Outage, () => string>> = {
  'TLS stall': () => proxy.silentUrl,
  'DNS stall': () => 'http://no-name-server.test:8080',
  'unknown host': () => 'http://no-such-host.invalid:8080',
};

function isFault(outage: Outage): outage is Outage & Fault {
  return !(outage in addresses);
}

/** Answers the function that ends the outage. */
async function begin(outage: Outage): Promise<() => Promise<void>> {
  if (isFault(outage)) {
    await proxy.set(outage);
    return () => proxy.set('pass');
  }
  const endStall = outage === 'DNS stall' ? await stallNames(hostsFile ?? '') : undefined;
  const bridgeUrl = addresses[outage]?.() ?? '';
  await both(({ component }) => component.configure({ bridgeUrl }));
  return async () => {
    await endStall?.();
    await both(({ component }) => component.configure({ bridgeUrl: proxy.url }));
  };
}

interface Outcome {
  said: string;
  ms: number;
}
type Outcomes = Map<Operation, Outcome[]>;

async function perform(stage: OutageStage, names: readonly Operation[], outcomes: Outcomes): Promise<void> {
  for (const name of names) {
    const { value, ms } = await timed(() => operations[name](stage).catch((error: unknown) => `failed: ${error}`));
    outcomes.set(name, [...(outcomes.get(name) ?? []), { said: value, ms }]);
  }
}

/** A log line that says that the bridge has become unavailable to this stage's component. */
const warnings = (log: string, { component }: OutageStage): number =>
  log.split('\n').filter((line) => line.includes(`unavailable to component ${component.name} `)).length;

async function recover(stage: OutageStage): Promise<void> {
  await eventually(
    'the login after the outage',
    () => stage.realm.login(usernameOf('berta'), userPassword),
    ({ status }) => status === 200,
  );
  await stage.component.connected();
}

// A container has the resolver that its engine gives it.
const tried = outages.filter((outage) => outage !== 'DNS stall' || hostsFile !== undefined);

describe.each(tried)('while the bridge fails with %s', (outage) => {
  const outcomes: Record<Mode, Outcomes> = { import: new Map(), 'no-import': new Map() };
  const warned: Record<Mode, number> = { import: 0, 'no-import': 0 };
  const mayAnswer = outage === 'slow' || outage === 'flapping';

  beforeAll(async () => {
    await both(async (stage) => {
      const { refreshToken } = await stage.realm.login(usernameOf('anna'), userPassword);
      stage.tokens.leaving = refreshToken ?? '';
    });
    const before = await newLog();
    const end = await begin(outage);
    try {
      await both(async (stage) => {
        const came = outcomes[stage.mode];
        await stage.evict();
        await Promise.all([...lanes.map((names) => perform(stage, names, came)), perform(stage, ['full sync'], came)]);
        if (!mayAnswer) await eventually('the loss of the lease', stage.component.status, ({ lease }) => !lease);
        await stage.evict();
        const again = lanes.map((names) => names.filter((name) => name !== 'logout'));
        await Promise.all([
          ...again.map((names) => perform(stage, names, came)),
          // Where it waits for its deadline, one kind of sync is enough.
          outage === 'drip-feed' ? undefined : perform(stage, ['changed sync'], came),
        ]);
        const log = await newLog();
        warned[stage.mode] = warnings(log, stage) - warnings(before, stage);
      });
    } finally {
      await end();
      await both(recover);
    }
  });

  describe.each(modes)('%s', (mode) => {
    const expectations = failureTable.filter(
      ({ operation }) => !(operation === 'changed sync' && outage === 'drip-feed'),
    );
    test.each(expectations)('$operation', ({ operation, sometimes, ...expected }) => {
      const came = outcomes[mode].get(operation) ?? [];
      expect(came).not.toEqual([]);
      const also = mayAnswer ? sometimes?.[outage] : undefined;
      for (const { said, ms } of came) {
        expect(also === undefined ? [expected[mode]] : [expected[mode], also]).toContain(said);
        expect(ms).toBeLessThan(operation.endsWith('sync') ? syncBoundMs : boundMs);
      }
    });

    test('the log says so at most once, and nobody is lost', async () => {
      expect(warned[mode]).toBeLessThanOrEqual(outage === 'flapping' ? Number.POSITIVE_INFINITY : 1);
      const { realm, everybody } = stageOf(mode);
      expect(await realm.admin.users.count()).toBe(everybody.length);
    });
  });
});

test('Keycloak’s log has no stack trace of all this, and Keycloak had to interrupt nobody', async () => {
  const lines = (await newLog()).split('\n');
  expect(lines.filter((line) => /^\s+at |Uncaught server error|exceeded specified time limit/.test(line))).toEqual([]);
});
