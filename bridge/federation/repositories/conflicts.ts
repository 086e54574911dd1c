// The SQL that compares whole directories: who is hidden by whom, and what another order of the directories would change.
import { type RawBuilder, sql } from 'kysely';
import type { Pool } from 'pg';
import { readIn, type Scope } from '../../platform/db/scope.ts';
import type { Reach } from '../topology.ts';
import { isUnreserved, ranked, shadowedAmong, shadowedBy, shadowerOf } from './visibility.ts';

/** A user as reports name it. */
export interface NamedRow {
  directoryId: string;
  id: string;
  username: string;
  email: string | null;
}

export interface Shadower extends NamedRow {
  match: 'username' | 'email';
}

/** How many users of enabled directories are not served, each counted once, by why. */
export interface ConflictCounts {
  username: number;
  /** Of another user name than who hides them. */
  email: number;
  reservedUsername: number;
}

/** Where a page of conflicts goes on. */
export interface ConflictPlace {
  usernameKey: string;
  rank: number;
}

export interface StoredConflict extends ConflictPlace {
  hidden: NamedRow;
  /** Null: the name is reserved. */
  by: Shadower | null;
}

/** Two states of one federation. */
export interface Comparison {
  before: Reach;
  after: Reach;
  /** The directories whose place changes; all others keep their order among themselves. */
  moved: readonly string[];
}

export interface ShiftCounts {
  appear: number;
  vanish: number;
  changeOwner: number;
  /** Of those that vanish: how many stay in Keycloak as copies, because their directory is only switched off. */
  keepCopy: number;
}

/** What becomes of one user name: who is served under it before and after. */
export interface StoredShift {
  usernameKey: string;
  before: NamedRow | null;
  after: NamedRow | null;
  /** Who hides the one before from then on. */
  hiddenBy: Shadower | null;
}

const named = (alias: string): RawBuilder<unknown> => {
  const row = sql.ref(alias);
  return sql`json_build_object('directoryId', ${row}.directory_id, 'id', ${row}.id, 'username', ${row}.user_name, 'email', ${row}.email)`;
};
const shadower = sql`case when h.id is not null then
  json_build_object('directoryId', h.directory_id, 'id', h.id, 'username', h.user_name, 'email', h.email, 'match', h.match) end`;

const reportTimeoutMs = 120_000;

const candidateColumns = sql`u.directory_id, u.id, u.user_name_key, u.email_key`;

/** Relations `reserved_user`, `same_name` and `same_email`: everybody of an enabled directory who is not served, once. */
const hiddenUsers = (reach: Reach): RawBuilder<unknown> => sql`
  reserved_user as materialized (
    select u.directory_id, u.id, u.user_name_key, d.rank from ${ranked(reach)} join users u on u.directory_id = d.directory_id
    where u.user_name_key = any(${reach.reserved}::text[])
  ),
  candidate as materialized (
    select ${candidateColumns}, d.rank from ${ranked(reach)} join users u on u.directory_id = d.directory_id
    where d.rank > 1 and ${isUnreserved(reach)}
  ),
  same_name as materialized (${shadowedBy(reach, 'candidate', 'user_name_key')}),
  same_email as materialized (
    select e.* from (${shadowedBy(reach, 'candidate', 'email_key')}) e
    where not exists (select from same_name n where n.directory_id = e.directory_id and n.id = e.id)
  )`;

const conflictCounts = sql`
  select json_build_object('username', (select count(*) from same_name), 'email', (select count(*) from same_email),
    'reservedUsername', (select count(*) from reserved_user))`;

/** A relation `name` of those among `users` who are served. */
const servedUsers = (name: string, reach: Reach, users: string): RawBuilder<unknown> => {
  const candidates = `${name}_candidate`;
  return sql`
  ${sql.table(candidates)} as materialized (
    select ${candidateColumns}, array_position(${reach.enabled}::uuid[], u.directory_id) as rank from ${sql.table(users)} u
    where u.directory_id = any(${reach.enabled}::uuid[]) and ${isUnreserved(reach)}
  ),
  ${sql.table(`${name}_hidden`)} as materialized (${shadowedAmong(reach, candidates)}),
  ${sql.table(name)} as materialized (
    select c.* from ${sql.table(candidates)} c where not exists (
      select from ${sql.table(`${name}_hidden`)} s where s.directory_id = c.directory_id and s.id = c.id)
  )`;
};

/**
 * Relation `touched`: whom the change may concern. Those are the users of the directories that are moved, and who has a
 * name or e-mail of theirs: of any two others, the one that is before the other stays so.
 */
function touchedUsers({ before, after, moved }: Comparison): RawBuilder<unknown> {
  const others = [...new Set([...before.enabled, ...after.enabled])].filter((id) => !moved.includes(id));
  const sharing = (key: string) => sql`
    select ${candidateColumns} from users u where u.directory_id = any(${others}::uuid[])
      and exists (select from moved m where m.${sql.ref(key)} = u.${sql.ref(key)})`;
  return sql`
  moved as materialized (select ${candidateColumns} from users u where u.directory_id = any(${moved}::uuid[])),
  touched as materialized (
    select * from moved union ${sharing('user_name_key')} union ${sharing('email_key')}
  )`;
}

export function createConflictQueries(pool: Pool) {
  /** Reads what compares all users of several directories: that takes longer than what Keycloak asks, and room to sort. */
  const readReport = <T>(directoryIds: readonly string[], work: (scope: Scope) => Promise<T>): Promise<T> =>
    readIn(pool, directoryIds, async (scope) => {
      await sql`set local statement_timeout = ${sql.lit(reportTimeoutMs)}`.execute(scope);
      await sql`set local work_mem = '64MB'`.execute(scope);
      return work(scope);
    });

  return {
    async countConflicts(reach: Reach): Promise<ConflictCounts> {
      const { rows } = await readReport(reach.enabled, (scope) =>
        sql<{ counts: ConflictCounts }>`with ${hiddenUsers(reach)} select (${conflictCounts}) as counts`.execute(scope),
      );
      return rows[0]?.counts ?? { username: 0, email: 0, reservedUsername: 0 };
    },

    /** The counts, and a page of who is hidden, ordered by user name and, of one name, by precedence. */
    async readConflicts(
      reach: Reach,
      after: ConflictPlace | undefined,
      limit: number,
    ): Promise<{ counts: ConflictCounts; conflicts: StoredConflict[] }> {
      const { usernameKey, rank } = after ?? { usernameKey: '', rank: 0 };
      const { rows } = await readReport(reach.enabled, (scope) =>
        sql<{ counts: ConflictCounts; conflicts: StoredConflict[] }>`
          with ${hiddenUsers(reach)},
          page as (
            select * from (
              select directory_id, id, user_name_key, rank, true as reserved from reserved_user
              union all select directory_id, id, user_name_key, rank, false from same_name
              union all select directory_id, id, user_name_key, rank, false from same_email
            ) as hidden
            where (user_name_key, rank) > (${usernameKey}, ${rank})
            order by user_name_key, rank limit ${limit}
          )
          select (${conflictCounts}) as counts, coalesce((
            select json_agg(json_build_object('usernameKey', page.user_name_key, 'rank', page.rank,
                'hidden', ${named('u')}, 'by', ${shadower}) order by page.user_name_key, page.rank)
            from page join users u on u.directory_id = page.directory_id and u.id = page.id
            left join lateral (${shadowerOf(reach, sql`page.rank::int`)}) h on not page.reserved
          ), '[]') as conflicts`.execute(scope),
      );
      const [row] = rows;
      if (!row) throw new Error('the statement has one row');
      return row;
    },

    /** What would change, counted, and a page of it ordered by user name. */
    async readShifts(
      comparison: Comparison,
      afterUsernameKey: string | undefined,
      limit: number,
    ): Promise<{ counts: ShiftCounts; shifts: StoredShift[] }> {
      const { before, after } = comparison;
      const scoped = [...new Set([...before.attached, ...after.attached])];
      const ownRank = sql<number>`array_position(${after.enabled}::uuid[], b.directory_id)`;
      const { rows } = await readReport(scoped, (scope) =>
        sql<{ counts: ShiftCounts; shifts: StoredShift[] }>`
          with ${touchedUsers(comparison)},
          ${servedUsers('before', before, 'touched')},
          ${servedUsers('after', after, 'touched')},
          shift as materialized (
            select coalesce(a.user_name_key, b.user_name_key) as user_name_key,
              b.directory_id as before_directory, b.id as before_id, a.directory_id as after_directory, a.id as after_id
            from before b full join after a on a.user_name_key = b.user_name_key
            where b.id is null or a.id is null or (b.directory_id, b.id) <> (a.directory_id, a.id)
          ),
          page as (
            select * from shift where user_name_key > ${afterUsernameKey ?? ''} order by user_name_key limit ${limit}
          )
          select (
            select json_build_object(
              'appear', count(*) filter (where before_id is null),
              'vanish', count(*) filter (where after_id is null),
              'changeOwner', count(*) filter (where before_id is not null and after_id is not null),
              'keepCopy', count(*) filter (where after_id is null and before_directory = any(${after.attached}::uuid[])
                and before_directory <> all(${after.enabled}::uuid[])))
            from shift
          ) as counts, coalesce((
            select json_agg(json_build_object('usernameKey', page.user_name_key,
                'before', case when b.id is not null then ${named('b')} end,
                'after', case when a.id is not null then ${named('a')} end, 'hiddenBy', ${shadower})
              order by page.user_name_key)
            from page
            left join users b on b.directory_id = page.before_directory and b.id = page.before_id
            left join users a on a.directory_id = page.after_directory and a.id = page.after_id
            left join lateral (
              select h.* from (select b.user_name_key, b.email_key) u cross join lateral (${shadowerOf(after, ownRank)}) h
            ) h on b.directory_id = any(${after.enabled}::uuid[])
          ), '[]') as shifts`.execute(scope),
      );
      const [row] = rows;
      if (!row) throw new Error('the statement has one row');
      return row;
    },
  };
}
