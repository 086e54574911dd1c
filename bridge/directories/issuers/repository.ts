// The SQL of trusted issuers.
import type { Selectable } from 'kysely';
import type { Pool } from 'pg';
import { changesBetween, isEmpty } from '../../events/audit/changes.ts';
import { type DirectoryChange, recordDirectoryChanges } from '../../events/audit/repository.ts';
import type { DirectoryIssuersTable } from '../../platform/db/database.ts';
import { readIn, type Scope, writeIn } from '../../platform/db/scope.ts';
import { type Directory, isTokenScope } from '../contracts.ts';
import { holdAccess } from '../repository.ts';
import { type ScopeRule, scopeClaims, shownIssuer, type TrustedIssuer } from './contracts.ts';

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

/** What an audit shows of an issuer. */
function audited(issuer: TrustedIssuer) {
  const { id: _id, createdAt: _createdAt, lastUsedAt: _lastUsedAt, ...shown } = shownIssuer(issuer);
  return shown;
}

async function record(
  scope: Scope,
  directory: Directory,
  type: DirectoryChange['type'],
  { before, after }: { before?: TrustedIssuer; after?: TrustedIssuer },
  now: Date,
): Promise<void> {
  const issuer = after ?? before;
  const changes = changesBetween(before && audited(before), after && audited(after));
  if (!issuer || isEmpty(changes)) return;
  const part = { type: 'Issuer' as const, id: issuer.id, name: issuer.issuer };
  await recordDirectoryChanges(scope, directory, [{ type, part, changes }], now);
}

export function createIssuerRepository(pool: Pool) {
  return {
    async insertIssuer(directory: Directory, issuer: TrustedIssuer): Promise<void> {
      const { scopeRule } = issuer;
      const byClaim = scopeRule.kind === 'claim' ? scopeRule : undefined;
      await writeIn(pool, directory.id, async (scope) => {
        await holdAccess(scope, directory.id);
        await scope
          .insertInto('directory_issuers')
          .values({
            directory_id: directory.id,
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
          .execute();
        await record(scope, directory, 'issuer.created', { after: issuer }, issuer.createdAt);
      });
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

    async setIssuerEnabled(
      directory: Directory,
      id: string,
      enabled: boolean,
      now: Date,
    ): Promise<TrustedIssuer | undefined> {
      return writeIn(pool, directory.id, async (scope) => {
        await holdAccess(scope, directory.id);
        const held = await scope
          .selectFrom('directory_issuers')
          .selectAll()
          .where('directory_id', '=', directory.id)
          .where('id', '=', id)
          .forUpdate()
          .executeTakeFirst();
        if (!held) return undefined;
        await scope
          .updateTable('directory_issuers')
          .set({ enabled })
          .where('directory_id', '=', directory.id)
          .where('id', '=', id)
          .execute();
        const before = toIssuer(held);
        const after = { ...before, enabled };
        await record(scope, directory, 'issuer.updated', { before, after }, now);
        return after;
      });
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
    async deleteIssuer(directory: Directory, id: string, now: Date): Promise<boolean> {
      return writeIn(pool, directory.id, async (scope) => {
        const row = await scope
          .deleteFrom('directory_issuers')
          .where('directory_id', '=', directory.id)
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirst();
        if (!row) return false;
        await record(scope, directory, 'issuer.deleted', { before: toIssuer(row) }, now);
        return true;
      });
    },
  };
}

export type IssuerRepository = ReturnType<typeof createIssuerRepository>;
