// The SQL of trusted issuers.
import type { Selectable } from 'kysely';
import type { Pool } from 'pg';
import type { DirectoryIssuersTable } from '../../platform/db/database.ts';
import { readIn, writeIn } from '../../platform/db/scope.ts';
import { isTokenScope } from '../contracts.ts';
import { type ScopeRule, scopeClaims, type TrustedIssuer } from './contracts.ts';

function scopeRuleOf(row: Selectable<DirectoryIssuersTable>): ScopeRule {
  const claim = scopeClaims.find((name) => name === row.scope_claim);
  return claim === undefined
    ? { kind: 'fixed', scopes: row.scopes.filter(isTokenScope) }
    : { kind: 'claim', claim, read: row.read_value ?? 'read', write: row.write_value ?? 'write' };
}

/** What is no list of texts lets nobody in. */
function claimsOf(stored: Record<string, unknown>): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(stored).map(([name, values]) => [
      name,
      Array.isArray(values) ? values.filter((value) => typeof value === 'string') : [],
    ]),
  );
}

function toIssuer(row: Selectable<DirectoryIssuersTable>): TrustedIssuer {
  return {
    id: row.id,
    issuer: row.issuer,
    audience: row.audience,
    jwksUrl: row.jwks_url,
    requiredClaims: claimsOf(row.required_claims),
    scopeRule: scopeRuleOf(row),
    enabled: row.enabled,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
  };
}

export function createIssuerRepository(pool: Pool) {
  return {
    async insertIssuer(directoryId: string, issuer: TrustedIssuer): Promise<void> {
      const { scopeRule } = issuer;
      const byClaim = scopeRule.kind === 'claim' ? scopeRule : undefined;
      await writeIn(pool, directoryId, (scope) =>
        scope
          .insertInto('directory_issuers')
          .values({
            directory_id: directoryId,
            id: issuer.id,
            issuer: issuer.issuer,
            audience: issuer.audience,
            jwks_url: issuer.jwksUrl,
            required_claims: JSON.stringify(issuer.requiredClaims),
            scopes: scopeRule.kind === 'fixed' ? scopeRule.scopes : [],
            scope_claim: byClaim?.claim ?? null,
            read_value: byClaim?.read ?? null,
            write_value: byClaim?.write ?? null,
            enabled: issuer.enabled,
            created_at: issuer.createdAt,
            last_used_at: null,
          })
          .execute(),
      );
    },

    async listIssuers(directoryId: string): Promise<TrustedIssuer[]> {
      const rows = await readIn(pool, [directoryId], (scope) =>
        scope
          .selectFrom('directory_issuers')
          .selectAll()
          .where('directory_id', '=', directoryId)
          .orderBy('created_at')
          .orderBy('id')
          .execute(),
      );
      return rows.map(toIssuer);
    },

    /** The enabled issuer of this name. */
    async findEnabledIssuer(directoryId: string, issuer: string): Promise<TrustedIssuer | undefined> {
      const row = await readIn(pool, [directoryId], (scope) =>
        scope
          .selectFrom('directory_issuers')
          .selectAll()
          .where('directory_id', '=', directoryId)
          .where('issuer', '=', issuer)
          .where('enabled', '=', true)
          .executeTakeFirst(),
      );
      return row && toIssuer(row);
    },

    async setIssuerEnabled(directoryId: string, id: string, enabled: boolean): Promise<TrustedIssuer | undefined> {
      const row = await writeIn(pool, directoryId, (scope) =>
        scope
          .updateTable('directory_issuers')
          .set({ enabled })
          .where('directory_id', '=', directoryId)
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirst(),
      );
      return row && toIssuer(row);
    },

    async touchIssuer(directoryId: string, id: string, now: Date): Promise<void> {
      await writeIn(pool, directoryId, (scope) =>
        scope
          .updateTable('directory_issuers')
          .set({ last_used_at: now })
          .where('directory_id', '=', directoryId)
          .where('id', '=', id)
          .execute(),
      );
    },

    /** Answers false when there is no such issuer. */
    async deleteIssuer(directoryId: string, id: string): Promise<boolean> {
      const result = await writeIn(pool, directoryId, (scope) =>
        scope
          .deleteFrom('directory_issuers')
          .where('directory_id', '=', directoryId)
          .where('id', '=', id)
          .executeTakeFirst(),
      );
      return result.numDeletedRows > 0n;
    },
  };
}

export type IssuerRepository = ReturnType<typeof createIssuerRepository>;
