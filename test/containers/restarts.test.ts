// Everything stopped and started again, in each order: whoever is started too early comes when the others are there.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StackService } from '../support/containers/service.ts';
import { openSharedStack, type SharedStack } from '../support/containers/shared-stack.ts';
import { useStackBridge } from '../support/containers/stack-bridge.ts';
import {
  addComponent,
  addDirectory,
  eventually,
  pushUser,
  setByScim,
  userPassword,
} from '../support/federated-realm.ts';
import { createTestRealm, type TestRealm, useRealm } from '../support/keycloak.ts';
import type { BridgeUnderTest, ScimCalls } from '../support/running-bridge.ts';

/** An engine waits longer and longer before it tries again. */
const recoveryMs = 240_000;

let shared: SharedStack;
let bridge: BridgeUnderTest;
let realm: TestRealm;
let scim: ScimCalls;
let annaId = '';
let services: Record<'postgres' | 'bridge' | 'keycloak', StackService>;

beforeAll(async () => {
  shared = await openSharedStack();
  const { postgres, bridge: bridgeService, keycloakService } = shared.stack;
  if (!keycloakService) throw new Error('the stack has no Keycloak');
  services = { postgres, bridge: bridgeService, keycloak: keycloakService };
  bridge = useStackBridge(shared.stack);
  const directory = await addDirectory(bridge, 'restarted');
  scim = directory.scim;
  annaId = await pushUser(scim, 'anna');
  realm = await createTestRealm(shared.keycloak);
  const component = await addComponent(realm, {
    name: 'restarted',
    bridgeUrl: shared.stack.innerBridgeUrl,
    federation: 'restarted',
    token: directory.token,
  });
  await component.connected();
  for (const service of Object.values(services)) await service.keepAlive();
});

afterAll(async () => {
  await realm?.drop();
  await bridge?.close();
});

test.each([
  [['postgres', 'bridge', 'keycloak']],
  [['postgres', 'keycloak', 'bridge']],
  [['bridge', 'postgres', 'keycloak']],
  [['bridge', 'keycloak', 'postgres']],
  [['keycloak', 'postgres', 'bridge']],
  [['keycloak', 'bridge', 'postgres']],
] as const)(
  'started in the order %j, all of them find each other',
  async (order) => {
    await Promise.all(Object.values(services).map((service) => service.kill()));
    for (const name of order) {
      await services[name].begin();
      // Long enough to fail at what isn't there yet.
      await new Promise((resolve) => setTimeout(resolve, 2_000));
    }
    await Promise.all(Object.values(services).map((service) => service.untilReady(recoveryMs)));
    await eventually(
      'the login',
      () => realm.login('anna@acme.test', userPassword).catch(({ message }) => ({ status: 0, error: message })),
      ({ status }) => status === 200,
      recoveryMs,
    );
    // A Keycloak that is killed forgets the newest sessions: the administrator's may be one, so they sign in anew.
    realm = useRealm(realm.name, shared.keycloak);
    const name = order.join(' ');
    await setByScim(scim, annaId, 'name.givenName', name);
    await eventually(
      'the change in Keycloak',
      () => realm.getUser('anna@acme.test'),
      (user) => user?.firstName === name,
      recoveryMs,
    );
    expect((await realm.login('anna@acme.test', 'wrong')).error).toBe('invalid_grant');
  },
  300_000,
);
