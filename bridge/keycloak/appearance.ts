// How the realm's pages look: its login and account theme, and where they send people for help.
import type { KeycloakAdmin } from './admin-client.ts';
import type { AppearanceChange, AppearanceState, AppearanceWish, InstalledThemes, PlanStep } from './contracts.ts';
import { KeycloakError } from './errors.ts';

/** The realm attribute that the theme and the provider read. */
const helpAttribute = 'realmbridge.helpUrl';

type Planned = { ok: true; steps: PlanStep[] } | { ok: false; problem: string; remedy: string };

const named = (theme: string) => (theme === '' ? "Keycloak's default" : `"${theme}"`);

/** What isn't wished for stays as it is; an empty text takes away what is there. */
export function planAppearance(
  wish: AppearanceWish,
  installed: InstalledThemes,
  state: AppearanceState | undefined,
): Planned {
  const { theme, helpUrl } = wish;
  const missing = theme ? (['login', 'account'] as const).filter((type) => !installed[type].includes(theme)) : [];
  if (missing.length > 0) {
    return {
      ok: false,
      problem: `Keycloak has no ${missing.join(' and no ')} theme "${theme}".`,
      remedy:
        theme === 'realmbridge'
          ? "Copy realmbridge-theme.jar into Keycloak's providers folder, run `kc.sh build` (start-dev does it by itself), restart it and run this again."
          : `Check --theme; there are ${installed.login.filter((name) => installed.account.includes(name)).join(', ')}.`,
    };
  }
  const change: AppearanceChange = {};
  const parts: string[] = [];
  if (theme !== undefined && (state?.loginTheme ?? '') !== theme) {
    change.loginTheme = theme;
    parts.push(`login theme ${named(state?.loginTheme ?? '')} → ${named(theme)}`);
  }
  if (theme !== undefined && (state?.accountTheme ?? '') !== theme) {
    change.accountTheme = theme;
    parts.push(`account theme ${named(state?.accountTheme ?? '')} → ${named(theme)}`);
  }
  if (helpUrl !== undefined && (state?.helpUrl ?? '') !== helpUrl) {
    change.helpUrl = helpUrl;
    parts.push(`help link ${state?.helpUrl || 'none'} → ${helpUrl || 'none'}`);
  }
  if (parts.length > 0) {
    return { ok: true, steps: [{ text: `pages: ${parts.join(', ')}`, action: { type: 'set-appearance', change } }] };
  }
  const isWished = theme !== undefined || helpUrl !== undefined;
  return { ok: true, steps: isWished ? [{ text: 'the pages have their theme and help link' }] : [] };
}

interface RealmAppearance {
  loginTheme?: string;
  accountTheme?: string;
  attributes?: Record<string, unknown>;
}

export function appearanceOf(realm: RealmAppearance): AppearanceState {
  const helpUrl = realm.attributes?.[helpAttribute];
  return {
    loginTheme: realm.loginTheme ?? '',
    accountTheme: realm.accountTheme ?? '',
    helpUrl: typeof helpUrl === 'string' ? helpUrl : '',
  };
}

export async function setAppearance(admin: KeycloakAdmin, change: AppearanceChange): Promise<void> {
  const realm = await admin.call('reading the realm', (client) => client.realms.findOne({ realm: admin.realm }));
  if (!realm) throw new KeycloakError('refused', `The realm "${admin.realm}" has just vanished.`);
  const { helpUrl, ...themes } = change;
  const { [helpAttribute]: _, ...others } = realm.attributes ?? {};
  // Keycloak drops each attribute that is not named, and it keeps some of the realm's settings as attributes; so the whole goes back.
  const wanted =
    helpUrl === undefined
      ? themes
      : { ...realm, ...themes, attributes: helpUrl === '' ? others : { ...others, [helpAttribute]: helpUrl } };
  await admin.call('setting the theme', (client) => client.realms.update({ realm: admin.realm }, wanted));
}
