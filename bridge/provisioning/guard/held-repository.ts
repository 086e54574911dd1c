// The SQL of what the guard holds. Whoever changes a row of it has locked the user or the group before.
import { sql } from 'kysely';
import type { Pool } from 'pg';
import type { Actor } from '../../events/contracts.ts';
import { readIn, type Scope } from '../../platform/db/scope.ts';
import { newId } from '../../platform/ids.ts';
import type { Held, HeldOperation, HeldSelection, ListedHeld } from './contracts.ts';

/** What is to be held of one request. */
export interface NewHeld {
  operation: HeldOperation;
  userIds: readonly string[];
  groupId?: string;
}

/** Rows of one statement. */
const rowsAtOnce = 5_000;

/** What is held already stays as it is. Answers how many are new. */
export async function insertHeld(
  scope: Scope,
  directoryId: string,
  { operation, userIds, groupId }: NewHeld,
  actor: Actor,
  now: Date,
): Promise<number> {
  const subjects: readonly (string | null)[] = operation === 'delete_group' ? [null] : userIds;
  let count = 0;
  for (let start = 0; start < subjects.length; start += rowsAtOnce) {
    const users = subjects.slice(start, start + rowsAtOnce);
    const result = await sql`
      insert into guard_held (directory_id, id, operation, user_id, group_id, actor, request_id, held_at)
      select ${directoryId}::uuid, held.id, ${operation}, held.user_id, ${groupId ?? null}::uuid, ${actor.name},
        ${actor.requestId ?? null}, ${now}::timestamptz
      from unnest(${users.map(() => newId())}::uuid[], ${users}::uuid[]) as held (id, user_id)
      order by held.user_id
      on conflict do nothing`.execute(scope);
    count += Number(result.numAffectedRows ?? 0n);
  }
  return count;
}

/** What the identity provider takes back by itself. Answers whom it concerned. */
export async function cancelHeld(
  scope: Scope,
  directoryId: string,
  { operation, userIds, groupId }: NewHeld,
): Promise<(string | null)[]> {
  const rows = await scope
    .deleteFrom('guard_held')
    .where('directory_id', '=', directoryId)
    .where('operation', '=', operation)
    .$if(operation !== 'delete_group', (query) =>
      query.where('user_id', '=', sql<string>`any(${[...userIds]}::uuid[])`),
    )
    .$if(groupId !== undefined, (query) => query.where('group_id', '=', groupId ?? null))
    .returning('user_id')
    .execute();
  return rows.map((row) => row.user_id);
}

export async function isAnythingHeld(
  scope: Scope,
  directoryId: string,
  operations: readonly HeldOperation[],
): Promise<boolean> {
  const { rows } = await sql`select 1 from guard_held
    where directory_id = ${directoryId} and operation = any(${[...operations]}::text[]) and state = 'held' limit 1`.execute(
    scope,
  );
  return rows.length > 0;
}

/** Whether anything is held, or was released and is not done yet. */
export async function isAnythingUndone(scope: Scope, directoryId: string): Promise<boolean> {
  const { rows } = await sql`select 1 from guard_held where directory_id = ${directoryId} limit 1`.execute(scope);
  return rows.length > 0;
}

/** Of the users, those whose leaving the group is held. */
export async function listHeldMembers(
  scope: Scope,
  directoryId: string,
  groupId: string,
  userIds: readonly string[],
): Promise<Set<string>> {
  // Each on its own, and by the user: `is true` keeps the condition from the index by group, which leads through everyone held in it.
  const { rows } = await sql<{ user_id: string }>`
    select asked.user_id from unnest(${[...userIds]}::uuid[]) as asked(user_id) cross join lateral (
      select from guard_held h where h.directory_id = ${directoryId} and h.user_id = asked.user_id
        and h.operation = 'remove_member' and (h.group_id = ${groupId}) is true limit 1) held`.execute(scope);
  return new Set(rows.map((row) => row.user_id));
}

/** The user of this name whose deletion is held; the same rule for groups. An externalId that differs is somebody else's. */
export async function findToTakeOver(
  scope: Scope,
  directoryId: string,
  kind: 'User' | 'Group',
  key: string,
  externalId: string | null,
): Promise<string | undefined> {
  const same = sql`(external_id is not distinct from ${externalId} or external_id is null or ${externalId}::text is null)`;
  const { rows } =
    kind === 'User'
      ? await sql<{ id: string }>`
          select id from users where directory_id = ${directoryId} and user_name_key = ${key} and ${same}
            and exists (select from guard_held h where h.directory_id = users.directory_id and h.user_id = users.id
              and h.operation = 'delete')`.execute(scope)
      : await sql<{ id: string }>`
          select id from groups where directory_id = ${directoryId} and display_name_key = ${key} and ${same}
            and exists (select from guard_held h where h.directory_id = groups.directory_id and h.group_id = groups.id
              and h.operation = 'delete_group')`.execute(scope);
  return rows[0]?.id;
}

export async function countHeld(
  scope: Scope,
  directoryId: string,
): Promise<{ operation: HeldOperation; state: Held['state']; count: number }[]> {
  return scope
    .selectFrom('guard_held')
    .select(['operation', 'state'])
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('directory_id', '=', directoryId)
    .groupBy(['operation', 'state'])
    .execute();
}

/** Directories that are read by one statement. */
const directoriesAtOnce = 500;

/** What waits for a decision in any of the directories, or is released and not done yet, where something does or is. */
export async function countAllHeld(
  pool: Pool,
  directoryIds: readonly string[],
): Promise<{ directoryId: string; operation: HeldOperation; count: number }[]> {
  const counted: { directoryId: string; operation: HeldOperation; count: number }[] = [];
  for (let start = 0; start < directoryIds.length; start += directoriesAtOnce) {
    const ids = directoryIds.slice(start, start + directoriesAtOnce);
    const { rows } = await readIn(pool, ids, (scope) =>
      sql<(typeof counted)[number]>`
        select directory_id as "directoryId", operation, count(*) as count from guard_held
        where directory_id = any(${ids}::uuid[]) group by 1, 2`.execute(scope),
    );
    counted.push(...rows);
  }
  return counted;
}

/** In the order in which they came. */
export async function listHeld(
  scope: Scope,
  directoryId: string,
  page: { after?: string; ids?: readonly string[]; limit: number },
): Promise<ListedHeld[]> {
  const { rows } = await sql<ListedHeld>`
    select h.id, h.operation, h.user_id as "userId", h.group_id as "groupId", h.state, h.actor, h.request_id as "requestId",
      h.held_at as "heldAt", u.user_name as "userName", g.display_name as "groupName",
      case when h.operation = 'delete_group' then (select count(*) from group_members m
        where m.directory_id = h.directory_id and m.group_id = h.group_id and m.user_id is not null) end as members
    from guard_held h
      left join users u on u.directory_id = h.directory_id and u.id = h.user_id
      left join groups g on g.directory_id = h.directory_id and g.id = h.group_id
    where h.directory_id = ${directoryId} and (${page.after ?? null}::uuid is null or h.id > ${page.after ?? null}::uuid)
      and (${page.ids ? [...page.ids] : null}::uuid[] is null or h.id = any(${page.ids ? [...page.ids] : null}::uuid[]))
    order by h.id limit ${page.limit}`.execute(scope);
  return rows;
}

const selected = ({ ids, until }: HeldSelection) => sql<boolean>`
  (${ids ? [...ids] : null}::uuid[] is null or id = any(${ids ? [...ids] : null}::uuid[]))
  and (${until ?? null}::timestamptz is null or held_at <= ${until ?? null}::timestamptz)`;

type CountByOperation = Partial<Record<HeldOperation, number>>;

async function counted(
  scope: Scope,
  changed: ReturnType<typeof sql<{ operation: HeldOperation; count: number }>>,
): Promise<CountByOperation> {
  const { rows } = await changed.execute(scope);
  return Object.fromEntries(rows.map(({ operation, count }) => [operation, count]));
}

/** Decides that they are to be done; who does it goes by the state. Answers how many of each kind. */
export const markReleased = (scope: Scope, directoryId: string, selection: HeldSelection): Promise<CountByOperation> =>
  counted(
    scope,
    sql`with changed as (update guard_held set state = 'released'
        where directory_id = ${directoryId} and state = 'held' and ${selected(selection)} returning operation)
      select operation, count(*) as count from changed group by operation`,
  );

/** Also what was released and is not done yet. */
export const dropHeld = (scope: Scope, directoryId: string, selection: HeldSelection): Promise<CountByOperation> =>
  counted(
    scope,
    sql`with changed as (delete from guard_held
        where directory_id = ${directoryId} and ${selected(selection)} returning operation)
      select operation, count(*) as count from changed group by operation`,
  );

/** Some of what was released, of the same kind as the oldest. */
export async function listReleased(
  scope: Scope,
  directoryId: string,
  limits: Readonly<Record<HeldOperation, number>>,
): Promise<Held[]> {
  const first = await scope
    .selectFrom('guard_held')
    .select('operation')
    .where('directory_id', '=', directoryId)
    .where('state', '=', 'released')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  if (!first) return [];
  const rows = await scope
    .selectFrom('guard_held')
    .selectAll()
    .where('directory_id', '=', directoryId)
    .where('state', '=', 'released')
    .where('operation', '=', first.operation)
    .orderBy('id')
    .limit(limits[first.operation])
    .execute();
  return rows.map((row) => ({
    id: row.id,
    operation: row.operation,
    userId: row.user_id,
    groupId: row.group_id,
    state: row.state,
    actor: row.actor,
    requestId: row.request_id,
    heldAt: row.held_at,
  }));
}

/** Takes what is about to be done; of the ids, those that are still there. */
export async function takeReleased(scope: Scope, directoryId: string, ids: readonly string[]): Promise<Set<string>> {
  const rows = await scope
    .deleteFrom('guard_held')
    .where('directory_id', '=', directoryId)
    .where('state', '=', 'released')
    .where('id', '=', sql<string>`any(${[...ids]}::uuid[])`)
    .returning('id')
    .execute();
  return new Set(rows.map((row) => row.id));
}

/** Forgets all that is held and was counted: the directory goes back to how it was before. */
export async function forgetHeld(scope: Scope, directoryId: string): Promise<void> {
  for (const table of ['guard_held', 'guard_changes', 'guard_windows'] as const) {
    await scope.deleteFrom(table).where('directory_id', '=', directoryId).execute();
  }
}
