// Bridge, PostgreSQL and Keycloak are killed at random while identity providers push and people log in. Afterwards all
// must be as if nothing had happened, but for the answers that were lost.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StackService } from '../support/containers/service.ts';
import type { RealmbridgeStack } from '../support/containers/stack.ts';
import { useStackBridge } from '../support/containers/stack-bridge.ts';
import { addComponent, addDirectory, pushUser, userPassword } from '../support/federated-realm.ts';
import { createTestRealm, type TestRealm } from '../support/keycloak.ts';
import { groupSchema } from '../support/scim.ts';
import { createModel, seeded } from './model.ts';
import { listViolations } from './verdict.ts';
import { write } from './writers.ts';

export interface ChaosOptions {
  seed: number;
  seconds: number;
  log: (line: string) => void;
}

export interface ChaosReport {
  faults: string[];
  acknowledged: number;
  lost: number;
  logins: Record<string, number>;
  /** What must not be; empty when all is well. */
  violations: string[];
}

const steady = 'steady@acme.test';
const writers = ['one', 'two', 'three'];
const recoveryMs = 240_000;

/** Kills until the time is up, each of them at least once, or until there is nobody whom it could hurt. */
async function killThem(
  targets: readonly StackService[],
  { random, going }: { random: () => number; going: () => boolean },
  { seconds, log }: ChaosOptions,
): Promise<string[]> {
  const began = performance.now();
  const faults: string[] = [];
  let round: StackService[] = [];
  // Something to lose.
  await sleep(3_000);
  while (going() && (faults.length < targets.length || performance.now() - began < seconds * 1_000)) {
    if (round.length === 0) round = [...targets].sort(() => random() - 0.5);
    const target = round.pop();
    if (!target) break;
    const { name } = target.plan;
    await target.kill();
    const pause = Math.floor(random() * 3_000);
    await sleep(pause);
    await target.begin();
    // Now and then the next one dies before this one is back.
    const overlaps = random() < 0.25;
    if (!overlaps) await target.untilReady(recoveryMs);
    faults.push(name);
    log(`killed ${name} for ${pause} ms${overlaps ? ', not waited for' : ''}`);
    await sleep(random() * 3_000);
  }
  return faults;
}

/** Logs in again and again as somebody whom nobody changes, and counts the answers. */
async function logIn(realm: TestRealm, going: () => boolean): Promise<Record<string, number>> {
  const answers: Record<string, number> = {};
  while (going()) {
    const { status, error } = await realm.login(steady, userPassword).catch(() => ({ status: 0, error: 'no answer' }));
    const said = error === undefined ? String(status) : `${status} ${error}`;
    answers[said] = (answers[said] ?? 0) + 1;
    await sleep(300);
  }
  return answers;
}

export async function runChaos(stack: RealmbridgeStack, given: ChaosOptions): Promise<ChaosReport> {
  const began = performance.now();
  const log = (line: string) => given.log(`${((performance.now() - began) / 1_000).toFixed(1)} s: ${line}`);
  const options = { ...given, log };
  const { seed } = options;
  const random = seeded(seed);
  if (!stack.keycloak || !stack.keycloakService) throw new Error('chaos needs a stack with a Keycloak');
  const targets = [stack.bridge, stack.postgres, stack.keycloakService];
  for (const target of targets) await target.keepAlive();
  const bridge = useStackBridge(stack);
  const slug = `chaos-${randomBytes(3).toString('hex')}`;
  const { scim, token } = await addDirectory(bridge, slug);
  await pushUser(scim, 'steady');
  // Most of them leave and come back within a minute, and all of it must be seen in the store.
  await bridge.services.guard.update(slug, { enabled: false });
  const group = await scim('POST', '/Groups', { schemas: [groupSchema], displayName: 'Crew' });
  const realm = await createTestRealm(stack.keycloak);
  try {
    const component = await addComponent(realm, {
      name: slug,
      bridgeUrl: stack.innerBridgeUrl,
      federation: slug,
      token,
    });
    await component.connected();
    const before = await realm.login(steady, userPassword);
    if (before.status !== 200) throw new Error(`before anything was killed, a login was answered ${before.status}`);

    const model = createModel();
    let going = true;
    const stillGoing = () => going;
    const context = { scim, groupId: group.body.id, model, going: stillGoing };
    // Each has numbers of its own, so that what one does doesn't depend on how fast another is.
    const writing = Promise.all(writers.map((name, n) => write({ ...context, random: seeded(seed + n + 1) }, name)));
    // A write that was refused ends it all; until the kill at hand is over, nobody waits for the writers.
    writing.catch(() => {
      going = false;
    });
    const loggingIn = logIn(realm, stillGoing);
    let faults: string[];
    try {
      faults = await killThem(targets, { random, going: stillGoing }, options);
    } finally {
      going = false;
    }
    await writing;
    const logins = await loggingIn;
    for (const target of targets) await target.untilReady(recoveryMs);
    log(`${model.acknowledged} writes acknowledged, ${model.lost} answers lost; logins: ${JSON.stringify(logins)}`);

    log('Looking for what was lost');
    const scene = { bridge, stack, slug, token, scim, group: group.body.id, realm, component, model };
    const violations = await listViolations(scene, log).catch(async (error: unknown) => {
      log(`Keycloak is at:\n${await stack.keycloakService?.threads()}`);
      throw error;
    });
    const after = await realm.login(steady, userPassword);
    if (after.status !== 200) violations.push(`when all is over, a login is answered ${after.status} ${after.error}`);
    // A password that can't be checked is told apart from a wrong one, whoever is down.
    for (const answer of Object.keys(logins))
      if (answer.includes('invalid_grant')) violations.push(`a login with the right password was answered ${answer}`);
    return { faults, acknowledged: model.acknowledged, lost: model.lost, logins, violations };
  } finally {
    // What went wrong before is what counts.
    await realm.drop().catch((error: unknown) => log(`the realm could not be removed: ${error}`));
    await bridge.close();
  }
}
