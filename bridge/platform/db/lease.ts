// Leases of rows with the columns lease_owner and lease_until: who works on something, by the database's clock.
import { type RawBuilder, type SqlBool, sql } from 'kysely';

/** What a lease for so many seconds sets. */
export const leaseOf = (owner: string, seconds: number) => ({
  lease_owner: owner,
  lease_until: sql<Date>`now() + make_interval(secs => ${seconds})`,
});

/** Whether the owner may take the lease or renew it: it is his, nobody's, or has run out. */
export const isLeasableBy = (owner: string): RawBuilder<SqlBool> =>
  sql<SqlBool>`(lease_owner = ${owner} or lease_until is null or lease_until < now())`;
