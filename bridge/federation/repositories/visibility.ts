// The rule of resolution.ts in SQL. Expects the user under the alias `u`.
import { type RawBuilder, sql } from 'kysely';
import type { Reach } from '../topology.ts';

/** The enabled directories as rows `d`, first in precedence first. */
export const ranked = ({ enabled }: Reach): RawBuilder<unknown> =>
  sql`unnest(${enabled}::uuid[]) with ordinality as d (directory_id, rank)`;

/** Says whether a user's name may be served at all. */
export const isUnreserved = ({ reserved }: Reach): RawBuilder<boolean> =>
  sql`u.user_name_key <> all(${reserved}::text[])`;

type Key = 'user_name_key' | 'email_key';

/** A user of the same user name or e-mail, not reserved, in an enabled directory before the one at `rank`. */
function shadows({ enabled, reserved }: Reach, rank: RawBuilder<number>, by: Key) {
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
 * The ones among `users` that a user of the same user name shadows, or one of the same e-mail; `users` is a relation with
 * directory_id, id, user_name_key, email_key and rank. For many users: here the subqueries become hash joins.
 */
export function shadowedBy(reach: Reach, users: string, by: Key): RawBuilder<unknown> {
  return sql`select u.directory_id, u.id, u.user_name_key, u.rank from ${sql.table(users)} u
    where exists (${shadows(reach, sql<number>`u.rank`, by)})`;
}

/** Both of {@link shadowedBy}, each user once. In two parts, because after the first PostgreSQL believes that few are left. */
export function shadowedAmong(reach: Reach, users: string): RawBuilder<unknown> {
  return sql`${shadowedBy(reach, users, 'user_name_key')} union ${shadowedBy(reach, users, 'email_key')}`;
}

/**
 * Who shadows `u`, an unreserved user of the enabled directory at `rank`, as resolution.ts names it: no row, or one with
 * directory_id, id, user_name, email and match. For few users.
 */
export function shadowerOf({ enabled, reserved }: Reach, rank: RawBuilder<number>): RawBuilder<unknown> {
  const of = (by: Key, match: string) => sql`
    select h.directory_id, h.id, h.user_name, h.email, ${sql.lit(match)} as match from users h
    where h.directory_id = any((${enabled}::uuid[])[:(${rank}) - 1])
      and h.${sql.ref(by)} = u.${sql.ref(by)} and h.user_name_key <> all(${reserved}::text[])`;
  return sql`select h.* from (${of('user_name_key', 'username')} union all ${of('email_key', 'email')}) h
    order by h.match desc, array_position(${enabled}::uuid[], h.directory_id), h.id limit 1`;
}
