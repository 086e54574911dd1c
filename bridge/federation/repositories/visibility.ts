// The rule of resolution.ts in SQL. Expects the user under the alias `u`.
import { type RawBuilder, sql } from 'kysely';
import type { Reach } from '../topology.ts';

/**
 * Says whether a user of an enabled directory is served: its name is not reserved, and no enabled directory of higher
 * precedence has a user, not reserved, of the same user name or e-mail. That other user may itself be shadowed: see
 * resolution.ts. `rank` is the place of the user's own directory among the enabled ones, from 1; without a place the
 * answer means nothing. The two cases are two subqueries because PostgreSQL can turn each of them into an anti-join; a
 * federation of one directory needs neither.
 */
export function isVisible({ enabled, reserved }: Reach, rank: RawBuilder<number>): RawBuilder<boolean> {
  const served = (alias: 'u' | 'h') => sql`${sql.ref(alias)}.user_name_key <> all(${reserved}::text[])`;
  if (enabled.length < 2) return sql`${served('u')}`;
  const higher = sql`h.directory_id = any((${enabled}::uuid[])[:(${rank}) - 1])`;
  return sql`(${served('u')}
    and not exists (select from users h where ${higher} and h.user_name_key = u.user_name_key)
    and not exists (select from users h where ${higher} and h.email_key = u.email_key and ${served('h')}))`;
}
