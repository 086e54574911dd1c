// How fast leavers are out, and what a hanging bridge means for users who don't depend on it.
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../support/federated-realm.ts';
import { patchOp } from '../../support/scim.ts';
import { userOf } from '../support/data.ts';
import {
  type KeycloakWorld,
  leavers,
  loadedUsers,
  localName,
  password,
  watchedUsers,
} from '../support/keycloak-world.ts';
import { ms, type Outcome, type Row } from '../support/row.ts';
import { scimHeaders } from '../support/scim-work.ts';
import { median, quantile } from '../support/statistics.ts';
import { progress } from '../support/table.ts';

const pollMs = 5;
const patientMs = 30_000;
const leaveWithinMs = 1_000;

/** Milliseconds from the identity provider's PATCH, as it is sent, to the first refresh that is refused. */
async function leave({ federated, bridge }: KeycloakWorld, n: number): Promise<number> {
  const { realm, source } = federated;
  const { id, userName } = userOf(n);
  const { refreshToken = '' } = await realm.login(userName, password);
  if ((await realm.refresh(refreshToken)).status !== 200) throw new Error(`${userName} has no session`);
  const started = performance.now();
  const response = await fetch(`${bridge().url}/scim/v2/${source.directory.slug}/Users/${id}`, {
    method: 'PATCH',
    headers: scimHeaders(source.directory.token),
    body: JSON.stringify(patchOp({ op: 'replace', path: 'active', value: false })),
  });
  if (!response.ok) throw new Error(`PATCH: ${response.status} ${await response.text()}`);
  await response.body?.cancel();
  while ((await realm.refresh(refreshToken)).status === 200) {
    if (performance.now() - started > patientMs) throw new Error(`${userName} is still in after ${patientMs} ms`);
    await sleep(pollMs);
  }
  return performance.now() - started;
}

const leaversAtOnce = 4;

async function leaving(world: KeycloakWorld): Promise<Outcome> {
  const times: number[] = [];
  let next = loadedUsers + 1;
  const worker = async (): Promise<void> => {
    for (;;) {
      const n = next++;
      if (n > loadedUsers + leavers) return;
      times.push(await leave(world, n));
    }
  };
  await Promise.all(Array.from({ length: leaversAtOnce }, worker));
  times.sort((a, b) => a - b);
  const p99 = quantile(times, 0.99);
  return {
    figures: `p50 ${ms(quantile(times, 0.5))}, p99 ${ms(p99)} of ${times.length}`,
    met: p99 < leaveWithinMs,
  };
}

const crowd = 50;
const betweenLoginsMs = 20;
const betweenTriesMs = 1_000;
const slowdown = 1.2;
const longestWaitMs = 2_000;

/** Logins of local users at a steady pace, whether or not the last one has been answered; answers their p99. */
async function localLogins({ watched, options }: KeycloakWorld): Promise<number> {
  const times: number[] = [];
  const running: Promise<void>[] = [];
  const end = performance.now() + options.seconds * 1_000;
  for (let n = 0; performance.now() < end; n += 1) {
    const started = performance.now();
    running.push(
      watched.realm.login(localName((n % watchedUsers) + 1), password).then(({ status }) => {
        if (status !== 200) throw new Error(`a local login was answered ${status}`);
        times.push(performance.now() - started);
      }),
    );
    await sleep(betweenLoginsMs);
  }
  await Promise.all(running);
  return quantile(
    times.sort((a, b) => a - b),
    0.99,
  );
}

/**
 * The same while fifty users of the bridge try to sign in, each again a second after the answer. They don't begin in the same
 * instant: that would measure how long two processors need for fifty requests.
 */
async function besideACrowd(world: KeycloakWorld): Promise<number> {
  const { realm, source } = world.watched;
  let over = false;
  const trying = Array.from({ length: crowd }, async (_, index) => {
    await sleep((index * betweenTriesMs) / crowd);
    while (!over) {
      await realm.login(userOf(source.first + index).userName, password);
      await sleep(betweenTriesMs);
    }
  });
  const p99 = await localLogins(world);
  over = true;
  await Promise.all(trying);
  return p99;
}

async function hanging(world: KeycloakWorld): Promise<Outcome> {
  const { proxy, component } = world.watched;
  const rounds: { alone: number; healthy: number; hanging: number }[] = [];
  let longest = 0;
  await besideACrowd(world);
  for (let round = 1; round <= world.options.rounds; round += 1) {
    const alone = await localLogins(world);
    const healthy = await besideACrowd(world);
    proxy.resetCounts();
    await proxy.set('hang');
    let hung = Number.NaN;
    try {
      hung = await besideACrowd(world);
      longest = Math.max(longest, proxy.longestWait(/\/users/));
    } finally {
      await proxy.set('pass');
    }
    await component.connected();
    await eventually(
      'the login after the outage',
      () => world.watched.realm.login(userOf(world.watched.source.first).userName, password),
      ({ status }) => status === 200,
    );
    rounds.push({ alone, healthy, hanging: hung });
    progress(
      `hang, round ${round}: p99 alone ${ms(alone)}, beside ${crowd} logins ${ms(healthy)}, hanging ${ms(hung)}`,
    );
  }
  const factor = median(rounds.map((round) => round.hanging / round.alone));
  const toHealthy = median(rounds.map((round) => round.hanging / round.healthy));
  const p99 = median(rounds.map((round) => round.hanging));
  return {
    figures: `p99 ${ms(p99)}, ${factor.toFixed(2)} × undisturbed, ${toHealthy.toFixed(2)} × beside as many good logins; longest wait ${ms(longest)}`,
    met: factor <= slowdown && longest > 0 && longest <= longestWaitMs,
  };
}

export const keycloakOutageRows: Row<KeycloakWorld>[] = [
  {
    name: `leaver's PATCH to refused refresh`,
    target: `p99 < ${leaveWithinMs / 1_000} s`,
    measure: leaving,
  },
  {
    name: `local users beside ${crowd} logins, bridge hangs`,
    target: `p99 ≤ ${slowdown} × undisturbed, no wait > ${longestWaitMs / 1_000} s`,
    measure: hanging,
  },
];
