// The operator's use cases of undoing what somebody did in a window: a plan is made, looked at, and applied or discarded.
import type { Directory } from '../../directories/contracts.ts';
import { presentActor } from '../../events/actor.ts';
import { ApiError } from '../../platform/http/api-error.ts';
import { isUuid } from '../../platform/ids.ts';
import type { TypeCatalogue } from '../schemas/catalogue.ts';
import { ScimFailure } from '../scim-failure.ts';
import { guardWrite } from '../write-guard-repository.ts';
import { applyNext } from './applying.ts';
import {
  maxNamedItems,
  type Overwriting,
  type UndoItem,
  type UndoItemState,
  type UndoPlan,
  type UndoPlanStatus,
} from './contracts.ts';
import { type Applying, ItemRefused } from './item-writing.ts';
import { countItems, itemKey, listItems, overwriteItems, saveOutcomes } from './items-repository.ts';
import { recordAct, requirePlan, requireUndoable, shownPlan, statusOf } from './plan-access.ts';
import { type Budget, createPlanMaker, type PlanMakerDeps, type UndoRequest } from './plan-making.ts';
import * as plans from './plans-repository.ts';

export interface UndoServiceDeps extends PlanMakerDeps {
  requireDirectory: (slug: string) => Promise<Directory>;
  catalogue: TypeCatalogue;
  /** Told the directory's id after each commit that wrote events. */
  onChange: (directoryId: string) => void;
}

const resourcesAtOnce = 200;
/** After one was refused, so that not so many are done again. */
const resourcesAfterRefusal = 10;
const maxPage = 1_000;

/** Each method throws ApiError: `directory_absent`, `undo_plan_absent`, `conflict` or `invalid_request`. */
export function createUndoService(deps: UndoServiceDeps) {
  const { transactions, requireDirectory, catalogue, clock, onChange } = deps;
  const maker = createPlanMaker(deps);

  /** A plan that is complete is an event of the directory. */
  async function told(directory: Directory, planning: Promise<UndoPlanStatus>): Promise<UndoPlanStatus> {
    const plan = await planning;
    if (plan.state !== 'planning') onChange(directory.id);
    return plan;
  }

  /** One transaction of applying; answers whether there may be more. */
  async function applySome(directory: Directory, planId: string, limit: number): Promise<boolean> {
    const { id } = directory;
    const types = await catalogue.typesOf(directory);
    return transactions.write(id, async (scope) => {
      requireUndoable(await plans.holdDirectory(scope, id), directory);
      const plan = await requirePlan(scope, directory, planId, { lock: true });
      if (plan.state !== 'applying') return false;
      await guardWrite(scope, { directory, types });
      const now = clock.now();
      const actor = { ...presentActor(), undoPlan: planId };
      const applying: Applying = { directoryId: id, actor, now, planId, types };
      if ((await applyNext(scope, applying, limit)) > 0) return true;
      const { byState } = await countItems(scope, id, planId);
      await plans.updatePlan(scope, id, planId, { state: 'applied', appliedAt: now });
      await recordAct(scope, directory, plan, 'finished', now, byState);
      return false;
    });
  }

  async function applyUntil(directory: Directory, planId: string, until: number): Promise<void> {
    const { id, slug } = directory;
    let limit = resourcesAtOnce;
    for (;;) {
      try {
        const more = await applySome(directory, planId, limit);
        onChange(id);
        if (!more) return;
        limit = Math.min(resourcesAtOnce, limit * 2);
      } catch (error) {
        if (error instanceof ScimFailure && error.error.status === 503)
          throw new ApiError('conflict', `The schemas of "${slug}" are being changed; apply the plan again to go on.`);
        if (!(error instanceof ItemRefused)) throw error;
        const outcome = {
          resourceId: error.resourceId,
          state: 'refused',
          reason: 'invalid',
          problem: error.message,
        } as const;
        await transactions.write(id, (scope) => saveOutcomes(scope, id, planId, [outcome]));
        limit = resourcesAfterRefusal;
      }
      if (performance.now() >= until) return;
    }
  }

  return {
    /**
     * Makes a plan to undo what they did in the window; nothing is changed. Works for `budgetMs` at most: while the state is
     * `planning`, call continuePlan.
     */
    async plan(slug: string, request: UndoRequest, budget: Budget): Promise<UndoPlanStatus> {
      const directory = await requireDirectory(slug);
      return told(directory, maker.begin(directory, request, budget));
    },

    /** Goes on with a plan that is not complete. */
    async continuePlan(slug: string, planId: string, budget: Budget): Promise<UndoPlanStatus> {
      const directory = await requireDirectory(slug);
      return told(directory, maker.goOn(directory, planId, budget));
    },

    async listPlans(slug: string): Promise<UndoPlan[]> {
      const { id } = await requireDirectory(slug);
      return (await transactions.read(id, (scope) => plans.listPlans(scope, id))).map(shownPlan);
    },

    async readPlan(slug: string, planId: string): Promise<UndoPlanStatus> {
      const directory = await requireDirectory(slug);
      return transactions.read(directory.id, (scope) => statusOf(scope, directory, planId));
    },

    /** What a plan would do or has done, by resource; `after` is the id of the last item of the page before. */
    async listItems(
      slug: string,
      planId: string,
      { states, after, limit }: { states?: readonly UndoItemState[]; after?: string; limit: number },
    ): Promise<UndoItem[]> {
      const directory = await requireDirectory(slug);
      const { id } = directory;
      if (!(limit >= 1 && limit <= maxPage)) throw new ApiError('invalid_request', `limit: must be 1 to ${maxPage}.`);
      const key = after === undefined ? undefined : itemKey(after);
      if (key && !isUuid(key.resourceId)) throw new ApiError('invalid_request', "after: must be an item's id.");
      return transactions.read(id, async (scope) => {
        await requirePlan(scope, directory, planId);
        return listItems(scope, id, planId, { limit, ...(states && { states }), ...(key && { after: key }) });
      });
    },

    /**
     * Does what the plan says and, for the items that the reviewer names, what conflicts with others' changes. Works for
     * `budgetMs` at most: call again until the state is `applied`.
     */
    async apply(
      slug: string,
      planId: string,
      { overwrite, budgetMs }: Budget & { overwrite?: Overwriting },
    ): Promise<UndoPlanStatus> {
      const directory = await requireDirectory(slug);
      const { id } = directory;
      const until = performance.now() + budgetMs;
      if (overwrite && overwrite !== 'all' && overwrite.length > maxNamedItems)
        throw new ApiError('invalid_request', `overwrite: may name ${maxNamedItems} items at most.`);
      await transactions.write(id, async (scope) => {
        requireUndoable(await plans.holdDirectory(scope, id), directory);
        const plan = await requirePlan(scope, directory, planId, { lock: true });
        if (plan.state === 'planning')
          throw new ApiError(
            'conflict',
            'The plan is not complete; go on with it, and look at it before you apply it.',
          );
        if (plan.state === 'applied') throw new ApiError('conflict', 'The plan was applied already; make a new one.');
        await plans.allowLongStatements(scope);
        const unknown = overwrite ? await overwriteItems(scope, id, planId, overwrite) : [];
        if (unknown.length > 0 && plan.state === 'planned')
          throw new ApiError(
            'invalid_request',
            `overwrite: no items in conflict are ${unknown.slice(0, 5).join(', ')}.`,
          );
        if (plan.state === 'applying') return;
        await plans.updatePlan(scope, id, planId, { state: 'applying' });
        await recordAct(scope, directory, plan, 'started', clock.now(), { overwrite: overwrite ?? [] });
      });
      await applyUntil(directory, planId, until);
      return transactions.read(id, (scope) => statusOf(scope, directory, planId));
    },

    /** Forgets a plan; what it has done stays done. */
    async discard(slug: string, planId: string): Promise<void> {
      const directory = await requireDirectory(slug);
      const { id } = directory;
      await transactions.write(id, async (scope) => {
        const plan = await requirePlan(scope, directory, planId, { lock: true });
        await plans.deletePlan(scope, id, planId);
        await recordAct(scope, directory, plan, 'discarded', clock.now(), { state: plan.state });
      });
      onChange(id);
    },
  };
}

export type UndoService = ReturnType<typeof createUndoService>;
