// The theme's pages in a real browser on a real Keycloak, in light and dark, from left to right and from right to left.
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import {
  expectAccessible,
  expectPicture,
  expectStructure,
  setColorScheme,
  startBrowser,
  type TestBrowser,
} from '../support/browser.ts';
import { helpUrl, openStage, type PageName, pageNames, redirectUri, type Stage } from './stage.ts';

const pictures = join(import.meta.dirname, '..', '..', 'docs', 'screenshots', 'theme');
const picture = (name: string) => join(pictures, `${name}.png`);
const structure = (name: string) => join(import.meta.dirname, 'pages', `${name}.yml`);
const phone = { width: 390, height: 844 };
/** Wide enough for the account console's navigation. */
const desktop = { width: 1280, height: 860 };
const tall = { width: 1000, height: 1220 };

function sizeOf(name: PageName) {
  if (name.startsWith('account-console')) return { viewport: desktop };
  return name === 'update-profile' ? { viewport: tall } : {};
}

describe.skipIf(inject('chromium') === '')('the theme', () => {
  let browser: TestBrowser;
  let stage: Stage;

  beforeAll(async () => {
    browser = await startBrowser();
    stage = await openStage();
  });

  afterAll(async () => {
    await browser?.close();
    await stage?.close();
  });

  afterEach(() => stage.proxy.set('pass'));

  test.each(pageNames)('shows the page %s as recorded, in light and dark, and axe-core finds nothing', async (name) => {
    const page = await browser.open(sizeOf(name));
    await stage.ways[name](page);
    await expectStructure(page, structure(name));
    for (const scheme of ['light', 'dark'] as const) {
      await setColorScheme(page, scheme);
      await expectPicture(page, picture(`${name}-${scheme}`));
      await expectAccessible(page, `${name}, ${scheme}`);
    }
  });

  test.each(pageNames)('shows the page %s in Arabic, from right to left, and axe-core finds nothing', async (name) => {
    const page = await browser.open({ locale: 'ar', ...sizeOf(name) });
    await stage.ways[name](page);
    expect(await page.locator('html').getAttribute('dir')).toBe('rtl');
    await expectStructure(page, structure(`${name}-ar`));
    await expectPicture(page, picture(`${name}-ar`));
    for (const scheme of ['light', 'dark'] as const) {
      await setColorScheme(page, scheme);
      await expectAccessible(page, `${name}, Arabic, ${scheme}`);
    }
  });

  test.each(['login', 'directory-unreachable', 'update-profile', 'account-console'] as const)(
    'fits the page %s on a phone, without scrolling sideways',
    async (name) => {
      const page = await browser.open({ viewport: phone });
      await stage.ways[name](page);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(phone.width);
      await expectPicture(page, picture(`${name}-phone`));
      await expectAccessible(page, `${name}, phone`);
    },
  );

  test('leads on from a directory that can’t be reached, when it is back, by “Try again”', async () => {
    const page = await browser.open();
    await page.route(`${redirectUri}**`, (route) => route.fulfill({ body: 'signed in' }));
    await stage.ways['directory-unreachable'](page);
    async function tryAgain(): Promise<string> {
      await page.locator('#realmbridge-try-again').click();
      await stage.logIn(page, 'anna@acme.test');
      await page.locator('#realmbridge-unavailable').or(page.getByText('signed in')).waitFor();
      return page.url();
    }
    // After a few faults the provider asks the bridge every few seconds only.
    let url = await tryAgain();
    for (const end = Date.now() + 60_000; !url.startsWith(redirectUri) && Date.now() < end; ) url = await tryAgain();
    expect(url).toContain(redirectUri);
  });

  test.each([
    'login',
    'wrong-password',
    'directory-unreachable',
    'sign-on-refused',
    'update-profile',
    'account-console',
  ] as const)('links from the page %s to the realm’s help', async (name) => {
    const page = await browser.open();
    await stage.ways[name](page);
    expect(await page.locator('#rb-managed a').getAttribute('href')).toBe(helpUrl);
  });

  test('tells whose account it is in the account console, of users of the bridge only', async () => {
    const page = await browser.open();
    await stage.ways['account-console'](page);
    expect(await page.locator('#rb-managed').innerText()).toContain('Nordwind manages your account');
    for (const field of ['username', 'email', 'firstName', 'lastName']) {
      expect(await page.locator(`#${field}`).isDisabled(), field).toBe(true);
    }
    const { realm } = stage;
    const local = await browser.open();
    await realm.admin.users.create({
      username: 'local',
      enabled: true,
      firstName: 'Lo',
      lastName: 'Cal',
      email: 'local@here.test',
      credentials: [{ type: 'password', value: 'Local-Horse-7', temporary: false }],
    });
    await local.goto(`${realm.url}/account/`);
    await stage.logIn(local, 'local', 'Local-Horse-7');
    await local.locator('#email').waitFor();
    const told = await local.evaluate(`fetch('${realm.url}/realmbridge/account').then((answer) => answer.json())`);
    expect(told).toEqual({ managed: false });
    expect(await local.locator('#rb-managed').count()).toBe(0);
  });

  test('answers whose account it is to nobody without the realm’s cookie, and lets no other site read it', async () => {
    const response = await fetch(`${stage.realm.url}/realmbridge/account`, {
      headers: { Origin: 'https://elsewhere.example' },
      signal: AbortSignal.timeout(30_000),
    });
    expect([response.status, await response.json()]).toEqual([200, { managed: false }]);
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
    expect(response.headers.get('cache-control')).toBe('no-store');
  });
});
