// A password that the bridge has confirmed is good for logins while the bridge can't be asked, where a component wants that;
// and nothing that ends its being right leaves it behind.
import { readFile } from 'node:fs/promises';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import type { Fault, FaultProxy } from '../support/fault-proxy.ts';
import {
  type Component,
  createFederatedRealm,
  eventually,
  type FederatedRealm,
  pushUser,
  setByScim,
  userPassword,
} from '../support/federated-realm.ts';
import type { TestRealm, TokenAnswer } from '../support/keycloak.ts';
import type { BridgeUnderTest, ScimCalls } from '../support/running-bridge.ts';

const type = 'realmbridge-offline-password';
const dayMs = 86_400_000;

let bridge: BridgeUnderTest;
let proxy: FaultProxy;
let realm: TestRealm;
let component: Component;
let scim: ScimCalls;
let close: FederatedRealm['close'] | undefined;

beforeAll(async () => {
  ({ bridge, proxy, realm, component, scim, close } = await createFederatedRealm({
    name: 'offline',
    realm: { bruteForceProtected: true, failureFactor: 30, quickLoginCheckMilliSeconds: 0, adminEventsEnabled: true },
    config: { offlinePassword: 'true' },
  }));
});

afterAll(() => close?.());

afterEach(() => proxy.set('pass'));

interface Person {
  id: string;
  username: string;
}

const login = ({ username }: Person, password = userPassword): Promise<TokenAnswer> => realm.login(username, password);

async function signIn(person: Person, password = userPassword): Promise<TokenAnswer> {
  return eventually(
    `the login of ${person.username}`,
    () => login(person, password),
    ({ status }) => status === 200,
  );
}

const hashes = async ({ id }: Person) =>
  (await realm.admin.users.getCredentials({ id })).filter((credential) => credential.type === type);

const hashOf = (person: Person) =>
  eventually(
    'the offline password',
    () => hashes(person),
    ({ length }) => length === 1,
  ).then(([hash]) => hash);

/** A user with an offline password. */
async function keptPerson(name: string): Promise<Person> {
  const person = { id: await pushUser(scim, name), username: `${name}@acme.test` };
  await signIn(person);
  await hashOf(person);
  return person;
}

const wiped = (person: Person) =>
  eventually(
    'the end of the offline password',
    () => hashes(person),
    ({ length }) => length === 0,
  );

async function expectUnchecked(answer: Promise<TokenAnswer>): Promise<void> {
  expect(await answer).toMatchObject({ status: 503, error: 'temporarily_unavailable' });
}

async function inOutage<T>(fault: Fault, work: () => Promise<T>): Promise<T> {
  await proxy.set(fault);
  try {
    return await work();
  } finally {
    await proxy.set('pass');
  }
}

async function recovered(): Promise<void> {
  await component.connected();
  await eventually('the answer of the bridge', component.status, ({ state }) => state === 'connected');
}

test.each<Fault>(['refused', 'hang', '503', '401', 'html'])(
  'opens while the bridge fails with %s, tells so, and counts no failure',
  async (fault) => {
    const person = await keptPerson(`works-${fault}`);
    await inOutage(fault, async () => {
      const answer = await login(person);
      expect(answer.status, JSON.stringify(answer)).toBe(200);
      expect((await realm.userinfo(answer.accessToken ?? '')).status).toBe(200);
      await expectUnchecked(login(person, 'wrong'));
      await eventually('the feed’s notice', component.status, ({ state }) => state === 'unavailable');
      expect((await login(person)).status).toBe(200);
    });
    expect((await realm.admin.attackDetection.findOne({ id: person.id }))?.['numFailures']).toBe(0);
    const events = await realm.admin.realms.findAdminEvents({
      realm: realm.name,
      resourcePath: `users/${person.id}/realmbridge-offline-login`,
    });
    expect(events).toHaveLength(2);
    const log = await readFile(inject('keycloak').logFile, 'utf8');
    expect(log.split('\n').filter((line) => line.includes(`user ${person.id} logs in with the offline`))).toHaveLength(
      2,
    );
    await recovered();
  },
);

test('is hashed once for many logins, shows its type to administrators only, and can’t be taken for a password', async () => {
  const person = await keptPerson('private');
  const first = await hashOf(person);
  const { accessToken } = await signIn(person);
  await signIn(person);
  expect(await hashes(person)).toEqual([first]);
  expect(JSON.parse(first?.credentialData ?? '')).toMatchObject({ hash: { algorithm: 'argon2' } });
  const account = await fetch(`${realm.url}/account/credentials`, {
    headers: { Authorization: `Bearer ${accessToken}`, Accept: 'application/json' },
  });
  expect(account.status).toBe(200);
  expect(await account.text()).not.toContain(type);
  const removal = await fetch(`${realm.url}/account/credentials/${first?.id}`, {
    method: 'DELETE',
    headers: { Authorization: `Bearer ${accessToken}`, Accept: 'application/json' },
  });
  expect(removal.status).toBeGreaterThanOrEqual(400);
  expect(await hashes(person)).toHaveLength(1);
});

test('is closed after five wrong guesses, until the bridge confirms the password again', async () => {
  const person = await keptPerson('guessed');
  await inOutage('refused', async () => {
    for (let n = 0; n < 5; n++) await expectUnchecked(login(person, `guess-${n}`));
    await expectUnchecked(login(person));
  });
  await recovered();
  await signIn(person);
  await eventually(
    'the renewed hash',
    async () => JSON.parse((await hashOf(person))?.credentialData ?? '{}'),
    ({ guesses }) => guesses === 0,
  );
  await inOutage('refused', async () => expect((await login(person)).status).toBe(200));
  await recovered();
});

test('ends with a change of the password', async () => {
  const person = await keptPerson('changed');
  await setByScim(scim, person.id, 'password', 'Another-Horse-8');
  await wiped(person);
  await inOutage('refused', () => expectUnchecked(login(person)));
  await recovered();
  await signIn(person, 'Another-Horse-8');
  await hashOf(person);
  await inOutage('refused', async () => {
    await expectUnchecked(login(person));
    expect((await login(person, 'Another-Horse-8')).status).toBe(200);
  });
  await recovered();
});

test('survives a change of something else', async () => {
  const person = await keptPerson('moved');
  await setByScim(scim, person.id, 'name.givenName', 'Moved');
  await eventually(
    'the new name',
    () => realm.getUser(person.username),
    (user) => user?.firstName === 'Moved',
  );
  await inOutage('refused', async () => expect((await login(person)).status).toBe(200));
  await recovered();
});

test('survives a new mapping, which changes every copy', async () => {
  const person = await keptPerson('mapped');
  await bridge.services.federations.changeAttributeMappings('acme', (current) => [
    ...current,
    { path: 'name.familyName', attribute: 'clan' },
  ]);
  await eventually(
    'the new attribute',
    () => realm.getUser(person.username),
    (user) => user?.attributes?.['clan']?.[0] === 'Quist',
  );
  await component.connected();
  expect(await hashes(person)).toHaveLength(1);
  await inOutage('refused', async () => expect((await login(person)).status).toBe(200));
  await recovered();
});

test('ends with deactivation, and doesn’t come back with the user', async () => {
  const person = await keptPerson('inactive');
  await setByScim(scim, person.id, 'active', false);
  await wiped(person);
  await setByScim(scim, person.id, 'active', true);
  await eventually(
    'the reactivation',
    () => realm.getUser(person.username),
    (user) => user?.enabled === true,
  );
  await inOutage('refused', () => expectUnchecked(login(person)));
  await recovered();
});

test('ends with a refusal of the bridge', async () => {
  const person = await keptPerson('refused');
  expect((await login(person, 'wrong')).error).toBe('invalid_grant');
  await wiped(person);
  await inOutage('refused', () => expectUnchecked(login(person)));
  await recovered();
});

test('lets a leaver in during the outage, and no longer than that', async () => {
  const person = await keptPerson('leaver');
  const { refreshToken = '' } = await inOutage('refused', async () => {
    await setByScim(scim, person.id, 'active', false);
    const answer = await login(person);
    expect(answer.status).toBe(200);
    return answer;
  });
  const refused = await eventually(
    'the end of the session',
    () => realm.refresh(refreshToken),
    ({ status }) => status !== 200,
  );
  expect(refused.error).toBe('invalid_grant');
  await wiped(person);
  expect((await login(person)).status).not.toBe(200);
  await recovered();
});

test('is not used for a directory that was switched off', async () => {
  const { directories, federations } = bridge.services;
  await directories.createDirectory({ slug: 'off' });
  const { token } = await directories.createToken('off', {});
  await federations.addDirectory('acme', 'off');
  const id = await pushUser(bridge.scim('off', token), 'off');
  const person = { id, username: 'off@acme.test' };
  await signIn(person);
  await hashOf(person);
  await federations.setDirectory('acme', 'off', { enabled: false });
  await eventually(
    'the refused login',
    () => login(person),
    ({ status }) => status === 503,
  );
  await expectUnchecked(login(person));
});

test('is too old after the configured time', async () => {
  const person = await keptPerson('old');
  const hash = await hashOf(person);
  const database = new Client({ connectionString: inject('keycloak').databaseUrl });
  await database.connect();
  const aged = async (days: number) => {
    await database.query('update credential set created_date = $1 where id = $2', [
      Date.now() - days * dayMs,
      hash?.id,
    ]);
  };
  try {
    await aged(13);
    await inOutage('refused', async () => expect((await login(person)).status).toBe(200));
    await aged(15);
    await inOutage('refused', () => expectUnchecked(login(person)));
    await recovered();
    expect((await database.query('select 1 from credential where id = $1', [hash?.id])).rowCount).toBe(0);
    await signIn(person);
    const renewed = await hashOf(person);
    await database.query('update credential set created_date = $1 where id = $2', [
      Date.now() - 15 * dayMs,
      renewed?.id,
    ]);
    expect((await component.sync('full')).failed ?? 0).toBe(0);
    expect((await database.query('select 1 from credential where id = $1', [renewed?.id])).rowCount).toBe(0);
  } finally {
    await database.end();
  }
});

test('is kept by nobody once the option is off, and then opens nothing', async () => {
  const person = await keptPerson('optional');
  await component.configure({ offlinePassword: 'false' });
  expect(await hashes(person)).toEqual([]);
  await component.connected();
  await signIn(person);
  expect(await hashes(person)).toEqual([]);
  await inOutage('refused', () => expectUnchecked(login(person)));
  await component.configure({ offlinePassword: 'true' });
  await recovered();
});
