// One bulk request while it runs: each operation succeeds or fails alone, in a transaction that is its own or, for
// creations that stand side by side, their group's.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isOutage } from '../../platform/db/errors.ts';
import { type BulkStep, planBulk } from '../../scim/bulk/plan.ts';
import { detach, withIds } from '../../scim/bulk/references.ts';
import type { BulkResult } from '../../scim/bulk/response.ts';
import type { BulkOperation, BulkRequest } from '../../scim/bulk/types.ts';
import { type ScimError, scimError } from '../../scim/errors.ts';
import type { ToleranceName } from '../../scim/interop/tolerances.ts';
import { parseProjection } from '../../scim/projection.ts';
import type { ScimRequest, ShownResource } from '../contracts.ts';
import type { GroupsService } from '../groups/groups-service.ts';
import { noProjection } from '../presentation.ts';
import type { ResourcesService } from '../resources/resources-service.ts';
import { ScimFailure, valueOrThrow } from '../scim-failure.ts';
import type { UsersService } from '../users/users-service.ts';
import type { BulkCreates, PreparedCreate } from './bulk-creates.ts';
import { BulkLedger, unreachable } from './bulk-ledger.ts';

/** Creations that are written together: enough that a commit costs little for each, few enough to be tried again in halves. */
const groupSize = 200;
/** From how many on they are written in two transactions at once. */
const leastShared = 50;
/** How long operations may be prepared before other requests get their turn. */
const turnMs = 10;

export interface BulkDeps {
  users: UsersService;
  groups: GroupsService;
  resources: ResourcesService;
  creates: BulkCreates;
}

/** A bulk request as HTTP hands it over. */
export interface BulkJob {
  request: Omit<ScimRequest, 'projection' | 'ifMatch'>;
  body: unknown;
  /** What operations that don't say so themselves show of their results; without either, location and version only. */
  attributes: string | undefined;
  excludedAttributes: string | undefined;
  /** Told of what the operations failed with, in their order, once all have been run. */
  onFailures?: (failures: readonly ScimError[]) => void;
  /** Told of each error that is no fault of the client. */
  onFault: (error: unknown) => void;
}

/** A creation after the checks that need no database. */
interface Attempt {
  operation: BulkOperation;
  checked: { create: PreparedCreate } | { failure: unknown };
}

type RunStep = Exclude<BulkStep, { kind: 'impossible' }>;

const circular = scimError(409, 'The operation refers to itself through others, and can not be run without them.');

/** Whether an error has nothing to do with what was to be written: the database's, or the directory's that is being changed. */
const isOfAll = (error: unknown): boolean =>
  error instanceof ScimFailure ? error.error.status === 503 : error instanceof Error && isOutage(error);

export class BulkRun {
  private readonly deps: BulkDeps;
  private readonly job: BulkJob;
  private readonly bulk: BulkRequest;
  private readonly ledger: BulkLedger;
  private references: ReadonlyMap<number, ReadonlySet<string>> = new Map();
  /** Creations that will be written together. */
  private waiting: BulkOperation[] = [];
  /** By index: tolerances that count once the operation has succeeded. */
  private readonly used = new Map<number, Set<ToleranceName>>();
  private turnStarted = performance.now();

  constructor(deps: BulkDeps, job: BulkJob, bulk: BulkRequest) {
    this.deps = deps;
    this.job = job;
    this.bulk = bulk;
    this.ledger = new BulkLedger(bulk, { baseUrl: job.request.baseUrl, onFault: job.onFault });
  }

  /** The results of the operations that were run. */
  async run(): Promise<BulkResult[]> {
    const { operations, bad } = this.bulk;
    for (const operation of bad) this.ledger.refuse(operation);
    const { steps, references } = valueOrThrow(planBulk(operations));
    this.references = references;
    for (const step of steps) {
      if (this.canWait(step)) {
        if (!this.fits(step.operation)) await this.createWaiting();
        if (!this.ledger.isStopped()) this.waiting.push(step.operation);
        if (this.waiting.length === groupSize) await this.createWaiting();
      } else {
        await this.createWaiting();
        await this.take(step);
      }
    }
    await this.createWaiting();
    return this.ledger.all();
  }

  private canWait(step: BulkStep): boolean {
    return (
      step.kind === 'run' &&
      step.operation.method === 'POST' &&
      step.without.size === 0 &&
      this.mayBeThere(step.operation) === undefined
    );
  }

  /** Whether the creation is like those that wait, and needs none of them. */
  private fits(operation: BulkOperation): boolean {
    const [first] = this.waiting;
    if (first !== undefined && first.resourceType !== operation.resourceType) return false;
    const references = this.references.get(operation.index);
    if (references === undefined || references.size === 0) return true;
    return !this.waiting.some(({ bulkId }) => bulkId !== undefined && references.has(bulkId));
  }

  private async createWaiting(): Promise<void> {
    const operations = this.waiting;
    this.waiting = [];
    const attempts: Promise<Attempt>[] = [];
    for (const operation of operations) {
      attempts.push(this.check(operation));
      await this.breathe();
    }
    const checked = await Promise.all(attempts);
    if (!this.mayShare(checked)) return this.createAll(checked);
    const middle = Math.ceil(checked.length / 2);
    await Promise.all([this.createAll(checked.slice(0, middle)), this.createAll(checked.slice(middle))]);
  }

  /**
   * Whether two transactions may do it at once, which takes PostgreSQL little more than half the time: when no error ends
   * the request, and nothing that must be unique is there twice, of which the first has to win.
   */
  private mayShare(attempts: readonly Attempt[]): boolean {
    if (attempts.length < leastShared || Number.isFinite(this.ledger.errorsLeft())) return false;
    const names = new Set<string>();
    for (const { checked } of attempts) {
      if ('failure' in checked) continue;
      const { create } = checked;
      if (create.kind !== 'User' || create.user.keys.length > 0) return false;
      names.add(create.user.columns.user_name_key);
    }
    return names.size === attempts.filter(({ checked }) => 'create' in checked).length;
  }

  private async check(operation: BulkOperation): Promise<Attempt> {
    try {
      const { resourceType } = operation;
      const data = this.dataOf(operation);
      return {
        operation,
        checked: { create: await this.deps.creates.prepare(this.requestOf(operation), resourceType, data) },
      };
    } catch (failure) {
      return { operation, checked: { failure } };
    }
  }

  /** Creates all at once. When that fails, each half is tried, so that a few bad ones cost the others little. */
  private async createAll(given: readonly Attempt[]): Promise<void> {
    const attempts = this.upToLimit(given);
    const creates = attempts.flatMap(({ checked }) => ('create' in checked ? [checked.create] : []));
    let created: ShownResource[] = [];
    let failure: unknown;
    if (creates.length > 0) {
      try {
        if (this.ledger.outage) throw new ScimFailure(unreachable);
        created = await this.deps.creates.create(this.job.request.directory.id, creates);
      } catch (error) {
        failure = error;
        if (creates.length > 1 && !isOfAll(error)) {
          const middle = Math.ceil(attempts.length / 2);
          await this.createAll(attempts.slice(0, middle));
          await this.createAll(attempts.slice(middle));
          return;
        }
      }
    }
    const shown = created.values();
    for (const { operation, checked } of attempts) {
      if ('failure' in checked) this.ledger.fail(operation, checked.failure);
      else if (failure !== undefined) this.ledger.fail(operation, failure);
      else this.succeed(operation, 201, shown.next().value);
    }
  }

  /** The attempts up to the one whose failure would be the last that failOnErrors allows. */
  private upToLimit(attempts: readonly Attempt[]): readonly Attempt[] {
    let left = this.ledger.errorsLeft();
    if (left <= 0) return [];
    const last = attempts.findIndex(({ checked }) => 'failure' in checked && --left === 0);
    return last === -1 ? attempts : attempts.slice(0, last + 1);
  }

  /** Runs one step alone. What was begun is completed even after too many errors. */
  private async take(step: BulkStep): Promise<void> {
    const { operation } = step;
    if (step.kind !== 'complete' && this.ledger.isStopped()) return;
    try {
      if (step.kind === 'impossible') throw new ScimFailure(circular);
      if (this.ledger.outage) throw new ScimFailure(unreachable);
      if (step.kind === 'complete') await this.complete(step);
      else if (operation.method === 'POST') await this.createPart(step);
      else await this.change(operation);
    } catch (error) {
      this.ledger.fail(operation, error);
    }
    await this.breathe();
  }

  /** How users and groups are created one by one in a directory that moves, where they may be there already. */
  private mayBeThere({ resourceType }: BulkOperation) {
    const { users, groups } = this.deps;
    if (!this.job.request.directory.moving) return undefined;
    if (resourceType.name === 'User') return users.createUser;
    return resourceType.name === 'Group' ? groups.createGroup : undefined;
  }

  /** A creation whose references can't all be known yet. */
  private async createPart({ operation, without }: RunStep): Promise<void> {
    const { creates } = this.deps;
    const request = this.requestOf(operation);
    const receive = this.mayBeThere(operation);
    if (receive) {
      // What was there before can't go again when the rest of it fails.
      if (without.size > 0) throw new ScimFailure(circular);
      this.succeed(operation, 201, await receive(request, this.dataOf(operation)));
      return;
    }
    const part = detach(this.dataOf(operation, without), without).data;
    let create: PreparedCreate;
    try {
      create = await creates.prepare(request, operation.resourceType, part);
    } catch {
      // When the whole would pass, it is the part left out that is missing.
      await creates.prepare(request, operation.resourceType, operation.data);
      throw new ScimFailure(circular);
    }
    const [created] = await creates.create(request.directory.id, [create]);
    this.succeed(operation, 201, created);
  }

  /** Adds what was left out; if that can't be, the resource goes again, since it isn't what was asked for. */
  private async complete({ operation, without }: RunStep): Promise<void> {
    const id = operation.bulkId === undefined ? undefined : this.ledger.ids.get(operation.bulkId);
    if (id === undefined) return;
    const service = this.serviceOf(operation);
    const request = this.requestOf(operation);
    try {
      const { patch } = detach(operation.data, without);
      this.ledger.requireKnown([...without]);
      this.succeed(operation, 201, await service.patch(request, id, withIds(patch, this.ledger.ids)));
    } catch (error) {
      if (operation.bulkId !== undefined) this.ledger.ids.delete(operation.bulkId);
      await service.remove(request, id);
      throw error;
    }
  }

  /** PUT, PATCH and DELETE. */
  private async change(operation: BulkOperation): Promise<void> {
    const { method } = operation;
    const service = this.serviceOf(operation);
    const data = this.dataOf(operation);
    const id = this.ledger.idOf(operation);
    if (id === undefined) return;
    const request = { ...this.requestOf(operation), ifMatch: operation.version };
    if (method === 'DELETE') {
      await service.remove(request, id);
      this.succeed(operation, 204);
    } else {
      const run = method === 'PUT' ? service.replace : service.patch;
      this.succeed(operation, 200, await run(request, id, data));
    }
  }

  private serviceOf({ resourceType }: BulkOperation) {
    const { users, groups, resources } = this.deps;
    switch (resourceType.name) {
      case 'User':
        return { replace: users.replaceUser, patch: users.patchUser, remove: users.deleteUser };
      case 'Group':
        return { replace: groups.replaceGroup, patch: groups.patchGroup, remove: groups.deleteGroup };
      default: {
        const { replaceResource, patchResource, deleteResource } = resources;
        type Write = (request: ScimRequest, id: string, body: unknown) => Promise<ShownResource>;
        const replace: Write = (request, id, body) => replaceResource(request, id, body, resourceType);
        const patch: Write = (request, id, body) => patchResource(request, id, body, resourceType);
        const remove = (request: ScimRequest, id: string) => deleteResource(request, id, resourceType);
        return { replace, patch, remove };
      }
    }
  }

  /** The data with ids in the place of references. @throws ScimFailure for a reference to what is not there. */
  private dataOf(operation: BulkOperation, without: ReadonlySet<string> = new Set()): unknown {
    const references = this.references.get(operation.index);
    if (references === undefined || references.size === 0) return operation.data;
    this.ledger.requireKnown([...references].filter((bulkId) => !without.has(bulkId)));
    return withIds(operation.data, this.ledger.ids);
  }

  private requestOf(operation: BulkOperation): ScimRequest {
    const { attributes, excludedAttributes } = this.asked(operation);
    const isAsked = attributes !== undefined || excludedAttributes !== undefined;
    const projection = isAsked
      ? valueOrThrow(parseProjection(attributes, excludedAttributes, operation.resourceType))
      : noProjection;
    const tolerances = { ...this.job.request.tolerances, used: (name: ToleranceName) => this.noteUse(operation, name) };
    return { ...this.job.request, tolerances, projection, isEmbedded: true };
  }

  private noteUse({ index }: BulkOperation, name: ToleranceName): void {
    const names = this.used.get(index) ?? new Set();
    this.used.set(index, names.add(name));
  }

  private asked(operation: BulkOperation): Pick<BulkJob, 'attributes' | 'excludedAttributes'> {
    const says = operation.attributes !== undefined || operation.excludedAttributes !== undefined;
    return says ? operation : this.job;
  }

  private succeed(operation: BulkOperation, status: number, shown?: ShownResource): void {
    const { attributes, excludedAttributes } = this.asked(operation);
    const isAsked = attributes !== undefined || excludedAttributes !== undefined;
    for (const name of this.used.get(operation.index) ?? []) this.job.request.tolerances.used?.(name);
    this.ledger.succeed(operation, status, shown, isAsked ? shown?.body : undefined);
  }

  /** Lets other requests have their turn when this one has had its. */
  private async breathe(): Promise<void> {
    if (performance.now() - this.turnStarted < turnMs) return;
    await nextTurn();
    this.turnStarted = performance.now();
  }
}
