// The SQL that completes an undo plan once each resource was looked at by itself: names that are taken, members that don't
// come back, groups that go with their members. All of it can be run again.
import { sql } from 'kysely';
import type { Scope } from '../../platform/db/scope.ts';
import { allowLongStatements } from './plans-repository.ts';

/** Groups that a user or group is in, `i` being the item that deletes it, although the plan does not take it out of them. */
const inGroups = sql`exists (select from group_members m
  where m.directory_id = i.directory_id and m.member_id = i.resource_id::text
    and not exists (select from undo_items out where out.directory_id = i.directory_id and out.plan_id = i.plan_id
      and out.resource_id = m.group_id and (
        (out.member_id = m.member_id and out.action = 'remove_member' and out.state in ('ready', 'done'))
        or (out.member_id = '' and out.action = 'delete' and out.state in ('ready', 'done')))))`;

/** Whether others have put the user or group that an item deletes into groups. */
export async function isInOtherGroups(
  scope: Scope,
  directoryId: string,
  planId: string,
  resourceId: string,
): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`select ${inGroups} as found from undo_items i
    where i.directory_id = ${directoryId} and i.plan_id = ${planId} and i.resource_id = ${resourceId} and i.member_id = ''`.execute(
    scope,
  );
  return rows[0]?.found === true;
}

/** Whether something frees the name: its bearer goes, or is renamed. */
const isFreed = sql`exists (select from undo_items f where f.directory_id = i.directory_id and f.plan_id = i.plan_id
  and f.resource_id = bearer.id and f.member_id = '' and f.state = 'ready'
  and (f.action = 'delete' or (f.name_key is not null and f.name_key <> i.name_key)))`;

async function reviewNames(scope: Scope, directoryId: string, planId: string, kind: 'User' | 'Group'): Promise<void> {
  const table = sql.table(kind === 'User' ? 'users' : 'groups');
  const key = sql.ref(kind === 'User' ? 'bearer.user_name_key' : 'bearer.display_name_key');
  const attribute = kind === 'User' ? 'userName' : 'displayName';
  const taken = sql`bearer.directory_id = i.directory_id and ${key} = i.name_key and bearer.id <> i.resource_id
    and i.directory_id = ${directoryId} and i.plan_id = ${planId} and i.member_id = '' and i.resource_type = ${kind}
    and i.state in ('ready', 'conflict') and not ${isFreed}`;
  await sql`update undo_items i set state = 'conflict', reason = 'name_taken', since = jsonb_build_object('by', bearer.id)
    from ${table} bearer where i.action = 'restore' and ${taken}`.execute(scope);
  const hasOthers = sql`exists (select from jsonb_each(i.changes) as one (name, change)
    where one.name <> ${attribute} and not one.change ? 'since')`;
  await sql`update undo_items i set
      changes = jsonb_set(i.changes, array[${attribute}, 'takenBy'], to_jsonb(bearer.id::text)),
      state = case when ${hasOthers} then i.state else 'conflict' end,
      reason = case when ${hasOthers} then i.reason else 'name_taken' end,
      since = case when ${hasOthers} then i.since else jsonb_build_object('by', bearer.id) end
    from ${table} bearer
    where i.action = 'update' and ${taken}`.execute(scope);
}

/** Other values of members were sent by somebody who knew no ids. */
const isResourceId = sql`i.member_id ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'`;

/** What can only be said when all of the plan is known. */
export async function reviewPlan(scope: Scope, directoryId: string, planId: string): Promise<void> {
  await allowLongStatements(scope);
  const ofPlan = sql`i.directory_id = ${directoryId} and i.plan_id = ${planId}`;
  // Members go with their group.
  await sql`delete from undo_items i using undo_items g where ${ofPlan} and i.member_id <> '' and g.directory_id = i.directory_id
    and g.plan_id = i.plan_id and g.resource_id = i.resource_id and g.member_id = '' and g.action = 'delete'`.execute(
    scope,
  );
  await sql`update undo_items i set state = 'conflict', reason = 'in_groups'
    where ${ofPlan} and i.member_id = '' and i.action = 'delete' and i.state = 'ready' and ${inGroups}`.execute(scope);
  await reviewNames(scope, directoryId, planId, 'User');
  await reviewNames(scope, directoryId, planId, 'Group');
  const isComingBack = (id: 'i.resource_id' | 'member') =>
    sql`exists (select from undo_items b where b.directory_id = i.directory_id and b.plan_id = i.plan_id and b.member_id = ''
      and b.resource_id = ${id === 'member' ? sql`i.member_id::uuid` : sql.ref(id)} and b.action = 'restore' and b.state = 'ready')`;
  await sql`update undo_items i set state = 'impossible', reason = 'group_gone' where ${ofPlan} and i.member_id <> ''
    and not exists (select from groups g where g.directory_id = i.directory_id and g.id = i.resource_id)
    and not ${isComingBack('i.resource_id')}`.execute(scope);
  await sql`update undo_items i set state = 'impossible', reason = 'member_gone'
    where ${ofPlan} and i.action = 'add_member' and i.state <> 'impossible' and ${isResourceId} and case when ${isResourceId} then
      not exists (select from users u where u.directory_id = i.directory_id and u.id = i.member_id::uuid)
      and not exists (select from groups g where g.directory_id = i.directory_id and g.id = i.member_id::uuid)
      and not ${isComingBack('member')} else false end`.execute(scope);
  await nameItems(scope, directoryId, planId);
}

async function nameItems(scope: Scope, directoryId: string, planId: string): Promise<void> {
  const named = sql`i.directory_id = ${directoryId} and i.plan_id = ${planId} and i.member_id = ''`;
  await sql`update undo_items i set name = u.user_name from users u
    where ${named} and i.resource_type = 'User' and u.directory_id = i.directory_id and u.id = i.resource_id`.execute(
    scope,
  );
  await sql`update undo_items i set name = g.display_name from groups g
    where ${named} and i.resource_type = 'Group' and g.directory_id = i.directory_id and g.id = i.resource_id`.execute(
    scope,
  );
  await sql`update undo_items i set name = i.changes #>> array[
      case i.resource_type when 'User' then 'userName' else 'displayName' end, 'to']
    where ${named} and i.name is null and i.action = 'restore'`.execute(scope);
}
