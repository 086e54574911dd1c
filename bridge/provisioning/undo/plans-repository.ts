// The SQL of undo plans themselves; their items are in items-repository.ts.
import { type Selectable, sql } from 'kysely';
import type { UndoPlansTable } from '../../platform/db/database.ts';
import type { Scope } from '../../platform/db/scope.ts';
import type { UndoPlan, UndoPlanState } from './contracts.ts';

/** A plan with the part of the log that it is about. */
export interface StoredPlan extends UndoPlan {
  /** Events after this one are looked at. */
  startPosition: number;
  /** So far the window was searched. */
  scannedPosition: number;
  endPosition: number;
}

const toPlan = (row: Selectable<UndoPlansTable>): StoredPlan => ({
  id: row.id,
  state: row.state,
  actors: row.actors,
  from: row.from_time,
  to: row.to_time,
  changes: row.changes,
  createdBy: row.created_by,
  createdAt: row.created_at,
  appliedAt: row.applied_at,
  startPosition: row.start_position,
  scannedPosition: row.scanned_position,
  endPosition: row.end_position,
});

export async function insertPlan(scope: Scope, directoryId: string, plan: StoredPlan): Promise<void> {
  await scope
    .insertInto('undo_plans')
    .values({
      directory_id: directoryId,
      id: plan.id,
      state: plan.state,
      actors: [...plan.actors],
      from_time: plan.from,
      to_time: plan.to,
      start_position: plan.startPosition,
      scanned_position: plan.scannedPosition,
      end_position: plan.endPosition,
      changes: plan.changes,
      created_by: plan.createdBy,
      created_at: plan.createdAt,
      applied_at: plan.appliedAt,
    })
    .execute();
}

/** `lock`: whoever works on the plan does so one after the other. */
export async function findPlan(
  scope: Scope,
  directoryId: string,
  id: string,
  options: { lock?: boolean } = {},
): Promise<StoredPlan | undefined> {
  const row = await scope
    .selectFrom('undo_plans')
    .selectAll()
    .where('directory_id', '=', directoryId)
    .where('id', '=', id)
    .$if(options.lock === true, (query) => query.forUpdate())
    .executeTakeFirst();
  return row && toPlan(row);
}

/** The latest first. */
export async function listPlans(scope: Scope, directoryId: string): Promise<StoredPlan[]> {
  const rows = await scope
    .selectFrom('undo_plans')
    .selectAll()
    .where('directory_id', '=', directoryId)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .execute();
  return rows.map(toPlan);
}

export async function updatePlan(
  scope: Scope,
  directoryId: string,
  id: string,
  change: { state?: UndoPlanState; scannedPosition?: number; changes?: number; appliedAt?: Date },
): Promise<void> {
  const { state, scannedPosition, changes, appliedAt } = change;
  await scope
    .updateTable('undo_plans')
    .set({
      ...(state && { state }),
      ...(scannedPosition !== undefined && { scanned_position: scannedPosition }),
      ...(changes !== undefined && { changes }),
      ...(appliedAt && { applied_at: appliedAt }),
    })
    .where('directory_id', '=', directoryId)
    .where('id', '=', id)
    .execute();
}

/** A plan may have very many items. */
export async function allowLongStatements(scope: Scope): Promise<void> {
  await sql`set local statement_timeout = 0`.execute(scope);
}

export async function deletePlan(scope: Scope, directoryId: string, id: string): Promise<void> {
  await allowLongStatements(scope);
  await scope.deleteFrom('undo_plans').where('directory_id', '=', directoryId).where('id', '=', id).execute();
}

/**
 * Counts anew what the items are. Until they are analysed, PostgreSQL takes a plan of very many for one of a few, and compares
 * each with each. Only an owner may; others get a warning.
 */
export async function analyseItems(scope: Scope): Promise<void> {
  await sql`analyze undo_items`.execute(scope);
}

/** Of what nobody looks at any more. */
export async function deletePlansBefore(scope: Scope, directoryId: string, time: Date): Promise<void> {
  await allowLongStatements(scope);
  await scope.deleteFrom('undo_plans').where('directory_id', '=', directoryId).where('created_at', '<', time).execute();
}

/** The directory as it must stay until the commit: pushed to, and not on its way to another identity provider. */
export async function holdDirectory(
  scope: Scope,
  directoryId: string,
): Promise<{ kind: 'scim' | 'ldap'; moving: boolean } | undefined> {
  return scope
    .selectFrom('directories')
    .select(['kind', 'moving'])
    .where('id', '=', directoryId)
    .forShare()
    .executeTakeFirst();
}

/** Tokens by their names or first characters, as the actors of events. */
export async function listTokenActors(scope: Scope, directoryId: string, name: string): Promise<string[]> {
  const rows = await scope
    .selectFrom('directory_tokens')
    .select('prefix')
    .where('directory_id', '=', directoryId)
    .where((eb) => eb.or([eb('name', '=', name), eb('prefix', '=', name)]))
    .execute();
  return rows.map(({ prefix }) => `token:${prefix}`);
}
