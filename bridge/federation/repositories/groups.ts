// The SQL that finds groups for Keycloak. Every statement runs in a scope of the federation's directories and names them.
import { sql } from 'kysely';
import type { Pool } from 'pg';
import { readIn } from '../../platform/db/scope.ts';
import { isStorable } from '../../platform/db/storable.ts';
import type { NestedEdge } from '../groups/nesting.ts';
import { beforeAllIds, type StoredGroup } from '../stored.ts';
import { containing } from '../users/search.ts';
import type { Page } from './users.ts';

/** More memberships of groups in groups than this aren't followed. */
const maxEdges = 20_000;

interface GroupRow {
  directory_id: string;
  id: string;
  display_name: string;
}

const toGroup = (row: GroupRow): StoredGroup => ({ directoryId: row.directory_id, id: row.id, name: row.display_name });
const groupColumns = ['directory_id', 'id', 'display_name'] as const;

export interface GroupFilter {
  search?: string | undefined;
  /** Whether the name must be equal to `search`; otherwise it must contain it. */
  exact?: boolean | undefined;
}

function nameMatches({ search = '', exact = false }: GroupFilter) {
  if (exact) return sql<boolean>`g.display_name_key = ${search.toLowerCase()}`;
  return search === '' ? sql<boolean>`true` : sql<boolean>`g.display_name_key like ${containing(search)}`;
}

export function createGroupQueries(pool: Pool) {
  return {
    /** The groups with these ids in `directoryIds`; those that don't exist are left out. */
    async readGroups(directoryIds: readonly string[], ids: readonly string[]): Promise<StoredGroup[]> {
      if (ids.length === 0) return [];
      const { rows } = await readIn(pool, directoryIds, (scope) =>
        sql<GroupRow>`
          select g.directory_id, g.id, g.display_name from groups g
          where g.directory_id = any(${directoryIds}::uuid[]) and g.id = any(${ids}::uuid[])`.execute(scope),
      );
      return rows.map(toGroup);
    },

    async findGroup(directoryId: string, name: string): Promise<StoredGroup | undefined> {
      if (!isStorable(name)) return undefined;
      const row = await readIn(pool, [directoryId], (scope) =>
        scope
          .selectFrom('groups')
          .select(groupColumns)
          .where('directory_id', '=', directoryId)
          .where('display_name_key', '=', name.toLowerCase())
          .executeTakeFirst(),
      );
      return row && toGroup(row);
    },

    /** A page of the groups that match, ordered by name. */
    async listGroups(directoryIds: readonly string[], filter: GroupFilter, page: Page): Promise<StoredGroup[]> {
      if (!isStorable(filter.search ?? '')) return [];
      const { rows } = await readIn(pool, directoryIds, (scope) =>
        sql<GroupRow>`
          select g.directory_id, g.id, g.display_name from groups g
          where g.directory_id = any(${directoryIds}::uuid[]) and ${nameMatches(filter)}
          order by g.display_name_key, g.id limit ${page.max} offset ${page.first}`.execute(scope),
      );
      return rows.map(toGroup);
    },

    /** How many groups {@link listGroups} has with this filter. */
    async countGroups(directoryIds: readonly string[], filter: GroupFilter): Promise<number> {
      if (!isStorable(filter.search ?? '')) return 0;
      const { rows } = await readIn(pool, directoryIds, (scope) =>
        sql<{ count: number }>`
          select count(*) as count from groups g
          where g.directory_id = any(${directoryIds}::uuid[]) and ${nameMatches(filter)}`.execute(scope),
      );
      return rows[0]?.count ?? 0;
    },

    /**
     * Who is in whom among the groups that contain these, however indirectly. Past a number of nested groups that no
     * organization has, nobody is in anybody: half of the picture would put groups now here, now there.
     */
    async readNesting(directoryId: string, ids: readonly string[]): Promise<NestedEdge[]> {
      if (ids.length === 0) return [];
      const { rows } = await readIn(pool, [directoryId], (scope) =>
        sql<NestedEdge>`
          with recursive up (child, parent) as (
            select m.child_group_id, m.group_id from group_members m
            where m.directory_id = ${directoryId} and m.child_group_id = any(${ids}::uuid[])
            union
            select m.child_group_id, m.group_id from up
            join group_members m on m.directory_id = ${directoryId} and m.child_group_id = up.parent
          )
          select up.child, up.parent, g.display_name as "parentName"
          from (select * from up limit ${maxEdges + 1}) as up
          join groups g on g.directory_id = ${directoryId} and g.id = up.parent`.execute(scope),
      );
      return rows.length > maxEdges ? [] : rows;
    },

    /** Those of `ids` that are groups of the directory, and every group in them, however indirectly. */
    async listNestedIds(directoryId: string, ids: readonly string[]): Promise<{ root: string; id: string }[]> {
      if (ids.length === 0) return [];
      const { rows } = await readIn(pool, [directoryId], (scope) =>
        sql<{ root: string; id: string }>`
          with recursive down (root, id) as (
            select g.id, g.id from groups g where g.directory_id = ${directoryId} and g.id = any(${ids}::uuid[])
            union
            select down.root, m.child_group_id from down
            join group_members m on m.directory_id = ${directoryId} and m.group_id = down.id
            where m.child_group_id is not null
          )
          select root, id from down limit ${maxEdges}`.execute(scope),
      );
      return rows;
    },

    /** The next groups of one directory by id. */
    async scanGroups(directoryId: string, afterId: string | undefined, limit: number): Promise<StoredGroup[]> {
      const rows = await readIn(pool, [directoryId], (scope) =>
        scope
          .selectFrom('groups')
          .select(groupColumns)
          .where('directory_id', '=', directoryId)
          .where('id', '>', afterId ?? beforeAllIds)
          .orderBy('id')
          .limit(limit)
          .execute(),
      );
      return rows.map(toGroup);
    },
  };
}
