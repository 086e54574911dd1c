// The SQL that finds groups for Keycloak. Every statement runs in a scope of the federation's directories and names them.
import { sql } from 'kysely';
import type { Pool } from 'pg';
import { readIn } from '../../platform/db/scope.ts';
import { isStorable } from '../../platform/db/storable.ts';
import { containing } from '../search.ts';
import { beforeAllIds, type StoredGroup } from '../stored.ts';
import type { Page } from './users.ts';

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
