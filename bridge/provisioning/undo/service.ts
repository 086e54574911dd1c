// The operator's use cases of undoing what somebody did in a window: a plan is made, looked at, and applied or discarded.
import type { Directory } from '../../directories/contracts.ts';
import { presentActor } from '../../events/actor.ts';
import { changesBetween } from '../../events/audit/changes.ts';
import { recordDirectoryChanges } from '../../events/audit/repository.ts';
import type { EventReader } from '../../events/repository.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Scope } from '../../platform/db/scope.ts';
import { ApiError } from '../../platform/http/api-error.ts';
import { isUuid, newId } from '../../platform/ids.ts';
import type { TypeCatalogue } from '../schemas/catalogue.ts';
import { guardSchemas } from '../schemas/schema-guard-repository.ts';
import { ScimFailure } from '../scim-failure.ts';
import type { Transactions } from '../transactions.ts';
import { issuerActor } from './actors.ts';
import { applyNext } from './applying.ts';
import {
  maxNamedItems,
  maxUndoActors,
  maxUndoneEvents,
  maxUndoPlans,
  type Overwriting,
  type UndoItem,
  type UndoItemState,
  type UndoPlan,
  type UndoPlanStatus,
  undoPlanDays,
} from './contracts.ts';
import { type Applying, ItemRefused } from './item-writing.ts';
import { countItems, itemKey, listItems, overwriteItems, saveOutcomes } from './items-repository.ts';
import { planNext } from './planning.ts';
import { listActors } from './planning-repository.ts';
import * as plans from './plans-repository.ts';

export interface UndoServiceDeps {
  transactions: Transactions;
  requireDirectory: (slug: string) => Promise<Directory>;
  catalogue: TypeCatalogue;
  clock: Clock;
  reader: Pick<EventReader, 'placeAll' | 'positionBefore'>;
  /** When the first event that is left was written, of a log whose beginning is gone. */
  findLogBeginning: (directoryId: string) => Promise<Date | undefined>;
  /** Told the directory's id after each commit that wrote events. */
  onChange: (directoryId: string) => void;
}

export interface UndoRequest {
  /** Names of actors as events give them; names or first characters of tokens; URLs of trusted issuers. */
  actors: readonly string[];
  from: Date;
  /** By default now. */
  to?: Date;
}

/** How long a call may work. */
export interface Budget {
  budgetMs: number;
}

const resourcesAtOnce = 200;
/** After one was refused, so that not so many are done again. */
const resourcesAfterRefusal = 10;
const maxPage = 1_000;
const maxActorLength = 256;
const dayMs = 24 * 3_600_000;
/** Events are placed when they commit: one that was written before another may come after it. */
const marginMs = 10 * 60_000;

type Act = 'planned' | 'started' | 'finished' | 'discarded';

const shown = ({ id, state, actors, from, to, events, createdBy, createdAt, appliedAt }: UndoPlan): UndoPlan => ({
  ...{ id, state, actors, from, to, events, createdBy, createdAt, appliedAt },
});

/** What the audit log says of a plan. */
const audited = ({ id, actors, from, to }: UndoPlan) => ({
  plan: id,
  actors: [...actors],
  from: from.toISOString(),
  to: to.toISOString(),
});

/** Each method throws ApiError: `directory_absent`, `undo_plan_absent`, `conflict` or `invalid_request`. */
export function createUndoService(deps: UndoServiceDeps) {
  const { transactions, requireDirectory, catalogue, clock, reader, onChange } = deps;

  const absent = (slug: string) => new ApiError('undo_plan_absent', `Directory "${slug}" has no such undo plan.`);

  async function requirePlan(
    scope: Scope,
    { id, slug }: Directory,
    planId: string,
    options: { lock?: boolean } = {},
  ): Promise<plans.StoredPlan> {
    const plan = isUuid(planId) ? await plans.findPlan(scope, id, planId, options) : undefined;
    if (!plan) throw absent(slug);
    return plan;
  }

  function requireUndoable(
    directory: { kind: Directory['kind']; moving: boolean } | undefined,
    { slug }: Directory,
  ): void {
    if (!directory) throw new ApiError('directory_absent', `There is no directory "${slug}".`);
    if (directory.kind === 'ldap') {
      throw new ApiError(
        'conflict',
        `Directory "${slug}" is read from LDAP: whatever were undone here, the next reading would do again. Undo it in the LDAP server.`,
      );
    }
    if (directory.moving)
      throw new ApiError(
        'conflict',
        `Directory "${slug}" moves to another identity provider; finish or undo that first.`,
      );
  }

  const record = (scope: Scope, directory: Directory, plan: UndoPlan, act: Act, result: object = {}) =>
    recordDirectoryChanges(
      scope,
      directory,
      [{ type: `directory.undo_${act}`, changes: changesBetween({}, { ...audited(plan), ...result }) }],
      clock.now(),
    );

  async function statusOf(scope: Scope, directoryId: string, plan: UndoPlan): Promise<UndoPlanStatus> {
    return { ...shown(plan), counts: await countItems(scope, directoryId, plan.id) };
  }

  /** The names by which events know them. */
  async function resolveActors(directoryId: string, names: readonly string[]): Promise<string[]> {
    if (names.length === 0 || names.length > maxUndoActors)
      throw new ApiError('invalid_request', `actors: name one, and ${maxUndoActors} at most.`);
    const found: string[] = [];
    for (const name of names) {
      if (name === '' || name.length > maxActorLength)
        throw new ApiError('invalid_request', `actors: a name has 1 to ${maxActorLength} characters.`);
      const issuer = issuerActor(name);
      const tokens = await transactions.read(directoryId, (scope) => plans.listTokenActors(scope, directoryId, name));
      found.push(...(issuer === undefined ? (tokens.length > 0 ? tokens : [name]) : [issuer]));
    }
    return [...new Set(found)];
  }

  async function requireKnown({ id, slug }: Directory, from: Date, needed: number): Promise<void> {
    const pruned = (await reader.placeAll([id])).get(id)?.pruned ?? 0;
    if (pruned <= needed) return;
    const beginning = (await deps.findLogBeginning(id))?.toISOString() ?? 'later';
    throw new ApiError(
      'invalid_request',
      `from: the event log of "${slug}" begins at ${beginning}; older events have been removed, so what was before ${from.toISOString()} is not known. Name a later time.`,
    );
  }

  /** Plans until time is up; says what was wrong with the window when nothing was found in it. */
  async function goOn(directory: Directory, planId: string, { budgetMs }: Budget): Promise<UndoPlanStatus> {
    const { id, slug } = directory;
    const until = performance.now() + budgetMs;
    for (;;) {
      const more = await transactions.write(id, async (scope) => {
        const plan = await requirePlan(scope, directory, planId, { lock: true });
        if (plan.state !== 'planning') return false;
        if (plan.events > maxUndoneEvents)
          return { problem: `from: they did more than ${maxUndoneEvents} things in that time. Name a shorter one.` };
        if (plan.events === 0 && plan.scannedPosition >= plan.endPosition) {
          const others = await listActors(scope, id, plan);
          const names = others.length === 0 ? 'nobody did' : `these did: ${others.join(', ')}`;
          const whom = plan.actors.join(', ');
          return { problem: `actors: ${whom} changed nothing in "${slug}" in that time; ${names}.` };
        }
        if (await planNext(scope, id, plan)) return true;
        await record(scope, directory, plan, 'planned');
        return false;
      });
      if (typeof more === 'object') {
        await transactions.write(id, (scope) => plans.deletePlan(scope, id, planId));
        throw new ApiError('invalid_request', more.problem);
      }
      if (!more || performance.now() >= until) break;
    }
    const status = await transactions.read(id, async (scope) =>
      statusOf(scope, id, await requirePlan(scope, directory, planId)),
    );
    if (status.state !== 'planning') onChange(id);
    return status;
  }

  /** One transaction of applying; answers whether there may be more. */
  async function applySome(directory: Directory, planId: string, limit: number): Promise<boolean> {
    const { id } = directory;
    const types = await catalogue.typesOf(directory);
    return transactions.write(id, async (scope) => {
      requireUndoable(await plans.holdDirectory(scope, id), directory);
      const plan = await requirePlan(scope, directory, planId, { lock: true });
      if (plan.state !== 'applying') return false;
      await guardSchemas(scope, { directory, types });
      const now = clock.now();
      const actor = { ...presentActor(), undoPlan: planId };
      const applying: Applying = { directoryId: id, actor, now, planId, types };
      if ((await applyNext(scope, applying, limit)) > 0) return true;
      const { byState } = await countItems(scope, id, planId);
      await plans.updatePlan(scope, id, planId, { state: 'applied', appliedAt: now });
      await record(scope, directory, plan, 'finished', byState);
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
    async plan(
      slug: string,
      { actors: names, from, to = clock.now() }: UndoRequest,
      budget: Budget,
    ): Promise<UndoPlanStatus> {
      const directory = await requireDirectory(slug);
      const { id } = directory;
      requireUndoable(directory, directory);
      if (from >= to) throw new ApiError('invalid_request', 'from: must be before to.');
      const actors = await resolveActors(id, names);
      const needed = await reader.positionBefore(id, from);
      await requireKnown(directory, from, needed);
      const startPosition = await reader.positionBefore(id, new Date(from.getTime() - marginMs));
      const plan: plans.StoredPlan = {
        id: newId(),
        state: 'planning',
        actors,
        from,
        to,
        events: 0,
        createdBy: presentActor().name,
        createdAt: clock.now(),
        appliedAt: null,
        startPosition,
        scannedPosition: startPosition,
        endPosition: await reader.positionBefore(id, new Date(to.getTime() + marginMs)),
      };
      await transactions.write(id, async (scope) => {
        const oldest = new Date(clock.now().getTime() - undoPlanDays * dayMs);
        await plans.deletePlansBefore(scope, id, oldest);
        if ((await plans.listPlans(scope, id)).length >= maxUndoPlans)
          throw new ApiError('conflict', `Directory "${slug}" has ${maxUndoPlans} undo plans; discard some first.`);
        await plans.insertPlan(scope, id, plan);
      });
      return goOn(directory, plan.id, budget);
    },

    /** Goes on with a plan that is not complete. */
    async continuePlan(slug: string, planId: string, budget: Budget): Promise<UndoPlanStatus> {
      return goOn(await requireDirectory(slug), planId, budget);
    },

    async listPlans(slug: string): Promise<UndoPlan[]> {
      const { id } = await requireDirectory(slug);
      return (await transactions.read(id, (scope) => plans.listPlans(scope, id))).map(shown);
    },

    async readPlan(slug: string, planId: string): Promise<UndoPlanStatus> {
      const directory = await requireDirectory(slug);
      const { id } = directory;
      return transactions.read(id, async (scope) => statusOf(scope, id, await requirePlan(scope, directory, planId)));
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
        await record(scope, directory, plan, 'started', { overwrite: overwrite ?? [] });
      });
      await applyUntil(directory, planId, until);
      return transactions.read(id, async (scope) => statusOf(scope, id, await requirePlan(scope, directory, planId)));
    },

    /** Forgets a plan; what it has done stays done. */
    async discard(slug: string, planId: string): Promise<void> {
      const directory = await requireDirectory(slug);
      const { id } = directory;
      await transactions.write(id, async (scope) => {
        const plan = await requirePlan(scope, directory, planId, { lock: true });
        await plans.deletePlan(scope, id, planId);
        await record(scope, directory, plan, 'discarded', { state: plan.state });
      });
    },
  };
}

export type UndoService = ReturnType<typeof createUndoService>;
