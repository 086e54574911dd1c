// What the rows of `npm run bench:keycloak` are measured on: one Keycloak, one bridge and three realms. One has only users of
// its own; one imports as many of the same kind from the bridge; one reaches its bridge through a proxy that counts and hangs.
// Both sides' password hashes are as cheap as they come, so that hashing doesn't hide the rest.

import { KeycloakAdminClient } from '@keycloak/keycloak-admin-client/lib/client.js';
import { UnmanagedAttributePolicy } from '@keycloak/keycloak-admin-client/lib/defs/userProfileMetadata.js';
import type { BridgeProcess } from '../../../bridge/dev/bridge-process.ts';
import { createPasswordHasher } from '../../../bridge/platform/secrets/passwords.ts';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts';
import { addComponent, type Component, eventually } from '../../support/federated-realm.ts';
import { keycloakAdmin, type TestRealm, testClientId, useRealm } from '../../support/keycloak.ts';
import { loadUsers, userOf } from './data.ts';
import { type BenchKeycloak, startKeycloak } from './keycloak.ts';
import type { LoadGenerator } from './load.ts';
import type { BenchOptions } from './options.ts';
import { type BenchDirectory, newDirectory } from './scim-work.ts';
import type { Stage } from './stage.ts';
import { progress } from './table.ts';

export interface KeycloakBenchOptions extends BenchOptions {
  /** Users of the three directories that are imported. */
  sizes: { first: number; second: number; large: number };
  /** Where LDAP's server is unpacked; `/` when it is installed. */
  ldapRoot: string;
}

/** Users who come from the bridge, and how. `first` is the number of the first one. */
export interface Federation {
  directory: BenchDirectory;
  federation: string;
  token: string;
  first: number;
  count: number;
}

export interface KeycloakWorld {
  stage: Stage;
  options: KeycloakBenchOptions;
  load: LoadGenerator;
  keycloak: BenchKeycloak;
  /** An administrator's token that outlives the benchmark. */
  adminToken: string;
  /** Tokens of each realm's own administrator, which live as long. */
  adminTokens: { local: string; imported: string };
  /** Only users of its own: number 1 and on of {@link userOf}. */
  local: TestRealm;
  /** Imported from the bridge. */
  federated: { realm: TestRealm; component: Component; source: Federation };
  /** A bridge that can be made to hang; `localName` are users of its own. */
  watched: { realm: TestRealm; component: Component; source: Federation; proxy: FaultProxy };
  /** The bridge that runs now. */
  bridge(): BridgeProcess;
  stopBridge(): Promise<void>;
  /** On the same port. */
  startBridge(): Promise<void>;
  newRealm(name: string): Promise<TestRealm>;
  /** Loads users into a new directory, in a new federation of its own. */
  newFederation(slug: string, first: number, count: number): Promise<Federation>;
}

export const password = 'Correct-Horse-7';
/** Users under load, of each kind. */
export const loadedUsers = 2_000;
/** Federated users beyond those under load who will leave. */
export const leavers = 200;
export const watchedUsers = 200;
/** May introspect the tokens of the realm's users. */
export const resource = { clientId: 'bench-resource', secret: 'bench-resource-secret' };
/** The watched realm's own users: not like e-mail addresses, by which Keycloak would ask the provider for them. */
export const localName = (n: number): string => `local-${n}`;

/** A realm's own; what the master realm's may do is spread over all realms' clients, and costs more the later a realm was made. */
const administrator = 'administrator';

const hourSeconds = 3_600;
const usersAtOnce = 250;

async function createRealm(keycloak: BenchKeycloak, name: string): Promise<TestRealm> {
  const server = serverOf(keycloak);
  await keycloakAdmin('master', server).realms.create({
    realm: name,
    enabled: true,
    passwordPolicy: 'hashAlgorithm(pbkdf2-sha512) and hashIterations(1)',
    bruteForceProtected: true,
    failureFactor: 1_000,
    quickLoginCheckMilliSeconds: 0,
    accessTokenLifespan: hourSeconds,
    clients: [
      { ...resource, publicClient: false, standardFlowEnabled: false },
      {
        clientId: testClientId,
        publicClient: true,
        directAccessGrantsEnabled: true,
        redirectUris: ['http://127.0.0.1/*'],
        protocolMappers: [
          {
            name: 'audience',
            protocol: 'openid-connect',
            protocolMapper: 'oidc-audience-mapper',
            config: { 'included.client.audience': resource.clientId, 'access.token.claim': 'true' },
          },
        ],
      },
    ],
    users: [
      {
        username: administrator,
        email: 'administrator@here.test',
        firstName: 'Realm',
        lastName: 'Administrator',
        enabled: true,
        emailVerified: true,
        credentials: [{ type: 'password', value: password, temporary: false }],
        clientRoles: { 'realm-management': ['realm-admin'] },
      },
    ],
  });
  return useRealm(name, server);
}

async function adminTokenOf(realm: TestRealm): Promise<string> {
  const answer = await realm.login(administrator, password);
  if (answer.accessToken === undefined) throw new Error(`login in ${realm.name}: ${JSON.stringify(answer)}`);
  return answer.accessToken;
}

const serverOf = ({ url, admin }: BenchKeycloak) => ({
  url,
  adminUsername: admin.username,
  adminPassword: admin.password,
});

/** What the bridge's users have in Keycloak, so that users of both kinds are equally large. */
const attributesOf = (n: number): Record<string, string[]> => ({
  displayName: [`User ${n}`],
  title: ['Engineer'],
  preferredLanguage: ['en-GB'],
  phoneNumbers: [`+49 30 ${n}`],
  employeeNumber: [String(n)],
  department: [`Department ${n % 40}`],
  costCenter: ['4711'],
});

async function allowAttributes({ admin }: TestRealm): Promise<void> {
  const profile = await admin.users.getProfile();
  await admin.users.updateProfile({ ...profile, unmanagedAttributePolicy: UnmanagedAttributePolicy.Enabled });
}

async function addLocalUsers(
  realm: TestRealm,
  count: number,
  named: (n: number) => { username: string; email: string; attributes?: Record<string, string[]> },
): Promise<void> {
  for (let first = 1; first <= count; first += usersAtOnce) {
    await realm.admin.realms.partialImport({
      realm: realm.name,
      rep: {
        ifResourceExists: 'FAIL',
        users: Array.from({ length: Math.min(usersAtOnce, count - first + 1) }, (_, index) => ({
          ...named(first + index),
          firstName: 'Local',
          lastName: 'User',
          enabled: true,
          emailVerified: true,
          credentials: [{ type: 'password', value: password, temporary: false }],
        })),
      },
    });
  }
}

async function lastingAdminToken(keycloak: BenchKeycloak): Promise<string> {
  await keycloakAdmin('master', serverOf(keycloak)).realms.update(
    { realm: 'master' },
    { accessTokenLifespan: hourSeconds },
  );
  const admin = new KeycloakAdminClient({ baseUrl: keycloak.url, realmName: 'master' });
  await admin.auth({ grantType: 'password', clientId: 'admin-cli', ...keycloak.admin });
  return admin.accessToken ?? '';
}

/** Until the component has everybody and follows the feed. */
export async function imported(component: Component, users: number, withinMs = 1_800_000): Promise<void> {
  const arrived = (status: Awaited<ReturnType<Component['status']>>): boolean =>
    status.lease && status.counts.users === users;
  await eventually(`the import of ${users} users`, component.status, arrived, withinMs);
}

export async function prepareKeycloakWorld(
  stage: Stage,
  options: KeycloakBenchOptions,
  load: LoadGenerator,
): Promise<KeycloakWorld> {
  const { admin, services } = stage;
  const cheapHash = await createPasswordHasher({ memoryCost: 8, timeCost: 1 }).hash(password);

  async function newFederation(slug: string, first: number, count: number): Promise<Federation> {
    const directory = await newDirectory(stage, slug);
    await loadUsers(admin, directory.id, count, { hash: cheapHash, count }, first);
    await services.federations.createFederation({ slug });
    await services.federations.addDirectory(slug, slug, {});
    const { token } = await services.federations.createToken(slug, {});
    return { directory, federation: slug, token, first, count };
  }

  let bridge = await stage.startBridge();
  const port = Number(new URL(bridge.url).port);
  const keycloak = await startKeycloak(stage);
  const adminToken = await lastingAdminToken(keycloak);

  async function federate(realm: TestRealm, source: Federation, bridgeUrl: string): Promise<Component> {
    const { federation, token } = source;
    const component = await addComponent(realm, { name: federation, bridgeUrl, federation, token });
    await imported(component, source.count);
    return component;
  }

  progress(`making ${loadedUsers.toLocaleString('en')} users in Keycloak, and importing as many from the bridge`);
  const local = await createRealm(keycloak, 'local');
  await allowAttributes(local);
  await addLocalUsers(local, loadedUsers, (n) => {
    const { userName: username, email } = userOf(n);
    return { username, email, attributes: attributesOf(n) };
  });
  const people = await newFederation('people', 1, loadedUsers + leavers);
  const federatedRealm = await createRealm(keycloak, 'federated');
  const federated = {
    realm: federatedRealm,
    component: await federate(federatedRealm, people, bridge.url),
    source: people,
  };

  const proxy = await startFaultProxy(bridge.url);
  stage.onEnd(() => proxy.close());
  const few = await newFederation('few', 10_001, watchedUsers);
  const watchedRealm = await createRealm(keycloak, 'watched');
  await addLocalUsers(watchedRealm, watchedUsers, (n) => ({
    username: localName(n),
    email: `${localName(n)}@here.test`,
  }));
  const watched = {
    realm: watchedRealm,
    component: await federate(watchedRealm, few, proxy.url),
    source: few,
    proxy,
  };

  return {
    stage,
    options,
    load,
    keycloak,
    adminToken,
    adminTokens: { local: await adminTokenOf(local), imported: await adminTokenOf(federatedRealm) },
    local,
    federated,
    watched,
    bridge: () => bridge,
    stopBridge: () => bridge.stop(),
    async startBridge() {
      bridge = await stage.startBridge({ port });
      await federated.component.connected();
    },
    newRealm: (name) => createRealm(keycloak, name),
    newFederation,
  };
}
