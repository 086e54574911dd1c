// The statements that read one group as it is shown. Its members come as JSON text, a thousand a row and a few rows a
// statement: a group may have a hundred thousand of them, and nobody on the way to the client needs to look into them.
import type { Statement } from '../../platform/db/statement.ts';
import type { UserRow } from '../users/users-repository.ts';

/** Columns as of users. */
export function groupById(directoryId: string, id: string): Statement<UserRow> {
  return {
    text: 'select id, resource, version, created_at, last_modified_at from groups where directory_id = $1 and id = $2',
    values: [directoryId, id],
  };
}

const perRow = 1_000;
/** How many members one statement reads. */
const perPage = 10 * perRow;

export interface MembersRow {
  /** Members as SCIM shows them (see membersAttribute), joined by commas. */
  members: string;
  count: number;
  /** The `value` of the last one. */
  last: string;
}

/** Which members are shown. */
export interface ShownMembers {
  /** After this one, by their `value`. */
  after?: string;
  /** Not those whom the guard keeps in the group: for whoever has asked to take them out. */
  withoutHeld?: boolean;
}

/** Of the members `table`, those whom the guard does not keep. */
export const notHeld = (table: 'm' | 'group_members'): string => `not exists (select from guard_held as h
  where h.directory_id = ${table}.directory_id and h.group_id = ${table}.group_id and h.user_id = ${table}.user_id)`;

/** No row when there are no members to be shown. */
export function membersText(
  directoryId: string,
  groupId: string,
  baseUrl: string,
  { after = '', withoutHeld = false }: ShownMembers = {},
): Statement<MembersRow> {
  return {
    text: `select string_agg(member, ',' order by n) as members, count(*) as count, max(member_id) as last from (
        select m.member_id, json_strip_nulls(json_build_object(
            'value', m.member_id,
            '$ref', case when m.user_id is not null then $3 || '/Users/' || m.member_id
              when m.child_group_id is not null then $3 || '/Groups/' || m.member_id end,
            'type', case when m.user_id is not null then 'User' when m.child_group_id is not null then 'Group' end,
            'display', coalesce(u.display_name, g.display_name, m.display)))::text as member,
          row_number() over (order by m.member_id) - 1 as n
        from (select * from group_members where directory_id = $1 and group_id = $2 and member_id > $4
            ${withoutHeld ? `and ${notHeld('group_members')}` : ''} order by member_id limit ${perPage}) as m
          left join users as u on u.directory_id = m.directory_id and u.id = m.user_id
          left join groups as g on g.directory_id = m.directory_id and g.id = m.child_group_id
      ) as shown group by n / ${perRow} order by n / ${perRow}`,
    values: [directoryId, groupId, baseUrl, after],
  };
}

/** After which member the next statement begins; undefined after the last one. */
export function nextMembers(rows: readonly MembersRow[]): string | undefined {
  const count = rows.reduce((sum, row) => sum + row.count, 0);
  return count < perPage ? undefined : rows.at(-1)?.last;
}
