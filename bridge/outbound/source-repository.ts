// The SQL that reads the store for a target: users and groups as they are, and which of them the target is to have.
import { sql } from 'kysely';
import type { Pool } from 'pg';
import { readIn, type Scope } from '../platform/db/scope.ts';
import { isUuid } from '../platform/ids.ts';
import { isJsonObject, type JsonObject, own } from '../scim/json.ts';
import type { ResourceKind, Target } from './contracts.ts';
import type { Source } from './desired.ts';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

interface Row {
  id: string;
  version: number;
  resource: Record<string, unknown>;
  active: boolean;
}

function managerOf(resource: JsonObject): string | undefined {
  const extension = own(resource, enterprise);
  const manager = isJsonObject(extension) ? own(extension, 'manager') : undefined;
  const value = isJsonObject(manager) ? own(manager, 'value') : undefined;
  return typeof value === 'string' && isUuid(value) ? value : undefined;
}

async function remoteIds(
  scope: Scope,
  { directoryId, id }: Target,
  ids: readonly string[],
): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await scope
    .selectFrom('outbound_resources')
    .select(['source_id', 'remote_id'])
    .where('directory_id', '=', directoryId)
    .where('target_id', '=', id)
    .where('source_id', '=', sql<string>`any(${[...ids]}::uuid[])`)
    .where('remote_id', 'is not', null)
    .execute();
  return new Map(rows.flatMap((row) => (row.remote_id === null ? [] : [[row.source_id, row.remote_id]])));
}

/** Those of `ids` that are in a group that is chosen, or below one, or (`orItself`) are one. */
async function belowChosen(
  scope: Scope,
  target: Target,
  ids: readonly string[],
  orItself: boolean,
): Promise<Set<string>> {
  const { directoryId, settings } = target;
  const names = settings.groups;
  const chosen =
    names === null ? sql`true` : sql`(g.id::text = any(${names}::text[]) or g.display_name = any(${names}::text[]))`;
  const { rows } = await sql<{ id: string }>`
    with recursive up (member_id, group_id) as (
      select m.member_id, m.group_id from group_members m
      where m.directory_id = ${directoryId} and m.member_id = any(${ids}::text[])
      union select u.member_id, m.group_id from up u
        join group_members m on m.directory_id = ${directoryId} and m.member_id = u.group_id::text
    )
    select distinct u.member_id as id from up u
      join groups g on g.directory_id = ${directoryId} and g.id = u.group_id where ${chosen}
    union select g.id::text from groups g
      where g.directory_id = ${directoryId} and g.id = any(${ids}::uuid[]) and ${orItself} and ${chosen}`.execute(
    scope,
  );
  return new Set(rows.map(({ id }) => id));
}

async function chosenGroups(scope: Scope, target: Target, ids: readonly string[]): Promise<Set<string>> {
  const { directoryId, settings } = target;
  const names = settings.groups ?? [];
  const { rows } = await sql<{ id: string }>`
    select id from groups where directory_id = ${directoryId} and id = any(${ids}::uuid[])
      and (${settings.groups === null} or id::text = any(${names}::text[]) or display_name = any(${names}::text[]))`.execute(
    scope,
  );
  return new Set(rows.map(({ id }) => id));
}

export interface ScopeFeatures {
  groups: boolean;
  nestedGroups: boolean;
}

async function wanted(
  scope: Scope,
  target: Target,
  type: ResourceKind,
  ids: readonly string[],
  features: ScopeFeatures,
): Promise<ReadonlySet<string>> {
  if (type === 'User') {
    return target.settings.users === 'all' ? new Set(ids) : belowChosen(scope, target, ids, false);
  }
  if (!features.groups) return new Set();
  if (target.settings.groups === null || !features.nestedGroups) return chosenGroups(scope, target, ids);
  // Without them the chosen ones would lack members.
  return belowChosen(scope, target, ids, true);
}

export function createSourceRepository(pool: Pool) {
  return {
    /** Those of the ids that there are and that the target is to have. */
    async readSources(
      target: Target,
      type: ResourceKind,
      ids: readonly string[],
      features: ScopeFeatures,
    ): Promise<Map<string, Source>> {
      if (ids.length === 0) return new Map();
      return readIn(pool, [target.directoryId], async (scope) => {
        const inScope = [...(await wanted(scope, target, type, ids, features))];
        const { rows } =
          type === 'User'
            ? await sql<Row>`select id, version, resource, active from users
                where directory_id = ${target.directoryId} and id = any(${inScope}::uuid[])`.execute(scope)
            : await sql<Row>`select id, version, resource, true as active from groups
                where directory_id = ${target.directoryId} and id = any(${inScope}::uuid[])`.execute(scope);
        // The column holds what provisioning wrote: a canonical SCIM resource.
        const found = rows.map((row) => ({ ...row, resource: row.resource as JsonObject }));
        const managers = found.flatMap(({ resource }) => managerOf(resource) ?? []);
        const known = await remoteIds(scope, target, managers);
        return new Map(
          found.map((row): [string, Source] => [
            row.id,
            { ...row, type, managerRemoteId: known.get(managerOf(row.resource) ?? '') ?? null },
          ]),
        );
      });
    },

    /** Of all that is there, and of all that the target once had: in the order of their ids. */
    async listIds({ directoryId, id }: Target, type: ResourceKind): Promise<string[]> {
      const table = sql.table(type === 'User' ? 'users' : 'groups');
      const { rows } = await readIn(pool, [directoryId], (scope) =>
        sql<{ id: string }>`
          select id from ${table} where directory_id = ${directoryId}
          union select source_id from outbound_resources
            where directory_id = ${directoryId} and target_id = ${id} and resource_type = ${type}
          order by 1`.execute(scope),
      );
      return rows.map((row) => row.id);
    },
  };
}

export type SourceRepository = ReturnType<typeof createSourceRepository>;
