// What every use case of undo plans needs: the plan itself, whether its directory can be undone, and the audit log.
import type { Directory } from '../../directories/contracts.ts';
import { changesBetween } from '../../events/audit/changes.ts';
import { recordDirectoryChanges } from '../../events/audit/repository.ts';
import type { Scope } from '../../platform/db/scope.ts';
import { ApiError } from '../../platform/http/api-error.ts';
import { isUuid } from '../../platform/ids.ts';
import type { UndoPlan, UndoPlanStatus } from './contracts.ts';
import { countItems } from './items-repository.ts';
import { findPlan, type StoredPlan } from './plans-repository.ts';

/** @throws ApiError undo_plan_absent */
export async function requirePlan(
  scope: Scope,
  { id, slug }: Directory,
  planId: string,
  options: { lock?: boolean } = {},
): Promise<StoredPlan> {
  const plan = isUuid(planId) ? await findPlan(scope, id, planId, options) : undefined;
  if (!plan) throw new ApiError('undo_plan_absent', `Directory "${slug}" has no such undo plan.`);
  return plan;
}

/** @throws ApiError directory_absent, conflict */
export function requireUndoable(state: Pick<Directory, 'kind' | 'moving'> | undefined, { slug }: Directory): void {
  if (!state) throw new ApiError('directory_absent', `There is no directory "${slug}".`);
  if (state.kind === 'ldap') {
    throw new ApiError(
      'conflict',
      `Directory "${slug}" is read from LDAP: whatever were undone here, the next reading would do again. Undo it in the LDAP server.`,
    );
  }
  if (state.moving) {
    throw new ApiError(
      'conflict',
      `Directory "${slug}" moves to another identity provider; finish or undo that first.`,
    );
  }
}

/** Tells the audit log what was done, as the last thing in its transaction. */
export async function recordAct(
  scope: Scope,
  directory: Directory,
  { id, actors, from, to }: UndoPlan,
  act: 'planned' | 'started' | 'finished' | 'discarded',
  now: Date,
  result: object = {},
): Promise<void> {
  const window = { plan: id, actors: [...actors], from: from.toISOString(), to: to.toISOString() };
  const changes = changesBetween({}, { ...window, ...result });
  await recordDirectoryChanges(scope, directory, [{ type: `directory.undo_${act}`, changes }], now);
}

export const shownPlan = ({
  startPosition: _start,
  scannedPosition: _scanned,
  endPosition: _end,
  ...plan
}: StoredPlan): UndoPlan => plan;

export async function statusOf(scope: Scope, directory: Directory, planId: string): Promise<UndoPlanStatus> {
  const plan = await requirePlan(scope, directory, planId);
  return { ...shownPlan(plan), counts: await countItems(scope, directory.id, planId) };
}
