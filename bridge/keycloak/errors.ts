// What goes wrong between the bridge and a Keycloak server, in words for the person who has to mend it.
import { NetworkError } from '@keycloak/keycloak-admin-client/lib/utils/fetchWithError.js';

export type KeycloakErrorCode = 'unreachable' | 'timeout' | 'login_refused' | 'forbidden' | 'not_keycloak' | 'refused';

export class KeycloakError extends Error {
  override readonly name = 'KeycloakError';
  readonly code: KeycloakErrorCode;
  readonly remedy: string | undefined;

  constructor(code: KeycloakErrorCode, message: string, options: { remedy?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.remedy = options.remedy;
  }
}

/** `connect` will not go on, because going on could lock somebody out or break what is there. */
export class ConnectRefusedError extends Error {
  override readonly name = 'ConnectRefusedError';
  readonly remedy: string;

  constructor(problem: string, remedy: string) {
    super(problem);
    this.remedy = remedy;
  }
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return codeOf(error.cause);
}

/** Why a call got no answer at all, such as `ECONNREFUSED`, or undefined when something else went wrong. */
export function transportCode(error: unknown): string | undefined {
  const isFetch = error instanceof TypeError && error.message === 'fetch failed';
  const code = isFetch || (error instanceof Error && error.cause !== undefined) ? codeOf(error) : undefined;
  return code ?? (isFetch && error.cause instanceof Error ? error.cause.message : undefined);
}

export const isTimeout = (error: unknown): boolean =>
  error instanceof DOMException && (error.name === 'TimeoutError' || error.name === 'AbortError');

function saidBy(error: NetworkError): string {
  const data = error.responseData;
  if (typeof data === 'object' && data !== null) {
    for (const key of ['errorMessage', 'error_description', 'error']) {
      const text: unknown = Reflect.get(data, key);
      if (typeof text === 'string') return text;
    }
  }
  return `HTTP ${error.response.status}`;
}

export const loginRefused = (error: NetworkError): KeycloakError =>
  new KeycloakError('login_refused', `Keycloak refused the login (${saidBy(error)}).`, {
    remedy: 'Check --admin-user, the password and --admin-realm.',
    cause: error,
  });

/** Translates whatever the admin client threw while `what` was going on. */
export function keycloakErrorOf(error: unknown, what: string, url: string): KeycloakError {
  if (error instanceof KeycloakError) return error;
  if (isTimeout(error)) {
    return new KeycloakError('timeout', `Keycloak at ${url} did not answer in time while ${what}.`, {
      remedy: 'See whether the server is overloaded or a proxy in between holds the call.',
      cause: error,
    });
  }
  if (error instanceof NetworkError) {
    const { status } = error.response;
    const said = saidBy(error);
    if (status === 401) return loginRefused(error);
    if (status === 403) {
      return new KeycloakError('forbidden', `The admin account may not do this: ${what} (${said}).`, {
        remedy: "Use an account with the role admin of the master realm, or with the realm's realm-admin.",
        cause: error,
      });
    }
    return new KeycloakError('refused', `Keycloak answered ${status} while ${what}: ${said}`, { cause: error });
  }
  const code = transportCode(error);
  if (code !== undefined) {
    return new KeycloakError('unreachable', `Keycloak at ${url} can't be reached (${code}).`, {
      remedy: 'Check --keycloak, and that the server runs and can be reached from this machine.',
      cause: error,
    });
  }
  return new KeycloakError('not_keycloak', `${url} did not answer as Keycloak does while ${what}.`, {
    remedy: "Check --keycloak: it is the server's base URL, without /realms or /admin.",
    cause: error,
  });
}
