// The SQL of making an undo plan: what was done in the window, and what became of it since.
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { LoggedEvent } from '../../events/contracts.ts';
import { type LoggedRow, loggedColumns, toLoggedEvent } from '../../events/repository.ts';
import type { Scope } from '../../platform/db/scope.ts';
import type { LaterChange } from './contracts.ts';
import type { Cell, PlannedItem } from './planner.ts';
import { allowLongStatements, type StoredPlan } from './plans-repository.ts';

export interface NumberedEvent extends LoggedEvent {
  /** Rises along the events of one resource. */
  number: number;
}

type NumberedRow = LoggedRow & { number: number };

const columns = sql.join([sql`e.id as number`, ...loggedColumns.map((column) => sql.ref(`e.${column}`))]);

const numbered = (directoryId: string, rows: readonly NumberedRow[]): NumberedEvent[] =>
  rows.map((row) => ({ ...toLoggedEvent(directoryId, row), number: row.number }));

/** As isActorOf() says it. */
const isTheirs = ({ actors }: Pick<StoredPlan, 'actors'>): RawBuilder<SqlBool> =>
  sql<SqlBool>`exists (select from unnest(${[...actors]}::text[]) as named (actor) where e.actor = named.actor
    or (right(named.actor, 2) = '/*' and starts_with(e.actor, left(named.actor, -1))))`;

const isOfResource = sql<SqlBool>`(e.type like 'user.%' or e.type like 'group.%' or e.type like 'resource.%')`;

/** Notes the resources that they changed in a part of the window, and answers the number of their changes there: each member counts. */
export async function noteFound(
  scope: Scope,
  directoryId: string,
  plan: StoredPlan,
  { after, through }: { after: number; through: number },
): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    with theirs as (
      select e.resource_id, e.resource_type, coalesce(jsonb_array_length(e.data->'members'), 1) as changes from events e
      where e.directory_id = ${directoryId} and e.position > ${after} and e.position <= ${through}
        and e.created_at >= ${plan.from} and e.created_at < ${plan.to} and ${isOfResource} and ${isTheirs(plan)}),
    noted as (
      insert into undo_items (directory_id, plan_id, resource_id, member_id, resource_type, state)
      select distinct on (resource_id) ${directoryId}::uuid, ${plan.id}::uuid, resource_id, '', resource_type, 'found' from theirs
      on conflict (directory_id, plan_id, resource_id, member_id) do nothing)
    select coalesce(sum(changes), 0)::bigint as count from theirs`.execute(scope);
  return rows[0]?.count ?? 0;
}

/** Who has changed resources in the window: of its latest events only. */
export async function listActors(scope: Scope, directoryId: string, plan: StoredPlan): Promise<string[]> {
  const { rows } = await sql<{ actor: string }>`
    select actor from (
      select e.actor from events e
      where e.directory_id = ${directoryId} and e.position > ${plan.startPosition} and e.position <= ${plan.endPosition}
        and e.created_at >= ${plan.from} and e.created_at < ${plan.to} and ${isOfResource}
      order by e.position desc limit 100000) as latest
    group by actor order by count(*) desc limit 10`.execute(scope);
  return rows.map(({ actor }) => actor);
}

/** Some of the resources that are still to be looked at: either groups or others. */
export async function listFound(
  scope: Scope,
  directoryId: string,
  planId: string,
  { groups, limit }: { groups: boolean; limit: number },
): Promise<{ id: string; type: string }[]> {
  // In no order: to sort all that is left would take longer than to look at the next ones.
  const ofKind = groups ? sql`resource_type = 'Group'` : sql`resource_type <> 'Group'`;
  const { rows } = await sql<{ id: string; type: string }>`
    select resource_id as id, resource_type as type from undo_items
    where directory_id = ${directoryId} and plan_id = ${planId} and state = 'found' and member_id = '' and ${ofKind}
    limit ${limit}`.execute(scope);
  return rows;
}

/** The first events of each of the resources, from where the plan begins to look. */
export async function listFirstEvents(
  scope: Scope,
  directoryId: string,
  { startPosition }: StoredPlan,
  ids: readonly string[],
  limit: number,
): Promise<NumberedEvent[]> {
  const { rows } = await sql<NumberedRow>`
    select ${columns} from unnest(${[...ids]}::uuid[]) as wanted (id) cross join lateral (
      select * from events where directory_id = ${directoryId} and resource_id = wanted.id and position > ${startPosition}
      order by id limit ${limit}) as e`.execute(scope);
  return numbered(directoryId, rows);
}

export async function listNextEvents(
  scope: Scope,
  directoryId: string,
  { startPosition }: StoredPlan,
  resourceId: string,
  after: number,
  limit: number,
): Promise<NumberedEvent[]> {
  const { rows } = await sql<NumberedRow>`
    select ${columns} from events e where e.directory_id = ${directoryId} and e.resource_id = ${resourceId}
      and e.id > ${after} and e.position > ${startPosition} order by e.id limit ${limit}`.execute(scope);
  return numbered(directoryId, rows);
}

/** What is to be written of a resource that was looked at. */
export interface PlannedResource {
  id: string;
  item: PlannedItem;
  nameKey: string | null;
  lastEvent: number;
  version: number | null;
}

export async function savePlanned(
  scope: Scope,
  directoryId: string,
  planId: string,
  planned: readonly PlannedResource[],
): Promise<void> {
  if (planned.length === 0) return;
  const rows = planned.map(({ id, item, nameKey, lastEvent, version }) => ({
    id,
    action: item.action,
    state: item.state,
    reason: item.reason ?? null,
    since: item.since ?? null,
    changes: item.changes,
    lost: item.lost,
    name_key: nameKey,
    last_event: lastEvent,
    version,
  }));
  await sql`update undo_items i set action = p.action, state = p.state, reason = p.reason, since = p.since, changes = p.changes,
      lost = array(select jsonb_array_elements_text(p.lost)), name_key = p.name_key, last_event = p.last_event, version = p.version
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as p (id uuid, action text, state text, reason text, since jsonb,
      changes jsonb, lost jsonb, name_key text, last_event bigint, version bigint)
    where i.directory_id = ${directoryId} and i.plan_id = ${planId} and i.resource_id = p.id and i.member_id = ''`.execute(
    scope,
  );
}

/** Takes resources off the plan of which there is nothing to undo. */
export async function dropFound(
  scope: Scope,
  directoryId: string,
  planId: string,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  await sql`delete from undo_items where directory_id = ${directoryId} and plan_id = ${planId}
    and resource_id = any(${[...ids]}::uuid[]) and member_id = ''`.execute(scope);
}

export type MemberCells = Map<string, Cell<boolean>>;

interface CellRow {
  member_id: string;
  now_there: boolean;
  former_there: boolean;
  since: LaterChange | null;
}

/** What the events so far have come to for these members of a group. */
export async function readMemberCells(
  scope: Scope,
  directoryId: string,
  planId: string,
  groupId: string,
  memberIds: readonly string[],
): Promise<MemberCells> {
  const { rows } = await sql<CellRow>`
    select member_id, now_there, former_there, since from undo_items
    where directory_id = ${directoryId} and plan_id = ${planId} and resource_id = ${groupId}
      and member_id = any(${[...memberIds]}::text[]) and member_id <> ''`.execute(scope);
  return new Map(
    rows.map((row) => [row.member_id, { now: row.now_there, former: row.former_there, since: row.since }]),
  );
}

export async function saveMemberCells(
  scope: Scope,
  directoryId: string,
  planId: string,
  groupId: string,
  cells: MemberCells,
): Promise<void> {
  if (cells.size === 0) return;
  const rows = [...cells].map(([member, { now, former, since }]) => ({ member, now, former, since }));
  await sql`insert into undo_items (directory_id, plan_id, resource_id, member_id, resource_type, state, now_there, former_there, since)
    select ${directoryId}::uuid, ${planId}::uuid, ${groupId}::uuid, member, 'Group', 'found', now, former, since
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as cell (member text, now boolean, former boolean, since jsonb)
    on conflict (directory_id, plan_id, resource_id, member_id) do update
      set now_there = excluded.now_there, former_there = excluded.former_there, since = excluded.since`.execute(scope);
}

/** Makes items of what events have come to for a group's members. */
export async function settleMembers(scope: Scope, directoryId: string, planId: string, groupId: string): Promise<void> {
  await allowLongStatements(scope);
  const ofGroup = sql`directory_id = ${directoryId} and plan_id = ${planId} and resource_id = ${groupId} and member_id <> ''`;
  await sql`delete from undo_items where ${ofGroup} and now_there = former_there`.execute(scope);
  await sql`update undo_items set action = case when former_there then 'add_member' else 'remove_member' end,
      state = case when since is null then 'ready' else 'conflict' end,
      reason = case when since is null then null else 'changed_since' end
    where ${ofGroup}`.execute(scope);
}
