// The doctor's checks of the way in that must work when nothing else does.

import { createAdmin, type KeycloakAdmin } from '../admin-client.ts';
import { KeycloakError } from '../errors.ts';
import type { ConnectFederations } from '../federations.ts';
import { readAdmin } from '../state.ts';
import { type Check, deadlineMs, type Finding, failed, needs, ok, skipped, warning } from './check.ts';

export interface FailoverInput {
  admin: KeycloakAdmin | undefined;
  hasCredentials: boolean;
  realm: () => Promise<unknown>;
  federation: () => Promise<{ slug: string }>;
  listReserved: ConnectFederations['listReservedUsernames'];
  username: string;
  password: string | undefined;
}

async function checkAccount(admin: KeycloakAdmin, input: FailoverInput): Promise<Finding> {
  const { username } = input;
  const account = await readAdmin(admin, username);
  if (!account) {
    return failed(
      `There is no user "${username}" in the realm.`,
      'Make it with `realmbridge connect`, or name yours with --failover-admin.',
    );
  }
  if (account.federated) {
    return failed(
      `"${username}" comes from a user federation: it fails together with it.`,
      'Run `realmbridge connect` with --failover-admin and another name.',
    );
  }
  if (!account.enabled)
    return failed(`"${username}" is disabled.`, 'Enable it in Keycloak, or run `realmbridge connect`.');
  if (!account.realmAdmin) {
    return failed(
      `"${username}" has not the role realm-admin.`,
      'Give it the role realm-admin of the client realm-management.',
    );
  }
  const federation = await input.federation().catch(() => undefined);
  const reserved = federation && (await input.listReserved(federation.slug));
  if (reserved && !reserved.some(({ usernameKey }) => usernameKey === username.toLowerCase())) {
    return failed(
      `The name "${username}" is not reserved in federation "${federation.slug}".`,
      'Run `realmbridge connect` again: it reserves it, so that no directory can serve a user of this name.',
    );
  }
  return ok(
    `"${username}" is a local, enabled realm-admin${reserved ? ', and the bridge serves nobody of this name' : ''}.`,
  );
}

async function checkLogin({ url, realm }: KeycloakAdmin, username: string, password: string): Promise<Finding> {
  const self = createAdmin({ url, realm, credentials: { realm, username, password }, timeoutMs: deadlineMs });
  try {
    await self.logIn();
  } catch (error) {
    if (!(error instanceof KeycloakError) || error.code !== 'login_refused') throw error;
    if (/not allowed for direct access|unauthorized_client/i.test(error.message)) {
      const remedy = `Log in once by hand at ${url}/admin/${realm}/console/.`;
      return skipped('The client admin-cli of the realm allows no direct grants.', remedy);
    }
    return failed(
      `"${username}" can't log in: ${error.message}`,
      'Check the password (`realmbridge connect --reset-failover-password` makes a new one), and in Keycloak the required actions and the brute-force detection.',
    );
  }
  try {
    await self.call('reading the realm', (client) => client.realms.findOne({ realm }));
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return warning(
      `"${username}" logs in, but can't administer the realm: ${said}`,
      'Give it the role realm-admin of the client realm-management.',
    );
  }
  return ok(`"${username}" logs in and can administer the realm.`);
}

export function createFailoverChecks(input: FailoverInput): Check[] {
  const { admin, username, password } = input;
  if (!admin) return [];
  return [
    {
      id: 'failover-admin',
      title: 'Failover admin',
      async run() {
        if (!input.hasCredentials) return skipped('No admin login was given.');
        await needs('the realm', input.realm);
        return checkAccount(admin, input);
      },
    },
    {
      id: 'failover-login',
      title: 'Failover login',
      async run() {
        if (password === undefined) {
          return skipped(
            'No password was given to try.',
            `Give it with --failover-password-file or REALMBRIDGE_FAILOVER_PASSWORD, or log in by hand at ${admin.url}/admin/${admin.realm}/console/ as "${username}".`,
          );
        }
        return checkLogin(admin, username, password);
      },
    },
  ];
}
