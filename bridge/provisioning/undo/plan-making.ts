// Making undo plans: whose changes in which window, as far as the event log reaches.
import type { Directory } from '../../directories/contracts.ts';
import { presentActor } from '../../events/actor.ts';
import type { EventReader } from '../../events/repository.ts';
import type { Clock } from '../../platform/clock.ts';
import { ApiError } from '../../platform/http/api-error.ts';
import { newId } from '../../platform/ids.ts';
import type { Transactions } from '../transactions.ts';
import { issuerActor } from './actors.ts';
import { maxUndoActors, maxUndoneChanges, maxUndoPlans, type UndoPlanStatus, undoPlanDays } from './contracts.ts';
import { recordAct, requirePlan, requireUndoable, statusOf } from './plan-access.ts';
import { planNext } from './planning.ts';
import { listActors } from './planning-repository.ts';
import * as plans from './plans-repository.ts';
import { reviewPlan } from './review-repository.ts';

export interface PlanMakerDeps {
  transactions: Transactions;
  clock: Clock;
  reader: Pick<EventReader, 'placeAll' | 'positionBefore'>;
  /** When the first event that is left was written, of a log whose beginning is gone. */
  findLogBeginning: (directoryId: string) => Promise<Date | undefined>;
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

const maxActorLength = 256;
const dayMs = 24 * 3_600_000;
/** Events are placed when they commit: one that was written before another may come after it. */
const marginMs = 10 * 60_000;

export function createPlanMaker({ transactions, clock, reader, findLogBeginning }: PlanMakerDeps) {
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
      if (issuer !== undefined) found.push(issuer);
      else found.push(...(tokens.length > 0 ? tokens : [name]));
    }
    return [...new Set(found)];
  }

  /** Undefined when the log has all that happened from then on. */
  async function unknownSince({ id, slug }: Directory, from: Date): Promise<string | undefined> {
    const needed = await reader.positionBefore(id, from);
    const pruned = (await reader.placeAll([id])).get(id)?.pruned ?? 0;
    if (pruned <= needed) return undefined;
    const beginning = (await findLogBeginning(id))?.toISOString() ?? 'a later time';
    return `from: the event log of "${slug}" begins at ${beginning}; older events have been removed, so what was before ${from.toISOString()} is not known. Name a later time.`;
  }

  /** Why there can be no plan, as far as it is known by now. */
  async function problemOf(directory: Directory, planId: string): Promise<string | undefined> {
    const { id, slug } = directory;
    return transactions.read(id, async (scope) => {
      const plan = await requirePlan(scope, directory, planId);
      const { actors, changes, scannedPosition, endPosition } = plan;
      if (changes > maxUndoneChanges)
        return `from: they did more than ${maxUndoneChanges} things in that time. Name a shorter one.`;
      if (changes > 0 || scannedPosition < endPosition || plan.state !== 'planning') return undefined;
      const others = await listActors(scope, id, plan);
      const who = others.length === 0 ? 'nobody did' : `these did: ${others.join(', ')}`;
      return `actors: ${actors.join(', ')} changed nothing in "${slug}" in that time; ${who}.`;
    });
  }

  async function review(directory: Directory, planId: string): Promise<void> {
    const { id } = directory;
    await transactions.write(id, plans.analyseItems);
    await transactions.write(id, async (scope) => {
      const plan = await requirePlan(scope, directory, planId, { lock: true });
      if (plan.state !== 'planning') return;
      await reviewPlan(scope, id, planId);
      await plans.updatePlan(scope, id, planId, { state: 'planned' });
      await recordAct(scope, directory, plan, 'planned', clock.now());
    });
  }

  /** Goes on with a plan until it is complete, or time is up. */
  async function goOn(directory: Directory, planId: string, { budgetMs }: Budget): Promise<UndoPlanStatus> {
    const { id } = directory;
    const until = performance.now() + budgetMs;
    let last: string | undefined;
    do {
      const step = await transactions.write(id, async (scope) => {
        const plan = await requirePlan(scope, directory, planId, { lock: true });
        return plan.state === 'planning' ? planNext(scope, id, plan) : 'planned';
      });
      if (step === 'planned') break;
      const isLogRead = step === 'complete';
      const { from } = await transactions.read(id, (scope) => requirePlan(scope, directory, planId));
      const problem =
        step === 'looked' ? undefined : ((await problemOf(directory, planId)) ?? (await unknownSince(directory, from)));
      if (problem !== undefined) {
        await transactions.write(id, (scope) => plans.deletePlan(scope, id, planId));
        throw new ApiError('invalid_request', problem);
      }
      if (isLogRead) {
        await review(directory, planId);
        break;
      }
      if (last === 'searched' && step === 'looked') await transactions.write(id, plans.analyseItems);
      last = step;
    } while (performance.now() < until);
    return transactions.read(id, (scope) => statusOf(scope, directory, planId));
  }

  return {
    goOn,

    /** Begins a plan, and goes on with it until time is up. */
    async begin(
      directory: Directory,
      { actors: names, from, to = clock.now() }: UndoRequest,
      budget: Budget,
    ): Promise<UndoPlanStatus> {
      const { id, slug } = directory;
      requireUndoable(directory, directory);
      if (from >= to) throw new ApiError('invalid_request', 'from: must be before to.');
      const actors = await resolveActors(id, names);
      const unknown = await unknownSince(directory, from);
      if (unknown !== undefined) throw new ApiError('invalid_request', unknown);
      const startPosition = await reader.positionBefore(id, new Date(from.getTime() - marginMs));
      const plan: plans.StoredPlan = {
        id: newId(),
        state: 'planning',
        actors,
        from,
        to,
        changes: 0,
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
  };
}
