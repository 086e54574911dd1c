// What is known of where a directory's users come from: an identity provider that calls, or an LDAP server that is read.

import type { IssuerService } from './directories/issuers/service.ts';
import type { DirectoryService } from './directories/service.ts';
import type { SourceReport } from './federation/explain/explain.ts';
import type { LdapService } from './ldap/service.ts';

export interface SourceReportDeps {
  directories: Pick<DirectoryService, 'listTokens'>;
  issuers: Pick<IssuerService, 'listIssuers'>;
  ldap: Pick<LdapService, 'readStatus'>;
}

const latest = (times: readonly (Date | null)[]): Date | null => {
  const last = Math.max(0, ...times.map((time) => time?.getTime() ?? 0));
  return last === 0 ? null : new Date(last);
};

export function createSourceReports({ directories, issuers, ldap }: SourceReportDeps) {
  async function ofScim(slug: string): Promise<SourceReport> {
    const tokens = await directories.listTokens(slug);
    const trusted = await issuers.listIssuers(slug);
    const heardAt = latest([...tokens, ...trusted].map(({ lastUsedAt }) => lastUsedAt));
    return { healthSince: null, heardAt, remarks: [] };
  }

  async function ofLdap(slug: string): Promise<SourceReport> {
    const { healthSince, seenAt, failure, held, refused } = await ldap.readStatus(slug);
    const remarks = [
      ...(failure ? [`The last reading failed at ${failure.at}: ${failure.message}`] : []),
      ...(held ? [`${held.users.missing} users are missing in the server's listing; their removal is held.`] : []),
      ...(refused.count > 0
        ? [`${refused.count} entries could not be taken over: see \`realmbridge directory show ${slug}\`.`]
        : []),
    ];
    return { healthSince, heardAt: seenAt, remarks };
  }

  return ({ slug, kind }: { slug: string; kind: 'scim' | 'ldap' }): Promise<SourceReport> =>
    kind === 'ldap' ? ofLdap(slug) : ofScim(slug);
}
