// What must hold when the chaos is over: acknowledged writes, the event log, and the agreement of Keycloak and bridge.
import { createEventReader } from '../../bridge/events/repository.ts';
import { connectStore } from '../../bridge/platform/db/connect.ts';
import type { RealmbridgeStack } from '../support/containers/stack.ts';
import { type Component, eventually } from '../support/federated-realm.ts';
import type { TestRealm } from '../support/keycloak.ts';
import type { BridgeUnderTest, ScimCalls } from '../support/running-bridge.ts';
import type { KnownUser, Model, UserState } from './model.ts';

type Log = (line: string) => void;

export interface Scene {
  bridge: BridgeUnderTest;
  stack: RealmbridgeStack;
  /** Of the directory and its federation. */
  slug: string;
  token: string;
  scim: ScimCalls;
  group: string;
  realm: TestRealm;
  component: Component;
  model: Model;
}

interface Found extends UserState {
  id: string;
  version: number;
}

/** Every user of the directory as SCIM shows it, by user name. */
async function readBridge({ scim, group }: Scene): Promise<Map<string, Found>> {
  const members = new Set<string>(
    ((await scim('GET', `/Groups/${group}`)).body.members ?? []).map(({ value }: { value: string }) => value),
  );
  const found = new Map<string, Found>();
  for (let startIndex = 1; ; startIndex += 100) {
    const { status, body } = await scim('GET', `/Users?startIndex=${startIndex}&count=100&sortBy=userName`);
    if (status !== 200) throw new Error(`listing the users: ${status}`);
    for (const { id, userName, active, name, meta } of body.Resources ?? []) {
      const version = Number(/\d+/.exec(meta.version)?.[0]);
      found.set(userName, { id, active, givenName: name?.givenName, inGroup: members.has(id), version });
    }
    if (startIndex + 100 > body.totalResults) return found;
  }
}

const describeState = (state: UserState | undefined): string =>
  state === undefined
    ? 'absent'
    : `${state.active ? 'active' : 'inactive'}, ${state.givenName}, ${state.inGroup ? 'in' : 'out of'} the group`;

function checkWrites({ model }: Scene, found: ReadonlyMap<string, Found>): string[] {
  return model.users.flatMap((user: KnownUser) => {
    const there = describeState(found.get(user.userName));
    const possible = user.possible.map(describeState);
    return possible.includes(there) ? [] : [`${user.userName} is ${there}, but should be ${possible.join(' or ')}`];
  });
}

/** Each change of a user has one event, and the positions have no gap. */
async function checkEvents({ stack, bridge, slug }: Scene, found: ReadonlyMap<string, Found>): Promise<string[]> {
  const store = connectStore({ url: stack.databaseUrl, poolSize: 2, onIdleError: () => undefined });
  try {
    const { id: directoryId } = await bridge.services.directories.requireDirectory(slug);
    const reader = createEventReader(store.pool);
    const head = await reader.placeEvents(directoryId);
    const events = await reader.listEvents(directoryId, 0, 1_000_000);
    const violations: string[] = [];
    const gap = events.findIndex(({ position }, index) => position !== index + 1);
    if (gap >= 0 || events.length !== head)
      violations.push(`the log has ${events.length} events, its head says ${head}`);
    const byUser = Map.groupBy(
      events.filter(({ resourceType }) => resourceType === 'User'),
      ({ resourceId }) => resourceId,
    );
    const present = new Map([...found.values()].map((user) => [user.id, user]));
    for (const [id, own] of byUser) {
      const told = own.map(({ type, resourceVersion }) => `${type} ${resourceVersion}`);
      if (new Set(told).size !== told.length) violations.push(`user ${id} has an event twice: ${told.join(', ')}`);
      if (own[0]?.type !== 'user.created') violations.push(`the events of user ${id} begin with ${told[0]}`);
      const deleted = own.some(({ type }) => type === 'user.deleted');
      const user = present.get(id);
      if (deleted === (user !== undefined))
        violations.push(`user ${id}: ${told.join(', ')}, but it is ${user ? 'there' : 'gone'}`);
      if (user === undefined) continue;
      const versions = new Set(own.map(({ resourceVersion }) => resourceVersion));
      for (let version = 1; version <= user.version; version++)
        if (!versions.has(version))
          violations.push(`user ${id} is at version ${user.version}, but has no event of ${version}`);
    }
    for (const { id } of present.values()) if (!byUser.has(id)) violations.push(`user ${id} has no events`);
    return violations;
  } finally {
    await store.close();
  }
}

/** Every user of the realm as Keycloak has it, by user name. */
async function readKeycloak({ realm }: Scene): Promise<Map<string, string>> {
  const users = await realm.admin.users.find({ max: 100_000 });
  const groups = await realm.admin.groups.find({ search: 'Crew', populateHierarchy: false, max: 10 });
  const crew = groups.find(({ name }) => name === 'Crew');
  const members = crew?.id === undefined ? [] : await realm.admin.groups.listMembers({ id: crew.id, max: 100_000 });
  const inGroup = new Set(members.map(({ id }) => id));
  return new Map(
    users.map(({ id, username = '', enabled, firstName = '' }) => [
      username,
      `${id}: ${describeState({ active: enabled ?? false, givenName: firstName, inGroup: inGroup.has(id) })}`,
    ]),
  );
}

/** Names whose states differ. */
function differences(bridge: ReadonlyMap<string, Found>, keycloak: ReadonlyMap<string, string>): string[] {
  const names = new Set([...bridge.keys(), ...keycloak.keys()]);
  return [...names].flatMap((name) => {
    const here = bridge.get(name);
    const expected = here === undefined ? 'absent' : `${here.id}: ${describeState(here)}`;
    const there = keycloak.get(name) ?? 'absent';
    return expected === there ? [] : [`${name} is ${there} for Keycloak, and ${expected} for the bridge`];
  });
}

/** Waits until Keycloak has caught up, for as long as it gets nearer. */
async function checkAgreement(scene: Scene, found: ReadonlyMap<string, Found>, log: Log): Promise<string[]> {
  await eventually('the connection', scene.component.status, ({ lease }) => lease, 120_000);
  log('Keycloak follows the bridge');
  const compare = async () => differences(found, await readKeycloak(scene));
  return eventually('the agreement', compare, (differing) => differing.length === 0, 60_000).catch(compare);
}

/** What is wrong, in words; nothing when all is well. */
export async function listViolations(scene: Scene, log: Log): Promise<string[]> {
  const found = await readBridge(scene);
  log(`the bridge has ${found.size} users`);
  const violations = [...checkWrites(scene, found), ...(await checkEvents(scene, found))];
  log('the log is read');
  violations.push(...(await checkAgreement(scene, found, log)));
  log('Keycloak is compared');
  return violations;
}
