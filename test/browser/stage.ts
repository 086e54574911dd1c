// A realm with the theme as `connect` sets it, a directory whose owner has a name, and the ways that lead to each page of the theme.
import { randomBytes } from 'node:crypto';
import type { Page } from '../support/browser.ts';
import { requireConnected } from '../support/connected-realm.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import { addDirectory, addLocalUser, eventually, pushUser, userPassword } from '../support/federated-realm.ts';
import { createTestClient, createTestRealm, type TestRealm, testClientId, useRealm } from '../support/keycloak.ts';
import { type BridgeUnderTest, startBridge } from '../support/running-bridge.ts';
import { addIdentityProvider } from '../support/single-sign-on.ts';

export const helpUrl = 'https://help.nordwind.example/accounts';
/** Where the application that people sign in to would be. */
export const redirectUri = 'http://127.0.0.1/done';
const identityProvider = 'company';

export interface Stage {
  readonly realm: TestRealm;
  readonly proxy: FaultProxy;
  /** To the login page. */
  toLogin(page: Page): Promise<void>;
  /** From the login page on. */
  logIn(page: Page, username: string, password?: string): Promise<void>;
  /** Each page, by the name of its picture, from an empty browser. What a way leaves behind is put right at its end. */
  readonly ways: Readonly<Record<PageName, (page: Page) => Promise<void>>>;
  close(): Promise<void>;
}

export const pageNames = [
  'login',
  'wrong-password',
  'directory-unreachable',
  'account-disabled',
  'update-profile',
  'sign-on-refused',
  'logout',
  'error',
  'account-console',
  'account-console-signing-in',
] as const;
export type PageName = (typeof pageNames)[number];

export async function openStage(): Promise<Stage> {
  const bridge = await startBridge();
  const proxy = await startFaultProxy(bridge.url);
  const { scim } = await addDirectory(bridge, 'nordwind', 'Nordwind');
  const annaId = await pushUser(scim, 'anna', {
    name: { givenName: 'Anna', familyName: 'Lind' },
    title: 'Purser',
    phoneNumbers: [{ type: 'work', value: '+49 40 123456' }],
  });
  const company = await createTestRealm();
  const realm = useRealm(`pages-${randomBytes(4).toString('hex')}`);
  await connect(bridge, proxy, realm, true);
  await createTestClient(realm);
  await realm.admin.realms.update(
    { realm: realm.name },
    {
      displayName: 'Example Portal',
      internationalizationEnabled: true,
      supportedLocales: ['en', 'de', 'fr', 'es', 'it', 'ar'],
      defaultLocale: 'en',
      rememberMe: true,
    },
  );
  await addIdentityProvider(realm, company, identityProvider);
  await bridge.services.federations.setDirectory('nordwind', 'nordwind', {
    identityLink: { provider: identityProvider, unlinkedUsers: 'refuse' },
  });
  await connect(bridge, proxy, realm, false);
  await addLocalUser(company, 'stranger', userPassword);
  const disabledId = await addLocalUser(realm, 'former', userPassword);
  await realm.admin.users.update({ id: disabledId }, { enabled: false });
  await eventually(
    'the import',
    () => realm.getUser('anna@acme.test'),
    (user) => user?.id === annaId,
  );

  const address = (more: Record<string, string> = {}): string =>
    `${realm.url}/protocol/openid-connect/auth?${new URLSearchParams({
      client_id: testClientId,
      response_type: 'code',
      scope: 'openid',
      redirect_uri: redirectUri,
      ...more,
    })}`;

  async function toLogin(page: Page): Promise<void> {
    await page.goto(address());
    await page.locator('#username').waitFor();
  }

  async function logIn(page: Page, username: string, password = userPassword): Promise<void> {
    await page.locator('#username').fill(username);
    await page.locator('#password').fill(password);
    await page.locator('#kc-login').click();
  }

  async function toAccount(page: Page, path = ''): Promise<void> {
    await page.goto(`${realm.url}/account/${path}`);
    await logIn(page, 'anna@acme.test');
    await page.locator('#rb-managed').waitFor();
    await page.locator('.pf-v5-c-nav__item').first().waitFor({ state: 'attached' });
  }

  return {
    realm,
    proxy,
    toLogin,
    logIn,
    ways: {
      login: toLogin,
      async 'wrong-password'(page) {
        await toLogin(page);
        await logIn(page, 'anna@acme.test', 'wrong');
        await page.locator('#input-error-container-username .kc-feedback-text').waitFor();
      },
      async 'directory-unreachable'(page) {
        await toLogin(page);
        await proxy.set('503');
        try {
          await logIn(page, 'anna@acme.test');
          await page.locator('#realmbridge-unavailable').waitFor();
        } finally {
          await proxy.set('pass');
        }
      },
      async 'account-disabled'(page) {
        await toLogin(page);
        await logIn(page, 'former');
        await page.locator('.kc-feedback-text').waitFor();
      },
      async 'update-profile'(page) {
        await realm.admin.users.update({ id: annaId }, { requiredActions: ['UPDATE_PROFILE'] });
        try {
          await toLogin(page);
          await logIn(page, 'anna@acme.test');
          await page.locator('#kc-update-profile-form').waitFor();
        } finally {
          await realm.admin.users.update({ id: annaId }, { requiredActions: [] });
        }
      },
      async 'sign-on-refused'(page) {
        await page.goto(address({ kc_idp_hint: identityProvider }));
        await logIn(page, 'stranger');
        await page.locator('#kc-error-message').waitFor();
      },
      async logout(page) {
        await toAccount(page);
        await page.goto(`${realm.url}/protocol/openid-connect/logout`);
        await page.locator('#kc-logout-confirm').waitFor();
      },
      async error(page) {
        await page.goto(address({ redirect_uri: 'https://elsewhere.example/' }));
        await page.locator('#kc-error-message').waitFor();
      },
      'account-console': (page) => toAccount(page),
      'account-console-signing-in': (page) => toAccount(page, 'account-security/signing-in'),
    },
    async close() {
      await realm.drop();
      await company.drop();
      await proxy.close();
      await bridge.close();
    },
  };
}

async function connect(
  bridge: BridgeUnderTest,
  proxy: FaultProxy,
  realm: TestRealm,
  createRealm: boolean,
): Promise<void> {
  await requireConnected(bridge, realm, {
    createRealm,
    federation: 'nordwind',
    bridgeUrl: proxy.url,
    theme: 'realmbridge',
    helpUrl,
  });
}
