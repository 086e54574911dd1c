// What it means that a directory trusts an issuer of JWTs (RFC 7523, RFC 9068), and the limits on it.
import { z } from 'zod';
import { isStorable } from '../../platform/db/storable.ts';
import type { TokenScope } from '../contracts.ts';

/**
 * Claims that say which client or user a token was made for. One of them must be bound: an issuer with many tenants signs
 * tokens for all of them, and the audience alone is often whatever a client asks for.
 */
export const subjectClaims = ['sub', 'azp', 'appid', 'client_id', 'cid', 'oid'] as const;

export const scopeClaims = ['scope', 'scp', 'roles'] as const;

export const maxIssuers = 20;

/** Where a token's rights come from: the same for all, or from what its issuer says. */
export type ScopeRule =
  | { kind: 'fixed'; scopes: TokenScope[] }
  /** `read` and `write` are the values that stand for the scopes in the claim. */
  | { kind: 'claim'; claim: (typeof scopeClaims)[number]; read: string; write: string };

export interface TrustedIssuer {
  id: string;
  /** Equal to the claim `iss`, letter by letter. */
  issuer: string;
  audience: string;
  /** Null: from the issuer's discovery document. */
  jwksUrl: string | null;
  /** Each must have one of its values, or be a list that holds one. */
  requiredClaims: Record<string, string[]>;
  scopeRule: ScopeRule;
  enabled: boolean;
  createdAt: Date;
  lastUsedAt: Date | null;
}

/** An issuer as operators see it. */
export const shownIssuer = ({ scopeRule, createdAt, lastUsedAt, ...issuer }: TrustedIssuer) => ({
  ...issuer,
  ...(scopeRule.kind === 'fixed'
    ? { scopes: scopeRule.scopes }
    : { scopeClaim: scopeRule.claim, readValue: scopeRule.read, writeValue: scopeRule.write }),
  createdAt: createdAt.toISOString(),
  lastUsedAt: lastUsedAt?.toISOString() ?? null,
});

const text = (max: number) =>
  z.string().min(1).max(max).refine(isStorable, 'must have no NUL character and no half of a surrogate pair');

const issuerUrl = text(500).refine((value) => URL.canParse(value) && !/[?#]/.test(value), 'must be a URL');
/** Separated by blanks in `scope`. */
const scopeValue = text(200).regex(/^\S+$/, 'must have no blank');

/** What an operator says of an issuer. */
export const newIssuer = z
  .strictObject({
    issuer: issuerUrl,
    audience: text(500),
    jwksUrl: text(1_000)
      .refine((value) => URL.canParse(value), 'must be a URL')
      .optional(),
    requiredClaims: z
      .record(text(100), z.array(text(500)).min(1).max(20))
      .refine((claims) => Object.keys(claims).length <= 10, 'may name ten claims at most')
      .refine(
        (claims) => subjectClaims.some((claim) => Object.hasOwn(claims, claim)),
        `must bind one of ${subjectClaims.join(', ')}, because the issuer signs tokens for others, too`,
      ),
    scopes: z
      .array(z.enum(['read', 'write']))
      .min(1)
      .optional(),
    scopeClaim: z.enum(scopeClaims).optional(),
    readValue: scopeValue.optional(),
    writeValue: scopeValue.optional(),
  })
  .refine(
    ({ scopes, scopeClaim }) => (scopes === undefined) !== (scopeClaim === undefined),
    'either scopes or scopeClaim must say what tokens may do',
  )
  .refine(
    ({ scopeClaim, readValue, writeValue }) =>
      scopeClaim !== undefined || (readValue === undefined && writeValue === undefined),
    'readValue and writeValue are for scopeClaim',
  );

export type NewIssuer = z.infer<typeof newIssuer>;

/** A token can't be judged, since its issuer's keys can't be had: nobody's fault who sends it, and worth another try. */
export class IssuerUnavailableError extends Error {
  override readonly name = 'IssuerUnavailableError';
}
