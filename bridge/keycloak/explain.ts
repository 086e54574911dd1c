// What Keycloak has of one user, asked of the provider's own admin resource, which imports nobody by being asked.
import { z } from 'zod';
import type { LoginCheck } from '../federation/explain/explanation.ts';
import { type AdminCredentials, createAdmin, type KeycloakAdmin } from './admin-client.ts';
import { KeycloakError } from './errors.ts';
import { readComponents, requireComponent } from './state.ts';

const timeoutMs = 10_000;

export interface KeycloakQuestion {
  keycloak: { url: string; credentials: AdminCredentials };
  realm: string;
  federation: string;
  username: string;
  /** The bridge's, when it knows the user: for a Keycloak that keeps no copies. */
  id: string | undefined;
}

export interface KeycloakView {
  url: string;
  realm: string;
  component: {
    id: string;
    name: string;
    enabled: boolean;
    importEnabled: boolean;
    state: string;
    lastError: string | null;
    lastAppliedAt: string | null;
    removalsHeld: string | null;
  };
  /** The user of this name in the realm; null: there is none, or Keycloak keeps no copies. */
  copy: { id: string; enabled: boolean; component: string | null; directory: string | null; groups: string[] } | null;
  /** What the provider says of the two, in one sentence. */
  verdict: string;
  account: { locked: boolean; failedLogins: number; requiredActions: string[] } | null;
  checks: LoginCheck[];
}

const statusShape = z.object({
  enabled: z.boolean(),
  importEnabled: z.boolean(),
  state: z.string(),
  lastError: z.string().nullish(),
  lastAppliedAt: z.number().nullish(),
  removalsHeld: z.string().nullish(),
});

const explainShape = z.object({
  keycloak: z
    .object({
      id: z.string(),
      enabled: z.boolean(),
      component: z.string().nullish(),
      directory: z.string().nullish(),
      groups: z.array(z.string()),
    })
    .nullish(),
  verdict: z.string(),
});

async function get(admin: KeycloakAdmin, path: string): Promise<unknown> {
  return admin.call('asking the provider about the user', async (client) => {
    const response = await fetch(`${admin.url}/admin/realms/${encodeURIComponent(admin.realm)}/realmbridge/${path}`, {
      headers: { Authorization: `Bearer ${await client.getAccessToken()}` },
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.ok) return response.json();
    throw new KeycloakError('refused', `Keycloak answered ${response.status} when asked about the user.`, {
      remedy:
        response.status === 403
          ? 'Use an account with view-users and view-realm.'
          : 'Put the newest realmbridge-keycloak-provider.jar into its providers folder and restart it.',
    });
  });
}

function parse<T>(shape: z.ZodType<T>, answer: unknown): T {
  const { success, data } = shape.safeParse(answer);
  if (success) return data;
  throw new KeycloakError('refused', "Keycloak's answer is none of Realmbridge's provider.", {
    remedy: 'Put the newest realmbridge-keycloak-provider.jar into its providers folder and restart it.',
  });
}

async function readAccount(admin: KeycloakAdmin, id: string): Promise<KeycloakView['account']> {
  const user = await admin.call('reading the user', (client) => client.users.findOne({ id }));
  if (!user) return null;
  const attack = await admin.call('reading failed logins', (client) => client.attackDetection.findOne({ id }));
  return {
    locked: attack?.['disabled'] === true,
    failedLogins: Number(attack?.['numFailures'] ?? 0),
    requiredActions: user.requiredActions ?? [],
  };
}

const check = (id: string, status: LoginCheck['status'], detail: string): LoginCheck => ({ id, status, detail });

function componentCheck({ component }: Omit<KeycloakView, 'checks'>): LoginCheck {
  const named = `The component "${component.name}"`;
  if (!component.enabled) {
    return check('keycloak-component', 'failed', `${named} is disabled in Keycloak, which refuses its users.`);
  }
  if (component.state !== 'connected') {
    const error = component.lastError === null ? '' : ` (${component.lastError})`;
    const detail = `${named} is ${component.state}${error}: Keycloak goes by its copies, and may be unable to check passwords.`;
    return check('keycloak-component', 'warning', detail);
  }
  return check('keycloak-component', 'ok', `${named} is connected to the bridge.`);
}

function copyCheck({ component, copy }: Omit<KeycloakView, 'checks'>): LoginCheck {
  if (!component.importEnabled) return check('keycloak-copy', 'ok', 'Keycloak keeps no copies and asks the bridge.');
  if (!copy) {
    return check('keycloak-copy', 'warning', 'Keycloak has no copy of the user yet; it makes one at the first login.');
  }
  if (copy.component !== component.id) {
    const whose = copy.component === null ? 'A local user of the realm' : "Another component's user";
    return check('keycloak-copy', 'failed', `${whose} has the name in Keycloak, so the bridge's user can't come in.`);
  }
  return copy.enabled
    ? check('keycloak-copy', 'ok', 'Keycloak has a copy of the user, which is enabled.')
    : check('keycloak-copy', 'failed', "Keycloak's copy of the user is disabled.");
}

function accountChecks({ account }: Omit<KeycloakView, 'checks'>): LoginCheck[] {
  if (!account) return [];
  const { locked, failedLogins, requiredActions } = account;
  const lock = locked
    ? check('keycloak-lock', 'failed', `Keycloak has locked the user for a while after ${failedLogins} failed logins.`)
    : check('keycloak-lock', 'ok', 'Keycloak has not locked the user.');
  if (requiredActions.length === 0) return [lock];
  const detail = `Keycloak asks the user to do something first: ${requiredActions.join(', ')}.`;
  return [lock, check('keycloak-actions', 'warning', detail)];
}

/** @throws KeycloakError when Keycloak can't be asked, or has no component for the federation. */
export async function explainInKeycloak(question: KeycloakQuestion): Promise<KeycloakView> {
  const { realm, federation, username, id } = question;
  const admin = createAdmin({ ...question.keycloak, realm, timeoutMs });
  await admin.logIn();
  const component = requireComponent(await readComponents(admin), { realm, federation, id: undefined });
  const status = parse(statusShape, await get(admin, component.id));
  const path = `${component.id}/users/${encodeURIComponent(username)}/explain`;
  const { keycloak, verdict } = parse(explainShape, await get(admin, path));
  const liveId = !status.importEnabled && id !== undefined ? `f:${component.id}:${id}` : undefined;
  const userId = keycloak?.id ?? liveId;
  const seen = {
    url: admin.url,
    realm,
    component: {
      id: component.id,
      name: component.name,
      enabled: status.enabled,
      importEnabled: status.importEnabled,
      state: status.state,
      lastError: status.lastError ?? null,
      lastAppliedAt: status.lastAppliedAt ? new Date(status.lastAppliedAt).toISOString() : null,
      removalsHeld: status.removalsHeld ?? null,
    },
    copy: keycloak
      ? { ...keycloak, component: keycloak.component ?? null, directory: keycloak.directory ?? null }
      : null,
    verdict,
    account: userId === undefined ? null : await readAccount(admin, userId),
  };
  return { ...seen, checks: [componentCheck(seen), copyCheck(seen), ...accountChecks(seen)] };
}
