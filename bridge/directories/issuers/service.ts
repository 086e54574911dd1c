// The life of trusted issuers.
import type { Clock } from '../../platform/clock.ts';
import { violatedConstraint } from '../../platform/db/errors.ts';
import { ApiError } from '../../platform/http/api-error.ts';
import type { Outgoing } from '../../platform/http/outgoing.ts';
import { isUuid, newId } from '../../platform/ids.ts';
import type { Directory } from '../contracts.ts';
import { maxIssuers, type NewIssuer, newIssuer, type ScopeRule, type TrustedIssuer } from './contracts.ts';
import type { IssuerRepository } from './repository.ts';

export interface IssuerServiceDeps {
  repository: IssuerRepository;
  requireDirectory: (slug: string) => Promise<Directory>;
  clock: Clock;
  outgoing: Outgoing;
  /** Told the directory's id after a change of who may use it. */
  onChange: (directoryId: string) => void;
}

function scopeRuleOf({ scopes, scopeClaim, readValue, writeValue }: NewIssuer): ScopeRule {
  return scopeClaim === undefined
    ? { kind: 'fixed', scopes: [...new Set(scopes)] }
    : { kind: 'claim', claim: scopeClaim, read: readValue ?? 'read', write: writeValue ?? 'write' };
}

/** Each method throws ApiError: `directory_absent`, `issuer_absent`, `conflict` or `invalid_request`. */
export function createIssuerService(deps: IssuerServiceDeps) {
  const { repository, requireDirectory, clock, outgoing, onChange } = deps;

  function parseNewIssuer(input: unknown): NewIssuer {
    const parsed = newIssuer.safeParse(input);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      const place = issue?.path.join('.') || 'issuer';
      throw new ApiError('invalid_request', `${place}: ${issue?.message ?? 'is not valid'}.`);
    }
    // The issuer's own URL is only a name when its keys are elsewhere.
    const { issuer, jwksUrl } = parsed.data;
    const problem = outgoing.problemOf(new URL(jwksUrl ?? issuer));
    if (problem !== undefined) {
      throw new ApiError('invalid_request', `${jwksUrl === undefined ? 'issuer' : 'jwksUrl'}: ${problem}.`);
    }
    return parsed.data;
  }

  const absent = (slug: string, id: string) =>
    new ApiError('issuer_absent', `Directory "${slug}" trusts no issuer ${id}.`);

  return {
    async listIssuers(slug: string): Promise<TrustedIssuer[]> {
      return repository.listIssuers((await requireDirectory(slug)).id);
    },

    async addIssuer(slug: string, input: unknown): Promise<TrustedIssuer> {
      const directory = await requireDirectory(slug);
      const given = parseNewIssuer(input);
      if ((await repository.listIssuers(directory.id)).length >= maxIssuers) {
        throw new ApiError('conflict', `A directory trusts ${maxIssuers} issuers at most.`);
      }
      const issuer: TrustedIssuer = {
        id: newId(),
        issuer: given.issuer,
        audience: given.audience,
        jwksUrl: given.jwksUrl ?? null,
        requiredClaims: given.requiredClaims,
        scopeRule: scopeRuleOf(given),
        enabled: true,
        createdAt: clock.now(),
        lastUsedAt: null,
      };
      try {
        await repository.insertIssuer(directory, issuer);
      } catch (error) {
        if (violatedConstraint(error) !== 'directory_issuers_issuer_key') throw error;
        const detail = `Directory "${slug}" trusts the issuer ${given.issuer} already.`;
        throw new ApiError('conflict', detail, { cause: error });
      }
      onChange(directory.id);
      return issuer;
    },

    async setIssuerEnabled(slug: string, id: string, enabled: boolean): Promise<TrustedIssuer> {
      const directory = await requireDirectory(slug);
      const issuer = isUuid(id) ? await repository.setIssuerEnabled(directory, id, enabled, clock.now()) : undefined;
      if (!issuer) throw absent(slug, id);
      onChange(directory.id);
      return issuer;
    },

    async removeIssuer(slug: string, id: string): Promise<void> {
      const directory = await requireDirectory(slug);
      if (!isUuid(id) || !(await repository.deleteIssuer(directory, id, clock.now()))) throw absent(slug, id);
      onChange(directory.id);
    },
  };
}

export type IssuerService = ReturnType<typeof createIssuerService>;
