// The SQL of a plan's items: listing and counting them, and what becomes of them when the plan is applied.
import { sql } from 'kysely';
import type { Scope } from '../../platform/db/scope.ts';
import {
  type AttributeUndos,
  type LaterChange,
  type Overwriting,
  type UndoAction,
  type UndoCounts,
  type UndoItem,
  type UndoItemState,
  type UndoReason,
  undoActions,
  undoItemStates,
} from './contracts.ts';

interface ItemRow {
  resource_id: string;
  member_id: string;
  resource_type: string;
  resource_name: string | null;
  member_name: string | null;
  action: UndoAction;
  state: UndoItemState;
  reason: UndoReason | null;
  since: Partial<LaterChange> | null;
  changes: AttributeUndos;
  lost: string[];
  overwrite: boolean;
  problem: string | null;
}

const memberSeparator = '/';

export const itemId = (resourceId: string, memberId: string): string =>
  memberId === '' ? resourceId : `${resourceId}${memberSeparator}${memberId}`;

/** The resource and, after a slash, the member. Both are empty for what can't be an item. */
export function itemKey(id: string): { resourceId: string; memberId: string } {
  const end = id.indexOf(memberSeparator);
  return end < 0 ? { resourceId: id, memberId: '' } : { resourceId: id.slice(0, end), memberId: id.slice(end + 1) };
}

const toItem = (row: ItemRow): UndoItem => ({
  id: itemId(row.resource_id, row.member_id),
  resource: { type: row.resource_type, id: row.resource_id, name: row.resource_name },
  member: row.member_id === '' ? null : { id: row.member_id, name: row.member_name },
  action: row.action,
  state: row.state,
  reason: row.reason,
  by: row.since?.by ?? null,
  at: row.since?.at === undefined ? null : new Date(row.since.at),
  overwrite: row.overwrite,
  changes: row.changes,
  lost: row.lost,
  problem: row.problem,
});

export interface ItemsPage {
  states?: readonly UndoItemState[];
  after?: { resourceId: string; memberId: string };
  limit: number;
}

/** By resource, each before its members. */
export async function listItems(
  scope: Scope,
  directoryId: string,
  planId: string,
  { states, after, limit }: ItemsPage,
): Promise<UndoItem[]> {
  const ofStates = states ? sql`and i.state = any(${[...states]}::text[])` : sql`and i.state <> 'found'`;
  const from = after
    ? sql`and (i.resource_id, i.member_id) > (${after.resourceId}::uuid, ${after.memberId}::text collate "C")`
    : sql``;
  const { rows } = await sql<ItemRow>`
    select i.*, coalesce(i.name, of_group.display_name, r.name) as resource_name,
      coalesce(u.user_name, g.display_name, m.name) as member_name
    from (select i.*, case when i.member_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then i.member_id::uuid end as as_id
        from undo_items i where i.directory_id = ${directoryId} and i.plan_id = ${planId} ${ofStates} ${from}
        order by i.resource_id, i.member_id limit ${limit}) as i
      left join groups of_group on i.member_id <> '' and of_group.directory_id = ${directoryId} and of_group.id = i.resource_id
      left join undo_items r on i.member_id <> '' and r.directory_id = ${directoryId} and r.plan_id = ${planId}
        and r.resource_id = i.resource_id and r.member_id = ''
      left join users u on u.directory_id = ${directoryId} and u.id = i.as_id
      left join groups g on g.directory_id = ${directoryId} and g.id = i.as_id
      left join undo_items m on m.directory_id = ${directoryId} and m.plan_id = ${planId} and m.resource_id = i.as_id
        and m.member_id = ''
    order by i.resource_id, i.member_id`.execute(scope);
  return rows.map(toItem);
}

const hasConflict = sql`jsonb_path_exists(changes, '$.* ? (exists (@.since) || exists (@.takenBy))')`;

export async function countItems(scope: Scope, directoryId: string, planId: string): Promise<UndoCounts> {
  const { rows } = await sql<{
    state: UndoItemState | 'found';
    action: UndoAction | null;
    count: number;
    conflicts: number;
  }>`
    select state, action, count(*) as count,
      count(*) filter (where member_id = '' and state in ('ready', 'done') and not overwrite and ${hasConflict}) as conflicts
    from undo_items where directory_id = ${directoryId} and plan_id = ${planId} group by state, action`.execute(scope);
  const sum = (matching: (row: (typeof rows)[number]) => boolean): number =>
    rows.filter(matching).reduce((total, { count }) => total + count, 0);
  const byState = undoItemStates.map((state) => [state, sum((row) => row.state === state)]);
  const byAction = undoActions.map((action) => [
    action,
    sum((row) => row.action === action && (row.state === 'ready' || row.state === 'done')),
  ]);
  return {
    unplanned: sum(({ state }) => state === 'found'),
    byState: Object.fromEntries(byState),
    byAction: Object.fromEntries(byAction),
    partialConflicts: rows.reduce((total, { conflicts }) => total + conflicts, 0),
  };
}

/** Lets items overwrite what others did; answers the ids of those of which that can't be said. */
export async function overwriteItems(
  scope: Scope,
  directoryId: string,
  planId: string,
  overwriting: Overwriting,
): Promise<string[]> {
  const keys = overwriting === 'all' ? [] : overwriting.map(itemKey);
  const chosen =
    overwriting === 'all'
      ? sql``
      : sql`and (resource_id::text, member_id) in (select * from unnest(
          ${keys.map(({ resourceId }) => resourceId.toLowerCase())}::text[], ${keys.map(({ memberId }) => memberId)}::text[]))`;
  const { rows } = await sql<{ resource_id: string; member_id: string }>`
    update undo_items set overwrite = true, state = 'ready'
    where directory_id = ${directoryId} and plan_id = ${planId} ${chosen}
      and (state = 'conflict' or (state = 'ready' and ${hasConflict})) returning resource_id, member_id`.execute(scope);
  if (overwriting === 'all') return [];
  const known = new Set(rows.map((row) => itemId(row.resource_id, row.member_id)));
  return overwriting.filter((id) => {
    const { resourceId, memberId } = itemKey(id);
    return !known.has(itemId(resourceId.toLowerCase(), memberId));
  });
}

/** An item that is to be done, as the plan has it. */
export interface ReadyItem {
  resourceId: string;
  type: string;
  action: UndoAction;
  changes: AttributeUndos;
  nameKey: string | null;
  lastEvent: number;
  version: number;
  overwrite: boolean;
}

interface ReadyRow {
  resource_id: string;
  resource_type: string;
  action: UndoAction;
  changes: AttributeUndos;
  name_key: string | null;
  last_event: number | null;
  version: number | null;
  overwrite: boolean;
}

const readyColumns = sql`resource_id, resource_type, action, changes, name_key, last_event, version, overwrite`;

const toReady = (row: ReadyRow): ReadyItem => ({
  resourceId: row.resource_id,
  type: row.resource_type,
  action: row.action,
  changes: row.changes,
  nameKey: row.name_key,
  lastEvent: row.last_event ?? 0,
  version: row.version ?? 1,
  overwrite: row.overwrite,
});

export type ResourceKind = 'User' | 'Group' | 'declared';

const ofKind = (kind: ResourceKind) =>
  kind === 'declared' ? sql`resource_type not in ('User', 'Group')` : sql`resource_type = ${kind}`;

/** Some of the resources to delete, or to make again and to set back; in no order, as that would be made anew each time. */
export async function listReady(
  scope: Scope,
  directoryId: string,
  planId: string,
  which: { kind: ResourceKind; deletes: boolean; limit: number },
): Promise<ReadyItem[]> {
  const actions = which.deletes ? ['delete'] : ['restore', 'update', 'activate', 'deactivate'];
  const { rows } = await sql<ReadyRow>`select ${readyColumns} from undo_items
    where directory_id = ${directoryId} and plan_id = ${planId} and state = 'ready' and member_id = ''
      and action = any(${actions}::text[]) and ${ofKind(which.kind)} limit ${which.limit}`.execute(scope);
  return rows.map(toReady);
}

/** Items of these resources that rename them. */
export async function listRenames(
  scope: Scope,
  directoryId: string,
  planId: string,
  resourceIds: readonly string[],
): Promise<ReadyItem[]> {
  if (resourceIds.length === 0) return [];
  const { rows } = await sql<ReadyRow>`select ${readyColumns} from undo_items
    where directory_id = ${directoryId} and plan_id = ${planId} and state = 'ready' and member_id = ''
      and action = 'update' and name_key is not null and resource_id = any(${[...resourceIds]}::uuid[])`.execute(scope);
  return rows.map(toReady);
}

/** The next group whose members are to come back or go, and so many of them. */
export async function listReadyMembers(
  scope: Scope,
  directoryId: string,
  planId: string,
  limit: number,
): Promise<{ groupId: string; members: { id: string; isAdded: boolean }[] } | undefined> {
  const { rows } = await sql<{ resource_id: string; member_id: string; action: UndoAction }>`
    with one as (select resource_id from undo_items where directory_id = ${directoryId} and plan_id = ${planId}
      and state = 'ready' and action in ('add_member', 'remove_member') limit 1)
    select i.resource_id, i.member_id, i.action from undo_items i
    where i.directory_id = ${directoryId} and i.plan_id = ${planId} and i.resource_id = (select resource_id from one)
      and i.state = 'ready' and i.member_id <> '' limit ${limit}`.execute(scope);
  const [first] = rows;
  return (
    first && {
      groupId: first.resource_id,
      members: rows.map(({ member_id: id, action }) => ({ id, isAdded: action === 'add_member' })),
    }
  );
}

/** What became of an item. */
export interface Outcome {
  resourceId: string;
  memberId?: string;
  state: 'done' | 'refused';
  reason?: UndoReason;
  problem?: string;
}

export async function saveOutcomes(
  scope: Scope,
  directoryId: string,
  planId: string,
  outcomes: readonly Outcome[],
): Promise<void> {
  if (outcomes.length === 0) return;
  const rows = outcomes.map(({ resourceId, memberId = '', state, reason = null, problem = null }) => ({
    resource: resourceId,
    member: memberId,
    state,
    reason,
    problem,
  }));
  await sql`update undo_items i set state = o.state, reason = coalesce(o.reason, i.reason), problem = o.problem
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as o (resource uuid, member text, state text, reason text, problem text)
    where i.directory_id = ${directoryId} and i.plan_id = ${planId} and i.resource_id = o.resource
      and i.member_id = o.member`.execute(scope);
}
