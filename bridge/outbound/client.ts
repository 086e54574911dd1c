// Speaks SCIM to one target: its base URL and credentials, one deadline for each call, and what an answer means.
import type { Clock } from '../platform/clock.ts';
import { type KeptConnections, type OutgoingAnswer, OutgoingError } from '../platform/http/outgoing.ts';
import { isJsonObject, type JsonObject, type JsonValue, own } from '../scim/json.ts';
import type { TargetSettings } from './contracts.ts';
import { retryAfterMs, TargetFailure } from './failure.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface TargetAnswer {
  status: number;
  /** Undefined when there is none, or it is no JSON object. */
  body: JsonObject | undefined;
  etag: string | undefined;
  location: string | undefined;
}

export interface TargetClient {
  /**
   * Answers with whatever a SCIM server may say of one resource: 2xx, 400, 404, 405, 409, 412, 413, 422, 501.
   * @throws TargetFailure of the kind `target` for everything else.
   */
  call(method: Method, path: string, body?: JsonObject, headers?: Record<string, string>): Promise<TargetAnswer>;
}

const maxAnswerBytes = 64 * 1024 * 1024;
const ofResource = new Set([400, 404, 405, 409, 412, 413, 422, 501]);
/** A token is fetched anew so long before it ends. */
const tokenMarginMs = 30_000;

const parsed = (text: string): JsonObject | undefined => {
  try {
    const value: JsonValue = JSON.parse(text);
    // Some answer a list as a bare one.
    return Array.isArray(value) ? { Resources: value } : isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

const maxDetail = 300;

/** What the target said of a refusal, for a person. */
export function detailOf({ status, body }: Pick<TargetAnswer, 'status' | 'body'>): string {
  const detail = body && own(body, 'detail');
  const said = typeof detail === 'string' && detail !== '' ? `: ${detail.slice(0, maxDetail)}` : '';
  return `the target answered ${status}${said}`;
}

export interface ClientDeps {
  connections: KeptConnections;
  settings: TargetSettings;
  secret: string;
  clock: Clock;
}

export function createTargetClient({ connections, settings, secret, clock }: ClientDeps): TargetClient {
  const { authentication, timeoutSeconds } = settings;
  const base = settings.baseUrl.replace(/\/+$/, '');
  const timeoutMs = timeoutSeconds * 1_000;
  let token: { value: string; until: number } | undefined;
  let fetching: Promise<string> | undefined;

  async function send(target: string, request: Parameters<KeptConnections['call']>[1]): Promise<OutgoingAnswer> {
    try {
      return await connections.call(new URL(target), request);
    } catch (cause) {
      if (cause instanceof OutgoingError) throw new TargetFailure('target', cause.message, { cause });
      throw cause;
    }
  }

  async function fetchToken(tokenUrl: string, clientId: string, scope: string | null): Promise<string> {
    const form = new URLSearchParams({ grant_type: 'client_credentials', ...(scope !== null && { scope }) });
    // RFC 6749 §2.3.1: both are form-encoded first.
    const basic = [clientId, secret].map(encodeURIComponent).join(':');
    const answer = await send(tokenUrl, {
      method: 'POST',
      headers: {
        Authorization: `Basic ${Buffer.from(basic).toString('base64')}`,
        'Content-Type': 'application/x-www-form-urlencoded',
        Accept: 'application/json',
      },
      body: form.toString(),
      timeoutMs,
      maxBytes: 1024 * 1024,
    });
    const body = parsed(answer.text);
    const value = body && own(body, 'access_token');
    if (answer.status !== 200 || typeof value !== 'string') {
      const error = body && own(body, 'error');
      const said = typeof error === 'string' ? ` (${error.slice(0, 100)})` : '';
      throw new TargetFailure('target', `The token URL answered ${answer.status}${said} instead of a token.`, {
        status: 401,
      });
    }
    const seconds = Number(body && own(body, 'expires_in'));
    const lives = (Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : 300_000) - tokenMarginMs;
    token = { value, until: clock.now().getTime() + Math.max(lives, 1_000) };
    return value;
  }

  async function bearer(): Promise<string> {
    if (authentication.type === 'token') return secret;
    if (token && token.until > clock.now().getTime()) return token.value;
    fetching ??= fetchToken(authentication.tokenUrl, authentication.clientId, authentication.scope).finally(() => {
      fetching = undefined;
    });
    return fetching;
  }

  async function attempt(
    method: Method,
    path: string,
    body: JsonObject | undefined,
    headers: Record<string, string>,
  ): Promise<OutgoingAnswer> {
    return send(`${base}${path}`, {
      method,
      headers: {
        Accept: 'application/scim+json, application/json',
        Authorization: `Bearer ${await bearer()}`,
        ...(body && { 'Content-Type': 'application/scim+json' }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
      timeoutMs,
      maxBytes: maxAnswerBytes,
      // Whoever creates looks first, at the next attempt, for what this one may have left.
      once: method === 'POST',
    });
  }

  function read(method: Method, path: string, { status, headers, text }: OutgoingAnswer): TargetAnswer {
    const body = parsed(text);
    const isGood = status >= 200 && status < 300;
    // A page that a proxy shows in place of the target is no answer to a SCIM request, and a 404 of it proves nothing.
    const isTelling = isGood ? method !== 'DELETE' : status === 404;
    const isForeign = isTelling && body === undefined && text.trim() !== '';
    if ((isGood || ofResource.has(status)) && !isForeign) {
      return { status, body, etag: headers.etag, location: headers.location };
    }
    const wait = retryAfterMs(headers['retry-after'], clock.now());
    const what = `${method} ${path.split('?')[0]}`;
    const reason =
      status === 401 || status === 403
        ? `The target refuses the credentials (${status}).`
        : status >= 300 && status < 400
          ? `The target answered ${what} with a redirect (${status}), and none is followed. Correct the base URL.`
          : isForeign
            ? `The target answered ${what} with ${status} and something that is not JSON: it is no SCIM server, or something stands in front of it.`
            : `The target answered ${what} with ${status}.`;
    const needed = wait ?? (status === 429 ? 5_000 : undefined);
    throw new TargetFailure('target', reason, { status, ...(needed !== undefined && { retryAfterMs: needed }) });
  }

  return {
    async call(method, path, body, headers = {}) {
      let answer = await attempt(method, path, body, headers);
      if (answer.status === 401 && authentication.type === 'oauth') {
        token = undefined;
        answer = await attempt(method, path, body, headers);
      }
      return read(method, path, answer);
    },
  };
}
