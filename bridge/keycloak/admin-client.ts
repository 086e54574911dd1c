// One way to call Keycloak's admin API: every call has a deadline, every failure becomes a KeycloakError.

import { KeycloakAdminClient } from '@keycloak/keycloak-admin-client/lib/client.js';
import { NetworkError } from '@keycloak/keycloak-admin-client/lib/utils/fetchWithError.js';
import { KeycloakError, keycloakErrorOf, loginRefused } from './errors.ts';

/** Who logs in, in which realm (default `master`): a person by admin-cli, or a confidential client. */
export type AdminCredentials = { realm?: string } & (
  | { username: string; password: string }
  | { clientId: string; clientSecret: string }
);

export interface KeycloakAdmin {
  readonly url: string;
  readonly realm: string;
  /** Runs one call; `what` says what is being done, for the message when it fails. */
  call<T>(what: string, work: (client: KeycloakAdminClient) => Promise<T>, timeoutMs?: number): Promise<T>;
  /** Logs in now, so that a wrong password is told before anything else. */
  logIn(): Promise<void>;
  /** Takes a new token with the next call: after a realm was made, the old one knows nothing of it. */
  renewToken(): void;
}

const defaultTimeoutMs = 30_000;

/** Opens nothing until the first call. `realm` is the realm to be worked on, not the one to log in to. */
export function createAdmin(options: {
  url: string;
  realm: string;
  credentials: AdminCredentials;
  timeoutMs?: number;
}): KeycloakAdmin {
  const url = options.url.replace(/\/+$/, '');
  const { credentials, realm } = options;
  const timeout = options.timeoutMs ?? defaultTimeoutMs;
  const login = new KeycloakAdminClient({ baseUrl: url, realmName: credentials.realm ?? 'master', timeout });

  async function logIn(): Promise<void> {
    try {
      await login.auth(
        'username' in credentials
          ? {
              grantType: 'password',
              clientId: 'admin-cli',
              username: credentials.username,
              password: credentials.password,
            }
          : { grantType: 'client_credentials', clientId: credentials.clientId, clientSecret: credentials.clientSecret },
      );
    } catch (error) {
      const translated = keycloakErrorOf(error, 'logging in', url);
      const status = error instanceof NetworkError ? error.response.status : undefined;
      if (status === 404) {
        const message = `${url} has no realm "${credentials.realm ?? 'master'}" to log in to.`;
        throw new KeycloakError('login_refused', message, {
          remedy: 'Check --keycloak and --admin-realm.',
          cause: error,
        });
      }
      if (error instanceof NetworkError && (status === 400 || status === 401)) throw loginRefused(error);
      throw translated;
    }
  }

  let current = false;
  const tokens = {
    async getAccessToken(): Promise<string | undefined> {
      if (!current || login.isTokenExpired()) await logIn();
      current = true;
      return login.accessToken;
    },
  };

  function clientWith(timeoutMs: number): KeycloakAdminClient {
    const client = new KeycloakAdminClient({ baseUrl: url, realmName: realm, timeout: timeoutMs });
    client.registerTokenProvider(tokens);
    return client;
  }
  const usual = clientWith(timeout);

  return {
    url,
    realm,
    logIn,
    async call(what, work, timeoutMs) {
      try {
        return await work(timeoutMs === undefined ? usual : clientWith(timeoutMs));
      } catch (error) {
        throw keycloakErrorOf(error, what, url);
      }
    },
    renewToken: () => {
      current = false;
    },
  };
}
