// The SQL of group members at a target: as rows, by the ids that the target knows, so that a group of any size is compared
// in the database and changed in parts.
import { sql } from 'kysely';
import type { Pool } from 'pg';
import { readIn, writeIn } from '../platform/db/scope.ts';
import type { Target } from './contracts.ts';

export interface MemberChanges {
  add: string[];
  remove: string[];
}

/** Members of a group that is shown beside those that it is to have. */
export interface MembersCompared {
  add: number;
  remove: number;
  /** Of those to add: who had been put there before. */
  lost: number;
  /** Of those to remove: whom somebody else has put there. */
  foreign: number;
  /** Who is shown and not known to be there, or the other way round. */
  unnoted: number;
}

const rowsAtOnce = 10_000;

/** The members that a group is to have at the target: those that the target has at all. Nested groups are `flattened`. */
const wantedMembers = ({ directoryId, id }: Target, groupId: string, flattened: boolean) => sql`
  with recursive down (group_id) as (
    select ${groupId}::uuid
    union select m.child_group_id from down d
      join group_members m on m.directory_id = ${directoryId} and m.group_id = d.group_id
      where ${flattened} and m.child_group_id is not null
  ), wanted as (
    select distinct r.remote_id from down d
      join group_members m on m.directory_id = ${directoryId} and m.group_id = d.group_id
      join outbound_resources r on r.directory_id = ${directoryId} and r.target_id = ${id} 
        and r.source_id = coalesce(m.user_id, m.child_group_id)
    where r.remote_id is not null and not r.retired and (m.user_id is not null or not ${flattened})
  )`;

export function createMembersRepository(pool: Pool) {
  return {
    /** The next `limit` differences to what the target is known to have. */
    async nextChanges(
      target: Target,
      groupId: string,
      { flattened, limit }: { flattened: boolean; limit: number },
    ): Promise<MemberChanges> {
      const { directoryId, id } = target;
      const { rows } = await readIn(pool, [directoryId], (scope) =>
        sql<{ remote_id: string; is_wanted: boolean }>`
          ${wantedMembers(target, groupId, flattened)}, had as (
            select remote_id from outbound_members
            where directory_id = ${directoryId} and target_id = ${id} and group_id = ${groupId}
          )
          select coalesce(w.remote_id, h.remote_id) as remote_id, w.remote_id is not null as is_wanted
          from wanted w full join had h on h.remote_id = w.remote_id
          where w.remote_id is null or h.remote_id is null limit ${limit}`.execute(scope),
      );
      return {
        add: rows.filter((row) => row.is_wanted).map((row) => row.remote_id),
        remove: rows.filter((row) => !row.is_wanted).map((row) => row.remote_id),
      };
    },

    /** `shown` undefined: the target shows none, and is believed to have what was pushed. */
    async compareMembers(
      target: Target,
      groupId: string,
      { flattened, shown }: { flattened: boolean; shown: readonly string[] | undefined },
    ): Promise<MembersCompared> {
      const { directoryId, id } = target;
      const { rows } = await readIn(pool, [directoryId], (scope) =>
        sql<MembersCompared>`
          ${wantedMembers(target, groupId, flattened)}, known as (
            select remote_id from outbound_members
            where directory_id = ${directoryId} and target_id = ${id} and group_id = ${groupId}
          ), present as (
            select unnest(${shown ?? []}::text[]) as remote_id
            union select remote_id from known where ${shown === undefined}
          ), named as (
            select remote_id, bool_or(part = 'w') as wanted, bool_or(part = 'k') as known, bool_or(part = 'p') as present
            from (select 'w' as part, remote_id from wanted union all select 'k', remote_id from known
              union all select 'p', remote_id from present) parts group by remote_id
          )
          select (count(*) filter (where wanted and not present))::int as add,
            (count(*) filter (where present and not wanted))::int as remove,
            (count(*) filter (where wanted and known and not present))::int as lost,
            (count(*) filter (where present and not wanted and not known))::int as foreign,
            (count(*) filter (where known <> present))::int as unnoted from named`.execute(scope),
      );
      return rows[0] ?? { add: 0, remove: 0, lost: 0, foreign: 0, unnoted: 0 };
    },

    async listWanted(target: Target, groupId: string, flattened: boolean): Promise<string[]> {
      const { rows } = await readIn(pool, [target.directoryId], (scope) =>
        sql<{ remote_id: string }>`
          ${wantedMembers(target, groupId, flattened)} select remote_id from wanted order by 1`.execute(scope),
      );
      return rows.map((row) => row.remote_id);
    },

    /** The target has taken a change. */
    async noteChanges({ directoryId, id }: Target, groupId: string, { add, remove }: MemberChanges): Promise<void> {
      await writeIn(pool, directoryId, async (scope) => {
        await sql`insert into outbound_members (directory_id, target_id, group_id, remote_id)
          select ${directoryId}, ${id}, ${groupId}, m from unnest(${add}::text[]) as m
          on conflict do nothing`.execute(scope);
        await sql`delete from outbound_members where directory_id = ${directoryId} and target_id = ${id}
          and group_id = ${groupId} and remote_id = any(${remove}::text[])`.execute(scope);
      });
    },

    /** The target was found to have exactly these. */
    async replaceKnown({ directoryId, id }: Target, groupId: string, members: readonly string[]): Promise<void> {
      await writeIn(pool, directoryId, async (scope) => {
        await sql`delete from outbound_members where directory_id = ${directoryId} and target_id = ${id}
          and group_id = ${groupId}`.execute(scope);
        for (let start = 0; start < members.length; start += rowsAtOnce) {
          await sql`insert into outbound_members (directory_id, target_id, group_id, remote_id)
            select ${directoryId}, ${id}, ${groupId}, m from unnest(${members.slice(start, start + rowsAtOnce)}::text[]) as m
            on conflict do nothing`.execute(scope);
        }
      });
    },
  };
}

export type MembersRepository = ReturnType<typeof createMembersRepository>;
