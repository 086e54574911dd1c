// The public keys of issuers. Fetched at a bounded rate whatever strangers send, and kept while an issuer is down: whoever
// pushes users must not be refused because of an outage that is somebody else's.
import { createLocalJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '../../platform/clock.ts';
import type { Outgoing } from '../../platform/http/outgoing.ts';
import { IssuerUnavailableError, type TrustedIssuer } from './contracts.ts';

interface KeyLimits {
  /** How long keys are used without asking again. */
  freshMs: number;
  /** How long keys are used while their issuer doesn't answer. */
  staleMs: number;
  /** How long a key that is not among them is believed not to be there. */
  missMs: number;
  /** How long an issuer that failed is left alone. */
  retryMs: number;
  timeoutMs: number;
}

const limits: KeyLimits = {
  freshMs: 10 * 60_000,
  staleMs: 24 * 3_600_000,
  missMs: 30_000,
  retryMs: 10_000,
  timeoutMs: 3_000,
};

const maxDocumentBytes = 256 * 1024;
const maxRemembered = 1_000;
const never = Number.NEGATIVE_INFINITY;

/** What is known of one key set. */
interface Entry {
  keys: JWTVerifyGetKey | undefined;
  fetchedAt: number;
  failedAt: number;
  cause: unknown;
  fetching: Promise<void> | undefined;
}

type KeySource = Pick<TrustedIssuer, 'issuer' | 'jwksUrl'>;

export function createIssuerKeys({ outgoing, clock }: { outgoing: Outgoing; clock: Clock }) {
  // By where the keys come from and nothing else, so directories that trust the same issuer share them.
  const entries = new Map<string, Entry>();
  const now = (): number => clock.now().getTime();

  async function readDocument(url: URL): Promise<Record<string, unknown>> {
    const { status, text } = await outgoing.call(url, {
      headers: { Accept: 'application/json, application/jwk-set+json' },
      timeoutMs: limits.timeoutMs,
      maxBytes: maxDocumentBytes,
    });
    if (status !== 200) throw new Error(`${url.href} answered ${status}`);
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null) throw new Error(`${url.href} answered no JSON object`);
    return Object.fromEntries(Object.entries(parsed));
  }

  /** OpenID Connect Discovery 1.0 §4: the document must say that it is this issuer's. */
  async function keysUrlOf({ issuer, jwksUrl }: KeySource): Promise<URL> {
    if (jwksUrl !== null) return new URL(jwksUrl);
    const found = await readDocument(new URL(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`));
    if (found['issuer'] !== issuer) throw new Error(`the discovery document of ${issuer} is another issuer's`);
    const url = found['jwks_uri'];
    if (typeof url !== 'string' || !URL.canParse(url)) throw new Error(`${issuer} does not say where its keys are`);
    return new URL(url);
  }

  async function fetchKeys(entry: Entry, source: KeySource): Promise<void> {
    try {
      const { keys } = await readDocument(await keysUrlOf(source));
      if (!Array.isArray(keys)) throw new Error(`${source.issuer} has no list of keys`);
      entry.keys = createLocalJWKSet({ keys });
      entry.fetchedAt = now();
      entry.failedAt = never;
    } catch (cause) {
      entry.failedAt = now();
      entry.cause = cause;
    }
  }

  /** Asks the issuer, unless it has just failed; those that come meanwhile wait for the same answer. Never throws. */
  async function refresh(entry: Entry, source: KeySource): Promise<void> {
    if (!entry.fetching && now() - entry.failedAt < limits.retryMs) return;
    entry.fetching ??= fetchKeys(entry, source).finally(() => {
      entry.fetching = undefined;
    });
    await entry.fetching;
  }

  function entryOf(source: KeySource): Entry {
    const name = `${source.issuer}\n${source.jwksUrl ?? ''}`;
    const known = entries.get(name);
    if (known) return known;
    const entry: Entry = { keys: undefined, fetchedAt: never, failedAt: never, cause: undefined, fetching: undefined };
    if (entries.size >= maxRemembered) entries.clear();
    entries.set(name, entry);
    return entry;
  }

  const ageOf = ({ fetchedAt }: Entry): number => now() - fetchedAt;

  function usableKeys(entry: Entry, { issuer }: KeySource): JWTVerifyGetKey {
    if (entry.keys && ageOf(entry) < limits.staleMs) return entry.keys;
    throw new IssuerUnavailableError(`The keys of ${issuer} can not be had.`, { cause: entry.cause });
  }

  return {
    /**
     * Finds the key that a token of this issuer names.
     * @throws IssuerUnavailableError when that can't be known now, jose's JWKSNoMatchingKey when there is none.
     */
    keysOf(source: KeySource): JWTVerifyGetKey {
      return async (header, token) => {
        const entry = entryOf(source);
        if (ageOf(entry) >= limits.freshMs) await refresh(entry, source);
        try {
          return await usableKeys(entry, source)(header, token);
        } catch (error) {
          // A key that is not there may be a new one, if nobody has looked for a while.
          if (!(error instanceof errors.JWKSNoMatchingKey) || ageOf(entry) < limits.missMs) throw error;
        }
        await refresh(entry, source);
        if (ageOf(entry) >= limits.missMs) {
          const detail = `The newest keys of ${source.issuer} can not be had.`;
          throw new IssuerUnavailableError(detail, { cause: entry.cause });
        }
        return usableKeys(entry, source)(header, token);
      };
    },
  };
}

export type IssuerKeys = ReturnType<typeof createIssuerKeys>;
