// What Keycloak itself asks of its users and keeps about them stays possible for those of the bridge, imported or not, also while
// the bridge is down: terms, consents, one-time passwords, the language.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createFederatedRealm,
  eventually,
  type FederatedRealm,
  pushUser,
  userPassword,
} from '../support/federated-realm.ts';
import { authorizationUrl, type LoginBrowser, openBrowser } from '../support/login-pages.ts';
import { oneTimePassword } from '../support/one-time-password.ts';

describe.each(['import', 'no-import'] as const)('%s', (mode) => {
  let stage: FederatedRealm;
  let id = '';
  let browser: LoginBrowser;

  beforeAll(async () => {
    stage = await createFederatedRealm({
      name: `actions-${mode}`,
      config: { importEnabled: String(mode === 'import') },
      realm: { internationalizationEnabled: true, supportedLocales: ['en', 'de', 'fr'] },
      prepare: async ({ realm, scim }) => {
        id = await pushUser(scim, 'anna');
        const { authenticationManagement, clients } = realm.admin;
        const terms = await authenticationManagement.getRequiredActionForAlias({ alias: 'TERMS_AND_CONDITIONS' });
        await authenticationManagement.updateRequiredAction(
          { alias: 'TERMS_AND_CONDITIONS' },
          { ...terms, enabled: true },
        );
        await clients.create({
          clientId: 'asking',
          publicClient: true,
          consentRequired: true,
          redirectUris: ['http://127.0.0.1/*'],
        });
      },
    });
    if (mode === 'no-import') id = `f:${stage.component.id}:${id}`;
    browser = openBrowser(stage.realm);
    await browser.go(authorizationUrl(stage.realm));
    await browser.submit({ username: 'anna@acme.test', password: userPassword });
    expect(browser.landing(), browser.text()).toMatch(/code=/);
  });

  afterAll(() => stage?.close());

  describe.each(['pass', '503'] as const)('with the bridge at %s', (fault) => {
    beforeAll(async () => {
      await stage.proxy.set(fault);
      if (fault !== 'pass') await eventually('the loss of the lease', stage.component.status, ({ lease }) => !lease);
    });
    afterAll(() => stage?.proxy.set('pass'));

    test('terms are asked for, accepted, and not asked for again', async () => {
      const { realm } = stage;
      await realm.admin.users.update({ id }, { requiredActions: ['TERMS_AND_CONDITIONS'] });
      await browser.go(authorizationUrl(realm));
      expect(browser.landing()).toBeUndefined();
      expect(browser.text()).toMatch(/terms/i);
      await browser.submit({ accept: 'Accept' });
      expect(browser.landing(), browser.text()).toMatch(/code=/);
      await browser.go(authorizationUrl(realm));
      expect(browser.landing(), browser.text()).toMatch(/code=/);
      expect((await realm.admin.users.findOne({ id }))?.requiredActions ?? []).toEqual([]);
    });

    test('a consent is given, kept, and can be taken back', async () => {
      const { realm } = stage;
      await browser.go(authorizationUrl(realm, { client_id: 'asking' }));
      expect(browser.landing()).toBeUndefined();
      await browser.submit({ accept: 'Yes' });
      expect(browser.landing(), browser.text()).toMatch(/code=/);
      expect(await realm.admin.users.listConsents({ id })).toMatchObject([{ clientId: 'asking' }]);
      await realm.admin.users.revokeConsent({ id, clientId: 'asking' });
      expect(await realm.admin.users.listConsents({ id })).toEqual([]);
    });

    test('a one-time password is set up, and an administrator can remove it', async () => {
      const { realm } = stage;
      await browser.go(authorizationUrl(realm, { kc_action: 'CONFIGURE_TOTP' }));
      const totpSecret = browser.field('totpSecret') ?? '';
      expect(totpSecret, browser.text()).not.toBe('');
      await browser.submit({ totp: oneTimePassword(totpSecret), totpSecret, userLabel: 'phone' });
      expect(browser.landing(), browser.text()).toMatch(/code=/);
      const [credential] = await realm.admin.users.getCredentials({ id });
      expect(credential).toMatchObject({ type: 'otp', userLabel: 'phone' });
      await realm.admin.users.deleteCredential({ id, credentialId: credential?.id ?? '' });
      expect(await realm.admin.users.getCredentials({ id })).toEqual([]);
    });

    test('the language that the user chose is kept', async () => {
      const { realm } = stage;
      const chosen = fault === 'pass' ? 'de' : 'fr';
      const user = await realm.admin.users.findOne({ id });
      await realm.admin.users.update({ id }, { ...user, attributes: { ...user?.attributes, locale: [chosen] } });
      expect((await realm.admin.users.findOne({ id }))?.attributes).toMatchObject({ locale: [chosen] });
    });
  });
});
