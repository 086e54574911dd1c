// A directory moves to another identity provider behind Keycloak: people stay who they are to applications and to Keycloak,
// with the roles, the one-time password, the required actions and the session that they have there; and back again.
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  createFederatedRealm,
  eventually,
  type FederatedRealm,
  pushUser,
  userPassword,
} from '../support/federated-realm.ts';
import { claimsOf, type TokenAnswer } from '../support/keycloak.ts';
import { authorizationUrl, openBrowser } from '../support/login-pages.ts';
import { oneTimePassword } from '../support/one-time-password.ts';
import type { ScimCalls } from '../support/running-bridge.ts';
import { patchOp, userSchema } from '../support/scim.ts';

const newName = 'anna@corp.test';
let stage: FederatedRealm;
let anna = '';
let bert = '';
let session: TokenAnswer;
let kept: { roles: unknown; credentials: unknown };
let entra: ScimCalls;

/** What Keycloak alone knows of Anna. */
async function keptByKeycloak(): Promise<typeof kept> {
  const { users } = stage.realm.admin;
  const roles = await users.listRealmRoleMappings({ id: anna });
  return { roles: roles.map(({ name }) => name).sort(), credentials: await users.getCredentials({ id: anna }) };
}

const inKeycloak = (id: string) => stage.realm.admin.users.findOne({ id });

async function refreshed(): Promise<Record<string, unknown>> {
  session = await stage.realm.refresh(session.refreshToken ?? '');
  expect(session.status, JSON.stringify(session)).toBe(200);
  return claimsOf(session.accessToken ?? '');
}

beforeAll(async () => {
  stage = await createFederatedRealm({ name: 'moving' });
  const { realm, scim } = stage;
  anna = await pushUser(scim, 'anna');
  bert = await pushUser(scim, 'bert');
  await eventually(
    'the import',
    () => inKeycloak(bert),
    (user) => user !== null && user !== undefined,
  );
  await realm.admin.roles.create({ name: 'auditor' });
  const role = await realm.admin.roles.findOneByName({ name: 'auditor' });
  await realm.admin.users.addRealmRoleMappings({ id: anna, roles: [{ id: role?.id ?? '', name: 'auditor' }] });
  await realm.admin.users.update({ id: bert }, { requiredActions: ['VERIFY_EMAIL'] });
  session = await realm.login('anna@acme.test', userPassword);
  expect(session.status, JSON.stringify(session)).toBe(200);

  const browser = openBrowser(realm);
  await browser.go(authorizationUrl(realm, { kc_action: 'CONFIGURE_TOTP' }));
  await browser.submit({ username: 'anna@acme.test', password: userPassword });
  const totpSecret = browser.field('totpSecret') ?? '';
  expect(totpSecret, browser.text()).not.toBe('');
  await browser.submit({ totp: oneTimePassword(totpSecret), totpSecret, userLabel: 'phone' });
  expect(browser.landing(), browser.text()).toMatch(/code=/);
  kept = await keptByKeycloak();
  expect(kept).toMatchObject({ roles: expect.arrayContaining(['auditor']), credentials: [{ type: 'otp' }] });
});

afterAll(() => stage?.close());

test('while the move is open nobody is locked out, whatever the former identity provider does', async () => {
  await stage.bridge.services.moves.start('acme', { match: ['email'] });
  const off = await stage.scim('PATCH', `/Users/${anna}`, patchOp({ op: 'replace', path: 'active', value: false }));
  expect(off.status).toBe(401);
  expect((await refreshed())['sub']).toBe(anna);
});

test('who is taken over keeps sub, role, one-time password and session under the new name', async () => {
  const { token } = await stage.bridge.services.directories.createToken('acme', {});
  entra = stage.bridge.scim('acme', token);
  const made = await entra('POST', '/Users', {
    schemas: [userSchema],
    externalId: 'entra-anna',
    userName: newName,
    active: true,
    emails: [{ primary: true, type: 'work', value: 'Anna@acme.test' }],
    name: { familyName: 'Quist', givenName: 'Anna' },
  });
  expect([made.status, made.body.id]).toEqual([201, anna]);
  await eventually(
    'the new name in Keycloak',
    () => inKeycloak(anna),
    (user) => user?.username === newName,
  );
  expect(await keptByKeycloak()).toEqual(kept);
  const claims = await refreshed();
  expect(claims).toMatchObject({ sub: anna, preferred_username: newName });
  expect(claims['realm_access']).toMatchObject({ roles: expect.arrayContaining(['auditor']) });
});

test('who was left is kept out when the move is finished', async () => {
  await stage.bridge.services.moves.finish('acme', { users: 'deactivate' }, { budgetMs: 60_000 });
  await eventually(
    'the end of Bert',
    () => inKeycloak(bert),
    (user) => user?.enabled === false,
  );
  expect((await inKeycloak(anna))?.enabled).toBe(true);
});

test('undone, everybody is back under the former name, with what Keycloak knew of them', async () => {
  await stage.bridge.services.moves.undo('acme', { budgetMs: 60_000 });
  await eventually(
    'the old name in Keycloak',
    () => inKeycloak(anna),
    (user) => user?.username === 'anna@acme.test',
  );
  await eventually(
    'the return of Bert',
    () => inKeycloak(bert),
    (user) => user?.enabled === true,
  );
  expect(await keptByKeycloak()).toEqual(kept);
  expect((await refreshed())['sub']).toBe(anna);
  expect((await inKeycloak(bert))?.requiredActions).toEqual(['VERIFY_EMAIL']);
  expect((await stage.scim('GET', `/Users/${anna}`)).body).toMatchObject({ externalId: 'anna', active: true });
});
