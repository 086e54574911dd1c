// The SQL that finds users for Keycloak. Every statement runs in a scope of the federation's directories and names them.
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Pool } from 'pg';
import type { Database } from '../../platform/db/database.ts';
import { readAtOnce, readIn, type Scope } from '../../platform/db/scope.ts';
import type { Statement } from '../../platform/db/statement.ts';
import { isStorable } from '../../platform/db/storable.ts';
import type { AttributeSource } from '../mappings/attribute-source.ts';
import { beforeAllIds, type ResolvedUser, type StoredUser } from '../stored.ts';
import type { Reach } from '../topology.ts';
import { containing, parseSearch, type SearchWord } from '../users/search.ts';
import { attributeMatches } from './attribute-filter.ts';
import { isUnreserved, isVisible, ranked, shadowedAmong } from './visibility.ts';

export interface UserFilter {
  search?: string | undefined;
  username?: string | undefined;
  email?: string | undefined;
  firstName?: string | undefined;
  lastName?: string | undefined;
  /** Whether the four above must be equal; otherwise they must be contained. */
  exact?: boolean | undefined;
  enabled?: boolean | undefined;
  /** All must hold. */
  attributes?: readonly { source: AttributeSource; value: string }[] | undefined;
}

export interface Page {
  first: number;
  max: number;
}

/** A user's address: ids are looked up by primary key, which starts with the directory. */
export interface UserRef {
  directoryId: string;
  id: string;
}

interface UserRow {
  directory_id: string;
  id: string;
  user_name: string;
  email: string | null;
  given_name: string | null;
  family_name: string | null;
  active: boolean;
  external_id: string | null;
  resource: Record<string, unknown>;
  version: number;
  created_at: Date;
  groups: { id: string; name: string }[];
}

function toUser(row: UserRow): StoredUser {
  return {
    directoryId: row.directory_id,
    id: row.id,
    userName: row.user_name,
    email: row.email,
    givenName: row.given_name,
    familyName: row.family_name,
    active: row.active,
    externalId: row.external_id,
    resource: row.resource,
    version: row.version,
    createdAt: row.created_at,
    groups: row.groups,
  };
}

const columns = sql`u.directory_id, u.id, u.user_name, u.email, u.given_name, u.family_name, u.active, u.external_id,
  u.resource, u.version, u.created_at`;

const groups = sql`coalesce((
    select json_agg(json_build_object('id', g.id, 'name', g.display_name) order by g.display_name_key, g.id)
    from group_members m join groups g on g.directory_id = m.directory_id and g.id = m.group_id
    where m.directory_id = u.directory_id and m.user_id = u.id
  ), '[]') as groups`;

const rank = sql<number>`d.rank`;

function wordMatches({ kind, value }: SearchWord): RawBuilder<boolean> {
  // given_name and family_name have no folded column: both sides go through the same lower().
  if (kind === 'equal') {
    return sql`(u.user_name_key = ${value} or u.email_key = ${value}
      or lower(u.given_name) = lower(${value}) or lower(u.family_name) = lower(${value}))`;
  }
  return sql`(u.user_name_key like ${value} or u.email_key like ${value}
    or lower(u.given_name) like lower(${value}) or lower(u.family_name) like lower(${value}))`;
}

function fieldMatches(column: 'user_name_key' | 'email_key', value: string, exact: boolean): RawBuilder<boolean> {
  const field = sql.ref(`u.${column}`);
  return exact ? sql`${field} = ${value.toLowerCase()}` : sql`${field} like ${containing(value)}`;
}

function nameMatches(column: 'given_name' | 'family_name', value: string, exact: boolean): RawBuilder<boolean> {
  const field = sql.ref(`u.${column}`);
  return exact ? sql`lower(${field}) = lower(${value})` : sql`lower(${field}) like lower(${containing(value)})`;
}

/** The filter's conditions, or undefined when nothing can match. */
function conditionsOf(filter: UserFilter): RawBuilder<boolean>[] | undefined {
  const { search, username, email, firstName, lastName, exact = false, enabled, attributes = [] } = filter;
  const texts = [search, username, email, firstName, lastName, ...attributes.map(({ value }) => value)];
  if (!texts.every((text) => text === undefined || isStorable(text))) return undefined;
  const conditions = parseSearch(search ?? '').map(wordMatches);
  if (username !== undefined) conditions.push(fieldMatches('user_name_key', username, exact));
  if (email !== undefined) conditions.push(fieldMatches('email_key', email, exact));
  if (firstName !== undefined) conditions.push(nameMatches('given_name', firstName, exact));
  if (lastName !== undefined) conditions.push(nameMatches('family_name', lastName, exact));
  if (enabled !== undefined) conditions.push(sql`u.active = ${enabled}`);
  for (const { source, value } of attributes) {
    if (value === '') return undefined;
    conditions.push(attributeMatches(source, value));
  }
  return conditions;
}

/**
 * A page of visible users out of `candidates`: at most so many users, not reserved, in order, as directory_id, id,
 * user_name_key, email_key and rank. Who of them is shadowed is found out for these alone. If that leaves too few for the
 * page, more candidates are taken; directories that have the same people are rare, so mostly the first try is enough.
 */
async function readPage(
  scope: Scope,
  reach: Reach,
  { first, max }: Page,
  candidates: (limit: number) => RawBuilder<unknown>,
): Promise<StoredUser[]> {
  const end = first + max;
  for (let limit = reach.enabled.length < 2 ? end : 2 * end; ; limit *= 4) {
    const { rows } = await sql<UserRow & { seen: number; found: boolean }>`
      with candidate as materialized (${candidates(limit)}),
      page as (
        select u.directory_id, u.id, u.user_name_key from candidate u where ${isVisible(reach, sql`u.rank`)}
        order by u.user_name_key, u.id limit ${max} offset ${first}
      )
      select counted.seen, u.id is not null as found, ${columns}, ${groups}
      from (select count(*) as seen from candidate) as counted
      left join (page join users u on u.directory_id = page.directory_id and u.id = page.id) on true
      order by page.user_name_key, page.id`.execute(scope);
    const found = rows.filter((row) => row.found);
    if (found.length === max || (rows[0]?.seen ?? 0) < limit) return found.map(toUser);
  }
}

export function createUserQueries(db: Kysely<Database>, pool: Pool) {
  return {
    /** The users at these addresses, in any directory of the federation; those that don't exist are left out. */
    async readUsers(reach: Reach, refs: readonly UserRef[]): Promise<ResolvedUser[]> {
      if (refs.length === 0) return [];
      const ownRank = sql<number>`array_position(${reach.enabled}::uuid[], u.directory_id)`;
      const { rows } = await readIn(pool, reach.attached, (scope) =>
        sql<UserRow & { visible: boolean }>`
          select ${columns}, ${groups}, ${isVisible(reach, ownRank)} as visible
          from unnest(${refs.map((ref) => ref.directoryId)}::uuid[], ${refs.map((ref) => ref.id)}::uuid[]) as wanted (directory_id, id)
          join users u on u.directory_id = wanted.directory_id and u.id = wanted.id
          where u.directory_id = any(${reach.attached}::uuid[])`.execute(scope),
      );
      return rows.map((row) => ({ ...toUser(row), visible: row.visible }));
    },

    /** Like {@link readUsers}, for one id whose directory is not known, with the hash of its password. */
    async readUserWithPassword(
      reach: Reach,
      id: string,
    ): Promise<{ user: ResolvedUser; passwordHash: string | null } | undefined> {
      const ownRank = sql<number>`array_position(${reach.enabled}::uuid[], u.directory_id)`;
      const { sql: text, parameters: values } = sql`
          select ${columns}, ${groups}, ${isVisible(reach, ownRank)} as visible, c.password_hash
          from users u left join user_credentials c on c.directory_id = u.directory_id and c.user_id = u.id
          where u.directory_id = any(${reach.attached}::uuid[]) and u.id = ${id}
          limit 1`.compile(db);
      const statement: Statement<UserRow & { visible: boolean; password_hash: string | null }> = { text, values };
      // At once, because a login waits for it.
      const [[row]] = await readAtOnce(pool, reach.attached, [statement]);
      return row && { user: { ...toUser(row), visible: row.visible }, passwordHash: row.password_hash };
    },

    /** The first visible user of this name or e-mail, in the order of precedence. */
    async findUser(reach: Reach, by: { username: string } | { email: string }): Promise<StoredUser | undefined> {
      const [column, value] =
        'username' in by ? (['user_name_key', by.username] as const) : (['email_key', by.email] as const);
      if (!isStorable(value)) return undefined;
      const { rows } = await readIn(pool, reach.enabled, (scope) =>
        sql<UserRow>`
          select ${columns}, ${groups}
          from ${ranked(reach)} join users u on u.directory_id = d.directory_id
          where ${fieldMatches(column, value, true)} and ${isVisible(reach, rank)}
          order by d.rank, u.created_at, u.id
          limit 1`.execute(scope),
      );
      return rows[0] && toUser(rows[0]);
    },

    /** A page of the visible users that match, ordered by user name. */
    async listUsers(reach: Reach, filter: UserFilter, page: Page): Promise<StoredUser[]> {
      const conditions = conditionsOf(filter);
      if (!conditions || page.max === 0) return [];
      // Each directory gives its first ones in the order of its index on user names.
      const candidates = (limit: number) => sql`
        select candidate.* from ${ranked(reach)} cross join lateral (
          select u.directory_id, u.id, u.user_name_key, u.email_key, d.rank from users u
          where u.directory_id = d.directory_id
            and ${sql.join([isUnreserved(reach), ...conditions], sql` and `)}
          order by u.user_name_key limit ${limit}
        ) as candidate
        order by candidate.user_name_key, candidate.id limit ${limit}`;
      return readIn(pool, reach.enabled, (scope) => readPage(scope, reach, page, candidates));
    },

    /** How many users {@link listUsers} has with this filter. */
    async countUsers(reach: Reach, filter: UserFilter): Promise<number> {
      const conditions = conditionsOf(filter);
      if (!conditions) return 0;
      const matches = sql.join([isUnreserved(reach), ...conditions], sql` and `);
      const matching = sql`from ${ranked(reach)} join users u on u.directory_id = d.directory_id where ${matches}`;
      const count =
        reach.enabled.length < 2
          ? sql<{ count: number }>`select count(*) as count ${matching}`
          : sql<{ count: number }>`
              with matching as materialized (select u.directory_id, u.id, u.user_name_key, u.email_key, d.rank ${matching})
              select (select count(*) from matching)
                - (select count(*) from (${shadowedAmong(reach, 'matching')}) as shadowed) as count`;
      const { rows } = await readIn(pool, reach.enabled, (scope) => count.execute(scope));
      return rows[0]?.count ?? 0;
    },

    /** A page of the group's visible direct members, ordered by user name. */
    async listMembers(reach: Reach, group: { directoryId: string; id: string }, page: Page): Promise<StoredUser[]> {
      if (page.max === 0) return [];
      const candidates = (limit: number) => sql`
        select u.directory_id, u.id, u.user_name_key, u.email_key, d.rank
        from ${ranked(reach)}
        join group_members m on m.directory_id = d.directory_id
        join users u on u.directory_id = m.directory_id and u.id = m.user_id
        where d.directory_id = ${group.directoryId} and m.group_id = ${group.id} and ${isUnreserved(reach)}
        order by u.user_name_key, u.id limit ${limit}`;
      return readIn(pool, reach.enabled, (scope) => readPage(scope, reach, page, candidates));
    },

    /** The next users of one directory by id, visible or not: ids never change, so a page misses nobody. */
    async scanUsers(
      reach: Reach,
      directoryId: string,
      afterId: string | undefined,
      limit: number,
    ): Promise<ResolvedUser[]> {
      const ownRank = sql<number>`array_position(${reach.enabled}::uuid[], u.directory_id)`;
      const { rows } = await readIn(pool, reach.attached, (scope) =>
        sql<UserRow & { visible: boolean }>`
          select ${columns}, ${groups}, ${isVisible(reach, ownRank)} as visible
          from users u
          where u.directory_id = ${directoryId} and u.id > ${afterId ?? beforeAllIds}
          order by u.id limit ${limit}`.execute(scope),
      );
      return rows.map((row) => ({ ...toUser(row), visible: row.visible }));
    },

    /** The next user ids of one directory. */
    async scanUserIds(directoryId: string, afterId: string | undefined, limit: number): Promise<string[]> {
      const rows = await readIn(pool, [directoryId], (scope) =>
        scope
          .selectFrom('users')
          .select('id')
          .where('directory_id', '=', directoryId)
          .where('id', '>', afterId ?? beforeAllIds)
          .orderBy('id')
          .limit(limit)
          .execute(),
      );
      return rows.map((row) => row.id);
    },
  };
}
