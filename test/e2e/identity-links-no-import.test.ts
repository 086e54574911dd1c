// Single sign-on of users who are not imported: their links are kept in Keycloak's tables for federated users.
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  addLocalUser,
  type Component,
  createFederatedRealm,
  eventually,
  type FederatedRealm,
  pushUser,
  setByScim,
} from '../support/federated-realm.ts';
import { createTestRealm, type TestRealm } from '../support/keycloak.ts';
import type { BridgeUnderTest, ScimCalls } from '../support/running-bridge.ts';
import { addIdentityProvider, signOn } from '../support/single-sign-on.ts';

const password = 'Company-Horse-7';
let bridge: BridgeUnderTest;
let company: TestRealm;
let realm: TestRealm;
let component: Component;
let scim: ScimCalls;
let close: FederatedRealm['close'] | undefined;

beforeAll(async () => {
  company = await createTestRealm();
  ({ bridge, realm, component, scim, close } = await createFederatedRealm({
    name: 'live',
    config: { importEnabled: 'false' },
    prepare: (made) => addIdentityProvider(made.realm, company, 'company'),
  }));
});

afterAll(async () => {
  await close?.();
  await company?.drop();
});

const bind = (provider: string | null) =>
  bridge.services.federations.setDirectory('acme', 'acme', {
    organization: 'acme',
    identityLink: provider === null ? null : { provider },
  });

const linksOf = async (id: string) =>
  (await realm.admin.users.listFederatedIdentities({ id: `f:${component.id}:${id}` })).map(({ userId }) => userId);
const linked = (id: string, ...subjects: string[]) =>
  eventually(
    `the links ${subjects.join(', ') || 'none'}`,
    () => linksOf(id),
    (now) => JSON.stringify(now) === JSON.stringify(subjects),
  );

test('a user signs on as the one of the bridge, and a deactivated one is refused', async () => {
  const subject = await addLocalUser(company, 'anna', password);
  const id = await pushUser(scim, 'anna', { externalId: subject });
  await bind('company');
  await linked(id, subject);
  const landing = await signOn(realm, 'company', 'anna', password);
  expect(landing, landing.text).toMatchObject({ kind: 'code', subject: `f:${component.id}:${id}` });
  await setByScim(scim, id, 'active', false);
  await eventually(
    'the refusal',
    () => signOn(realm, 'company', 'anna', password),
    ({ kind, text }) => kind === 'page' && /disabled/i.test(text),
  );
});

test('a link follows its subject, goes with its user, and is taken away with the binding', async () => {
  const subject = await addLocalUser(company, 'berta', password);
  const id = await pushUser(scim, 'berta', { externalId: 'not yet' });
  await linked(id, 'not yet');
  await setByScim(scim, id, 'externalId', subject);
  await linked(id, subject);
  await bind(null);
  await linked(id);
  await bind('company');
  await linked(id, subject);
  expect((await scim('DELETE', `/Users/${id}`)).status).toBe(204);
  await eventually(
    'another user',
    () => signOn(realm, 'company', 'berta', password),
    ({ subject: who }) => who !== undefined && !who.endsWith(id),
  );
});

test('two users who exchange their subjects exchange their links', async () => {
  const [one, two] = [
    await pushUser(scim, 'dora', { externalId: 'first' }),
    await pushUser(scim, 'emil', { externalId: 'second' }),
  ];
  await linked(one, 'first');
  await linked(two, 'second');
  await setByScim(scim, one, 'externalId', 'second');
  await setByScim(scim, two, 'externalId', 'first');
  await linked(one, 'second');
  await linked(two, 'first');
});

test('the status says that an organization needs imported users', async () => {
  const { bindings } = await component.status();
  expect(bindings).toContainEqual(
    expect.objectContaining({ kind: 'organization', alias: 'acme', state: 'not-without-import' }),
  );
});
