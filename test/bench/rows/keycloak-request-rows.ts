// What imported users cost at login, refresh, introspection and look-up, beside Keycloak's own users of the same kind.

import { eventually } from '../../support/federated-realm.ts';
import { type TestRealm, testClientId } from '../../support/keycloak.ts';
import { compare } from '../support/comparison.ts';
import { userOf } from '../support/data.ts';
import { type KeycloakWorld, loadedUsers, password, resource } from '../support/keycloak-world.ts';
import type { Target } from '../support/load.ts';
import type { Outcome, Row } from '../support/row.ts';
import { anyOf } from '../support/scim-work.ts';
import { figure } from '../support/table.ts';

type Kind = 'imported' | 'local';

/** Users whose sessions are refreshed and whose tokens are looked at. */
const signedInUsers = 200;

const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
const holds = (part: string) => (body: string) => (body.includes(part) ? undefined : `the answer lacks ${part}`);
const realmOf = (world: KeycloakWorld, kind: Kind): TestRealm =>
  kind === 'local' ? world.local : world.federated.realm;

/** Both kinds' work counts what Keycloak needs; the imported users' also what the bridge needs. */
function target(world: KeycloakWorld, kind: Kind, of: Pick<Target, 'request' | 'check' | 'refusal'>): Target {
  const { url, pid } = world.keycloak;
  const pids = kind === 'local' ? [pid] : [pid, world.bridge().pid];
  return { name: `${kind} users`, url, pids, status: 200, ...of };
}

/** Each row's own code must be compiled too. */
const warmUpsOfARow = 4;

async function ratio(
  world: KeycloakWorld,
  name: string,
  atLeast: number,
  targetOf: (kind: Kind) => Target,
): Promise<Outcome> {
  const comparison = { name, bridge: targetOf('imported'), baseline: targetOf('local') };
  const {
    bridge,
    baseline,
    ratio: measured,
  } = await compare(world.load, comparison, world.options.rounds, warmUpsOfARow);
  const told = ({ rate, cpu, refused }: typeof bridge): string =>
    `${figure(rate)}/s (CPU ${cpu.server.toFixed(2)} + ${cpu.database.toFixed(2)} ms${refused > 0 ? `, ${refused} refused` : ''})`;
  return { figures: `${measured.toFixed(2)}: ${told(bridge)}, local ${told(baseline)}`, met: measured >= atLeast };
}

const loginAtLeast = 0.9;
const loginTarget =
  (world: KeycloakWorld) =>
  (kind: Kind): Target =>
    target(world, kind, {
      // A bridge that is flooded while it is cold can't check a password in time.
      refusal: 503,
      request: (n) => ({
        method: 'POST',
        path: `/realms/${realmOf(world, kind).name}/protocol/openid-connect/token`,
        headers: form,
        body: new URLSearchParams({
          grant_type: 'password',
          client_id: testClientId,
          scope: 'openid',
          username: userOf(anyOf(loadedUsers, n)).userName,
          password,
        }).toString(),
      }),
      check: holds('access_token'),
    });

const login = (world: KeycloakWorld): Promise<Outcome> => ratio(world, 'login', loginAtLeast, loginTarget(world));

const warmingSeconds = 5;
const warmLogins = 4_000;
const warmingTurns = 12;

/** Until Java has compiled what is measured: its first thousand logins cost many times what later ones do. */
export async function warmUp(world: KeycloakWorld): Promise<void> {
  const targets = (['local', 'imported'] as const).map(loginTarget(world));
  let logins = 0;
  for (let turn = 0; turn < warmingTurns && logins < warmLogins; turn += 1) {
    for (const each of targets) logins += (await world.load.run(each, { seconds: warmingSeconds })).latencies.length;
  }
}

interface Tokens {
  access: string;
  refresh: string;
}

async function signIn(realm: TestRealm): Promise<Tokens[]> {
  const tokens: Tokens[] = [];
  for (let n = 1; n <= signedInUsers; n += 1) {
    const answer = await realm.login(userOf(n).userName, password);
    if (answer.accessToken === undefined || answer.refreshToken === undefined)
      throw new Error(`login in ${realm.name}: ${JSON.stringify(answer)}`);
    tokens.push({ access: answer.accessToken, refresh: answer.refreshToken });
  }
  return tokens;
}

const sessionAtLeast = 0.95;

async function withSessions(
  world: KeycloakWorld,
  name: string,
  work: (realm: TestRealm, tokens: Tokens) => { path: string; body: Record<string, string>; check: string },
  bridgeDown: boolean,
): Promise<Outcome> {
  const tokens = { imported: await signIn(world.federated.realm), local: await signIn(world.local) };
  const measure = (): Promise<Outcome> =>
    ratio(world, name, sessionAtLeast, (kind) => {
      const realm = realmOf(world, kind);
      const of = (n: number) => {
        const token = tokens[kind][n % signedInUsers];
        if (!token) throw new TypeError('nobody is signed in');
        return work(realm, token);
      };
      return target(world, kind, {
        request: (n) => {
          const { path, body } = of(n);
          return {
            method: 'POST',
            path: `/realms/${realm.name}/protocol/openid-connect/token${path}`,
            headers: form,
            body: new URLSearchParams(body).toString(),
          };
        },
        check: holds(of(0).check),
      });
    });
  if (!bridgeDown) return measure();
  await world.stopBridge();
  try {
    await eventually('the loss of the lease', world.federated.component.status, ({ lease }) => !lease, 60_000);
    return await measure();
  } finally {
    await world.startBridge();
  }
}

const refresh =
  (bridgeDown: boolean) =>
  (world: KeycloakWorld): Promise<Outcome> =>
    withSessions(
      world,
      'refresh',
      (_, tokens) => ({
        path: '',
        body: { grant_type: 'refresh_token', client_id: testClientId, refresh_token: tokens.refresh },
        check: 'access_token',
      }),
      bridgeDown,
    );

const introspection =
  (bridgeDown: boolean) =>
  (world: KeycloakWorld): Promise<Outcome> =>
    withSessions(
      world,
      'introspection',
      (_, tokens) => ({
        path: '/introspect',
        body: { client_id: resource.clientId, client_secret: resource.secret, token: tokens.access },
        check: '"active":true',
      }),
      bridgeDown,
    );

const lookUpAtLeast = 0.9;
const lookUp = (world: KeycloakWorld): Promise<Outcome> =>
  ratio(world, 'look-up', lookUpAtLeast, (kind) =>
    target(world, kind, {
      request: (n) => {
        const query = new URLSearchParams({ username: userOf(anyOf(loadedUsers, n)).userName, exact: 'true' });
        return {
          method: 'GET',
          path: `/admin/realms/${realmOf(world, kind).name}/users?${query.toString()}`,
          headers: { Authorization: `Bearer ${world.adminTokens[kind]}` },
        };
      },
      check: holds('"username"'),
    }),
  );

const listed = 100;
async function list({ watched: { realm, component, proxy } }: KeycloakWorld): Promise<Outcome> {
  await component.connected();
  proxy.resetCounts();
  const users = await realm.admin.users.find({ max: listed, search: 'user0' });
  if (users.length !== listed || users.some(({ enabled }) => enabled !== true))
    throw new Error(`the list has ${users.length} users, or disabled ones`);
  const calls = [...proxy.counts()].filter(([path]) => !path.endsWith('/changes'));
  const total = calls.reduce((sum, [, count]) => sum + count, 0);
  return { figures: `${total} calls for ${users.length} users`, met: total === 0 };
}

export const keycloakRequestRows: Row<KeycloakWorld>[] = [
  { name: 'login', target: `≥ ${loginAtLeast} of local users' rate`, measure: login },
  { name: 'refresh', target: `≥ ${sessionAtLeast} of local users' rate`, measure: refresh(false) },
  { name: 'introspection', target: `≥ ${sessionAtLeast} of local users' rate`, measure: introspection(false) },
  {
    name: 'refresh, bridge down',
    target: `≥ ${sessionAtLeast} of local users' rate`,
    measure: refresh(true),
  },
  {
    name: 'introspection, bridge down',
    target: `≥ ${sessionAtLeast} of local users' rate`,
    measure: introspection(true),
  },
  { name: 'exact look-up by an administrator', target: `≥ ${lookUpAtLeast} of local users' rate`, measure: lookUp },
  { name: `administrator's list of ${listed}`, target: 'no call to the bridge', measure: list },
];
