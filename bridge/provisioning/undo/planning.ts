// Making a plan in small steps, each of which can be the last one of this process: first the window is searched for what they
// changed, then each resource is looked at with all that happened to it since, then what is only seen from all of it.
import type { EventType } from '../../events/contracts.ts';
import type { Scope } from '../../platform/db/scope.ts';
import { foldCase } from '../../scim/filter/typed.ts';
import { isActorOf } from './actors.ts';
import {
  emptyFold,
  foldCell,
  foldEvent,
  memberChanges,
  type PastEvent,
  type PlannedItem,
  planResource,
  type ResourceFold,
} from './planner.ts';
import {
  dropFound,
  listFirstEvents,
  listFound,
  listNextEvents,
  type MemberCells,
  type NumberedEvent,
  noteFound,
  type PlannedResource,
  readMemberCells,
  saveMemberCells,
  savePlanned,
  settleMembers,
} from './planning-repository.ts';
import { type StoredPlan, updatePlan } from './plans-repository.ts';

/** Positions of the log searched by one statement. */
const searchedAtOnce = 10_000;
const resourcesAtOnce = 200;
/** Most resources have fewer events than this; the others are read on by themselves. */
const firstEvents = 20;
const nextEvents = 500;
/** Members whose changes are held in memory at once. */
const membersAtOnce = 5_000;

const passedOver: readonly EventType[] = ['user.adopted', 'group.adopted'];

/** All that is remembered of a resource while its events are read. */
interface Reading {
  fold: ResourceFold;
  lastEvent: number;
  version: number | null;
}

function isTheirs({ actors, from, to }: StoredPlan, { actor, createdAt }: NumberedEvent): boolean {
  return createdAt >= from && createdAt < to && isActorOf(actors, actor.name);
}

const pastEvent = (plan: StoredPlan, event: NumberedEvent): PastEvent => ({
  type: event.type,
  data: event.data,
  isTheirs: isTheirs(plan, event),
  by: event.actor.name,
  at: event.createdAt,
});

function read(plan: StoredPlan, before: Reading, events: readonly NumberedEvent[]): Reading {
  let reading = before;
  for (const event of events) {
    const isRead = !passedOver.includes(event.type);
    reading = {
      fold: isRead ? foldEvent(reading.fold, pastEvent(plan, event)) : reading.fold,
      lastEvent: event.number,
      version: event.resourceVersion ?? reading.version,
    };
  }
  return reading;
}

/** The name that a user or group gets back. */
function nameKeyOf(type: string, { action, changes }: PlannedItem): string | null {
  const attribute = type === 'User' ? 'userName' : type === 'Group' ? 'displayName' : undefined;
  const name = attribute === undefined || action === 'delete' ? undefined : changes[attribute]?.to;
  return typeof name === 'string' ? foldCase(name) : null;
}

function planned(type: string, id: string, { fold, lastEvent, version }: Reading): PlannedResource | undefined {
  const item = planResource(type, fold);
  return item && { id, item, nameKey: nameKeyOf(type, item), lastEvent, version };
}

/** Takes the changes of a group's members in, as many at once as may be held. */
async function readMembers(
  scope: Scope,
  directoryId: string,
  plan: StoredPlan,
  groupId: string,
  events: readonly NumberedEvent[],
): Promise<void> {
  let held: NumberedEvent[] = [];
  let count = 0;
  const fold = async () => {
    const members = held.flatMap((event) => memberChanges(event).map(([member]) => member));
    const cells = await readMemberCells(scope, directoryId, plan.id, groupId, [...new Set(members)]);
    const changed: MemberCells = new Map();
    for (const event of held) {
      for (const [member, isThere] of memberChanges(event)) {
        const cell = foldCell(cells.get(member), !isThere, isThere, pastEvent(plan, event));
        if (!cell) continue;
        cells.set(member, cell);
        changed.set(member, cell);
      }
    }
    await saveMemberCells(scope, directoryId, plan.id, groupId, changed);
    [held, count] = [[], 0];
  };
  for (const event of events) {
    const size = memberChanges(event).length;
    if (size === 0) continue;
    if (count + size > membersAtOnce) await fold();
    held.push(event);
    count += size;
  }
  if (count > 0) await fold();
}

async function planOne(
  scope: Scope,
  directoryId: string,
  plan: StoredPlan,
  { id, type }: { id: string; type: string },
): Promise<PlannedResource | undefined> {
  let reading: Reading = { fold: emptyFold, lastEvent: 0, version: null };
  for (;;) {
    const events = await listNextEvents(scope, directoryId, plan, id, reading.lastEvent, nextEvents);
    reading = read(plan, reading, events);
    if (type === 'Group') await readMembers(scope, directoryId, plan, id, events);
    if (events.length < nextEvents) break;
  }
  if (type === 'Group') await settleMembers(scope, directoryId, plan.id, id);
  return planned(type, id, reading);
}

async function planSome(
  scope: Scope,
  directoryId: string,
  plan: StoredPlan,
  found: readonly { id: string; type: string }[],
): Promise<void> {
  const ids = found.map(({ id }) => id);
  const first = await listFirstEvents(scope, directoryId, plan, ids, firstEvents);
  const byResource = Map.groupBy(first, ({ resourceId }) => resourceId);
  const items: PlannedResource[] = [];
  for (const { id, type } of found) {
    const events = byResource.get(id) ?? [];
    const item =
      events.length < firstEvents
        ? planned(type, id, read(plan, { fold: emptyFold, lastEvent: 0, version: null }, events))
        : await planOne(scope, directoryId, plan, { id, type });
    if (item) items.push(item);
  }
  await savePlanned(scope, directoryId, plan.id, items);
  const kept = new Set(items.map(({ id }) => id));
  const dropped = ids.filter((id) => !kept.has(id));
  await dropFound(scope, directoryId, plan.id, dropped);
}

/** How far a plan has come with a step: the planner's statistics are worth renewing between two kinds of them. */
export type PlanningStep = 'searched' | 'looked' | 'complete';

/** Does a part of the planning; `complete` when nothing is left but the review. The plan is the transaction's alone. */
export async function planNext(scope: Scope, directoryId: string, plan: StoredPlan): Promise<PlanningStep> {
  if (plan.scannedPosition < plan.endPosition) {
    const through = Math.min(plan.scannedPosition + searchedAtOnce, plan.endPosition);
    const found = await noteFound(scope, directoryId, plan, { after: plan.scannedPosition, through });
    await updatePlan(scope, directoryId, plan.id, { scannedPosition: through, changes: plan.changes + found });
    return 'searched';
  }
  const others = await listFound(scope, directoryId, plan.id, { groups: false, limit: resourcesAtOnce });
  if (others.length > 0) {
    await planSome(scope, directoryId, plan, others);
    return 'looked';
  }
  // A group by itself, since each may have very many changes.
  const [group] = await listFound(scope, directoryId, plan.id, { groups: true, limit: 1 });
  if (!group) return 'complete';
  const item = await planOne(scope, directoryId, plan, group);
  if (item) await savePlanned(scope, directoryId, plan.id, [item]);
  else await dropFound(scope, directoryId, plan.id, [group.id]);
  return 'looked';
}
