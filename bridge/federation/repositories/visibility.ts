// The rule of resolution.ts in SQL. Expects the user under the alias `u`.
import { type RawBuilder, sql } from 'kysely';
import type { Reach } from '../topology.ts';

/** Says whether a user's name may be served at all. */
export const isUnreserved = ({ reserved }: Reach): RawBuilder<boolean> =>
  sql`u.user_name_key <> all(${reserved}::text[])`;

/** A user of the same user name or e-mail, not reserved, in an enabled directory before the one at `rank`. */
function shadows({ enabled, reserved }: Reach, rank: RawBuilder<number>, by: 'user_name_key' | 'email_key') {
  const key = sql.ref(by);
  return sql`select from users h
    where h.directory_id = any((${enabled}::uuid[])[:(${rank}) - 1])
      and h.${key} = u.${key} and h.user_name_key <> all(${reserved}::text[])`;
}

/**
 * Says whether a user of an enabled directory is served: its name is not reserved, and no enabled directory of higher
 * precedence has a user, not reserved, of the same user name or e-mail. That other user may itself be shadowed: see
 * resolution.ts. `rank` is the place of the user's own directory among the enabled ones, from 1; without a place the
 * answer means nothing.
 *
 * For few users: `offset 0` keeps PostgreSQL from making joins of the subqueries, so each user costs index probes only.
 */
export function isVisible(reach: Reach, rank: RawBuilder<number>): RawBuilder<boolean> {
  if (reach.enabled.length < 2) return isUnreserved(reach);
  return sql`(${isUnreserved(reach)}
    and not exists (${shadows(reach, rank, 'user_name_key')} offset 0)
    and not exists (${shadows(reach, rank, 'email_key')} offset 0))`;
}

/**
 * The ids of the shadowed ones among `users`, a relation with id, user_name_key, email_key and rank. For many users: here
 * the subqueries become hash joins. One for each key, because after the first PostgreSQL believes that few are left.
 */
export function shadowedAmong(reach: Reach, users: string): RawBuilder<unknown> {
  const rank = sql<number>`u.rank`;
  return sql`
    select u.id from ${sql.table(users)} u where exists (${shadows(reach, rank, 'user_name_key')})
    union
    select u.id from ${sql.table(users)} u where exists (${shadows(reach, rank, 'email_key')})`;
}
