// The SQL of applying an undo plan: whether things are as the plan saw them, and who bears which name.
import { sql } from 'kysely';
import type { Scope } from '../../platform/db/scope.ts';

/** Whether anybody has changed the resource since the plan saw it, but the plan itself. */
export async function isChangedSince(
  scope: Scope,
  directoryId: string,
  planId: string,
  { resourceId, lastEvent }: { resourceId: string; lastEvent: number },
): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`select exists (select from events
    where directory_id = ${directoryId} and resource_id = ${resourceId} and id > ${lastEvent}
      and data->>'undoPlan' is distinct from ${planId}) as found`.execute(scope);
  return rows[0]?.found === true;
}

type Named = 'User' | 'Group';

const nameColumn = (kind: Named) => sql.ref(kind === 'User' ? 'user_name_key' : 'display_name_key');
const tableOf = (kind: Named) => sql.table(kind === 'User' ? 'users' : 'groups');

/** Ids of those who bear the names now, by name. */
export async function listBearers(
  scope: Scope,
  directoryId: string,
  kind: Named,
  nameKeys: readonly string[],
): Promise<Map<string, string>> {
  if (nameKeys.length === 0) return new Map();
  const { rows } = await sql<{ id: string; key: string }>`select id, ${nameColumn(kind)} as key from ${tableOf(kind)}
    where directory_id = ${directoryId} and ${nameColumn(kind)} = any(${[...nameKeys]}::text[])`.execute(scope);
  return new Map(rows.map(({ id, key }) => [key, id]));
}

/** Takes their names from those who get others before the commit. */
export async function freeNames(scope: Scope, directoryId: string, kind: Named, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await sql`update ${tableOf(kind)} set ${nameColumn(kind)} = ':' || id
    where directory_id = ${directoryId} and id = any(${[...ids]}::uuid[])`.execute(scope);
}

/** When each of the resources was made, as far as the log knows. */
export async function listCreationTimes(
  scope: Scope,
  directoryId: string,
  ids: readonly string[],
): Promise<Map<string, Date>> {
  const { rows } = await sql<{ id: string; at: Date }>`
    select w.id, e.created_at as at from unnest(${[...ids]}::uuid[]) as w (id) cross join lateral (
      select type, created_at from events where directory_id = ${directoryId} and resource_id = w.id order by id limit 1) as e
    where e.type in ('user.created', 'group.created', 'resource.created')`.execute(scope);
  return new Map(rows.map(({ id, at }) => [id, at]));
}

/** Those of the values that are users or groups of the directory. */
export async function listKnownMembers(
  scope: Scope,
  directoryId: string,
  ids: readonly string[],
): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select id from users where directory_id = ${directoryId} and id = any(${[...ids]}::uuid[])
    union all select id from groups where directory_id = ${directoryId} and id = any(${[...ids]}::uuid[])`.execute(
    scope,
  );
  return new Set(rows.map(({ id }) => id));
}
