// Whether a JWT opens a directory (RFC 7519, RFC 8725, RFC 9068).
import { decodeJwt, decodeProtectedHeader, type JWTPayload, jwtVerify } from 'jose';
import { isStorable } from '../../platform/db/storable.ts';
import type { TokenScope } from '../contracts.ts';
import { IssuerUnavailableError, type ScopeRule, subjectClaims, type TrustedIssuer } from './contracts.ts';
import type { IssuerKeys } from './keys.ts';
import type { IssuerRepository } from './repository.ts';

/** Signatures that anybody can check and only the issuer can make. Of shared secrets, a public key would be one. */
const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
/** Other JWTs that an issuer signs, such as logout tokens, say what they are (RFC 8725 §3.11). */
const types = new Set(['jwt', 'at+jwt', 'application/jwt', 'application/at+jwt']);
const clockToleranceSeconds = 30;
/** Since it was issued, whatever it says of its end. */
const maxAgeSeconds = 24 * 3_600;
const maxActorLength = 200;

interface VerifiedJwt {
  issuerId: string;
  scopes: TokenScope[];
  actor: string;
  expiresAt: Date;
}

export interface JwtRefusal {
  directoryId: string;
  issuer: string;
  reason: string;
}

export interface JwtVerifierDeps {
  repository: Pick<IssuerRepository, 'findEnabledIssuer'>;
  keys: IssuerKeys;
  /** Told why a token of a trusted issuer was refused; the client hears nothing of it. */
  onRefused: (refusal: JwtRefusal) => void;
}

/** Three parts, of which the first is a JSON object: no token of ours looks like that. */
export const looksLikeJwt = (token: string): boolean => /^eyJ[\w-]*\.[\w-]+\.[\w-]*$/.test(token);

/** The unchecked claim `iss`: only the name under which to look for a trusted issuer. */
function claimedIssuer(token: string): string | undefined {
  try {
    const { iss } = decodeJwt(token);
    return typeof iss === 'string' && iss.length <= 500 && isStorable(iss) ? iss : undefined;
  } catch {
    return undefined;
  }
}

const textsOf = (claim: unknown): string[] =>
  (Array.isArray(claim) ? claim : [claim]).filter((value) => typeof value === 'string');

function checkClaims(payload: JWTPayload, required: TrustedIssuer['requiredClaims']): void {
  for (const [name, allowed] of Object.entries(required)) {
    const values = Object.hasOwn(payload, name) ? textsOf(payload[name]) : [];
    if (!values.some((value) => allowed.includes(value))) throw new Error(`the claim "${name}" has another value`);
  }
}

/** `scope` is one text with blanks between (RFC 8693 §4.2), `scp` that or a list, `roles` a list. */
function scopesOf(payload: JWTPayload, rule: ScopeRule): TokenScope[] {
  if (rule.kind === 'fixed') return rule.scopes;
  const granted = new Set(textsOf(payload[rule.claim]).flatMap((value) => value.split(' ')));
  return (['read', 'write'] as const).filter((scope) => granted.has(rule[scope]));
}

/** Who it was, in events: short, and of printable characters. */
function actorOf(issuer: string, payload: JWTPayload): string {
  const subject = subjectClaims.map((claim) => payload[claim]).find((value) => typeof value === 'string') ?? '';
  const name = `jwt:${new URL(issuer).host || issuer}/${subject}`.replace(/\p{C}/gu, '\u{fffd}');
  return [...name].slice(0, maxActorLength).join('');
}

export function createJwtVerifier({ repository, keys, onRefused }: JwtVerifierDeps) {
  async function verify(trusted: TrustedIssuer, token: string, now: Date): Promise<VerifiedJwt> {
    const { typ } = decodeProtectedHeader(token);
    if (typ !== undefined && !types.has(typ.toLowerCase())) throw new Error('it is no access token');
    const { payload } = await jwtVerify(token, keys.keysOf(trusted), {
      algorithms,
      issuer: trusted.issuer,
      audience: trusted.audience,
      requiredClaims: ['exp', 'iat'],
      maxTokenAge: maxAgeSeconds,
      clockTolerance: clockToleranceSeconds,
      currentDate: now,
    });
    checkClaims(payload, trusted.requiredClaims);
    const scopes = scopesOf(payload, trusted.scopeRule);
    if (scopes.length === 0) throw new Error('it grants neither read nor write');
    const latest = now.getTime() + maxAgeSeconds * 1_000;
    const expiresAt = new Date(Math.min((payload.exp ?? 0) * 1_000, latest));
    return { issuerId: trusted.id, scopes, actor: actorOf(trusted.issuer, payload), expiresAt };
  }

  return {
    /**
     * What the token may do, or undefined when it is not good for this directory. Asks nobody unless the token names an
     * issuer that the directory trusts.
     * @throws IssuerUnavailableError
     */
    async verify(directoryId: string, token: string, now: Date): Promise<VerifiedJwt | undefined> {
      const issuer = claimedIssuer(token);
      const trusted = issuer === undefined ? undefined : await repository.findEnabledIssuer(directoryId, issuer);
      if (!trusted) return undefined;
      try {
        return await verify(trusted, token, now);
      } catch (error) {
        if (error instanceof IssuerUnavailableError) throw error;
        const reason = error instanceof Error ? error.message : 'it is malformed';
        onRefused({ directoryId, issuer: trusted.issuer, reason });
        return undefined;
      }
    },
  };
}

export type JwtVerifier = ReturnType<typeof createJwtVerifier>;
